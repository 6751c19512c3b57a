-- POSIX AIO. See harness/quiz/README.md for what the words mean.

-- Twenty exchanges of a byte, one after the other.
local function twenty(t)
  local c = t:known()
  t:sleep(0.3)
  t:mark("begin")
  for _ = 1, 20 do
    c:echo("x", { within = 10 })
    t:sleep(0.02)
  end
  t:mark("end")
end

truth {
  id = "in-the-kernel",
  ask = "On Linux with glibc, a request of `aio_read` is handed to the kernel, which carries it out "
    .. "by itself and then tells the program.",
  answer = false,
  because = {
    wrong("The kernel does so for sockets; files are read by `aio_read` before it returns.",
      "Neither: it treats all descriptors alike."),
    right "A thread that the C library has started makes the ordinary calls, and sleeps in them.",
    wrong("It is a module of the kernel that must be loaded first, or nothing is done.",
      "There are io_submit and io_uring in the kernel. glibc's aio functions use neither."),
    wrong("The request is carried out when the program calls `aio_return`.",
      "It is complete before: aio_return only fetches the result, once."),
  },
  why = "Figures and course texts draw the kernel on the other side. `strace -f` shows new threads, "
    .. "and `pread64` and `read` made by them. So it costs what lab 01 costs, with a queue and a "
    .. "signal on top; what is gained is the interface.",
  source = "aio(7), NOTES; ./iolab grade 08 --check 11; ./iolab show 08/11 --plain",
}

truth {
  id = "still-asynchronous",
  ask = "Although threads of the library sleep in blocking calls for it, `aio_read` is asynchronous "
    .. "I/O as POSIX and the book define it.",
  answer = true,
  because = {
    wrong("Whatever does not return EAGAIN is asynchronous.",
      "A blocking `recv` does not return EAGAIN either."),
    wrong("The helpers are woken by signals, and signals are asynchronous.",
      "The helpers sleep in read. The signal goes to the program, afterwards."),
    right "The thread that asked is kept waiting for neither phase.",
    wrong("Several requests can be in progress.", "So they can with threads that block."),
  },
  why = "The definition looks from the side of who asks: is he blocked until the operation "
    .. "completes? Who does the work is left open. That a definition is met says nothing about "
    .. "what it costs; there the helpers count.",
  source = "POSIX.1-2017, Base Definitions, \"Asynchronous I/O Operation\"; UNIX Network "
    .. "Programming 1, figure 6.5",
}

choice {
  id = "twenty-helpers",
  ask = "A server begins an `aio_read` for each client, and has not called `aio_init`. Twenty clients "
    .. "are silent. The twenty-first sends a line. When does it get its echo?",
  answers = {
    wrong("at once: a helper is started for each request",
      "Up to a limit, which is 20 if nobody says otherwise."),
    wrong("after a second, when an idle helper ends",
      "A helper that is asleep in a read is not idle for the library."),
    right "when one of the twenty has spoken, or has gone",
    wrong("never: its `aio_read` has failed with EAGAIN, and was not queued",
      "EAGAIN is for want of resources. Requests without a helper are queued."),
  },
  why = "Reads of silent clients do not end, so each of them keeps a helper for good. Tests with a "
    .. "few clients pass. Everything else waits, too: writes, and files. With `aio_init` the model "
    .. "becomes a thread for each client.",
  source = "aio_init(3), aio_threads; ./iolab grade 08 --check 25",
}

choice {
  id = "read-then-write",
  ask = [[
    A server wants to greet each client, and to hear what it says. The client waits for the
    greeting. What happens with glibc?

        aio_read(&from_client);
        aio_write(&greeting);
  ]],
  answers = {
    right "Both wait: the write is not begun before the read is complete.",
    wrong("The greeting is sent at once by another helper.",
      "It would be, if the two had different descriptors."),
    wrong("The write overtakes the read, as its descriptor is ready for it.",
      "Nobody looks for readiness. The requests of a descriptor stand in a row."),
    wrong("The second call fails with EINPROGRESS, for the descriptor is in use.",
      "EINPROGRESS is what aio_error says of a request. It is no error of aio_write."),
  },
  why = "The library does the requests of one descriptor one after the other. For a file that keeps "
    .. "order; for a conversation it is a deadlock. Write first, then read; or use a second "
    .. "descriptor from `dup`, which has a row of its own.",
  source = "README of lab 08, task 3, and the end of \"Predict, run, look\"",
}

