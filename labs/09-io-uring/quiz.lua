-- io_uring. See harness/quiz/README.md for what the words mean.

-- Twenty exchanges of a byte; between two of them the server has time to fall asleep.
local function twenty(t)
  local c = t:known()
  t:sleep(0.1)
  t:mark("begin")
  for _ = 1, 20 do
    c:echo("x", { within = 10 })
    t:sleep(0.02)
  end
  t:mark("end")
end

truth {
  id = "zero-copy",
  ask = "As program and kernel share the memory of the two rings, what is received through io_uring "
    .. "is not copied from kernel to user any more.",
  answer = false,
  because = {
    right "The rings hold requests and results; the bytes go into the buffer by a copy, as ever.",
    wrong("The rings are copied back and forth in each `io_uring_enter`.",
      "They are shared: that much is so."),
    wrong("The program must copy the bytes out of the completion ring.",
      "A completion has a user_data, a result and flags. No bytes are in it."),
    wrong("Only the bytes of the first receive are copied, those of a multishot are not.",
      "Each completion stands for a copy that has been made."),
  },
  why = "Notes behind this course say that shared rings allow zero-copy. What they save is a system "
    .. "call for each request. The copy is made by the kernel before you are told, so it does not "
    .. "block the program, and it still costs processor time. Zero-copy sends exist, as operations "
    .. "of their own.",
  source = "io_uring(7); io_uring_prep_send_zc(3); UNIX Network Programming 1, figure 6.5",
}

truth {
  id = "fewer-calls",
  ask = "Of two echo servers with the same load, the one that makes fewer system calls takes less "
    .. "processor time for a message.",
  answer = false,
  because = {
    wrong("The number of calls is the same for all servers, as each message needs two.",
      "With io_uring one call may serve many messages; that can be counted."),
    right "What is saved in calls may be spent again on requests, completions and later work.",
    wrong("System calls take no processor time; the kernel's time is not the program's.",
      "They do: `time` shows it as sys, and the core is busy."),
    wrong("The one with fewer calls sleeps longer in each, and sleeping is what costs.",
      "A sleep costs a switch at its beginning and its end, and nothing in between."),
  },
  why = "\"More efficient than epoll\" is said of io_uring without a load. With small messages of "
    .. "sockets that are ready anyhow the two are near each other; where requests are batched, or "
    .. "files would block, it wins. A count of calls is no measurement of time.",
  source = "./iolab bench --claims --only 'uring-*'",
}

truth {
  id = "completion-order",
  ask = "A program submits a receive on one connection, then one on another. The second one may "
    .. "complete first.",
  answer = true,
  because = {
    wrong("The kernel carries requests out from the last to the first.",
      "It takes them up in order. When each is done is another matter."),
    wrong("Completions are sorted by user_data.", "The kernel passes user_data on unread."),
    right "A request that cannot be done yet waits by itself, and holds up no other one.",
    wrong("Requests for different descriptors go through different rings.",
      "One ring serves them all."),
  },
  why = "A queue with an order would be blocking I/O with one thread: a silent client would keep "
    .. "everybody waiting. user_data is what tells the completions apart. Where order matters, link "
    .. "the requests with IOSQE_IO_LINK, or wait for the first.",
  source = "io_uring(7); io_uring_enter(2), IOSQE_IO_LINK; ./iolab grade 09 --check 21",
}

choice {
  id = "errors",
  ask = "A client has reset its connection while a receive was pending. How does the program hear of "
    .. "it?",
  answers = {
    wrong("`io_uring_wait_cqe` returns -ECONNRESET.",
      "Its result is about the waiting. The wait went well."),
    wrong("The completion's `res` is -1, and errno is ECONNRESET.",
      "Nobody sets errno: the request was not carried out by a call of yours."),
    right "The completion's `res` is -ECONNRESET.",
    wrong("No completion comes any more for this connection.",
      "Each request that was taken completes, whatever becomes of it."),
  },
  why = "`res` is what the system call would have returned to the C library: a count, or an error "
    .. "with a minus before it. 0 is the end of the stream, here too. Code that tests for -1 finds "
    .. "EPERM only.",
  source = "io_uring_enter(2), CQE ERRORS; io_uring_prep_recv(3), RETURN VALUE",
}

