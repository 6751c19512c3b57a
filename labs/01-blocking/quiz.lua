-- Blocking I/O. See harness/quiz/README.md for what the words mean.

choice {
  id = "recv-amount",
  ask = [[
    A blocking socket has 10 bytes in its receive queue, and the peer sends nothing more. What does
    this call do?

        char buffer[4096];
        n = recv(fd, buffer, sizeof buffer, 0);
  ]],
  answers = {
    right "It returns 10 at once.",
    wrong("It sleeps until the buffer is full or the peer closes.",
      "That is what `MSG_WAITALL` asks for. Some texts say that a blocking call returns only when "
      .. "the operation is complete; complete means here that something came."),
    wrong("It returns -1 with EAGAIN, because fewer bytes are there than were asked for.",
      "EAGAIN is for nothing at all, on a descriptor that may not sleep or slept to its limit."),
    wrong("It returns 4096, and the rest of the buffer holds zeroes.",
      "What lies behind the bytes that came is left as it was. Only the count says where they end."),
  },
  why = "A blocking receive sleeps for the first byte, not for the last. How many bytes come in one "
    .. "call is decided by what has arrived, so a program that needs a certain number must call in "
    .. "a loop.",
  source = "recv(2), DESCRIPTION: \"rather than waiting for receipt of the full amount requested\"",
}

choice {
  id = "recv-zero",
  ask = "A thread sleeps in `recv` on a TCP connection. The peer calls `shutdown(fd, SHUT_WR)`. "
    .. "What becomes of the sleeping call?",
  answers = {
    wrong("It goes on sleeping: the connection is still open in the other direction.",
      "Open it is, and you may send. But the end of the input has come, and that is an answer."),
    right "It returns 0.",
    wrong("It returns -1 with ECONNRESET.", "That is what a reset (RST) brings. This is a FIN."),
    wrong("The thread gets SIGPIPE.", "SIGPIPE punishes sending where nobody can receive."),
  },
  why = "0 is the end of the stream and no error: errno says nothing then. Each further call "
    .. "returns 0 again, at once, so a loop that ignores it burns a core. What was received before "
    .. "can still be answered.",
  source = "recv(2), RETURN VALUE; ./iolab show 01/15 --plain",
}

choice {
  id = "timeout-errno",
  ask = "A socket is blocking and has SO_RCVTIMEO of 5 seconds. The client stays silent. How does "
    .. "`recv` end?",
  answers = {
    wrong("-1 with ETIMEDOUT",
      "ETIMEDOUT means that the kernel gave up the connection itself. `recv_with_timeout` of this "
      .. "lab sets it, but by its own hand, after select."),
    wrong("0, as at the end of the stream",
      "Then nobody could tell a silent client from one that has finished."),
    right "-1 with EAGAIN",
    wrong("-1 with EINTR", "That would be a signal."),
  },
  why = "The time-out borrows the error of non-blocking sockets. On a blocking socket EAGAIN means "
    .. "that the limit has passed, and calling again means to wait for the same time once more.",
  source = "socket(7), SO_RCVTIMEO and SO_SNDTIMEO",
}

choice {
  id = "timeout-direction",
  ask = "A client sends megabytes to an echo server and reads nothing. The server has set "
    .. "SO_RCVTIMEO, and only that. Where does its thread end up?",
  answers = {
    wrong("In `recv`, until the time-out ends it.",
      "There is always something to receive from this client. Receiving is not where it sticks."),
    wrong("Nowhere: `send` returns a short count when the queue is full.",
      "On a blocking socket `send` sleeps for room. A short count comes from a signal or a limit."),
    right "In `send`, without a limit.",
    wrong("In `close`, which waits for the queue to drain.",
      "Nobody has closed anything. And close waits only with SO_LINGER."),
  },
  why = "Both directions have queues, and each has a limit of its own. When the peer's receive queue "
    .. "and the own send queue are full, a blocking `send` sleeps until the peer reads, if ever. "
    .. "SO_SNDTIMEO is the limit for that.",
  source = "socket(7), SO_SNDTIMEO; ./iolab show 01/29 --plain",
}

choice {
  id = "loop-variable",
  ask = [[
    Two clients connect in quick succession. What can go wrong here?

        int fd;
        while ((fd = accept(listener, NULL, NULL)) >= 0)
            pthread_create(&thread, NULL, serve, &fd);
  ]],
  answers = {
    wrong("The second `pthread_create` fails, as `thread` is in use.",
      "`thread` is only written to. It is a handle, not the thread."),
    right "Both threads serve the second client, and nobody serves the first.",
    wrong("`accept` returns the same number twice.",
      "A number is given again only after it was closed."),
    wrong("The first thread ends when `fd` is overwritten.", "Nothing ends a thread that way."),
  },
  why = "The thread gets an address, and looks there when it first runs. By then the loop may have "
    .. "written the next number to the same place. Give each thread memory of its own, or pass the "
    .. "number itself.",
  source = "pthread_create(3), EXAMPLES; ./iolab grade 01 --check 22",
}

