-- Edge-triggered epoll. See harness/quiz/README.md for what the words mean.

-- From here on the server has done all that it was asked for, and sleeps.
local function asleep(t, mark)
  t.server:asleep { call = "@wait", within = 10 }
  t:mark(mark)
end

choice {
  id = "lost-edge",
  ask = "A client sends a request of 10,000 bytes and waits for the answer. The server is told by "
    .. "an edge, receives 4,096 bytes, finds no complete request in them, and calls `epoll_wait`. "
    .. "What happens?",
  answers = {
    wrong("`epoll_wait` returns at once: 5,904 bytes are there.",
      "That is the level. The edge was the arrival, and it has been told."),
    wrong("`epoll_wait` returns when the kernel repeats the segment.",
      "The segment has been acknowledged, and is not sent again."),
    wrong("`epoll_wait` returns -1 with EAGAIN, since the drain was not finished.",
      "It keeps no account of what the server did with an event."),
    right "Both sides wait for each other.",
  },
  why = "No single call is wrong, nothing is lost, and yet nothing moves: this is what a lost "
    .. "wake-up looks like in a recording. It is cured by receiving until EAGAIN, or by "
    .. "remembering that this client is not done, and not sleeping.",
  source = "epoll(7), \"Level-triggered and edge-triggered\"; ./iolab grade 06 --check 16",
}

choice {
  id = "in-else-out",
  ask = [[
    A client to which output is blocked reads a little and sends a line. One event tells of both.
    What becomes of the blocked output?

        if (events & EPOLLIN)
            note_readable(client);
        else if (events & EPOLLOUT)
            note_writable(client);
  ]],
  answers = {
    wrong("It goes out with the next event, which tells of the room again.",
      "There is room already. Nothing changes that could be told."),
    right "It stays where it is: nobody tells of the room a second time.",
    wrong("Nothing special: EPOLLIN and EPOLLOUT come in events of their own.",
      "What happens between two calls is combined into one event."),
    wrong("It goes out when the line is echoed, since `send` sends all that is pending.",
      "A server that holds back input while output is pending does not get to the echo."),
  },
  why = "A mask may have several bits, and each is an edge of its own that is told once. "
    .. "Level-triggered servers get away with the `else`, as the rest comes again. Two ifs, and "
    .. "nothing between them.",
  source = "epoll(7), \"are they combined or reported separately\"; ./iolab grade 06 --check 24",
}

choice {
  id = "mod-without-et",
  ask = [[
    A connection was added with EPOLLIN | EPOLLET. When output is blocked, this is done:

        event.events = EPOLLIN | EPOLLOUT;
        epoll_ctl(epoll_fd, EPOLL_CTL_MOD, client->fd, &event);

    The server receives nothing while output is pending. What changes when the client goes on
    sending?
  ]],
  answers = {
    right "`epoll_wait` returns at once, again and again.",
    wrong("Nothing changes, for EPOLLET is a property of the descriptor.",
      "It is one bit of the entry, and MOD writes the entry anew."),
    wrong("EPOLLIN is told once, EPOLLOUT as long as there is room.",
      "The flag is about all bits of an entry."),
    wrong("`epoll_ctl` fails with EINVAL.", "EINVAL of MOD is about EPOLLEXCLUSIVE."),
  },
  why = "The entry has become level-triggered, and so it stays, for this one client. The server "
    .. "works and burns a core. Whoever registers once, for both directions, cannot lose the "
    .. "flag.",
  source = "epoll_ctl(2), EPOLL_CTL_MOD; ./iolab grade 06 --check 2,5",
}