choice {
  id = "no-more",
  ask = "A multishot receive brings a completion with `res` 512 and without IORING_CQE_F_MORE. What "
    .. "does it say?",
  answers = {
    wrong("The client has sent its last byte.", "That is `res` 0."),
    wrong("These 512 bytes are the rest of a message that is now whole.",
      "TCP knows no messages, nor does the kernel."),
    wrong("The bytes are not valid, as the request was cancelled.",
      "A count above 0 says that they are there."),
    right "The bytes have come, and nobody is receiving from this client any more.",
  },
  why = "A multishot request goes on until it does not: the completion queue was full, buffers ran "
    .. "out, an error came, it was cancelled. The flag is the only sign, and it is missing seldom, "
    .. "so tests with few clients never see it. Submit the receive again.",
  source = "io_uring_prep_recv_multishot(3); ./iolab grade 09 --check 42",
}

choice {
  id = "close-pending",
  ask = "A receive is pending on a connection, and the program calls `close` on its descriptor. The "
    .. "client is waiting for the end. What does it see?",
  answers = {
    right "Nothing.",
    wrong("A FIN, and the receive completes with `res` 0.",
      "`res` 0 is for the peer's end. And this connection is not closed."),
    wrong("A FIN, and the receive completes with -ECANCELED.",
      "close cancels nothing. io_uring_prep_cancel does, or shutdown ends it."),
    wrong("A reset, since a buffer of the program's is still in use.",
      "A reset needs a socket that is being destroyed. This one lives."),
  },
  why = "The request holds the open file, as a sleeping thread would. The number is free, and the "
    .. "connection is not. Cancel or shut down, wait for the completion, then close: three steps, "
    .. "and the memory may go only after the second.",
  source = "README of lab 09, task 5; ./iolab grade 09 --check 24",
}

choice {
  id = "queue-full",
  ask = [[
    The ring has 8 entries, and 20 clients are to be received from. What goes wrong?

        for (int i = 0; i < 20; i++) {
            struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);
            io_uring_prep_recv(sqe, fds[i], buffers[i], SIZE, 0);
        }
        io_uring_submit(&ring);
  ]],
  answers = {
    wrong("The ninth receive overwrites the first one.",
      "That is what io_uring_get_sqe prevents: it hands out no entry twice."),
    right "`sqe` is NULL at the ninth client.",
    wrong("Only 8 clients can be received from at a time, whatever the program does.",
      "Entries are free again after a submission. What the kernel has is not limited by them."),
    wrong("Nothing: the library makes the queue longer.", "Its length is fixed at the beginning."),
  },
  why = "The submission queue is a way in, not a place to wait. When it is full, submit, and there is "
    .. "room. With 64 entries the mistake waits for the day on which 65 clients have something at "
    .. "once.",
  source = "io_uring_get_sqe(3), RETURN VALUE; ./iolab grade 09 --check 41,42",
}

choice {
  id = "seen-early",
  ask = [[
    What can happen here under load?

        io_uring_wait_cqe(&ring, &cqe);
        io_uring_cqe_seen(&ring, cqe);
        handle(cqe->user_data, cqe->res);
  ]],
  answers = {
    wrong("The completion comes a second time.", "It was said to be seen. That is remembered."),
    wrong("`cqe` points to memory that has been freed.",
      "The ring stays mapped, so that no tool complains either."),
    right "Another completion is handled in place of this one.",
    wrong("Nothing: the kernel writes to an entry only when the program waits.",
      "It writes whenever something completes and there is room."),
  },
  why = "`io_uring_cqe_seen` moves the head: from then on the entry belongs to the kernel. Copy it "
    .. "first, or say it last. It goes wrong only when the ring is nearly full, and then one client "
    .. "gets the result of another.",
  source = "io_uring_cqe_seen(3); io_uring(7), the example",
}