several {
  id = "accept-again",
  ask = "After which errors of `accept` may a server call it again at once, without burning a core?",
  answers = {
    right "EINTR",
    right "ECONNABORTED",
    wrong("EMFILE",
      "The process has no descriptor left. The connection stays in the queue, so the next call "
      .. "fails at once in the same way. Wait a little, or close something."),
    wrong("ENFILE", "The same for the whole system: it lasts until somebody closes something."),
    wrong("EBADF", "The listener is gone: no later call can succeed."),
  },
  why = "Ask of each error whom it concerns. A signal or a client that has given up concerns one "
    .. "call. A lack of descriptors lasts, and the queue of waiting clients is not emptied by "
    .. "failing.",
  source = "accept(2), ERRORS; ./iolab grade 01 --check 34,42",
}

several {
  id = "sleeps",
  ask = "Which of these calls can put a thread to sleep on an ordinary (blocking) TCP socket for as "
    .. "long as the peer likes?",
  answers = {
    right "`accept`",
    right "`recv`",
    right "`send`",
    wrong("`bind`", "It only writes down an address."),
    wrong("`listen`", "It makes a queue; those who stand in it are `accept`'s business."),
    wrong("`shutdown`", "It sends a FIN, or notes that one is to be sent, and returns."),
  },
  why = "A call sleeps when it needs something of somebody else: a client, bytes, room for bytes. "
    .. "Room is easily forgotten, because small messages always find some.",
  source = "UNIX Network Programming 1, section 16.1; signal(7), Interruption of system calls",
}

number {
  id = "fd-setsize",
  ask = "`select` knows descriptors below which number, in every program that uses glibc's `fd_set`?",
  answer = 1024,
  why = "FD_SETSIZE is the size of the bit field, not the number of descriptors that may be watched. "
    .. "FD_SET with a higher one writes behind the field, even if it is the only one. A server that "
    .. "limits its sleeps by select must look at the number first.",
  source = "select(2), DESCRIPTION, on FD_SETSIZE; ./iolab bench --claims --only select-1024",
}

number {
  id = "read-length",
  ask = [[
    How many bytes may this call receive at most, so that the next line stays within the buffer?

        char text[512];
        n = recv(fd, text, N, 0);
        text[n] = '\0';
  ]],
  answer = 511,
  unit = "bytes",
  why = "When the buffer is filled to its end, the terminator lands one byte behind it. It happens "
    .. "only to messages of just that length, which is why tests with short lines never see it, "
    .. "and AddressSanitizer does.",
  source = "recv(2), DESCRIPTION; ./iolab grade 01 --check 90",
}

order {
  id = "two-phases",
  ask = "A thread calls `recv`, and the byte comes later. Put in order what happens.",
  items = {
    "`recv` finds the receive queue empty.",
    "The thread is taken off the processor.",
    "A segment arrives, and its bytes are put into the receive queue.",
    "The thread is made ready to run.",
    "The bytes are copied into the thread's buffer.",
    "`recv` returns to the program.",
  },
  why = "The first four are the wait for data, the fifth is the copy from kernel to user. Models of "
    .. "I/O differ in how the first phase is spent; in blocking I/O the caller sleeps through both.",
  source = "UNIX Network Programming 1, figure 6.1; ./iolab show 01/11 --plain",
}

order {
  id = "server-calls",
  ask = "Put a server's calls in the order in which they must be made.",
  items = { "`socket`", "`setsockopt` with SO_REUSEADDR", "`bind`", "`listen`", "`accept`", "`recv`" },
  why = "SO_REUSEADDR is looked at by `bind`: set later it does nothing, and a server that has just "
    .. "ended keeps its successor from the port for a minute. `listen` makes the queue of which "
    .. "`accept` takes.",
  source = "UNIX Network Programming 1, figure 4.1; socket(7), SO_REUSEADDR",
}

truth {
  id = "stack-cost",
  ask = "A thread for each connection costs about 8 MB of memory for each connection.",
  answer = false,
  because = {
    right("The 8 MB are addresses; only pages of the stack that were touched are memory."),
    wrong("Threads of one process share one stack of 8 MB.",
      "Each has its own, or they would overwrite each other's variables."),
    wrong("The kernel swaps the stacks of sleeping threads out.",
      "It does so only when memory is short. They are small without that."),
    wrong("8 MB is what the first thread needs; each further one fits into the rest.",
      "The sizes are those of separate mappings."),
  },
  why = "Course material multiplies 8 MB by 10,000 and calls it impossible. What is reserved is not "
    .. "what is used: a handler with a small buffer touches a few pages, some tens of KiB with "
    .. "everything around. What does run out is numbers of threads and, on 32 bits, addresses.",
  source = "./iolab bench --claims --only 'stack-*,threads-10k-memory'; pthread_create(3), NOTES",
}