choice {
  id = "rdhup-first",
  ask = [[
    A client sends 40,000 bytes and half-closes, and both have arrived when the server looks. What
    does it get back?

        if (events & EPOLLRDHUP)
            remove_client(client);
        else if (events & EPOLLIN)
            receive_until_eagain(client);
  ]],
  answers = {
    wrong("All its bytes, and then the end: the kernel reports them in order.",
      "One event reports both. The order is kept in the queue, not in the mask."),
    wrong("The first buffer full, and then the end", "Nothing is received before the removal."),
    right "No byte at all",
    wrong("All its bytes, but no end", "The end is the one thing that it does get."),
  },
  why = "EPOLLRDHUP says that the end has come, which is not that everything before it has been "
    .. "read. `recv` meets the end in its place, behind the bytes, and says 0. The flag is good "
    .. "for something else: noticing an end while nothing may be received.",
  source = "epoll_ctl(2), EPOLLRDHUP; ./iolab grade 06 --check 31",
}

choice {
  id = "blocking-listener",
  ask = [[
    The listener is registered with EPOLLET, and it blocks. One client connects. What happens?

        for (;;) {
            int fd = accept(server_fd, NULL, NULL);
            if (fd < 0 && errno == EAGAIN)
                break;
            add_client(fd);
        }
  ]],
  answers = {
    wrong("The client is accepted, and EAGAIN ends the loop.",
      "EAGAIN is for descriptors that may not sleep."),
    right "The client is accepted, and gets no answer until another one connects.",
    wrong("The client is not accepted, as the edge came before the call.",
      "An edge is an announcement. The client stands in the queue."),
    wrong("The client is accepted, and later ones are not, since there is no further edge.",
      "They are the only ones who get anything: each wakes the sleeping `accept`."),
  },
  why = "A loop until EAGAIN needs somebody who says EAGAIN. On a blocking descriptor its last "
    .. "call sleeps, in the wrong place, and with one thread everybody sleeps with it. It holds "
    .. "for `recv` alike, and accepted descriptors do not inherit the flag on Linux.",
  source = "epoll(7), \"should use nonblocking file descriptors\"; ./iolab grade 06 --check 3",
}

choice {
  id = "emfile-forgotten",
  ask = "The listener has EPOLLET. Ten clients stand in its queue; `accept` succeeds three times, "
    .. "then says EMFILE, and the server goes back to sleep. A minute later three clients leave, "
    .. "and nobody new connects. What becomes of the seven?",
  answers = {
    wrong("They are announced as soon as a descriptor is free.",
      "epoll watches the queue, and the queue has not changed."),
    wrong("They were turned away when EMFILE came.",
      "They are connected as far as they know, and may have sent something."),
    wrong("They are announced at the next `epoll_wait`, for the queue is not empty.",
      "That would be the level."),
    right "They wait in the queue, and `epoll_wait` sleeps.",
  },
  why = "Their edge has been taken, and EMFILE is not the end of it. Remember that somebody "
    .. "waits: try again when a descriptor is closed, or after a while by a time-out. A "
    .. "level-triggered server has the opposite trouble, and spins.",
  source = "accept(2), EMFILE; ./iolab grade 06 --check 43",
}

choice {
  id = "starvation",
  ask = "A server receives from each client in a loop until EAGAIN, before it looks at the next. "
    .. "A client sends as fast as the server can take it. What do the others notice?",
  answers = {
    wrong("Nothing: `epoll_wait` hands out clients in rotation.",
      "It is not called, since the loop does not end."),
    wrong("Nothing: the kernel gives EAGAIN after a full receive queue.",
      "EAGAIN is for an empty one. It is filled while it is being emptied."),
    right "They get no answer while this goes on.",
    wrong("They are answered half as often, as two clients share the thread.",
      "There is no sharing: one loop has the thread until it ends."),
  },
  why = "Until EAGAIN is a rule about what must be done before sleeping, not about doing it in "
    .. "one go. Give each client a turn of bounded length, keep those who are not done in a list, "
    .. "and ask with a time-out of 0 while the list is not empty.",
  source = "epoll(7), \"Starvation (edge-triggered)\"; ./iolab grade 06 --check 25",
}

