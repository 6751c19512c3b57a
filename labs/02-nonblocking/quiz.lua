-- Non-blocking I/O. See harness/quiz/README.md for what the words mean.

local function silence(t, seconds)
  t:mark("silence")
  t:sleep(seconds)
  t:mark("over")
end

truth {
  id = "asynchronous",
  ask = "A `recv` on a socket with O_NONBLOCK is asynchronous I/O.",
  answer = false,
  because = {
    right "The copy into the program's buffer still happens within the call.",
    wrong("It returns only when the data has come.",
      "It returns at once: EAGAIN is an answer, too."),
    wrong("It must be made by the thread that opened the socket, and by no other.",
      "Nothing says so, and it is not the point."),
    wrong("The kernel tells of the data by no signal.",
      "Signal-driven I/O has a signal, and is synchronous by the same measure."),
  },
  why = "Two of the texts behind this course call non-blocking I/O asynchronous, and one calls "
    .. "signal-driven I/O so. POSIX asks who is kept waiting until the operation completes. A "
    .. "non-blocking call does not wait for data, but when there is some, the caller stands still "
    .. "for the copy. Asynchronous is what completes without the caller: aio_read, io_uring.",
  source = "UNIX Network Programming 1, section 6.2, \"Synchronous I/O versus Asynchronous I/O\"",
}

truth {
  id = "initiates",
  ask = "A non-blocking `recv` that returns EAGAIN has started the operation; the kernel carries on "
    .. "with it, and the next call fetches the result.",
  answer = false,
  because = {
    wrong("The next call must be `select`, which fetches the result.",
      "select tells who is ready. It fetches nothing."),
    wrong("The kernel starts it only with the second call.",
      "The second call is like the first: it looks into the queue."),
    right "After EAGAIN nothing is under way: the next call begins from nothing.",
    wrong("The result comes with a signal.", "Only where O_ASYNC asks for one."),
  },
  why = "One text says that a program \"initiates an operation and continues\". There is nothing "
    .. "to continue: the bytes come whether somebody asks or not, and EAGAIN says only that none "
    .. "had come. The buffer that was passed is not remembered. (`connect` is the exception: with "
    .. "EINPROGRESS it really goes on.)",
  source = "recv(2), EAGAIN; connect(2), EINPROGRESS; UNIX Network Programming 1, figure 6.2",
}

truth {
  id = "files",
  ask = "A `read` from a regular file may wait for the disk, although O_NONBLOCK is set.",
  answer = true,
  because = {
    wrong("Files cannot have the flag: fcntl fails with EINVAL.", "It can be set, and does nothing."),
    right "Regular files count as always ready: the flag has no effect on them.",
    wrong("It waits only until the page has been asked for, then returns EAGAIN.",
      "That would be useful, and preadv2 with RWF_NOWAIT comes near it. `read` does not."),
  },
  why = "Ready means that a call would not sleep for an unlimited time. A disk answers, sooner or "
    .. "later, so that files are ready for select, poll and O_NONBLOCK at any time, and a `read` "
    .. "sleeps for the disk all the same. Threads, POSIX AIO and io_uring are for that.",
  source = "open(2), O_NONBLOCK; ./iolab bench --claims --only nonblocking-files",
}

choice {
  id = "getfl-first",
  ask = [[
    What is wrong with this?

        fcntl(fd, F_SETFL, O_NONBLOCK);
  ]],
  answers = {
    wrong("F_SETFL sets flags of the descriptor; O_NONBLOCK needs F_SETFD.",
      "It is the other way round: F_SETFD is for FD_CLOEXEC alone."),
    right "It takes away the status flags that were set before, such as O_APPEND.",
    wrong("O_NONBLOCK can be set only when a descriptor is opened.", "fcntl can set it at any time."),
    wrong("The argument must be the address of an int.", "That is ioctl with FIONBIO."),
  },
  why = "F_SETFL writes all status flags that can be changed. Read them with F_GETFL, add yours, "
    .. "write the sum. ioctl with FIONBIO does it in one call, and touches nothing else.",
  source = "fcntl(2), F_GETFL and F_SETFL; ./iolab grade 02 --check 11",
}

choice {
  id = "setfd",
  ask = [[
    A server works as long as every client speaks. When one is silent, all others wait. Its
    descriptors are prepared so, and no call fails:

        fcntl(fd, F_SETFD, O_NONBLOCK);

    Why does it hang?
  ]],
  answers = {
    right "The descriptor flags were written, so the socket still blocks.",
    wrong("F_SETFD works, but only for sockets that come of the next `accept`.",
      "It concerns this descriptor alone."),
    wrong("O_NONBLOCK works, but the kernel sleeps for fairness after EAGAIN.",
      "It never sleeps in such a call."),
    wrong("The flag is there; `recv` ignores it without MSG_DONTWAIT.",
      "Each of the two is enough by itself."),
  },
  why = "Status flags belong to the open file description, descriptor flags to the number. Bits that "
    .. "F_SETFD does not know are ignored without an error, and nothing is seen of it until a call "
    .. "sleeps.",
  source = "fcntl(2), \"File descriptor flags\"; ./iolab grade 02 --check 17",
}