truth {
  id = "restart",
  ask = "A handler was installed with SA_RESTART. Then `recv` never returns EINTR because of its "
    .. "signal.",
  answer = false,
  because = {
    wrong("SA_RESTART concerns calls on files, not on sockets.",
      "It concerns both: a blocking `recv` without a time-out goes on."),
    wrong("SA_RESTART makes the handler run again, not the call.", "It is about the call."),
    right("With SO_RCVTIMEO set on the socket it returns EINTR all the same."),
    wrong("`recv` returns the bytes that came so far, and EINTR beside them.",
      "A call has one result. Bytes that came are a count, and no error."),
  },
  why = "To restart a call with a limit the kernel would have to know how much of it is left, so it "
    .. "does not: `recv` and `send` with a time-out, select, poll, epoll_wait and nanosleep always "
    .. "return EINTR. Set a time-out, and you must meet EINTR where you did not before.",
  source = "signal(7), \"Interruption of system calls and library functions by signal handlers\"",
}

truth {
  id = "sleep-costs",
  ask = "However long a thread sleeps in `recv`, it uses no processor time meanwhile.",
  answer = true,
  because = {
    wrong("The C library does the waiting, in a process of its own.",
      "It makes one system call, and no process."),
    right "It stands in no queue of the scheduler until a packet wakes it.",
    wrong("The kernel asks the network card for it, once a tick, which is cheap.",
      "The card interrupts when something came."),
  },
  why = "Asking again and again is polling, and a model of its own (lab 02). A sleeper is put on the "
    .. "socket's wait queue and costs memory, nothing else. That is why a thousand idle clients "
    .. "leave a blocking server idle.",
  source = "UNIX Network Programming 1, section 6.2; ./iolab grade 01 --check 1",
}

predict {
  id = "woken-threads",
  ask = "Fifty clients are connected to the reference server, which has a thread for each of them. "
    .. "One client sends a line, and gets it back. How many times does a thread of the server wake "
    .. "up in `recv` meanwhile?",
  run = function(t)
    local clients = t:known(50)
    t:sleep(0.1)
    t:mark("it speaks")
    clients[25]:echo("a line\n")
    t:mark("it has its answer")
  end,
  answer = function(m)
    return m:between("it speaks", "it has its answer"):wakeups("recv")
  end,
  unit = "times",
  why = "A packet wakes those who wait for its socket, and each thread waits for its own. The other "
    .. "forty-nine cost nothing now, however many they are. A herd is woken only where many wait "
    .. "for one and the same thing.",
  source = "./iolab show 01/21 --plain",
}

predict {
  id = "calls-for-a-byte",
  ask = "A client sends a byte, waits until it is back, and does so forty times. How many system "
    .. "calls does the reference server make for one such exchange?",
  run = function(t)
    local c = t:known()
    t:mark("begin")
    for _ = 1, 40 do c:echo("x") end
    t:mark("end")
  end,
  answer = function(m)
    local talk = m:between("begin", "end")
    return (talk:calls("@receive") + talk:calls("@send")) / 40
  end,
  within = 0.1,
  unit = "calls",
  why = "One `recv`, one `send`, and nothing to ask who is ready: no model needs fewer calls for a "
    .. "single connection. It is the threads that the others save, not the calls.",
  source = "UNIX Network Programming 1, figure 6.1",
}

predict {
  id = "blocked-seconds",
  ask = "Two clients are connected and silent for half a second. Over all threads of the reference "
    .. "server, how many seconds of sleeping add up in this time?",
  run = function(t)
    t:known(2)
    t:mark("silence")
    t:sleep(0.5)
    t:mark("over")
  end,
  answer = function(m) return m:between("silence", "over"):seconds("blocked") end,
  within = "10%",
  unit = "seconds",
  why = "Three threads sleep: one for each client in `recv`, and the one that accepts. Three times "
    .. "half a second. It is easy to forget that waiting for the next client is waiting, too.",
  source = "./iolab show 01/21 --plain, the lanes of the threads",
}

predict {
  id = "memory-of-a-thread",
  ask = "A program starts 1,000 threads that each wait, as a server with idle clients does. By how "
    .. "much does its resident memory grow for each thread?",
  claim = "stack-memory",
  ranges = { 1, 100, 1000, 8000 },
  unit = "KiB",
  why = "The stack of 8 MiB is reserved address space. Resident are the pages that were touched: of "
    .. "the stack, of the thread's own data, and a part of the tables that say where they are.",
  source = "./iolab bench --claims --only stack-memory",
}

card {
  id = "pthread-errors",
  front = "How does `pthread_create` say that it failed?",
  back = "By its result: an error number, such as EAGAIN. It does not return -1, and errno says "
    .. "nothing. `if (pthread_create(...) < 0)` is never true.",
  source = "pthread_create(3), RETURN VALUE",
}

card {
  id = "detached",
  front = "What is left of a thread that has ended, if nobody joins it and it is not detached?",
  back = "Its stack and its result, until the process ends. A server leaks address space for each "
    .. "client: `pthread_detach`, or a detached attribute.",
  source = "pthread_detach(3), NOTES; ./iolab grade 01 --check 36,44",
}

card {
  id = "blocked-or-busy",
  front = "A thread has not come back from `recv`. How can you tell from outside whether it sleeps "
    .. "or works?",
  back = "In `/proc/PID/task/TID/status` the state is S (sleeping), and `wchan` names where; "
    .. "`strace -p TID` shows the call that has no result yet. A busy one is R.",
  source = "proc(5); ./iolab trace -- PROGRAM",
}
