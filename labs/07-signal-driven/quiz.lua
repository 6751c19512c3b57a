-- Signal-driven I/O. See harness/quiz/README.md for what the words mean.

-- Clients that the server knows and has armed; nothing is under way when they come back.
local function greeted(t, count)
  local clients = {}
  for i = 1, count do
    clients[i] = t:connect()
    t:greet(clients[i])
  end
  t:sleep(0.2)
  return clients
end

-- While the server stands still, one client sends five lines.
local function five_lines(t)
  local c = greeted(t, 1)[1]
  t.server:stop()
  t:mark("five lines")
  for i = 1, 5 do
    c:send(("line %d\n"):format(i))
    t:sleep(0.02)
  end
  t.server:continue()
  for i = 1, 5 do c:expect(("line %d\n"):format(i), { within = 10 }) end
  t:sleep(0.2)
  t:mark("answered")
end

truth {
  id = "asynchronous",
  ask = "With O_ASYNC a program is blocked neither while it waits for data nor for the copy, so it "
    .. "is asynchronous I/O by POSIX's measure.",
  answer = false,
  because = {
    wrong("The program must sleep in `sigsuspend` until the signal comes.",
      "It may, and it may as well work. That is what the model is for."),
    wrong("The handler runs in the program's own thread, which stands still meanwhile.",
      "Where one is told does not matter: aio_read can be told of by a signal, too."),
    right "The bytes are still in the kernel when the signal comes, and a call fetches them.",
    wrong("Signals are delivered in the order in which they were sent.",
      "That is so for one real-time signal, and has nothing to do with it."),
  },
  why = "One of the texts behind this course puts signal-driven and asynchronous I/O in one class. "
    .. "Only the first phase is alike. A signal here means \"you could begin now\", a completion "
    .. "means \"it has been done\". The flag's name, O_ASYNC, misleads.",
  source = "UNIX Network Programming 1, section 6.2 and figure 6.6; "
    .. "./iolab bench --claims --only signal-asynchronous",
}

choice {
  id = "standard-signals",
  ask = "A server has set F_SETOWN and O_ASYNC, and left F_SETSIG alone. It is stopped; eighty of "
    .. "its clients send a line each; it continues. How often does its handler of SIGIO run?",
  answers = {
    wrong("80 times, once for each client",
      "That takes a signal that queues: F_SETSIG with a real-time signal."),
    right "once",
    wrong("not at all, as a stopped process cannot get signals",
      "Those that come are kept until it continues. Only SIGKILL and SIGCONT act before."),
    wrong("as often as RLIMIT_SIGPENDING says", "The limit is for signals that queue. These do not."),
  },
  why = "A standard signal is a bit: pending or not. The second one that is sent while the first is "
    .. "pending changes nothing, so that one run of the handler may stand for any number of "
    .. "clients, and everybody must be looked at.",
  source = "signal(7), \"Queueing and delivery semantics for real-time signals\"",
}

choice {
  id = "queue-full",
  ask = "Real-time signals were asked for with F_SETSIG, and as many are queued as "
    .. "RLIMIT_SIGPENDING allows. Now one more connection becomes readable. What does the process "
    .. "get for it?",
  answers = {
    wrong("the signal, a little later: the kernel keeps it until there is room",
      "There is nowhere to keep it: the queue was that place."),
    wrong("the signal, in place of the oldest one in the queue", "What is queued stays."),
    wrong("nothing at all; the client has to send again",
      "The bytes have come, and lie there. Nothing would make the client send once more."),
    right "a plain SIGIO without a descriptor",
  },
  why = "SIGIO does not queue, so it always fits. It means: something was lost, look at everybody, "
    .. "the listener too. Who has no handler for it is killed by its default action, under load, "
    .. "long after all tests have passed.",
  source = "fcntl(2), F_SETSIG; signal(7), on RLIMIT_SIGPENDING; ./iolab grade 07 --check 42",
}