choice {
  id = "cancel",
  ask = "A client has been silent for too long. Its read is in progress: a helper sleeps in it. What "
    .. "does `aio_cancel(fd, NULL)` do?",
  answers = {
    wrong("It wakes the helper with a signal and returns AIO_CANCELED.",
      "The library has no such signal. It takes away what no helper has begun."),
    wrong("It waits until the read has ended.", "It returns at once, whatever it finds."),
    wrong("It returns AIO_ALLDONE.", "That is said when all of them were complete before."),
    right "It returns AIO_NOTCANCELED, and the helper sleeps on.",
  },
  why = "A request that has begun runs to its end. `shutdown` makes the end come: the read returns 0, "
    .. "the request completes, and only then may the descriptor be closed and the memory be freed. "
    .. "Who frees after AIO_NOTCANCELED gives away what will be written to.",
  source = "aio_cancel(3), RETURN VALUE; ./iolab grade 08 --check 26",
}

choice {
  id = "close-under-read",
  ask = "A helper is asleep in `read` on a connection, and the program calls `close` on the "
    .. "descriptor. What does the client see?",
  answers = {
    wrong("A FIN, as always.", "It is sent when the last user of the socket lets go of it."),
    right "Nothing.",
    wrong("A reset, because a read is outstanding.",
      "Resets are for unread bytes, or SO_LINGER with 0. Here nothing is closed yet."),
    wrong("A FIN, and the helper's read returns EBADF.",
      "The number is looked up when a call begins. A call that sleeps does not notice."),
  },
  why = "The call that is under way holds the open file. The number is free, the next client gets "
    .. "it, and what the old client sends still goes into the old buffer. `shutdown` acts on the "
    .. "connection itself, whoever holds it.",
  source = "close(2), \"Multithreaded processes and close()\"; ./iolab grade 08 --check 26",
}

choice {
  id = "one-signal",
  ask = "All requests ask for SIGUSR1. While the program has it blocked, three of them complete. The "
    .. "program unblocks it. How many times does the handler run, and what has to be looked at?",
  answers = {
    wrong("three times; each time the request in `si_value`",
      "SIGUSR1 does not queue: two of three would never be looked at."),
    wrong("three times; each time the oldest request", "Requests complete in any order."),
    right "once; all requests that were in progress",
    wrong("once; the one that completed last", "The other two have completed as well."),
  },
  why = "The signal is a knock on the door. With `aio_error` the program finds out, without a system "
    .. "call, which requests are no longer in progress. A real-time signal comes once for each, and "
    .. "has a queue that can be full.",
  source = "signal(7), \"Queueing and delivery semantics\"; sigevent(7)",
}

choice {
  id = "zero-moved",
  ask = "For a read of a client, `aio_error` says 0 and `aio_return` says 0. What has happened?",
  answers = {
    wrong("The request is still in progress, and has moved nothing yet.",
      "Then aio_error says EINPROGRESS, and aio_return must not be called."),
    wrong("The helper found no data, and gave up.", "A helper sleeps until there are some."),
    right "The client has half-closed or closed.",
    wrong("The request was cancelled.", "Then aio_error says ECANCELED, and aio_return -1."),
  },
  why = "`aio_return` has the result of the call that was made, here of `read`, and its 0 means what "
    .. "it always does. `aio_error` has what errno would have been. There are two results because "
    .. "nobody was there to look when the call came back.",
  source = "aio_return(3), aio_error(3); read(2), RETURN VALUE",
}

choice {
  id = "nonblock",
  ask = "A connection has O_NONBLOCK, its client has sent nothing yet. What becomes of an `aio_read`?",
  answers = {
    wrong("It stays in progress until bytes come: the flag concerns the program's own calls.",
      "The flag belongs to the open file, and the helper's `read` is an ordinary call."),
    right "It completes at once, with EAGAIN.",
    wrong("`aio_read` returns -1 with EAGAIN, and nothing is queued.",
      "`aio_read` has only queued it. It does not know what the read will say."),
    wrong("The helper asks again and again until something is there.",
      "It makes one attempt and reports what came of it."),
  },
  why = "The two models do not add up. Who takes EAGAIN for the end loses the client; who begins the "
    .. "read again polls, with a thread, a queue and a signal for each question.",
  source = "aio_read(3); README of lab 08, \"Going further\"; ./iolab grade 08 --check 11",
}