choice {
  id = "inherit",
  ask = "The listener has O_NONBLOCK. What does a socket that `accept` returns have on Linux?",
  answers = {
    wrong("O_NONBLOCK, as on the BSDs.",
      "There it is so. A program that relies on either is not portable."),
    right "It blocks: status flags are not inherited from the listener.",
    wrong("O_NONBLOCK, if the client has set it at its end.",
      "Flags never cross the network: each end has its own."),
    wrong("Whatever `fcntl` set last in this process.", "Each open file description has its own."),
  },
  why = "Set it on each new descriptor, or take accept4 with SOCK_NONBLOCK, which saves a call. "
    .. "Forgotten, everything works until the first client is silent: then the one thread sleeps "
    .. "in `recv`, and with it everybody.",
  source = "accept(2), on file status flags; ./iolab grade 02 --check 17",
}

choice {
  id = "parenthesis",
  ask = [[
    A client sends "abc". What does the server do?

        if ((n = recv(fd, b, sizeof b, 0) == -1) && errno == EAGAIN)
            return WOULD_BLOCK;
        if (n == 0)
            close(fd);
  ]],
  answers = {
    wrong("It goes on with n = 3.", "n holds the result of the comparison, not of the call."),
    wrong("It returns WOULD_BLOCK.", "The comparison is false: no error happened."),
    wrong("It is undefined: n is not set.", "It is set, to the wrong thing."),
    right "It closes the connection.",
  },
  why = "`==` binds more tightly than `=`, so n becomes 0 when the call succeeded, which looks like "
    .. "the end of the stream. gcc's -Wall says nothing about it, as the outer parentheses "
    .. "promise that it is meant.",
  source = "C17, 6.5.9 and 6.5.16; ./iolab grade 02 --check 15",
}

choice {
  id = "wouldblock-eagain",
  ask = "Why do careful programs compare errno with both EAGAIN and EWOULDBLOCK?",
  answers = {
    wrong("`recv` uses the one, `send` the other.", "Both may use either."),
    right "POSIX allows a system to give them different numbers, and either may come.",
    wrong("EAGAIN means that a signal came, EWOULDBLOCK that there is no data.",
      "A signal is EINTR."),
    wrong("EWOULDBLOCK is for listeners, EAGAIN for connections.", "There is no such rule."),
  },
  why = "On Linux they are the same number, and the compiler throws one comparison away. Elsewhere "
    .. "they were not: EWOULDBLOCK is of BSD, EAGAIN of System V.",
  source = "recv(2), EAGAIN or EWOULDBLOCK; errno(3)",
}

several {
  id = "remember",
  ask = "What must a server that never sleeps in `send` remember for each client between two sweeps?",
  answers = {
    right "The bytes that were received and are not yet sent.",
    right "How far of them it has come.",
    right "Whether the client has half-closed.",
    wrong("The address of the kernel's send queue.", "Nobody outside the kernel knows it."),
    wrong("Which thread serves it.", "There is one thread, and it serves everybody."),
    wrong("How often `recv` has said EAGAIN.", "EAGAIN leaves nothing behind."),
  },
  why = "A thread of lab 01 keeps all this on its stack and in its place in the code while it "
    .. "sleeps. Whoever does not sleep has to write it down: that is the state machine that every "
    .. "event-driven server has.",
  source = "README of lab 02, tasks 5, 7 and 8; ./iolab show 02/23 --plain",
}

several {
  id = "not-errors",
  ask = "Which results of a call on a non-blocking connection are no reason to close it?",
  answers = {
    right "`send` returned fewer bytes than it was given.",
    right "`recv` returned -1 with EAGAIN.",
    right "`recv` returned -1 with EINTR.",
    wrong("`send` returned -1 with EPIPE.", "The connection is shut for sending: nothing will change that."),
    wrong("`recv` returned -1 with ECONNRESET.", "The peer has reset it. It is gone."),
  },
  why = "A call that does not wait has more ends than two: done, in part, not now, the end, broken. "
    .. "Put them into a type, and let the compiler see to it that each is met.",
  source = "send(2) and recv(2), RETURN VALUE and ERRORS; ./iolab grade 02 --check 24,25",
}

number {
  id = "useless-share",
  ask = "A server asks 500 clients in turn, and in each sweep one of them has something. Of 100 "
    .. "receiving calls, how many bring nothing?",
  answer = 99.8,
  within = 0.1,
  unit = "calls",
  why = "499 of 500. Asking costs as much as there are clients, and brings as much as happens. The "
    .. "next labs turn that round: one call that says who has something.",
  source = "./iolab show 02/41 --plain, polls in vain over system calls",
}