choice {
  id = "oneshot-partial",
  ask = "A server uses EPOLLONESHOT. It arms a client again when a whole line has been answered. "
    .. "Half a line comes, is received, and EAGAIN follows. A second later the other half comes. "
    .. "What happens?",
  answers = {
    right "No event tells of it.",
    wrong("An event comes, as new bytes make a new edge.",
      "They do where the entry is armed. This one was disarmed by its first event."),
    wrong("An event comes with EPOLLERR, because the entry is out of use.",
      "A disarmed entry reports nothing at all."),
    wrong("`recv` in the server wakes up by itself.", "Nobody is in `recv`: it said EAGAIN."),
  },
  why = "After an event the entry is silent until MOD arms it, and every way out of the handler "
    .. "has to do that: the half line, the blocked send, the false alarm. Arming looks at what is "
    .. "there, so that nothing is lost between EAGAIN and MOD.",
  source = "epoll_ctl(2), EPOLLONESHOT; README of lab 06, \"Going further\"",
}

choice {
  id = "two-threads",
  ask = "Four threads call `epoll_wait` on one epoll descriptor, and clients are registered with "
    .. "EPOLLIN | EPOLLET. A client sends a line; while thread 1 is about to receive it, the "
    .. "client sends another. What can happen?",
  answers = {
    wrong("All four threads wake up for each of the lines.",
      "With EPOLLET an event wakes one of those who wait on the same descriptor."),
    wrong("Nothing: a client belongs to the thread that had its first event.",
      "epoll knows nothing of threads."),
    wrong("The second line is not announced, because the first was not yet received.",
      "New bytes are a new edge, whatever has been read."),
    right "Thread 2 gets an event of this client, and both receive from it.",
  },
  why = "One thread an event does not mean one thread a client. Two who receive from one stream "
    .. "can exchange its parts. EPOLLONESHOT is for that: until it is armed again nobody else "
    .. "hears of the client. Or let each thread have clients, and an epoll set, of its own.",
  source = "epoll(7), on threads and EPOLLONESHOT; README of lab 06, \"Going further\"",
}

choice {
  id = "out-comes-first",
  ask = "A connection is registered once with EPOLLIN | EPOLLOUT | EPOLLET. Its first event says "
    .. "EPOLLOUT, and there is nothing to send. Later an answer is ready. What does the server do "
    .. "with it?",
  answers = {
    wrong("It waits for the next EPOLLOUT, and sends then.",
      "There is room all the time. The next edge comes after the room has been used up."),
    right "It calls `send` at once.",
    wrong("It calls EPOLL_CTL_MOD with EPOLLOUT, and sends when the event comes.",
      "That works, and costs two calls for nothing: that there is room is known."),
    wrong("It adds the connection a second time, for output.",
      "The same descriptor twice gives EEXIST."),
  },
  why = "An edge is kept, like a promise, until a call says EAGAIN: writable stays true from the "
    .. "first event on. After EAGAIN, and only then, there is something to wait for.",
  source = "epoll(7), \"You must consider it ready until\"; ./iolab show 06/22 --plain",
}

several {
  id = "new-events",
  ask = "A connection has EPOLLIN | EPOLLOUT | EPOLLET. Its last event was taken, and of 5,000 "
    .. "bytes the server has received 1,000. What makes `epoll_wait` report it again?",
  answers = {
    right "One more byte comes.",
    right "The client half-closes.",
    right "EPOLL_CTL_MOD is called with the mask that it has already.",
    wrong("The server receives 1,000 bytes more, and 3,000 are left.",
      "Taking something away makes nothing ready."),
    wrong("A minute goes by.", "Edges have no clock."),
    wrong("`epoll_wait` is called with a time-out of 0.", "It looks into the same ready list."),
  },
  why = "Something has to change, from outside or by a MOD, which looks at the descriptor anew. A "
    .. "server whose clients keep talking therefore hides a lost edge: the next line brings the "
    .. "rest of the one before. To see it, send one burst, and then nothing.",
  source = "epoll(7), \"Modify will reread available I/O\"; ./iolab grade 06 --check 16",
}