several {
  id = "in-progress",
  ask = "A request is in progress. What may the program do meanwhile?",
  answers = {
    right "call `aio_error` on its control block",
    right "begin another request, with another control block and another buffer",
    right "sleep in `aio_suspend` until it completes",
    wrong("call `aio_return` on it, to see how far it has come",
      "What that returns is undefined before completion. There is no \"so far\"."),
    wrong("read the first bytes of its buffer, to see whether they have come",
      "They may be old, new, or half of each. Only completion says that they are there."),
    wrong("return from the function whose local variable is the control block",
      "The library will write into it. It must live until the request has completed."),
  },
  why = "Control block and buffer are lent out. In a synchronous call the stack keeps them alive, "
    .. "for the caller stands still; here nothing does, and the damage shows elsewhere, later.",
  source = "aio(7), NOTES; aio_return(3), NOTES",
}

several {
  id = "wait-for-a-file",
  ask = "A regular file is open, and its pages are on the disk, not in memory. Which of these is so?",
  answers = {
    right "`select` returns at once and says that it is readable.",
    right "`epoll_ctl` with EPOLL_CTL_ADD fails with EPERM.",
    right "A `read` sleeps for the disk, with O_NONBLOCK, too.",
    wrong("`poll` sleeps until the pages have been read in.",
      "For poll a file is always ready. It does not make anybody read it either."),
    wrong("`aio_read` fails with ESPIPE, as files have no queue.",
      "ESPIPE is what `pread` says on a socket. Files are what the aio functions are good at."),
    wrong("epoll takes it, and tells when another process appends a line.",
      "It does not take it. inotify(7) tells of changes."),
  },
  why = "One text recommends `select` for watching files, another one says that epoll does not work on "
    .. "them. Both calls know readiness, and a file has none to wait for: it is ready by "
    .. "definition. What helps is somebody else who sleeps: a thread, aio(7), io_uring.",
  source = "epoll_ctl(2), EPERM; "
    .. "./iolab bench --claims --only 'epoll-files,select-watches-files,nonblocking-files'",
}

number {
  id = "default-threads",
  ask = "How many helpers does glibc start at most for POSIX AIO, when the program has not called "
    .. "`aio_init`?",
  answer = 20,
  unit = "threads",
  why = "Enough for disks, which answer; far too few for clients, which may not. The limit must be "
    .. "raised before the first request: later `aio_init` has no effect, and does not say so.",
  source = "aio_init(3), aio_threads",
}

number {
  id = "parts-of-a-file",
  ask = "A file of 100,000 bytes is read with `aio_read` into a buffer of 16,384 bytes, part after "
    .. "part, and nothing is known of its length. How many requests are completed, with the one "
    .. "that finds the end?",
  answer = 8,
  unit = "requests",
  why = "Seven bring bytes, the last of them 1,696, and one brings 0. A request does not move the "
    .. "position of the descriptor, so the offset is the program's to add up: what aio_return says, "
    .. "not what was asked for.",
  source = "aio(7), aio_offset; ./iolab grade 08 --check 42",
}

order {
  id = "who-does-what",
  ask = "A server asks for bytes of a client that has not spoken yet. Put in order what happens with "
    .. "glibc.",
  items = {
    "`aio_read` puts the request into a queue of the library and returns.",
    "A helper calls `pread`, which fails with ESPIPE.",
    "The helper calls `read` and falls asleep.",
    "The client's bytes arrive, and are copied within the helper's call.",
    "`aio_error` says 0 instead of EINPROGRESS, and the signal comes.",
    "The program fetches the count with `aio_return`.",
  },
  why = "The first thread has no part in the three steps in the middle. Note where the signal stands: "
    .. "behind the copy. In lab 07 it stands before it, and that is all the difference between "
    .. "figures 6.4 and 6.5.",
  source = "UNIX Network Programming 1, figures 6.4 and 6.5; ./iolab show 08/11 --plain",
}

