lab {
  title = "Work goes on: signals tell of clients",
  model = "signal-driven I/O",
  summary = "O_ASYNC and real-time signals: nobody waits, a signal says which descriptor to look at",
  man = { "signal(7)", "fcntl(2)", "sigaction(2)", "sigsuspend(2)", "signal-safety(7)", "accept(2)",
          "recv(2)", "send(2)" },
  files = { "server.c" },
  arguments = { "PORT" },

  rules = {
    {
      name = "the kernel tells with a signal which descriptor is ready",
      points = 7,
      rules = {
        uses = { "fcntl:O_ASYNC|ioctl:FIOASYNC", "fcntl:F_SETOWN|fcntl:F_SETOWN_EX",
                 "fcntl:F_SETSIG" },
        avoids = { "select", "pselect", "poll", "ppoll", "epoll_create", "epoll_create1",
                   "epoll_ctl", "epoll_wait", "epoll_pwait", "epoll_pwait2", "io_uring_setup" },
        threads = 1,
        processes = 1,
      },
      hints = {
        "This server asks nobody: it is told.",
        "A descriptor can send a signal when it becomes ready. Three things must be said to it: "
          .. "whom to tell, with which signal, and that it shall.",
        "fcntl(2): F_SETOWN, F_SETSIG, and O_ASYNC with F_SETFL.",
      },
    },
    {
      name = "it sleeps only until a signal comes",
      points = 4,
      rules = { sleeps_only_in = { "@signal", "read" } }, -- read: of a signalfd
      hints = {
        "Your server was asleep for one client. Who hears the signals of the others?",
        "No descriptor may put a call to sleep, the listener neither: then a call that finds "
          .. "nothing says so.",
        "O_NONBLOCK of fcntl(2); sleep in sigsuspend(2), sigwaitinfo(2), or read(2) of a "
          .. "signalfd(2).",
      },
    },
    {
      name = "while everybody is silent it sleeps, or works",
      points = 4,
      rules = { idle = { calls = 10, cpu = 0.2 } },
      hints = {
        "Nobody says anything, and there is no work. What is your server doing?",
        "A signal comes when something changes, so there is nothing to look after meanwhile.",
        "sigsuspend(2) without any time-out.",
      },
    },
    {
      name = "it asks a client only when a signal has told of it",
      points = 4,
      rules = { prompted = true },
      hints = {
        "A client had nothing, nobody told of it, and your server asked it again, and again.",
        "A signal says which descriptor has something. Only when signals were lost must everybody "
          .. "be looked at.",
        "si_fd of siginfo_t, sigaction(2); it is there only with F_SETSIG, fcntl(2).",
      },
    },
  },

  sanitizer = {
    points = 4,
    hints = {
      "Somewhere the program touches memory that is not its own.",
      "The message names the line. What is the largest index there, and how large is the array?",
      "recv(2) gives up to as many bytes as you allow; si_fd can be any descriptor.",
    },
  },
}