several {
  id = "may-sleep",
  ask = "In which of these situations may an edge-triggered server sleep in `epoll_wait` without "
    .. "a time-out, as far as this one TCP connection is concerned?",
  answers = {
    right "`recv` has said EAGAIN, and nothing is to be sent.",
    right "`send` has said EAGAIN, and something is to be received.",
    wrong("`recv` has filled the buffer, and all of it has been sent.",
      "There may be more, of which no event will tell."),
    wrong("`recv` has said EINTR, and nothing is to be sent.",
      "An interrupted call has found out nothing. Call it again."),
    wrong("`recv` has brought less than the buffer holds, and the event said EPOLLRDHUP, too.",
      "No more bytes are there, but the end is. It has been told, and nobody has met it yet."),
  },
  why = "Each direction is followed to its end or it is not. While output is blocked input may "
    .. "wait: the room will be announced, and then the server has to come back to receiving by "
    .. "itself, as the edge of the bytes has been taken.",
  source = "README of lab 06, \"Tasks\"; ./iolab grade 06 --check 4,22",
}

number {
  id = "exact-burst",
  ask = "A burst of exactly 49,152 bytes lies in the queue, and nothing follows. The server "
    .. "receives into a buffer of 16,384 and stops at EAGAIN, or at a receive that brings less "
    .. "than the buffer holds. How many calls of `recv` does it make?",
  answer = 4,
  unit = "calls",
  why = "Three are full, 3 * 16,384, and a full one says nothing about what is behind it. The "
    .. "fourth says EAGAIN. The shortcut saves a call for most messages, and none where they fill "
    .. "the buffer; a server that stops after a fixed number loses edges.",
  source = "epoll(7), \"Do I need to continuously read/write\"; ./iolab grade 06 --check 16",
}

number {
  id = "edges-of-thirty",
  ask = "Thirty clients connect while the server is busy elsewhere. The listener is "
    .. "edge-triggered. At least how many events tell of them, if the server calls `epoll_wait` "
    .. "when all thirty are there?",
  answer = 1,
  why = "What happens between two calls is combined. A server that accepts once an event keeps "
    .. "twenty-nine waiting, and with every newcomer accepts somebody of long ago: it is always "
    .. "late by twenty-nine.",
  source = "epoll(7), \"They will be combined\"; ./iolab grade 06 --check 41",
}

order {
  id = "back-to-receiving",
  ask = "A client sends much, does not read for a while, and then reads all. Put in order what the "
    .. "reference server does.",
  items = {
    "`send` says EAGAIN.",
    "It receives nothing more from this client.",
    "`epoll_wait` brings EPOLLOUT.",
    "`send` takes the rest.",
    "`recv` brings bytes that came while output was blocked.",
    "`recv` says EAGAIN.",
    "`epoll_wait` sleeps.",
  },
  why = "The fifth step is the one that is forgotten. The event is about room, and the bytes were "
    .. "there before it. EPOLLIN may stand beside EPOLLOUT in it, but then for the last time: a "
    .. "server that sends, and waits for bytes to be announced, waits for ever. A note in the "
    .. "program says that this client is still readable.",
  source = "./iolab show 06/22 --plain; ./iolab grade 06 --check 4,22",
}

truth {
  id = "until-all-is-read",
  ask = "After an edge no further event comes until all bytes have been read and new ones have "
    .. "arrived.",
  answer = false,
  because = {
    wrong("A further event comes with every call, as long as bytes are there.",
      "That is level-triggered."),
    right "New bytes make an event, whether or not the old ones have been read.",
    wrong("A further event comes after a second.", "The kernel does not remind anybody."),
    wrong("No event ever comes for the same descriptor without EPOLL_CTL_MOD.",
      "That is EPOLLONESHOT."),
  },
  why = "A text behind this course states it so. What is true of it is that nobody is reminded of "
    .. "the old bytes. That new ones are told in any case has two sides: a server with a bug "
    .. "seems to work as long as clients talk, and a right one gets events for which nothing is "
    .. "left.",
  source = "./iolab bench --claims --only edge-until-read; epoll(7), \"multiple events can be "
    .. "generated\"",
}