choice {
  id = "si-fd",
  ask = [[
    The handler is installed with SA_SIGINFO, the descriptors have O_ASYNC and an owner. What does
    it note, if nobody has called F_SETSIG?

        static void on_io(int signal, siginfo_t *info, void *context)
        {
            note(info->si_fd);
        }
  ]],
  answers = {
    right "nothing of meaning; often 0, whoever has spoken",
    wrong("the descriptor that changed: SA_SIGINFO is what brings it",
      "SA_SIGINFO only passes on what was sent, and a plain SIGIO is sent without."),
    wrong("the lowest of the descriptors that are ready", "The kernel does not look for one."),
    wrong("-1, which says that it is not known",
      "No such thing is promised. What tells you is si_code: SI_KERNEL."),
  },
  why = "The descriptor travels only with a signal that was chosen by F_SETSIG, and choosing SIGIO "
    .. "itself will do. With one client at descriptor 0 or a sweep of all, nobody notices. Look at "
    .. "si_code before you believe si_fd.",
  source = "fcntl(2), F_SETSIG (0 stands for SIGIO without additional information)",
}

choice {
  id = "armed-late",
  ask = "A client connects, sends its only line, and waits. Then the server accepts it, sets "
    .. "O_NONBLOCK and O_ASYNC, and goes to sleep. When does the signal come?",
  answers = {
    wrong("As soon as O_ASYNC is set, as the descriptor is readable then.",
      "EPOLL_CTL_ADD looks whether something is there. F_SETFL does not."),
    wrong("With the next tick of the clock.", "Nothing looks at idle sockets by the clock."),
    right "Never.",
    wrong("It came before, and is delivered when the handler is installed.",
      "Before O_ASYNC there was nobody to send it to."),
  },
  why = "A signal tells of a change, and this one happened before anybody wanted to know. So after "
    .. "arming one receives once, as if a signal had come. Clients that wait for a greeting hide "
    .. "the mistake, as does a slow network.",
  source = "fcntl(2), O_ASYNC; ./iolab grade 07 --check 21",
}

choice {
  id = "pause-race",
  ask = [[
    The handler counts in `noted`. Signals are blocked before these lines. When does the server
    sleep although somebody has spoken?

        sigprocmask(SIG_UNBLOCK, &ours, NULL);
        if (noted == 0)
            pause();
  ]],
  answers = {
    wrong("When two signals come during the pause.",
      "The first one ends it, and the second one is counted."),
    wrong("When the signal comes before the first line.",
      "Then it is pending, and delivered by the first line: noted is 1."),
    right "When the signal comes behind the test, just before the pause.",
    wrong("Never: `pause` returns at once when a handler has run shortly before.",
      "It knows nothing of handlers that have come back already."),
  },
  why = "Test and sleep are two steps, and a signal fits between them. `sigsuspend` opens the mask "
    .. "and falls asleep in one step, so that the signal is held until there is a sleep to end. "
    .. "ppoll, pselect and epoll_pwait take a mask for the same reason.",
  source = "sigsuspend(2), NOTES; ./iolab grade 07 --check 26",
}

choice {
  id = "which-thread",
  ask = "A program has four threads, none of which blocks the signal. A descriptor's owner was set "
    .. "with `fcntl(fd, F_SETOWN, getpid())` by the third of them. On which thread for the handler "
    .. "may the program rely?",
  answers = {
    wrong("on the first one, as its number is that of the process",
      "Linux often takes it where it can, and promises nothing. The number names the process."),
    wrong("on the third one, which asked", "Who calls F_SETOWN is not remembered."),
    wrong("on all four, one after the other", "One signal is handled once."),
    right "on none of them",
  },
  why = "A signal to a process goes to whichever thread does not block it. Programs with threads "
    .. "block it everywhere but in one, or name a thread with F_SETOWN_EX and F_OWNER_TID. "
    .. "Otherwise the handler may break into a thread that holds the lock it would need.",
  source = "fcntl(2), F_SETOWN and F_SETOWN_EX; signal(7), \"Signal mask and pending signals\"",
}