choice {
  id = "two-sends",
  ask = "Two sends to one connection are submitted at the same time, without a link. The first takes "
    .. "a part of its bytes, since the socket's buffer is nearly full. What can the client get?",
  answers = {
    wrong("All bytes in order: requests of one descriptor are carried out in a row.",
      "That is so in glibc's POSIX AIO. The ring knows no such rule."),
    wrong("The bytes of the first send, while the second one fails with EBUSY.",
      "A socket is never too busy for a second send."),
    wrong("The bytes of both, mixed byte by byte.", "Each send puts a stretch into the queue."),
    right "A part of the first, the second, and then the rest of the first.",
  },
  why = "When the program hears of the short send, the other one has been made. One send at a time for "
    .. "each connection, and what comes meanwhile is collected. On loopback with small messages it "
    .. "never happens, which is why it must be looked for.",
  source = "./iolab grade 09 --check 26,27; send(2), RETURN VALUE",
}

choice {
  id = "link-timeout",
  ask = "A receive has IOSQE_IO_LINK, and behind it stands a linked time-out of 5 s. The client stays "
    .. "silent. Which completions come?",
  answers = {
    wrong("one: the time-out, with -ETIME; the receive goes on",
      "That is a time-out by itself, io_uring_prep_timeout. The linked one ends its request."),
    right "two: the receive with -ECANCELED, and the time-out with -ETIME",
    wrong("one: the receive, with -EAGAIN",
      "EAGAIN is how SO_RCVTIMEO says it, in a call that blocks."),
    wrong("two: the receive with 0, and the time-out with 0", "0 would be the end of the stream."),
  },
  why = "Two requests, two completions. When bytes come in time it is the other way round: the receive "
    .. "has a count, the time-out -ECANCELED, although all is well. A program that closes at "
    .. "whatever is below 0 must look whose completion it has.",
  source = "io_uring_prep_link_timeout(3); ./iolab grade 09 --check 24",
}

several {
  id = "free-after-submit",
  ask = "`io_uring_submit` has just returned, and has taken everything. What may the program use for "
    .. "something else now, before any completion? (Linux 5.5 or later)",
  answers = {
    right "the submission entry",
    right "the `struct __kernel_timespec` of a linked time-out",
    right "the `struct msghdr` and the iovec array of a sendmsg",
    wrong("the bytes that are being sent", "They are read when there is room, perhaps much later."),
    wrong("the buffer of a receive", "Bytes are written there until it has completed."),
    wrong("the `struct sockaddr` in which an accept tells the client's address",
      "It is written when somebody has come."),
  },
  why = "What describes a request is read at submission; what it works on is used until completion. "
    .. "A local array for the descriptions is fine, if the submission is made before the function "
    .. "returns; for the bytes it is not.",
  source = "io_uring_setup(2), IORING_FEAT_SUBMIT_STABLE; io_uring_prep_link_timeout(3)",
}

several {
  id = "out-of-buffers",
  ask = "A server provides 8 buffers to the kernel. All are in use when bytes arrive for a multishot "
    .. "receive. What is so?",
  answers = {
    right "A completion with -ENOBUFS comes.",
    right "The receive has ended, and must be submitted again.",
    right "The bytes stay in the socket's receive queue.",
    wrong("The kernel takes the buffer that was filled longest ago.",
      "A buffer is the program's from its completion until it is given back."),
    wrong("The bytes that found no buffer are lost.",
      "TCP loses nothing: what is not copied out stays, and the window gets smaller."),
    wrong("The connection is broken, and has to be closed.",
      "The error is about this server's memory, not about the client."),
  },
  why = "ENOBUFS is the answer of a full house, as EAGAIN is of an empty one. Give buffers back early, "
    .. "and do not let a client that never reads hold them: then it is rare, and harmless.",
  source = "io_uring_prep_recv_multishot(3); ./iolab grade 09 --check 43",
}