truth {
  id = "fewer-calls",
  ask = "For a short message with silence behind it, an edge-triggered server that receives until "
    .. "EAGAIN makes fewer system calls than a level-triggered one.",
  answer = false,
  because = {
    wrong("It makes as many: both are told of a message once.",
      "Told once, yes. But there is one receive more."),
    wrong("It makes more, since each edge must be armed again.", "Only with EPOLLONESHOT."),
    wrong("It makes fewer only when compiled for it.", "Calls are calls."),
    right "The receive that finds EAGAIN comes on top of those that bring bytes.",
  },
  why = "Level: `epoll_wait`, `recv`, `send`. Edge: the same and a `recv` in vain, and in servers "
    .. "that take turns another `epoll_wait`. (When the peer is quick its next bytes are there by "
    .. "then, and the call is not in vain.) What edges do save is switching between EPOLLIN and "
    .. "EPOLLOUT, and waking several threads for one event.",
  source = "./iolab show 05/11 --plain and ./iolab show 06/11 --plain, calls and polls in vain",
}

truth {
  id = "mixed-set",
  ask = "In one epoll set the listener may be level-triggered while all connections are "
    .. "edge-triggered.",
  answer = true,
  because = {
    wrong("Listeners ignore EPOLLET, since they carry no bytes.",
      "They do not: of an edge-triggered one the queue is announced once."),
    wrong("The flag of the first entry holds for all later ones.", "Each entry has its own."),
    right "EPOLLET is a flag of an entry, and not of the set.",
    wrong("`epoll_wait` is told by its arguments which of the two is wanted.",
      "It has no such argument."),
  },
  why = "It is a sensible mixture: one `accept` for each event is then enough, and EMFILE cannot "
    .. "be forgotten (though it can spin). The manual's own example does it that way: its "
    .. "listener has EPOLLIN, its connections EPOLLIN | EPOLLET.",
  source = "epoll(7), \"Example for suggested usage\"; README of lab 06, task 1",
}

predict {
  id = "receives-a-message",
  ask = "A client sends one byte, gets it back, and says nothing more. How many times does the "
    .. "reference server call `recv` before it sleeps again?",
  run = function(t)
    local c = t:known()
    t:sleep(0.1)
    asleep(t, "begin")
    c:echo("x")
    t:sleep(0.3)
    asleep(t, "end")
  end,
  answer = function(m) return m:between("begin", "end"):calls("recv") end,
  unit = "times",
  why = "One brings the byte, one says EAGAIN, and only then may the server sleep. The second can "
    .. "be saved here: on a stream a receive that brings less than it asked for has emptied the "
    .. "queue. It cannot be saved when the event told of the end as well.",
  source = "epoll(7), \"Do I need to continuously read/write\"; ./iolab show 06/11 --plain",
}

predict {
  id = "forty-thousand",
  ask = "The reference server is stopped while it sleeps, a client sends 40,000 bytes at once and "
    .. "then nothing, and the server goes on. It receives at most 16,384 bytes at a time. How "
    .. "many calls of `recv` does it make until it sleeps again?",
  run = function(t)
    local c = t:known()
    c:echo(t:bytes(4000))
    local data = t:bytes(40000)
    asleep(t, "quiet")
    t.server:stop()
    c:send(data)
    t:mark("begin")
    t.server:continue()
    c:expect(data)
    asleep(t, "end")
  end,
  answer = function(m) return m:between("begin", "end"):calls("recv") end,
  unit = "calls",
  why = "16,384, 16,384, 7,232, and EAGAIN. In lab 05 three events make three receives, and the "
    .. "last of them needs no EAGAIN behind it, as the kernel would have told. Here the server "
    .. "has to find out by itself.",
  source = "./iolab show 06/16 --plain",
}