several {
  id = "in-a-handler",
  ask = "What may a handler do that breaks in anywhere in the program?",
  answers = {
    right "set a variable of type `volatile sig_atomic_t`",
    right "call `recv` on the descriptor in `si_fd`, and keep errno",
    right "call `write` on a pipe, and keep errno",
    wrong("call `printf`", "It takes the lock of the stream: the program may be holding it."),
    wrong("call `malloc` for a note",
      "It may have been interrupted in the middle of changing its own lists."),
    wrong("lock a mutex that the program uses, too",
      "If the program has it, it gets on only when the handler has returned: never."),
  },
  why = "Most system calls are safe, for the kernel is not half done when a handler runs. Functions "
    .. "that keep state in the program are not. It goes well nearly always, and hangs on the day "
    .. "when a signal comes within `malloc`.",
  source = "signal-safety(7); ./iolab grade 07 --check 27",
}

several {
  id = "what-tells",
  ask = "An armed TCP connection has nothing to be received. Which of these make the kernel send a "
    .. "signal?",
  answers = {
    right "The peer half-closes.",
    right "A segment with data arrives.",
    right "The peer resets the connection.",
    right "`send` said EAGAIN before, and now there is room.",
    wrong("The server calls `recv` and gets EAGAIN.", "Nothing has changed by asking."),
    wrong("The peer has said nothing for two minutes.",
      "Silence is no event. Time limits need a timer."),
  },
  why = "On TCP almost everything that happens is told, and all of it with the same signal. What it "
    .. "was, only a call finds out. The book finds the model of little use for TCP for just this, "
    .. "and takes UDP for its example.",
  source = "UNIX Network Programming 1, section 25.2; fcntl(2), O_ASYNC",
}

number {
  id = "most-handlers",
  ask = "RLIMIT_SIGPENDING is 100, and no signal of this user is queued. A process blocks SIGRTMIN "
    .. "and SIGIO, for which it has handlers. Then 500 connections, armed with SIGRTMIN, become "
    .. "readable. It unblocks both signals. How many times does a handler run?",
  answer = 101,
  unit = "times",
  why = "100 fit into the queue, and the other 400 are one SIGIO. So a server under heavy load hears "
    .. "of a part of its clients only, and must find the others itself: the cost comes back just "
    .. "when it hurts. The limit is one of the user: other processes use it up, too.",
  source = "signal(7), \"Queueing and delivery semantics for real-time signals\"; fcntl(2), F_SETSIG",
}

number {
  id = "latency-of-work",
  ask = "A server works in slices of 8 ms, and looks at what the handler has noted between two of "
    .. "them. A client speaks at a random moment of a slice. How long does it wait on average until "
    .. "its bytes are received?",
  answer = 4,
  within = 0.1,
  unit = "ms",
  why = "Being told at once is not being served at once. The handler only notes; the copy waits for "
    .. "the end of the slice, half of it on average. Shorter slices, or an echo within the handler, "
    .. "are the ways out.",
  source = "README of lab 07, \"Predict, run, look\", 2; ./iolab show 07/11 --plain",
}

order {
  id = "signal-sequence",
  ask = "A client's line reaches a server that is at work. Put in order what happens.",
  items = {
    "The bytes are put into the connection's receive queue.",
    "The kernel makes a signal pending for the owner of the descriptor.",
    "The handler notes the descriptor.",
    "The interrupted slice of work goes on to its end.",
    "`recv` copies the bytes.",
    "`recv` returns -1 with EAGAIN.",
  },
  why = "The wait for data costs the program nothing: it was not even asked. From the signal on it is "
    .. "the model of lab 02 with a hint where to look, and the copy blocks as it always did.",
  source = "UNIX Network Programming 1, figure 6.4; ./iolab show 07/11 --plain",
}