predict {
  id = "calls-for-a-byte",
  ask = "A client of the reference server sends a byte and waits until it is back, twenty times. How "
    .. "many calls of `pread`, `read`, `pwrite` and `write` does the server make for one such "
    .. "exchange, over all threads? (In lab 01 it is two calls.)",
  run = twenty,
  answer = function(m)
    local talk = m:between("begin", "end")
    return (talk:calls("pread") + talk:calls("read") + talk:calls("pwrite") + talk:calls("write"))
      / 20
  end,
  within = 0.2,
  unit = "calls",
  why = "Four. The library does not know a socket from a file: it tries `pread` with an offset, is "
    .. "told ESPIPE, and then calls `read`; for the answer `pwrite`, then `write`. It does not "
    .. "remember what it has learnt of a descriptor.",
  source = "pread(2), ERRORS; ./iolab show 08/11 --plain",
}

predict {
  id = "signals-for-a-byte",
  ask = "In the same twenty exchanges of a byte, how often is the first thread told by SIGUSR1 in one "
    .. "exchange?",
  run = twenty,
  answer = function(m) return m:between("begin", "end"):signals("SIGUSR1") / 20 end,
  within = 0.1,
  unit = "times",
  why = "Twice: the read is complete, the write is complete. A blocking server hears of neither, for "
    .. "it is there when the calls return. With many clients signals that meet become one, and then "
    .. "it is fewer than requests.",
  source = "sigevent(7); ./iolab show 08/11 --plain, `!` in the lane of thread 1",
}

predict {
  id = "threads-in-silence",
  ask = "Twelve clients have been answered by the reference server, and are silent for some seconds. "
    .. "How many threads does the server have now? The program itself has started none.",
  run = function(t)
    t:known(12)
    t:sleep(3)
    t:mark("silence")
    t:sleep(0.3)
    t:mark("over")
  end,
  answer = function(m) return m:between("silence", "over"):threads() end,
  unit = "threads",
  why = "A helper for each read that is in progress, and the thread that began them. Helpers without "
    .. "a request have ended after a second. It is lab 01 with one thread more, made by somebody "
    .. "else.",
  source = "aio_init(3), aio_idle_time; ./iolab show 08/25 --plain",
}

predict {
  id = "reads-of-a-file",
  ask = "The reference server is asked for a file of 65,536 bytes, and reads it into buffers of "
    .. "16,384 bytes until it finds the end. How many calls of `pread` are made on the file?",
  run = function(t)
    local data = t:bytes(65536)
    t:file("data", data)
    t:mark("begin")
    local c = t:connect { port = t.port + 1 }
    c:send("data\n")
    c:expect("OK 65536\n", { within = 10 })
    c:expect(data, { within = 15 })
    c:expect_close { within = 10 }
    t:mark("end")
  end,
  answer = function(m)
    local talk = m:between("begin", "end")
    return talk:calls("pread") - talk:failed("pread", "ESPIPE")
  end,
  unit = "calls",
  why = "Four are filled to the brim, which says nothing of what follows; only 0 does. On a file "
    .. "`pread` succeeds at the first attempt, so that one request is one call here. It comes to an "
    .. "end by itself, and the helper is free again: this is what the interface was made for.",
  source = "read(2), RETURN VALUE; ./iolab show 08/42 --plain",
}

card {
  id = "ways-to-hear",
  front = "Name the four ways in which a program can hear that a request of aio(7) is complete.",
  back = "A signal (SIGEV_SIGNAL), a function in a new thread (SIGEV_THREAD), sleeping in "
    .. "`aio_suspend` with a list of requests, and asking with `aio_error` (SIGEV_NONE).",
  source = "sigevent(7); aio_suspend(3); aio_error(3)",
}

card {
  id = "aio-or-poll",
  front = "A server polls first, and begins an `aio_read` only when something is there. Which model "
    .. "is that?",
  back = "Multiplexing (figure 6.3), with another thread for the copy. Few helpers are enough, for no "
    .. "read waits for a client. What the asynchronous model had to offer is given up.",
  source = "README of lab 08, \"How many helpers\"",
}

card {
  id = "three-aios",
  front = "Three interfaces on Linux are called asynchronous I/O. Which, and who does the work?",
  back = "aio(7): threads of glibc. io_submit(2): the kernel, for files opened with O_DIRECT; others "
    .. "may block in the call. io_uring(7): the kernel, for files and sockets.",
  source = "aio(7), NOTES; io_submit(2); io_uring(7)",
}
