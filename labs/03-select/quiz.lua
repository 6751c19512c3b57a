-- I/O multiplexing with select. See harness/quiz/README.md for what the words mean.

-- From here on the server has done all that it was asked for, and sleeps.
local function asleep(t, mark)
  t.server:asleep { call = "@wait", within = 10 }
  t:mark(mark)
end

choice {
  id = "sets-overwritten",
  ask = [[
    Clients A and B are connected and stand in `watched`, and so does the listener. A sends a line,
    and a second later B sends one. What happens?

        for (;;) {
            select(max_fd + 1, &watched, NULL, NULL, NULL);
            serve_whoever_is_in(&watched);
        }
  ]],
  answers = {
    wrong("Both are answered: the kernel puts a descriptor back into the set when it is ready.",
      "It only takes out. It has no memory of what an earlier call asked for."),
    right "A is answered, B is not, and nobody new is accepted.",
    wrong("A is answered. B's line makes `select` fail with EBADF.",
      "No descriptor was closed. B's is merely not asked about any more."),
    wrong("Only B is answered, as the set holds what came last.",
      "The set holds who was ready in this call, and that is A."),
  },
  why = "Question and answer share one place: what comes back holds only those that are ready, and "
    .. "the next call asks about no others. So the question is kept elsewhere, and a copy is "
    .. "passed. The manual calls this design an error that poll avoids.",
  source = "select(2), \"File descriptor sets\" and BUGS; ./iolab grade 03 --check 11,14",
}

choice {
  id = "plus-one-missing",
  ask = [[
    The listener is descriptor 3, and the clients are 4, 5 and 6. All stand in the set. Who is not
    heard?

        select(6, &readfds, NULL, NULL, &timeout);
  ]],
  answers = {
    wrong("Nobody is left out: 6 is the highest descriptor.",
      "The first argument is a bound, and the bound itself is not looked at."),
    wrong("Only the first three are looked at: six bits are two for each set.",
      "The argument counts bits from 0 in each of the sets."),
    wrong("Nobody is heard: the call fails with EINVAL.",
      "EINVAL is for a negative number, or one above the limit of descriptors."),
    right "The client with descriptor 6",
  },
  why = "The kernel looks at 0 up to the first argument minus 1. A client behind the bound is "
    .. "connected, can send, and gets no answer until a later one with a higher number moves the "
    .. "bound. With one client at a time a test never hears anybody.",
  source = "select(2), nfds; ./iolab grade 03 --check 4",
}

choice {
  id = "timeval-reused",
  ask = [[
    All clients are silent. What does this server do on Linux after the first second?

        struct timeval second = {.tv_sec = 1};
        for (;;) {
            fd_set readfds = master;
            select(max_fd + 1, &readfds, NULL, NULL, &second);
            serve(&readfds);
        }
  ]],
  answers = {
    right "It asks again and again without a pause.",
    wrong("It wakes up once a second.",
      "So it would on systems that leave the time-out as it was. POSIX allows both."),
    wrong("It sleeps for good, as the time-out is used up.",
      "To sleep without a limit is asked for with NULL."),
    wrong("Each call fails with EINVAL.", "0 seconds is a valid limit: look, and come back."),
  },
  why = "Linux writes the time that was left into the structure. After a time-out this is nothing, "
    .. "and every later call is a mere look. The manual says what to do: take the value for "
    .. "undefined afterwards, and fill it in before each call.",
  source = "select(2), \"The timeout\"; ./iolab grade 03 --check 5,45",
}

choice {
  id = "write-set-always",
  ask = "A server keeps each client in both the read set and the write set. Three clients are "
    .. "connected and say nothing. What does `select` do?",
  answers = {
    wrong("It sleeps until one of them speaks.", "That it does for the read set alone."),
    wrong("It returns once for each client, and then sleeps.",
      "It has no memory of what it has told: as long as it is true, it is told."),
    right "It returns at once, every time.",
    wrong("It returns when the time-out has gone by, with all three in the write set.",
      "It does not wait for the time-out when there is something to tell."),
  },
  why = "A socket to which little has been sent has room, and room is what the write set asks for. "
    .. "The answer is true and useless, and costs a core. Ask for room only while something waits "
    .. "to be sent.",
  source = "./iolab grade 03 --check 3; UNIX Network Programming 1, section 6.3",
}