number {
  id = "pause-latency",
  ask = "A server pauses for 10 ms after each sweep that moved nothing. A message comes at a random "
    .. "moment of a pause. For how long does it wait in the kernel on average?",
  answer = 5,
  within = 0.1,
  unit = "ms",
  why = "From 0 to 10, each equally likely: half the pause. Latency and useless calls are two ends "
    .. "of one rope: halve the pause, and you double the calls.",
  source = "README of lab 02, \"What a byte costs\"; ./iolab show 02/22 --plain",
}

order {
  id = "one-sweep",
  ask = "A client's line is echoed by a server that asks everybody in turn. Put in order what happens.",
  items = {
    "`recv` on this client returns EAGAIN.",
    "The server pauses.",
    "The client's bytes arrive in the kernel's queue.",
    "`recv` on this client returns a count.",
    "`send` returns the same count.",
    "`recv` on this client returns EAGAIN again.",
  },
  why = "The bytes lie in the queue until the sweep comes round: nothing tells the server that they "
    .. "are there. That is figure 6.2 of the book, with a pause in place of a loop.",
  source = "UNIX Network Programming 1, figure 6.2; ./iolab show 02/22 --plain",
}

predict {
  id = "useless-calls",
  ask = "One client is connected to the reference server and silent for 0.3 s. The server pauses for a "
    .. "millisecond whenever a sweep has moved nothing. How many times does `recv` bring EAGAIN?",
  run = function(t)
    t:known()
    silence(t, 0.3)
  end,
  answer = function(m) return m:between("silence", "over"):failed("recv", "EAGAIN") end,
  ranges = { 1, 20, 1000, 100000 },
  unit = "times",
  why = "A sweep a pause, some hundred in all: the pause takes longer than it is told, since the "
    .. "kernel rounds up and wakes nobody early. Without a pause it would be hundreds of thousands, "
    .. "and a whole core.",
  source = "nanosleep(2); ./iolab show 02/21 --plain",
}

predict {
  id = "asked-in-a-sweep",
  ask = "Twenty clients are connected and silent. How many calls of the reference server come back "
    .. "with EAGAIN for each pause that it takes?",
  run = function(t)
    t:known(20)
    silence(t, 0.3)
  end,
  answer = function(m)
    local sweeps = m:between("silence", "over"):rounds("@sleep")
    return (sweeps:failed("@receive", "EAGAIN") + sweeps:failed("@accept", "EAGAIN"))
      / sweeps:calls("@sleep")
  end,
  unit = "calls",
  why = "Each client is asked once, and the listener too: has somebody come? Twenty and one. The "
    .. "listener is a descriptor like any other, and easily forgotten when one counts.",
  source = "./iolab show 02/44 --plain",
}

predict {
  id = "asleep-in-recv",
  ask = "Five clients talk and fall silent. In how many of its calls of `recv` is the reference server "
    .. "asleep, even for a moment?",
  run = function(t)
    local clients = t:known(5)
    t:sleep(0.2)
    for i = 1, 5 do clients[i]:echo("again\n") end
  end,
  answer = function(m) return m:wakeups("recv") end,
  unit = "calls",
  why = "With O_NONBLOCK a call never waits for a peer; it returns EAGAIN instead. (It is still not "
    .. "free: the copy takes its time within the call.) What sleeps is the pause.",
  source = "UNIX Network Programming 1, figure 6.2; ./iolab grade 02 --check 3",
}

predict {
  id = "backpressure",
  ask = "A client sends and sends and reads nothing, until the reference server's buffers for it are "
    .. "full. In the next 0.3 s, how many times does the server call `recv` for this client?",
  run = function(t)
    local c = t:known()
    local witness = t:known()
    t:fill(c, witness)
    witness:close()
    t:sleep(0.1)
    silence(t, 0.3)
  end,
  answer = function(m) return m:between("silence", "over"):calls("recv") end,
  unit = "times",
  why = "None: who does not read is not read from, and the client's own send queue fills up. That "
    .. "is backpressure, and it costs no memory. What the server does try in each sweep is `send`.",
  source = "./iolab show 02/27 --plain, the lane of connection 1",
}

card {
  id = "eagain",
  front = "What does EAGAIN on a non-blocking descriptor mean, in two words?",
  back = "Not now. It is an answer and no error: nothing was lost, nothing has begun, and the "
    .. "connection is as good as before.",
  source = "recv(2), send(2), accept(2): EAGAIN",
}

card {
  id = "dontwait",
  front = "What is the difference between MSG_DONTWAIT and O_NONBLOCK?",
  back = "MSG_DONTWAIT concerns one call. O_NONBLOCK belongs to the open file description: every "
    .. "thread, every duplicate, and every process that inherited it finds it set.",
  source = "recv(2), MSG_DONTWAIT",
}

card {
  id = "not-blocking",
  front = "Notes say: \"Ask the OS if there is data. If so, call without blocking.\" What can happen "
    .. "between the question and the call?",
  back = "The data can go: another thread or process took it, or the kernel threw a datagram with a "
    .. "wrong checksum away. Then a blocking `recv` sleeps. So descriptors that one asks about are "
    .. "given O_NONBLOCK as well.",
  source = "select(2), BUGS, on spurious readiness",
}
