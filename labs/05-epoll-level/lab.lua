lab {
  title = "epoll, level-triggered: a list in the kernel",
  model = "I/O multiplexing with epoll(7)",
  summary = "Say once what is of interest, and be told only what is ready; it is told again until "
    .. "it is dealt with",
  man = { "epoll(7)", "epoll_create1(2)", "epoll_ctl(2)", "epoll_wait(2)", "accept4(2)",
          "recv(2)", "send(2)" },
  files = { "server.c" },
  arguments = { "PORT" },

  rules = {
    {
      name = "one thread asks about all descriptors with epoll",
      points = 5,
      rules = {
        uses = { "epoll_wait|epoll_pwait|epoll_pwait2", "epoll_ctl" },
        avoids = { "select", "pselect", "poll", "ppoll", "io_uring_setup" },
        threads = 1,
        processes = 1,
      },
      hints = {
        "This lab is about one list in the kernel, and one call that waits for what is in it.",
        "One thread, one loop, and at the top of it the question: what has become ready?",
        "epoll_create1(2), epoll_ctl(2), epoll_wait(2).",
      },
    },
    {
      name = "it sleeps in epoll_wait and nowhere else",
      points = 3,
      rules = {
        sleeps_in = { "epoll_wait|epoll_pwait|epoll_pwait2" },
        sleeps_only_in = { "epoll_wait", "epoll_pwait", "epoll_pwait2" },
      },
      hints = {
        "While your thread sleeps for one client, all others wait too; and if it never sleeps, it "
          .. "burns a core.",
        "What epoll said may be out of date: make every descriptor refuse to sleep, the listener "
          .. "also. And let epoll_wait wait.",
        "O_NONBLOCK of fcntl(2) or SOCK_NONBLOCK of accept4(2); the time-out of epoll_wait(2).",
      },
    },
    {
      name = "an event leads to its client, without a search",
      points = 4,
      rules = { epoll_data = "pointer" },
      hints = {
        "An event has come. How do you find out whose it is?",
        "With each entry the kernel keeps 64 bits for you, and gives them back with each event.",
        "epoll_ctl(2): data.ptr, a pointer to what you know of the client, at ADD and at MOD.",
      },
    },
    {
      name = "it is level-triggered, on purpose",
      points = 3,
      rules = { triggered = "level" },
      hints = {
        "One flag of epoll_ctl changes what an event means.",
        "Here an event means: there is something. With that flag it would mean: something has "
          .. "come. That is the next lab.",
        "epoll(7), \"Level-triggered and edge-triggered\"; leave EPOLLET out.",
      },
    },
    {
      name = "it is woken only for what it then does something about",
      points = 3,
      rules = { write_interest = "pending", answers_events = true },
      hints = {
        "For what does epoll_wait come back, and what is done about it?",
        "A socket is writable nearly all the time. And an event that you do not act on comes again "
          .. "at once, also one that you did not ask for.",
        "EPOLL_CTL_MOD to EPOLLOUT when send(2) took less than all; back to EPOLLIN when nothing "
          .. "is left. EPOLLERR and EPOLLHUP: epoll_ctl(2).",
      },
    },
    {
      name = "it changes an entry only when that changes something",
      points = 2,
      rules = { no_needless_mod = true },
      hints = {
        "How many system calls does one message cost your server?",
        "What has been asked for stays asked for: nothing has to be said again.",
        "Keep with each client which events it was registered with, and call epoll_ctl(2) with "
          .. "EPOLL_CTL_MOD only if they become others.",
      },
    },
    {
      name = "while everybody is silent it sleeps",
      points = 3,
      rules = { idle = { calls = 30, cpu = 0.2 } },
      hints = {
        "Something makes epoll_wait come back at once, again and again.",
        "The events that it came back with say which descriptor it was, and for what.",
        "EPOLLERR and EPOLLHUP come without being asked for. EPOLLIN of a client whose bytes you "
          .. "do not take; EPOLLOUT with nothing to send; a listener without a free descriptor; a "
          .. "time-out in the wrong unit: epoll_wait(2).",
      },
    },
  },

  sanitizer = {
    points = 5,
    hints = {
      "Somewhere the program touches memory that is not its own, or no longer.",
      "The message names the line, and where the memory was freed. Which event still had a "
        .. "pointer to it?",
      "epoll(7), \"Possible pitfalls\": the event cache. Free a client when the batch of events "
        .. "is done.",
    },
  },
}