choice {
  id = "writable-not-all",
  ask = "A socket without O_NONBLOCK stands in the write set that `select` returned. What may "
    .. "happen to a thread that now sends a megabyte on it?",
  answers = {
    wrong("Nothing bad: writable means that the whole of it fits.",
      "`select` is not told how much is to be sent."),
    wrong("`send` takes what fits, and returns a short count.",
      "That is what a non-blocking socket does. A blocking one goes on until all is taken."),
    right "It may sleep in `send` until the peer has read most of it.",
    wrong("`send` fails with EAGAIN, as on any full socket.",
      "EAGAIN needs O_NONBLOCK, MSG_DONTWAIT, or a time-out that has gone by."),
  },
  why = "Writable says that there is some room. With one thread for everybody a sleep in `send` is "
    .. "a sleep for everybody, so descriptors that one selects on are given O_NONBLOCK too.",
  source = "select(2), writefds; ./iolab grade 03 --check 2,22",
}

choice {
  id = "closed-kept",
  ask = "A server closes descriptor 5 when its client leaves, and forgets FD_CLR. Descriptors 6 "
    .. "and 7 are still open. What does the next `select` do?",
  answers = {
    wrong("It leaves number 5 out, and waits for the others.",
      "It does so only with numbers above the highest open one, which the manual lists as a bug."),
    wrong("It returns with 5 in the read set, and `recv` then gives 0.",
      "There is nothing behind the number that could be readable."),
    right "It returns -1 with EBADF.",
    wrong("It waits for the next client, who will get the number 5.",
      "A newcomer does get this number, but the call does not wait for one."),
  },
  why = "One bad bit spoils the answer for all, again in each round, so that a loop that ignores "
    .. "errors burns a core and serves nobody. Worse, where it goes unnoticed, is that the next "
    .. "client inherits the bits of the one before. Close and FD_CLR belong together, in both "
    .. "sets.",
  source = "select(2), EBADF and BUGS; ./iolab grade 03 --check 35",
}

choice {
  id = "fd-too-high",
  ask = [[
    What does this do in an ordinary program with glibc, without checks of the compiler?

        fd_set set;
        FD_ZERO(&set);
        FD_SET(1500, &set);
  ]],
  answers = {
    wrong("Nothing: the macro ignores numbers that are too large.", "It does not compare at all."),
    wrong("It sets bit 1500 modulo 1024.", "It computes a place in memory, without a modulo."),
    wrong("It returns -1 with EINVAL.", "It has no result. And EINVAL of `select` is about nfds."),
    right "It sets a bit in memory behind the variable.",
  },
  why = "The type is an array of fixed size, and the behaviour beyond it is undefined. Nobody "
    .. "warns: it is some other variable that changes. It depends on the number, not on how many "
    .. "clients there are, so a server that holds many files open meets it with a few clients.",
  source = "select(2), NOTES; ./iolab grade 03 --check 42,44",
}

choice {
  id = "reset-set",
  ask = "A client breaks its connection with a reset. A descriptor stands in all three sets. Where "
    .. "does `select` on Linux report this?",
  answers = {
    wrong("In the set of exceptions alone",
      "The third set is for urgent data and a few other rarities, whatever its name suggests."),
    right "In the read set and the write set",
    wrong("In none: it returns -1 with ECONNRESET",
      "Errors of `select` are about the call. Those of a connection come from `recv` and `send`."),
    wrong("In none: a reset is no event, and only `send` finds out",
      "Then nobody who waits to read would learn of it."),
  },
  why = "Ready means that a call would not sleep, and a call that fails at once does not. So an "
    .. "end and an error are found by those who wait to read, and most servers pass NULL for the "
    .. "third set.",
  source = "select(2), \"Correspondence between select() and poll() notifications\"; "
    .. "UNIX Network Programming 1, section 6.3",
}