number {
  id = "completion-entries",
  ask = "`io_uring_queue_init(100, &ring, 0)`: how many completions has the completion queue room for?",
  answer = 256,
  unit = "completions",
  why = "The submission queue is rounded up to a power of two, 128, and the other one is twice as "
    .. "long. For requests that complete more than once, or wait for long, it can still be too "
    .. "short: then the kernel keeps the rest aside until the program enters it.",
  source = "io_uring_setup(2), on entries and IORING_SETUP_CQSIZE",
}

number {
  id = "calls-of-a-batch",
  ask = "200 clients have sent something, their receives have completed, and the program handles all "
    .. "completions before it submits the 200 sends. The submission queue has 64 entries. How many "
    .. "calls of `io_uring_enter` does the submission take at least?",
  answer = 4,
  unit = "calls",
  why = "Three full queues, and the last eight go in with the wait that comes anyway. With epoll there "
    .. "are 200 calls of `recv` and 200 of `send`. The gain lies in the batch: one client alone "
    .. "has none.",
  source = "io_uring_get_sqe(3); io_uring_submit_and_wait(3); ./iolab grade 09 --check 46",
}

order {
  id = "way-of-a-request",
  ask = "A receive is asked for before the client has spoken. Put in order what happens.",
  items = {
    "The program fills an entry of the submission queue.",
    "`io_uring_enter` takes the entry, and falls asleep in the same call.",
    "The client's bytes arrive in the receive queue.",
    "The kernel copies them into the buffer.",
    "The kernel writes a completion and moves the tail of its queue.",
    "The program reads the result, and moves the head.",
  },
  why = "Compare where the copy stands: in lab 05 it comes after the program was told, as a call of its "
    .. "own. Each ring has one side that moves the head and one that moves the tail, and therefore "
    .. "needs no lock.",
  source = "io_uring(7); UNIX Network Programming 1, figure 6.5; ./iolab show 09/11 --plain",
}

predict {
  id = "enters-for-a-byte",
  ask = "One client of the reference server sends a byte, waits for it, and after a moment sends the "
    .. "next: twenty times. How many calls of `io_uring_enter` does one such exchange take?",
  run = twenty,
  answer = function(m) return m:between("begin", "end"):calls("io_uring_enter") / 20 end,
  within = 0.2,
  unit = "calls",
  why = "One submits the send, which is complete at once, so that the call returns without a sleep; "
    .. "the next one sleeps until a byte comes. Lab 01 needs two calls as well, lab 05 three. With a "
    .. "single client there is nothing to batch.",
  source = "io_uring_submit_and_wait(3); ./iolab show 09/11 --plain",
}

predict {
  id = "receives-submitted",
  ask = "In the same twenty exchanges, how many receive requests does the reference server submit? It "
    .. "has answered the client once before. (Linux 6.0 or later)",
  run = twenty,
  answer = function(m) return m:between("begin", "end"):calls("IORING_OP_RECV") end,
  unit = "requests",
  why = "The multishot receive that was made when the client came completes once for each message. "
    .. "The program does not ask any more; it takes what comes, into buffers that the kernel "
    .. "chooses. To stop it takes a request, too.",
  source = "io_uring_prep_recv_multishot(3); ./iolab grade 09 --check 49",
}

