-- I/O multiplexing with poll. See harness/quiz/README.md for what the words mean.

local requests = { arguments = { "PORT", "60", "requests" } }

local function request(body) return ("Content-Length: %d\r\n\r\n"):format(#body) .. body end

-- From here on the server has done all that it was asked for, and sleeps.
local function asleep(t, mark)
  t.server:asleep { call = "@wait", within = 10 }
  t:mark(mark)
end

-- How often poll came back with something.
local function told(m, most)
  local times = 0
  for ready = 1, most do times = times + m:returned("poll", ready) end
  return times
end

choice {
  id = "moved-passed-over",
  ask = [[
    Entry 2 is a client that has left, entry 5 is the last and has bytes to read; `poll` has named
    both. What becomes of the bytes in this round?

        for (i = 1; i < nfds; i++)
            if (serve(i) == GONE) {
                fds[i] = fds[nfds - 1];
                clients[i] = clients[nfds - 1];
                nfds--;
            }
  ]],
  answers = {
    wrong("They are received when i reaches 5.", "The loop ends before: nfds is 5 by then."),
    wrong("They are lost, as the copy of the entry overwrites them.",
      "The entry holds a number and two masks. The bytes are in the kernel."),
    right "They are left in the kernel until `poll` has been called once more.",
    wrong("They are received in place of those of the client that left.",
      "The loop goes on to index 3 when it has filled index 2."),
  },
  why = "Whoever was moved stands at an index that has been dealt with. poll tells of the bytes "
    .. "again, so that only a little time is lost here, and one round more is made for each such "
    .. "case. Look at the same index again, or walk from the end to the beginning.",
  source = "./iolab grade 04 --check 32; ./iolab show 04/32 --plain",
}

choice {
  id = "arrays-drift",
  ask = [[
    A server of requests keeps its `pollfd` entries in one array and what it knows of the clients in
    another, at the same index. Client 3 of 6 leaves in the middle of a body, and only this is done:

        close(fds[3].fd);
        fds[3] = fds[--nfds];

    What does the client that was the last one get to see?
  ]],
  answers = {
    right "Its next bytes are taken for the rest of somebody else's request.",
    wrong("Nothing more: its descriptor is in the array no longer.", "It is, at index 3."),
    wrong("Its connection is closed along with the other one.",
      "`close` was called before the copy, with the other's number."),
    wrong("Its request, as before: what is known of a client is found by its descriptor.",
      "In this server it is found by the index, which has changed."),
  },
  why = "Where arrays go by the same index, whatever is done to one is done to all. One client at "
    .. "a time never shows this, nor does the last one leaving. Others keep state in a table by "
    .. "descriptor, or a pointer to it beside the entry.",
  source = "./iolab grade 04 --check 31,45",
}

choice {
  id = "or-for-and",
  ask = [[
    All clients are silent, and one is connected for whom nothing is to be sent. What is wrong here?

        if (fds[i].revents | POLLOUT)
            send_response(&clients[i]);
  ]],
  answers = {
    wrong("`revents` may be negative, and then the test is undefined.",
      "None of the bits that are used is the sign. Only their meaning matters."),
    wrong("The bits must be compared with `==`, as only one event comes at a time.",
      "Several may come in one, so that `==` would miss them."),
    wrong("The test is false as long as the socket has no room.", "It is never false."),
    right "The branch is taken in every round.",
  },
  why = "An or with a constant that is not 0 is not 0. The call is then made for everybody, finds "
    .. "nothing to send or no room, and looks harmless until a full socket or an empty answer "
    .. "comes along. A test for a bit is an and.",
  source = "./iolab grade 04 --check 21",
}

choice {
  id = "half-close-events",
  ask = "A client has sent a line, which was answered, and then calls `shutdown(fd, SHUT_WR)`. "
    .. "Its entry asks for POLLIN. What does `poll` on Linux put into `revents` of the server's "
    .. "entry?",
  answers = {
    wrong("POLLHUP, as the peer has hung up",
      "For that both directions must be shut, or the connection reset. This one can still be sent "
      .. "to."),
    wrong("POLLIN and POLLHUP together", "So it is for a pipe whose writer has gone."),
    right "POLLIN alone",
    wrong("Nothing, until the server tries to send",
      "The end of input is an answer to those who wait for input."),
  },
  why = "One of the texts behind this course calls POLLHUP \"connection closed\". A server that "
    .. "waits for it never sees its clients leave: they become readable, and `recv` gives 0. "
    .. "POLLRDHUP tells of a half-close as such, if it is asked for.",
  source = "./iolab grade 04 --check 13, and its recording; poll(2), POLLRDHUP",
}

choice {
  id = "hup-first",
  ask = [[
    `fds[i]` is the reading end of a pipe. The writer has written 100 bytes and closed. What does
    the reader get?

        if (fds[i].revents & (POLLERR | POLLHUP | POLLNVAL))
            close_and_remove(i);
        else if (fds[i].revents & POLLIN)
            read_from(i);
  ]],
  answers = {
    wrong("All 100 bytes, and then the end", "The first branch is taken, and nobody reads."),
    right "Nothing",
    wrong("All 100 bytes, but never the end", "There is no second round: the entry is gone."),
    wrong("EBADF, since the kernel closes a pipe that nobody writes to",
      "The reader's end stays open until the reader closes it."),
  },
  why = "`revents` says POLLIN and POLLHUP as long as bytes are left. Errors first is good advice "
    .. "for a TCP connection that was reset, whose bytes nobody can answer. Where the hang-up "
    .. "comes behind data, read until `read` gives 0.",
  source = "poll(2), POLLHUP and EXAMPLES, where both come together",
}

choice {
  id = "nothing-asked",
  ask = "A client does not read its answers, and the server has stopped reading from it: `events` "
    .. "of its entry is POLLOUT, and there is no room. The client resets the connection. What "
    .. "does `poll` do?",
  answers = {
    wrong("It sleeps on: neither POLLIN was asked for, nor is there room.",
      "Two bits come without being asked for, and a third for numbers that are not open."),
    wrong("It returns -1 with ECONNRESET.", "`poll` itself has not failed."),
    wrong("It returns once with POLLERR, and then forgets the entry.",
      "It forgets nothing: the entry is the server's."),
    right "It returns with POLLERR and POLLHUP, in this round and in every later one.",
  },
  why = "Conditions, not messages: they are told as long as they hold. A server that looks at "
    .. "POLLIN and POLLOUT alone is woken for ever by somebody it has given up, or sends once "
    .. "more and gets the error from there.",
  source = "poll(2): \"will be set in the revents field whenever the corresponding condition is "
    .. "true\"; ./iolab grade 04 --check 34",
}

choice {
  id = "one-request-a-wakeup",
  ask = "Three requests come in one segment, and one `recv` brings them into a client's ring "
    .. "buffer. The server answers the first and calls `poll`. The client waits for its answers "
    .. "and sends nothing. What happens?",
  answers = {
    wrong("`poll` returns at once: two requests are still unread.",
      "The kernel's queue is empty. What a program has in its own memory no kernel knows of."),
    right "`poll` sleeps, and the client waits for two answers.",
    wrong("`poll` returns with POLLOUT, and then the second is answered.",
      "If it were asked for; but nothing is pending, so a good server does not ask."),
    wrong("The kernel sends the two requests again, as they were not confirmed.",
      "TCP has acknowledged them. Whether they were answered is not its business."),
  },
  why = "Readiness is about the kernel's queue. As soon as bytes are buffered in the program "
    .. "there are two places to look at, and only one of them wakes anybody. So a state machine "
    .. "goes on until nothing moves, and waits only then. The same trap lies under TLS and stdio.",
  source = "./iolab grade 04 --check 26; README of lab 04, task 3",
}

choice {
  id = "full-ring",
  ask = "A client's ring buffer is full, because its answers do not get out. The server skips "
    .. "`recv` for it, but leaves POLLIN in its entry. The client has sent more. What does the "
    .. "server do?",
  answers = {
    wrong("It sleeps until there is room to send.", "Something else wakes it before."),
    wrong("It loses bytes, since the ring is full.", "It receives none, so it loses none."),
    right "It goes round and round: `poll` returns at once each time.",
    wrong("It closes the client when `poll` reports an overflow.", "There is no such event."),
  },
  why = "Backpressure has two halves: take nothing, and do not ask whether something is there. "
    .. "With the first alone no byte is lost and every test of content passes, while one client "
    .. "costs a core.",
  source = "./iolab grade 04 --check 6; ./iolab show 04/22 --plain",
}

choice {
  id = "after-the-end",
  ask = "A client has half-closed (`recv` has given 0), and much of its last answer is still to "
    .. "be sent. There is no room at the moment. Which `events` let the server sleep until it can "
    .. "get on?",
  answers = {
    right "POLLOUT",
    wrong("POLLIN | POLLOUT", "The end of input stays readable, so that this comes back at once."),
    wrong("POLLRDHUP | POLLOUT", "The half-close has happened and stays so, hence at once again."),
    wrong("0, until the client speaks again", "It has said its last word. Room is what is wanted."),
  },
  why = "Ask of each bit what would be done if it came. At the end of input nothing more is to be "
    .. "received, so nothing that tells of input may be asked for. And the client is closed when "
    .. "the last byte is out, not before.",
  source = "./iolab grade 04 --check 28; ./iolab grade 04 --check 6",
}

several {
  id = "unasked",
  ask = "Which bits can stand in `revents` of an entry whose `events` is 0?",
  answers = {
    right "POLLERR",
    right "POLLHUP",
    right "POLLNVAL",
    wrong("POLLRDHUP", "It has to be asked for, though it sounds like POLLHUP."),
    wrong("POLLPRI", "Urgent data is told of only where somebody wants it."),
    wrong("POLLOUT", "Or every idle socket would be reported."),
  },
  why = "An entry with 0 is no way of leaving somebody out: a broken connection is still reported, "
    .. "again and again. To leave an entry out altogether make its descriptor negative, or take it "
    .. "out of the array.",
  source = "poll(2), events and revents",
}

several {
  id = "end-of-a-client",
  ask = "For which of these does the server of requests of this lab close a client?",
  answers = {
    right "Its header says `Content-Length: -1`.",
    right "64 bytes have come, and no blank line among them.",
    right "Its end comes when half of a body is there.",
    wrong("A body comes in five pieces over two seconds.",
      "TCP keeps no boundaries. It takes its time."),
    wrong("It sends a second request before the first was answered.",
      "That is allowed. It waits in the ring, or in the kernel."),
    wrong("Its header says `Content-Length: 0`.", "An empty body has an empty answer."),
  },
  why = "What a peer sends is a proposal: a length is checked before memory is taken for it, and a "
    .. "header without end is not waited for. `strtol` by itself takes a sign, blanks, and more "
    .. "digits than a long can hold.",
  source = "README of lab 04, \"The protocols\"; ./iolab grade 04 --check 15,44",
}

number {
  id = "seconds-for-milliseconds",
  ask = "Somebody writes `poll(fds, nfds, 5)` and means five seconds. All clients are silent. How "
    .. "many times does the call return in one second, if it is never late?",
  answer = 200,
  unit = "times",
  why = "The time-out is in milliseconds: 1000 / 5. Nothing fails, every client is served, and "
    .. "the machine does not get to rest. `select` has seconds and microseconds, `epoll_wait` "
    .. "milliseconds again, `ppoll` seconds and nanoseconds.",
  source = "poll(2), timeout; ./iolab grade 04 --check 42",
}

number {
  id = "array-bytes",
  ask = [[
    A thousand clients and a listener are watched. How many bytes does the kernel copy from the
    program's array at each call, on a machine with 32-bit int?

        struct pollfd { int fd; short events; short revents; };
  ]],
  answer = 8008,
  unit = "bytes",
  why = "1,001 entries of 8 bytes, and as many fields `revents` are written back, whoever speaks. "
    .. "It is more than the bits of `select`, and yet nobody feels the copying: looking at a "
    .. "thousand sockets is what takes the time.",
  source = "./iolab bench --claims --only poll-over-select; ./iolab show 04/41 --plain",
}

number {
  id = "ring-index",
  ask = "A ring buffer has a capacity of 16, `read_pos` 12 and `length` 7. At which index does "
    .. "the next byte go that is written?",
  answer = 3,
  why = "(12 + 7) % 16. The bytes lie from 12 to 15 and from 0 to 2. Copying in one piece from 12 "
    .. "on writes behind the memory; that is why each read and write has two parts, the second of "
    .. "which is mostly empty.",
  source = "README of lab 04, task 1; ./iolab grade 04 --check 14",
}

order {
  id = "states",
  ask = "A client sends a whole request in one segment and waits. Put in order what its state "
    .. "machine does after `poll` has come back.",
  items = {
    "`recv` brings all bytes into the ring.",
    "The blank line is found.",
    "Memory for the body is taken.",
    "The body is complete.",
    "The answer is made.",
    "`send` takes the answer.",
    "The header of a next request is looked for, and not found.",
  },
  why = "Seven steps for one event: each state goes on when what it waits for is there, and only "
    .. "the last finds nothing and goes back to `poll`. Had the segment ended in the middle of "
    .. "the body, the machine would have stopped there, and gone on from there.",
  source = "README of lab 04, task 3; ./iolab grade 04 --check 26",
}

truth {
  id = "quadratic",
  ask = "The time that one call of `poll` takes grows with the square of the number of its "
    .. "entries.",
  answer = false,
  because = {
    wrong("It does not grow: the kernel remembers the entries of the last call.",
      "It remembers nothing. That is what epoll is for."),
    wrong("It grows with the number of those who are ready, and with nothing else.",
      "Silent ones are looked at, too."),
    right "The kernel walks through the array once.",
    wrong("It grows with the highest descriptor, as with `select`.",
      "The array is dense: numbers play no part."),
  },
  why = "A text behind this course writes \"quadratically O(n)\", which contradicts itself. One "
    .. "call is linear. Quadratic is a whole round in which n clients speak one after the other, "
    .. "n calls of cost n each; when they speak together one call finds all.",
  source = "./iolab bench --claims --only poll-quadratic",
}

truth {
  id = "negative-entry",
  ask = "An entry with the descriptor -1 makes `poll` return at once with POLLNVAL.",
  answer = false,
  because = {
    right "Negative descriptors are passed over, and their `revents` is 0.",
    wrong("`poll` then returns -1 with EBADF.", "That is what `select` does with a closed number."),
    wrong("The kernel takes the entry out of the array.", "Only the program changes its array."),
    wrong("It means \"every descriptor\", as -1 does for `waitpid`.", "There is no such meaning."),
  },
  why = "It is an official way to leave somebody out for one call. As a way to remove clients it "
    .. "leaves holes, which are looked at for ever. POLLNVAL is for numbers that look right and "
    .. "are not open: closed, and left in the array.",
  source = "poll(2), on negative fd; ./iolab grade 04 --check 4",
}

truth {
  id = "high-numbers",
  ask = "Three entries with the descriptors 6000, 6001 and 6002 cost `poll` about as much as "
    .. "three with 4, 5 and 6.",
  answer = true,
  because = {
    wrong("The kernel starts at the lowest descriptor of the array.",
      "It starts at the first entry."),
    wrong("Descriptors are renumbered for the call.", "They are used as they are."),
    right "The number of entries counts, and not what stands in them.",
    wrong("Both are rounded up to 1024 entries.",
      "Only as many are read as the second argument says."),
  },
  why = "A set of bits is as long as its highest number needs; an array is as long as the clients "
    .. "are many. That is the whole difference in what is passed, and it is why poll knows no "
    .. "1024.",
  source = "poll(2), nfds; ./iolab bench --claims --only 'select-copies,poll-beyond-1024'",
}

predict {
  id = "twenty-requests",
  ask = "The reference server, as a server of requests, is stopped. A client sends twenty small "
    .. "requests at once, and the server goes on. How many times does `recv` bring bytes until "
    .. "all twenty have been answered?",
  with = requests,
  run = function(t)
    local c = t:connect()
    c:send(request("hello"))
    c:expect(request("olleh"))
    asleep(t, "quiet")
    t.server:stop()
    c:send(request("abc"):rep(20))
    t:mark("begin")
    t.server:continue()
    c:expect(request("cba"):rep(20))
    t:mark("end")
  end,
  answer = function(m)
    local span = m:between("begin", "end")
    return span:calls("recv") - span:failed("recv", "EAGAIN")
  end,
  unit = "times",
  why = "TCP delivers bytes. What was sent as twenty is received as one, if there is room for it, "
    .. "and the answers must all come of this one event: no other will be told. Twenty times "
    .. "`send` is called, as each answer is a state of its own.",
  source = "./iolab show 04/26 --plain; ./iolab grade 04 --check 26",
}

predict {
  id = "who-has-reset",
  ask = "A client that has been served resets its connection. How many times does the reference "
    .. "server call `recv` on it before it closes the descriptor?",
  run = function(t)
    t:known()
    local c = t:known()
    local open = t.server:descriptors()
    asleep(t, "begin")
    c:reset()
    t:eventually(function() return t.server:descriptors() < open end)
    t:mark("end")
  end,
  answer = function(m) return m:between("begin", "end"):calls("recv") end,
  unit = "times",
  why = "`revents` says it all: POLLERR and POLLHUP, beside POLLIN. With `select`, whose sets "
    .. "have one bit for each, the server cannot tell a reset from bytes, and learns of it from "
    .. "`recv`. A server that tests POLLIN first makes one such call as well, and gets "
    .. "ECONNRESET.",
  source = "./iolab grade 04 --check 33; poll(2), POLLERR",
}

predict {
  id = "leaves-and-speaks",
  ask = "Eight clients are connected. The reference server is stopped; the second client closes, "
    .. "the eighth sends a line; the server goes on. How many times does `poll` come back until "
    .. "the line has been answered?",
  run = function(t)
    local clients = t:known(8)
    asleep(t, "quiet")
    t.server:stop()
    clients[2]:close()
    clients[8]:send("I have moved\n")
    t:mark("begin")
    t.server:continue()
    clients[8]:expect("I have moved\n")
    t:mark("end")
  end,
  answer = function(m) return told(m:between("begin", "end"), 9) end,
  unit = "times",
  why = "One call names both. The eighth takes the place of the second in the middle of the "
    .. "round, and is served at that place. A server that goes on to the next index needs a "
    .. "second call.",
  source = "./iolab show 04/32 --plain; ./iolab grade 04 --check 32",
}

predict {
  id = "accept-all",
  ask = "The reference server's listener does not block, and when `poll` names it the server "
    .. "accepts until nobody is left. Ten clients connect while it is stopped, and it goes on. "
    .. "How many calls of `accept` does it make for them?",
  run = function(t)
    t:known()
    local open = t.server:descriptors()
    asleep(t, "quiet")
    t.server:stop()
    local clients = t:connect_many(10)
    t:mark("begin")
    t.server:continue()
    t:eventually(function() return t.server:descriptors() == open + #clients end)
    asleep(t, "end")
  end,
  answer = function(m) return m:between("begin", "end"):calls("@accept") end,
  unit = "calls",
  why = "Ten that bring somebody, and one that says EAGAIN: the price of learning that the queue "
    .. "is empty. To accept one a round, as lab 03 does, costs a `poll` for each instead. Which "
    .. "is cheaper depends on how many entries there are.",
  source = "accept(2), EAGAIN; ./iolab show 04/41 --plain",
}

predict {
  id = "stopped",
  ask = "The reference server sleeps in `poll` and has no handler for SIGCONT. Somebody stops it "
    .. "with SIGSTOP and lets it go on, three times. How many times does `poll` fail with EINTR?",
  run = function(t)
    local c = t:known()
    asleep(t, "begin")
    for _ = 1, 3 do
      t.server:stop()
      t.server:continue()
      t:sleep(0.1)
    end
    c:echo("still there?\n")
    t:mark("end")
  end,
  answer = function(m) return m:between("begin", "end"):failed("poll", "EINTR") end,
  unit = "times",
  why = "Without a handler the call is taken up again by the kernel, with what is left of the "
    .. "time-out. For some calls Linux does not do so, and they return EINTR though no handler "
    .. "ran: epoll_wait is one of them, and lab 05 asks the same question.",
  source = "signal(7), \"Interruption of system calls and library functions by stop signals\"",
}

card {
  id = "result-of-poll",
  front = "`poll` returns 2. What is two?",
  back = "The number of entries whose `revents` is not 0. An entry with POLLIN and POLLOUT counts "
    .. "once; `select` counts such a descriptor twice, in two sets.",
  source = "poll(2), RETURN VALUE; select(2), RETURN VALUE",
}

card {
  id = "time-outs",
  front = "What do the time-outs -1, 0 and 1 of `poll` mean?",
  back = "Sleep until something happens; look and come back at once; sleep for a millisecond or a "
    .. "little longer. A computed time-out that is rounded down to 0 makes a loop that spins for "
    .. "up to a millisecond, so round up.",
  source = "poll(2), timeout; `time_to_sleep` in lab 04, TODO 11",
}

card {
  id = "stale-number",
  front = "A descriptor is closed and its entry is left in the array. What comes back, and when "
    .. "does it become dangerous?",
  back = "POLLNVAL, at once and each time. Dangerous when a newcomer gets the number: then two "
    .. "entries are about one client, one of them with the state of a client that has left.",
  source = "poll(2), POLLNVAL; ./iolab grade 04 --check 4",
}