choice {
  id = "accept-loop",
  ask = [[
    The listener blocks. `select` says that it is readable, and one client is waiting. What happens?

        while ((fd = accept(listener, NULL, NULL)) >= 0)
            add_client(fd);
  ]],
  answers = {
    right "The client is accepted, and then the server hears nobody until another one connects.",
    wrong("The client is accepted, then `accept` returns -1 with EAGAIN, and the loop ends.",
      "EAGAIN is what a descriptor with O_NONBLOCK would say."),
    wrong("The client is accepted twice.", "Each connection is handed out once."),
    wrong("`accept` sleeps at once: only `select` may take from the queue.",
      "`select` takes nothing. It tells, and `accept` takes."),
  },
  why = "What `select` has said covers one call. The second `accept` is a question of its own, and "
    .. "sleeps in the wrong place. Either ask once for each answer, or let the descriptor refuse "
    .. "to sleep; best do both.",
  source = "./iolab grade 03 --check 2; UNIX Network Programming 1, section 16.6",
}

choice {
  id = "no-descriptors",
  ask = "`accept` fails with EMFILE while a client stands in the queue. The server has one "
    .. "thread, and does nothing about it. What becomes of its next `select`?",
  answers = {
    wrong("It sleeps until a descriptor is free, since `accept` could not succeed before.",
      "Readiness is about the queue, which is not empty. Of the limit `select` knows nothing."),
    wrong("It reports the listener in the set of exceptions.",
      "Nothing about the queue is urgent."),
    right "It returns at once with the listener in the read set.",
    wrong("It goes on as before: the kernel turns the client away after the failure.",
      "Who waits in the queue stays there. Only `accept` takes it out."),
  },
  why = "A failure empties nothing, so the reason to wake up is still there. Take the listener out "
    .. "of the set until a descriptor is closed or some time has gone by; or keep a spare one, to "
    .. "close, accept with, and refuse.",
  source = "accept(2), EMFILE; ./iolab grade 03 --check 43",
}

several {
  id = "read-ready",
  ask = "Which of these make a descriptor readable in the sense of `select`?",
  answers = {
    right "The peer has sent its FIN, and no byte is left.",
    right "The peer has reset the connection.",
    right "A client stands in the queue of a listener.",
    wrong("The send queue of the socket has become empty.", "That is room, and makes it writable."),
    wrong("Another thread has read all bytes that were there.", "Then nothing is there."),
    wrong("The client has been silent for longer than its limit.",
      "Limits of your own protocol the kernel does not know. They go into the time-out."),
  },
  why = "The question is whether a call would sleep: `recv` would not, when it can bring bytes, 0 "
    .. "or an error; `accept` would not, when it can bring a client. So a dead connection that is "
    .. "never closed is readable for ever.",
  source = "UNIX Network Programming 1, section 6.3, figure 6.7; select(2), readfds",
}

number {
  id = "bits-returned",
  ask = "The read set holds 3 (the listener), 5 and 7; the write set holds 5. A client waits in "
    .. "the queue of 3, bytes of 5 have come, and there is room to send to 5. What does `select` "
    .. "return?",
  answer = 3,
  why = "It counts bits over all sets, so that descriptor 5 counts twice. Loops that stop early, "
    .. "when as many as the result have been served, miscount when they count clients.",
  source = "select(2), RETURN VALUE",
}

number {
  id = "time-to-sleep",
  ask = "Clients are closed when nothing of them has moved for 60 s. Three are connected, and "
    .. "were last active 50 s, 20 s and 5 s ago. Nothing else is to be done. For how long may "
    .. "`select` sleep?",
  answer = 10,
  unit = "seconds",
  why = "Until the first of them has reached the limit: 60 - 50. A fixed second wakes the server "
    .. "for nothing, sixty times a minute. The whole limit, counted anew in each call, lets a "
    .. "silent client stay as long as another one chats.",
  source = "./iolab grade 03 --check 26,45",
}

order {
  id = "figure-63",
  ask = "A client's line comes while the server sleeps. Put in order what happens.",
  items = {
    "`select` finds no descriptor of its sets ready.",
    "The thread is taken off the processor.",
    "A segment arrives, and its bytes are put into the receive queue.",
    "`select` returns with one bit set.",
    "`recv` copies the bytes into the server's buffer.",
    "`send` puts them into the send queue.",
  },
  why = "Two calls where blocking I/O has one: the wait for data is spent in the first, the copy "
    .. "from kernel to user in the second. In exchange the wait is for all clients at once.",
  source = "UNIX Network Programming 1, figure 6.3; ./iolab show 03/11 --plain",
}