predict {
  id = "enters-for-many",
  ask = "The reference server is stopped. Sixty-four clients send a line each, and it continues. How "
    .. "many calls of `io_uring_enter` does it make until all have their answers?",
  run = function(t)
    local clients = t:known(64)
    t:sleep(0.1)
    t.server:stop()
    for i = 1, 64 do clients[i]:send("a line\n") end
    t:mark("all have spoken")
    t.server:continue()
    for i = 1, 64 do clients[i]:expect("a line\n", { within = 10 }) end
    t:mark("all are answered")
  end,
  answer = function(m)
    return m:between("all have spoken", "all are answered"):calls("io_uring_enter")
  end,
  ranges = { 1, 32, 96, 200 },
  unit = "calls",
  why = "A handful. All completions that are there are taken, each leaves its send in the queue, and "
    .. "one call hands over what has gathered. An epoll server makes a `recv` and a `send` for each "
    .. "of them, 128 and more. The busier it is, the more a call is worth.",
  source = "./iolab grade 09 --check 46; ./iolab show 09/46 --plain",
}

predict {
  id = "calls-of-recv",
  ask = "Five clients come, speak and are answered. Over its whole life, how many calls of `accept`, "
    .. "`recv` and `send` does the reference server make in all?",
  run = function(t)
    local clients = t:known(5)
    for i = 1, 5 do clients[i]:echo("again\n", { within = 10 }) end
  end,
  answer = function(m) return m:calls("@accept") + m:calls("@receive") + m:calls("@send") end,
  unit = "calls",
  why = "A program that only counts system calls sees a server that does nothing but "
    .. "`io_uring_enter`, and still moves bytes. What it does stands in the rings. Filters of system "
    .. "calls are blind in the same way, which is one reason why many places forbid it.",
  source = "strace(1) on the server; ./iolab show 09/11 --plain",
}

predict {
  id = "runs-dry",
  ask = "The reference server has 8 buffers of 4,096 bytes here. While it is stopped, a client sends "
    .. "40,960 bytes. It continues, and gives each buffer back as soon as it has copied the bytes. "
    .. "How many times does a receive complete with ENOBUFS? (Linux 6.0 or later)",
  with = { arguments = { "PORT", "120", "8" } },
  run = function(t)
    local c = t:known()
    local data = t:bytes(40960)
    t.server:stop()
    t:mark("stopped")
    c:send(data)
    t:sleep(0.1)
    t.server:continue()
    c:expect(data, { within = 20 })
    t:sleep(0.1)
    t:mark("all is back")
  end,
  answer = function(m)
    return m:between("stopped", "all is back"):failed("IORING_OP_RECV", "ENOBUFS")
  end,
  unit = "times",
  why = "Eight buffers are filled in one go, before the program has seen one of them. Then the receive "
    .. "ends. Asked again with all buffers back, it finds the last two fillings, and goes on. Nothing "
    .. "is lost, and the client notices nothing.",
  source = "io_uring_prep_recv_multishot(3); ./iolab grade 09 --check 43",
}

card {
  id = "whose-is-it",
  front = "What belongs to the kernel between the submission and the completion of a receive?",
  back = "Its buffer and, in effect, the connection: it is not closed while the request holds it. The "
    .. "entry of the submission queue is free again.",
  source = "io_uring_prep_recv(3); README of lab 09, task 5",
}

card {
  id = "forbidden",
  front = "`io_uring_queue_init` fails with -EPERM on one machine and works on another. What forbids it?",
  back = "The sysctl kernel.io_uring_disabled (1 or 2), or a filter of system calls, as in many "
    .. "containers. Its history of security holes is the reason: it is a second door into the kernel.",
  source = "./iolab doctor; the kernel's Documentation/admin-guide/sysctl/kernel.rst",
}

card {
  id = "sqpoll",
  front = "What does IORING_SETUP_SQPOLL save, and what does it cost?",
  back = "It saves the calls that submit: a thread of the kernel looks at the queue. While there is "
    .. "work, and for a while after, that thread keeps a core busy; then it sleeps, and has to be "
    .. "woken (IORING_SQ_NEED_WAKEUP).",
  source = "io_uring_setup(2), IORING_SETUP_SQPOLL",
}
