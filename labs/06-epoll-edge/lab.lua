lab {
  title = "Told once: edge-triggered epoll",
  model = "I/O multiplexing with epoll(7), edge-triggered",
  summary = "An edge is told once: go on until EAGAIN, and let nobody starve meanwhile",
  man = { "epoll(7)", "epoll_ctl(2)", "epoll_wait(2)", "accept(2)", "recv(2)", "send(2)" },
  files = { "server.c" },
  arguments = { "PORT" },
  libraries = { "-pthread" },

  rules = {
    {
      name = "at most four threads wait with epoll",
      points = 5,
      rules = {
        uses = { "epoll_create|epoll_create1", "epoll_ctl", "epoll_wait|epoll_pwait|epoll_pwait2" },
        avoids = { "select", "pselect", "poll", "ppoll", "io_uring_setup" },
        threads = 4,
        processes = 1,
      },
      hints = {
        "This lab is about the kernel's list of what has become ready.",
        "Descriptors are registered once; one call then waits for all of them.",
        "epoll_create1(2), epoll_ctl(2), epoll_wait(2). One thread is enough.",
      },
    },
    {
      name = "every connection is edge-triggered, and stays so",
      points = 5,
      rules = { triggered = "edge" },
      hints = {
        "What do you register a connection with, the first time and each time after it?",
        "EPOLL_CTL_MOD replaces the events, it does not add to them: each flag has to be said "
          .. "again.",
        "EPOLLET in epoll_ctl(2). A registration that never changes cannot lose it.",
      },
    },
    {
      name = "it sleeps in epoll_wait and nowhere else",
      points = 5,
      rules = {
        sleeps_only_in = { "epoll_wait", "epoll_pwait", "epoll_pwait2", "@lock" },
        nonblocking = "all",
      },
      hints = {
        "A loop until EAGAIN ends well only where there is an EAGAIN.",
        "The last receive of such a loop finds nothing. On a blocking descriptor it sleeps, and "
          .. "all others wait. So does the last accept.",
        "O_NONBLOCK of fcntl(2), also for the listener; or SOCK_NONBLOCK of accept4(2).",
      },
    },
    {
      name = "it does not sleep on an edge that it has not followed to the end",
      points = 10,
      rules = { drains_edges = true },
      hints = {
        "Something was announced, a part of it was taken, and then your server went to sleep.",
        "The rest is not announced again. Receive, and accept, until EAGAIN; or remember who is "
          .. "not done yet, and do not sleep before they are.",
        "epoll(7), \"Level-triggered and edge-triggered\", and questions 7 to 9. Where you stop "
          .. "because output is blocked: the event that says there is room has to bring you back "
          .. "to receiving.",
      },
    },
    {
      name = "while everybody is silent it sleeps",
      points = 4,
      rules = { idle = { calls = 50, cpu = 0.1 } },
      hints = {
        "Something makes epoll_wait come back at once, again and again.",
        "A time-out of 0 is for rounds in which something is left to do. When is nothing left?",
        "epoll_wait(2), the time-out: -1 sleeps until an event comes. Whoever got EAGAIN leaves "
          .. "your list.",
      },
    },
  },

  sanitizer = {
    points = 4,
    hints = {
      "Somewhere the program touches memory that is not its own.",
      "The message names the line. Was a client freed that something still pointed to: a list, "
        .. "or a later event of the same batch?",
      "epoll(7), \"If using an event cache\"; recv(2) gives up to as many bytes as you allow.",
    },
  },
}