truth {
  id = "asynchronous",
  ask = "I/O with `select` is asynchronous.",
  answer = false,
  because = {
    wrong("`select` may be called by one thread of a process only.",
      "Any number may call it. That is not what the word is about."),
    wrong("`select` does not return before its time-out.",
      "It returns as soon as there is something to tell."),
    right("After `select` the thread stands still in `recv` while the bytes are copied."),
    wrong("The kernel sends no signal with it.",
      "Signal-driven I/O has one, and is synchronous by the same measure."),
  },
  why = "A set of lecture notes behind this course lists it among the advantages of the call; "
    .. "another text says that multiplexing is synchronous. POSIX asks whether the requesting "
    .. "thread is kept waiting until the operation completes. Being told that one may read is not "
    .. "yet having read: the operation is `recv`, and it is made by the thread itself.",
  source = "UNIX Network Programming 1, section 6.2, \"Synchronous I/O versus Asynchronous I/O\"; "
    .. "./iolab show 03/11 --plain, the spans C",
}

truth {
  id = "log-file",
  ask = "A server can wait with `select` for somebody to write to a log file, as it waits for "
    .. "sockets.",
  answer = false,
  because = {
    wrong("FD_SET with the descriptor of a file fails with EPERM.",
      "EPERM is what epoll says of files. FD_SET has no result, and `select` takes them."),
    right "A regular file counts as ready at any time, also at its end.",
    wrong("It can, but only when the file was opened with O_NONBLOCK.",
      "The flag changes nothing for regular files."),
    wrong("Only the process that writes can wait for its own file.", "There is no such rule."),
  },
  why = "One text recommends just this for programs that monitor a log beside their sockets. "
    .. "`select` then comes back at once, each time, and `read` gives 0 bytes. inotify tells of "
    .. "changes, through a descriptor that can really be waited for.",
  source = "POSIX, select(): \"File descriptors associated with regular files shall always select "
    .. "true\"; ./iolab bench --claims --only select-watches-files",
}

truth {
  id = "sets-after-eintr",
  ask = "When `select` has failed with EINTR, FD_ISSET may say yes for descriptors on which "
    .. "nothing has happened.",
  answer = true,
  because = {
    wrong("The kernel fills the sets with ones when it is interrupted.",
      "It does not touch them."),
    right "The sets are left as they were passed: they still hold the question.",
    wrong("The signal handler may have used the same sets.",
      "It might, but this happens without any handler that does."),
    wrong("The sets show who was ready before the signal came.",
      "They are written only when the call succeeds."),
  },
  why = "A server that goes on to its loop after an error believes that everybody speaks, and "
    .. "calls `recv` for each. With blocking descriptors it then sleeps in the first of them. "
    .. "After -1 go back and ask anew.",
  source = "select(2), RETURN VALUE: \"the file descriptor sets are unmodified\"; "
    .. "./iolab grade 03 --check 34",
}

predict {
  id = "calls-for-a-byte",
  ask = "A client sends a byte, waits until it is back, and does so forty times. Nobody else is "
    .. "there. How many system calls does the reference server make for one such exchange?",
  run = function(t)
    local c = t:known()
    t:mark("begin")
    for _ = 1, 40 do c:echo("x") end
    t:mark("end")
  end,
  answer = function(m)
    local talk = m:between("begin", "end")
    return (talk:calls("@wait") + talk:calls("@receive") + talk:calls("@send")) / 40
  end,
  within = 0.2,
  unit = "calls",
  why = "`select`, `recv`, `send`. The blocking server of lab 01 makes two: with a single client "
    .. "it is the better one. What is bought with the third call is that one thread suffices for "
    .. "many.",
  source = "UNIX Network Programming 1, figures 6.1 and 6.3",
}

predict {
  id = "twenty-at-once",
  ask = "Twenty clients are connected. The server is stopped, each of them sends a line, and the "
    .. "server goes on. How many times does `select` come back until all twenty lines have been "
    .. "received?",
  run = function(t)
    local clients = t:known(20)
    asleep(t, "quiet")
    t.server:stop()
    for i = 1, 20 do clients[i]:send("a line\n") end
    t:mark("begin")
    t.server:continue()
    for i = 1, 20 do clients[i]:expect("a line\n") end
    t:mark("end")
  end,
  answer = function(m)
    local span = m:between("begin", "end")
    local times = 0
    for ready = 1, 20 do times = times + span:returned("select", ready) end
    return times
  end,
  unit = "times",
  why = "One answer names all who are ready, here twenty bits. So the cost of looking through all "
    .. "descriptors is shared among those who speak, and the busier the clients are, the less of "
    .. "it falls on each. It is silent clients that make `select` dear.",
  source = "./iolab bench --claims --only 'select-ten-epolls-*'",
}