predict {
  id = "silent-newcomer",
  ask = "The reference server registers each connection once, with EPOLLIN | EPOLLOUT | EPOLLET. "
    .. "A client connects and says nothing. How many times does `epoll_wait` come back with an "
    .. "event?",
  run = function(t)
    t:known()
    asleep(t, "begin")
    t:connect()
    t:sleep(0.3)
    asleep(t, "end")
  end,
  answer = function(m) return m:between("begin", "end"):returned("epoll_wait", 1) end,
  unit = "times",
  why = "Once for the listener, and once for the newcomer: a fresh connection has room, and that "
    .. "is news when it has just been added. It is the price of never calling MOD, and it is told "
    .. "once. Level-triggered the same mask would spin.",
  source = "epoll(7), \"for performance reasons\"; ./iolab show 06/44 --plain",
}

predict {
  id = "no-mod",
  ask = "A client fills every buffer between itself and the reference server without reading, "
    .. "then reads all, and gets all. How many times does the server call `epoll_ctl` from the "
    .. "moment at which the client is connected?",
  run = function(t)
    local other = t:known()
    local slow = t:connect { receive_buffer = 16384, send_buffer = 65536 }
    slow:echo("hello\n")
    asleep(t, "begin")
    local taken = t:fill(slow, other, 16 << 20)
    slow:resume()
    slow:expect(taken, { within = 20 })
    asleep(t, "end")
  end,
  answer = function(m) return m:between("begin", "end"):calls("epoll_ctl") end,
  unit = "times",
  why = "EPOLLOUT was asked for once and for all, and comes when room appears behind an EAGAIN. "
    .. "The server of lab 05 calls MOD twice for each blockage, to ask and to stop asking.",
  source = "epoll(7), \"avoid continuously switching between EPOLLIN and EPOLLOUT\"; "
    .. "./iolab show 06/22 --plain",
}

predict {
  id = "newcomers",
  ask = "Thirty clients connect while the reference server is stopped, and it goes on. Its "
    .. "listener is edge-triggered. How many times is `accept` called?",
  run = function(t)
    t:known()
    local open = t.server:descriptors()
    asleep(t, "quiet")
    t.server:stop()
    local clients = t:connect_many(30)
    t:mark("begin")
    t.server:continue()
    t:eventually(function() return t.server:descriptors() == open + #clients end)
    t:sleep(0.1)
    asleep(t, "end")
  end,
  answer = function(m) return m:between("begin", "end"):calls("@accept") end,
  unit = "times",
  why = "Thirty times with somebody, and once with EAGAIN, before which the server must not "
    .. "sleep. A limit of sixteen a round would be fair and wrong, if it were not remembered that "
    .. "somebody is left.",
  source = "./iolab show 06/41 --plain; ./iolab grade 06 --check 41",
}

card {
  id = "short-receive",
  front = "When may a server take a receive that brought less than it asked for as the end of an "
    .. "edge?",
  back = "On a stream socket or a pipe, if the event did not tell of the end too (EPOLLRDHUP, "
    .. "EPOLLHUP, EPOLLERR): behind the bytes an end may stand, which no further event announces. "
    .. "Not for datagrams or terminals.",
  source = "epoll(7), \"Do I need to continuously read/write\"; README of lab 06, \"Tasks\"",
}

card {
  id = "exclusive",
  front = "What is EPOLLEXCLUSIVE for, and what does EPOLL_CTL_MOD say to it?",
  back = "Several epoll sets, one listener in all of them: without it every set wakes its thread "
    .. "for one client, with it one or a few do. It can be given with ADD only; MOD fails with "
    .. "EINVAL, with the flag and on an entry that has it.",
  source = "epoll_ctl(2), EPOLLEXCLUSIVE and ERRORS",
}

card {
  id = "time-out-zero",
  front = "Why does a fair edge-triggered server call `epoll_wait` with a time-out of 0, and when "
    .. "does this go wrong?",
  back = "Clients are left that are not done, of whom no edge will tell: it looks for others, and "
    .. "does not sleep. It goes wrong when somebody stays in the list after EAGAIN: then it never "
    .. "sleeps again.",
  source = "epoll_wait(2), timeout; ./iolab grade 06 --check 5,44",
}