order {
  id = "arming",
  ask = "In which order is a new connection armed, so that no line is missed and no signal kills?",
  items = {
    "The handler is installed; F_SETOWN and F_SETSIG say to whom and with which signal.",
    "F_SETFL sets O_ASYNC and O_NONBLOCK.",
    "`recv` is called, although no signal has come, until it says EAGAIN.",
    "The server goes to sleep in `sigsuspend`.",
    "A signal comes, and `recv` is called again.",
  },
  why = "Each step makes the next one safe. Without a handler the default action ends the process; "
    .. "without an owner nobody is told; and a look before O_ASYNC would leave a gap between the "
    .. "look and the arming.",
  source = "fcntl(2), \"Managing signals\"; ./iolab grade 07 --check 21",
}

truth {
  id = "stale",
  ask = "When a descriptor is closed, the real-time signals that it has sent, and that are still "
    .. "queued, are taken out of the queue.",
  answer = false,
  because = {
    wrong("They are delivered before `close` returns.",
      "If they are blocked, they are not. And no call waits for that."),
    wrong("They stay, but si_fd becomes -1.", "What is queued is not looked at again."),
    right "A queued signal holds a number, and no reference to the file.",
  },
  why = "So a signal may be older than the client that has its number now. A handler that notes is "
    .. "not harmed if the program then believes the call: EAGAIN from the new client, and that is "
    .. "all. Closing it because si_band says POLL_HUP hits the wrong one.",
  source = "fcntl(2), F_SETSIG, the corner case with dup(2); ./iolab grade 07 --check 34",
}

truth {
  id = "like-edges",
  ask = "Who takes a part of what has come, and leaves the rest, is not reminded of it by another "
    .. "signal: O_ASYNC is nearer to edge-triggered than to level-triggered epoll.",
  answer = true,
  because = {
    wrong("Both work with queues of fixed length.", "epoll's list of ready descriptors has no limit."),
    right "Signals are sent when something arrives, not while something lies there.",
    wrong("A signal may be sent once only for each descriptor until it is armed again.",
      "That is EPOLLONESHOT. Here each arrival sends one."),
    wrong("Level-triggered epoll never repeats itself either.", "It does, at each epoll_wait."),
  },
  why = "Hence the same duties as in lab 06: non-blocking descriptors, receiving until EAGAIN, and "
    .. "going on by oneself after output that had stopped the input. What is new is that the news "
    .. "can break in anywhere, and can get lost.",
  source = "epoll(7), \"Level-triggered and edge-triggered\"; ./iolab grade 07 --check 23",
}

predict {
  id = "signals-for-lines",
  ask = "The reference server is stopped. One client, which is armed with a real-time signal, sends "
    .. "five lines, a little apart. The server continues. How many signals are delivered for them?",
  run = five_lines,
  answer = function(m) return m:between("five lines", "answered"):signals("SIGRTMIN") end,
  unit = "signals",
  why = "Each arrival is a change, told whether or not the one before has been looked at. A standard "
    .. "signal would be one; an event of epoll, which is a state of the descriptor, too. This is "
    .. "why the queue overflows: a few busy clients fill it.",
  source = "signal(7), on real-time signals; ./iolab grade 07 --check 22",
}

predict {
  id = "receives-in-vain",
  ask = "The same five lines of one client, sent while the reference server is stopped in "
    .. "`sigsuspend` and told of by a signal each. After each signal that ends its sleep it receives "
    .. "until EAGAIN. How many calls of `recv` does it make?",
  run = five_lines,
  answer = function(m) return m:between("five lines", "answered"):calls("recv") end,
  unit = "calls",
  why = "The first call takes all five lines, for TCP keeps no lines apart, and the second one says "
    .. "EAGAIN. The mask of `sigsuspend` lets one signal in, so four more wake it afterwards, and "
    .. "each finds nothing. A signal is a hint, and its bytes may be gone.",
  source = "sigsuspend(2), DESCRIPTION; ./iolab grade 07 --check 23",
}

