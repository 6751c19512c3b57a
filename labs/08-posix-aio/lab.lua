lab {
  title = "Begin it, and hear when it is done: POSIX AIO",
  model = "asynchronous I/O with aio(7)",
  summary = "Requests that others carry out, their completion, and who really does the work",
  man = { "aio(7)", "aio_read(3)", "aio_write(3)", "aio_error(3)", "aio_return(3)",
          "aio_suspend(3)", "aio_cancel(3)", "lio_listio(3)", "aio_init(3)", "sigevent(7)" },
  files = { "server.c" },
  arguments = { "PORT", "FOLDER", "60" },
  libraries = { "-pthread" },
  watch_files = true,

  rules = {
    {
      name = "the first thread moves no bytes itself",
      points = 8,
      rules = { main_avoids = { "@receive", "@send", "pread", "preadv", "preadv2" } },
      hints = {
        "Which thread of your server reads and writes?",
        "Begin a request and go on; somebody else makes the call. That holds for files too.",
        "aio_read(3), aio_write(3), lio_listio(3). Opening and accepting have no request: those "
          .. "two calls you make yourself.",
      },
    },
    {
      name = "bytes are moved by requests of aio(7), not by threads of your own",
      points = 8,
      rules = { posix_aio = true },
      hints = {
        "Who made the call that the message names?",
        "This lab is about requests that the C library carries out. Its helpers try pread(2) or "
          .. "pwrite(2) first, on a socket also; see what the recording shows of yours.",
        "aio_read(3) and aio_write(3) for every byte, in both directions.",
      },
    },
    {
      name = "while everybody is silent it sleeps",
      points = 4,
      rules = { idle = { calls = 20, cpu = 0.1 } },
      hints = {
        "Nobody says anything, and your server makes calls.",
        "A request that is complete says so by itself: there is nothing to ask for in a loop.",
        "Sleep in aio_suspend(3), or in the call that a signal of sigevent(7) interrupts.",
      },
    },
  },

  sanitizer = {
    points = 4,
    hints = {
      "Somewhere the program touches memory that is not its own.",
      "The message names the line. Whose is a buffer while its request is in progress?",
      "aio(7): control block and buffer must stay until the request is complete.",
    },
  },
}
