lab {
  title = "Requests and completions: io_uring",
  model = "completion with io_uring(7)",
  summary = "Ask for the work itself, not for readiness; one call submits many requests and waits for what became of them",
  man = { "io_uring(7)", "io_uring_enter(2)", "io_uring_setup(2)", "io_uring_register(2)",
          "io_uring_submit_and_wait(3)", "io_uring_prep_recv(3)", "io_uring_prep_send(3)",
          "io_uring_prep_multishot_accept(3)", "io_uring_prep_link_timeout(3)" },
  files = { "server.c" },
  arguments = { "PORT", "120" },
  libraries = { "uring" },
  needs = { "io_uring" },

  rules = {
    {
      name = "one thread lets the ring accept, receive and send",
      points = 5,
      rules = {
        uses = {
          "io_uring_enter",
          "IORING_OP_ACCEPT",
          "IORING_OP_RECV|IORING_OP_RECVMSG|IORING_OP_READ|IORING_OP_READV|IORING_OP_READ_FIXED",
          "IORING_OP_SEND|IORING_OP_SENDMSG|IORING_OP_SEND_ZC|IORING_OP_SENDMSG_ZC"
            .. "|IORING_OP_WRITE|IORING_OP_WRITEV|IORING_OP_WRITE_FIXED",
        },
        avoids = { "@accept", "@receive", "@send", "select", "pselect", "poll", "ppoll",
                   "epoll_create", "epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait",
                   "epoll_pwait2" },
        threads = 1,
        processes = 1,
      },
      hints = {
        "In this lab nobody is asked what is ready, and no connection is read or written by a call of its own.",
        "What accept, recv and send do is asked for in the submission queue, and answered in the completion queue.",
        "io_uring_prep_accept(3), io_uring_prep_recv(3), io_uring_prep_send(3); one thread, one ring.",
      },
    },
    {
      name = "it sleeps in io_uring_enter and nowhere else",
      points = 3,
      rules = { sleeps_only_in = { "io_uring_enter" } },
      hints = {
        "While your thread sleeps in another call, nobody takes the completions.",
        "There is one place to wait: for the next completion, whatever it is.",
        "io_uring_submit_and_wait(3) or io_uring_wait_cqe(3). Time-outs and signals can be completions as well.",
      },
    },
    {
      name = "while everybody is silent it sleeps",
      points = 3,
      rules = { idle = { calls = 30, cpu = 0.2 } },
      hints = {
        "Something completes again and again, or you look without waiting.",
        "Which request fails at once and is made again at once? And does your loop wait when the completion queue is empty?",
        "io_uring_peek_cqe(3) does not wait, io_uring_wait_cqe(3) does. EMFILE of an accept, ENOBUFS of a receive: not again at once.",
      },
    },
    {
      name = "completions are taken, and what has come to its end is asked for again",
      points = 3,
      rules = { completions_consumed = true, multishot_rearmed = true, buffers_returned = true },
      hints = {
        "Something that the kernel has told your server was not dealt with.",
        "A completion stays in its queue until you say that it was seen. One without IORING_CQE_F_MORE is the last of its request. And a buffer that was filled is yours until you give it back.",
        "io_uring_cqe_seen(3) or io_uring_cq_advance(3); io_uring_prep_recv_multishot(3); io_uring_buf_ring_advance(3).",
      },
    },
  },

  sanitizer = {
    points = 4,
    hints = {
      "Somewhere the program touches memory that is not its own.",
      "The message names the line. Was the memory freed while something of it was still under way?",
      "A client may be freed when the kernel has none of its requests any more: each has completed, also those that were cancelled.",
    },
  },
}