predict {
  id = "one-of-forty",
  ask = "Forty clients are connected to the reference server, whose descriptors are all armed. One of "
    .. "them sends a line and gets it back. How many calls of `recv` does the server make for that?",
  run = function(t)
    local clients = greeted(t, 40)
    t:mark("it speaks")
    clients[20]:echo("a line\n", { within = 10 })
    t:sleep(0.2)
    t:mark("quiet again")
  end,
  answer = function(m) return m:between("it speaks", "quiet again"):calls("recv") end,
  unit = "calls",
  why = "One brings the line, one says that there is no more. The thirty-nine others are not asked, "
    .. "because si_fd says who it was. Without F_SETSIG the same line costs a look at each of them.",
  source = "./iolab grade 07 --check 22; ./iolab show 07/22 --plain",
}

predict {
  id = "lost-signals",
  ask = "The kernel may queue two signals for the reference server. It is stopped, eight clients "
    .. "send a line each, and it continues. Six or more signals did not fit. How many SIGIO are "
    .. "delivered?",
  run = function(t)
    local clients = greeted(t, 8)
    t.server:limit { signals = 2 }
    t.server:stop()
    t:mark("all speak")
    for i = 1, 8 do clients[i]:send("a line\n") end
    t.server:continue()
    for i = 1, 8 do clients[i]:expect("a line\n", { within = 10 }) end
    t:sleep(0.2)
    t:mark("answered")
  end,
  answer = function(m) return m:between("all speak", "answered"):signals("SIGIO") end,
  unit = "signals",
  why = "One, however many were lost, and it says of nobody that it was he. The server notes "
    .. "everybody and asks: all eight lines are answered. One that ignores SIGIO answers two at "
    .. "most, and the others wait for ever.",
  source = "signal(7), on RLIMIT_SIGPENDING; ./iolab show 07/42 --plain",
}

predict {
  id = "asleep-at-work",
  ask = "The reference server has more slices of work than it can do. A client makes ten exchanges "
    .. "with it. How many times does the server wake up from a sleep meanwhile?",
  with = { arguments = { "PORT", "1000000" } },
  run = function(t)
    local c = greeted(t, 1)[1]
    t:mark("begin")
    for _ = 1, 10 do c:echo("a line\n", { within = 10 }) end
    t:mark("end")
  end,
  answer = function(m) return m:between("begin", "end"):wakeups() end,
  unit = "times",
  why = "Who does not wait need not be woken. The signal breaks into the work, the handler notes, and "
    .. "the work goes on. In labs 01 and 03 to 06 each exchange ends a sleep; in lab 02 the server "
    .. "asks again and again instead.",
  source = "UNIX Network Programming 1, figure 6.4; ./iolab show 07/16 --plain",
}

card {
  id = "three-steps",
  front = "Which three things must be said about a descriptor before it sends a useful signal?",
  back = "To whom (F_SETOWN), with which signal (F_SETSIG, real-time, so that it queues and carries "
    .. "the descriptor), and that it shall (O_ASYNC with F_SETFL). Last of all, look once yourself.",
  source = "fcntl(2), \"Managing signals\"",
}

card {
  id = "without-handlers",
  front = "How can a program take signals without a handler, and what is gained?",
  back = "Block them, and fetch them with `sigwaitinfo`, `sigtimedwait`, or `read` of a signalfd. "
    .. "Nothing breaks in any more: no volatile variables, no unsafe functions, no race before the "
    .. "sleep.",
  source = "sigwaitinfo(2); signalfd(2)",
}

card {
  id = "sigurg",
  front = "Besides SIGIO: which other signal can the owner of a socket get, without O_ASYNC?",
  back = "SIGURG, when urgent (out-of-band) data arrive. F_SETOWN alone is enough for it; its default "
    .. "action is to do nothing.",
  source = "fcntl(2), F_SETOWN; UNIX Network Programming 1, section 24.2",
}