predict {
  id = "ten-newcomers",
  ask = "The reference server accepts one client each time that `select` names the listener. It is "
    .. "stopped, ten clients connect and say nothing, and it goes on. How many times does `select` "
    .. "come back until all ten have been accepted?",
  run = function(t)
    t:known()
    local open = t.server:descriptors()
    asleep(t, "quiet")
    t.server:stop()
    local clients = t:connect_many(10)
    t:mark("begin")
    t.server:continue()
    t:eventually(function() return t.server:descriptors() == open + #clients end)
    t:mark("end")
  end,
  answer = function(m) return m:between("begin", "end"):returned("select", 1) end,
  unit = "times",
  why = "What is still in the queue makes the listener readable in the next round, so nothing is "
    .. "lost by taking one at a time, and the clients who are there already are heard in between. "
    .. "This is the level in level-triggered. With edges (lab 06) nine would be forgotten.",
  source = "./iolab show 03/41 --plain; UNIX Network Programming 1, section 6.3",
}

predict {
  id = "silence",
  ask = "A hundred clients are connected and silent for half a second; each has half a minute "
    .. "until it is idle. How many system calls does the reference server make in this half "
    .. "second?",
  run = function(t)
    t:known(100)
    asleep(t, "silence")
    t:sleep(0.5)
    t:mark("over")
  end,
  answer = function(m)
    local span = m:between("silence", "over")
    local calls = 0
    for _, class in ipairs { "@wait", "@receive", "@send", "@accept", "@sleep" } do
      calls = calls + span:calls(class)
    end
    return calls
  end,
  unit = "calls",
  why = "It sleeps in one call from before to after. The hundred cost something only when somebody "
    .. "speaks: then all of them are looked at again. Compare with lab 02, which asks each of them "
    .. "in each sweep.",
  source = "./iolab grade 03 --check 45; ./iolab show 02/44 --plain",
}

predict {
  id = "blocked-output",
  ask = "A client sends and sends and reads nothing, until neither side's buffers take more. It "
    .. "goes on trying. How many times does the reference server's `select` come back in the next "
    .. "0.3 s?",
  run = function(t)
    local c = t:known()
    local witness = t:known()
    t:fill(c, witness)
    witness:close()
    t:sleep(0.1)
    asleep(t, "silence")
    t:sleep(0.3)
    t:mark("over")
  end,
  answer = function(m) return m:between("silence", "over"):wakeups("select") end,
  unit = "times",
  why = "Bytes of this client are waiting, but it is not in the read set: what could not be sent "
    .. "on is not received. It is in the write set, and there is no room. So the server sleeps, "
    .. "its memory stays as it is, and the client is the one who waits.",
  source = "./iolab show 03/23 --plain; ./iolab grade 03 --check 23",
}

card {
  id = "pselect",
  front = "A handler sets a flag, and the loop tests it before `select`. What does `pselect` have "
    .. "that this lacks?",
  back = "A signal between the test and the call is lost until `select` comes back. `pselect` "
    .. "takes a signal mask: signals are blocked outside of it, and come in only while it sleeps, "
    .. "in one step. A pipe that the handler writes to does it too.",
  source = "select(2), pselect() and \"The self-pipe trick\"; ./iolab grade 03 --check 36",
}

card {
  id = "backpressure",
  front = "What is backpressure, and which line of a select server makes it?",
  back = "Who cannot get rid of bytes takes no new ones, so that buffers fill up back to the "
    .. "sender, who has to wait. Here it is FD_CLR in the read set while a client's output is "
    .. "pending.",
  source = "README of lab 03, task 4; ./iolab show 03/23 --plain",
}

card {
  id = "highest-number",
  front = "A server watches ten clients with `select`, and their numbers are 1000 to 1009. What "
    .. "does this cost more than 4 to 13?",
  back = "For each set 128 bytes go into the kernel and come back, and are searched for bits, "
    .. "though ten are set. With poll it makes no difference: ten entries are ten entries.",
  source = "./iolab bench --claims --only select-copies",
}
