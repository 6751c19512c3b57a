lab {
  title = "Blocking I/O",
  model = "blocking",
  summary = "recv and send that sleep, a thread for each connection, and a limit on every sleep",
  man = { "accept(2)", "recv(2)", "send(2)", "pthread_create(3)", "socket(7)", "select(2)", "errno(3)" },
  files = { "server.c" },
  arguments = { "PORT", "30" },
  libraries = { "-pthread" },

  rules = {
    {
      name = "with nothing to do it is asleep, in calls on one connection each",
      points = 3,
      hints = {
        "What does your server do while every client is silent? The best answer is: nothing.",
        "A call that blocks costs no processor time; asking again and again does. Nor does this lab need one call that watches many connections.",
        "Let accept(2), recv(2) and send(2) sleep; no epoll_wait(2), and no loop that asks again after a pause.",
      },
      rules = {
        uses = { "@accept", "@receive", "@send" },
        avoids = { "epoll_wait", "epoll_pwait", "epoll_pwait2" },
        idle = { calls = 50, cpu = 0.2 },
      },
    },
    {
      name = "every connection has a thread of its own, made for it",
      points = 6,
      hints = {
        "When one thread sleeps for one client, who serves the others?",
        "One thread accepts. Each connection then gets a new thread that does nothing but serve it, until it ends.",
        "pthread_create(3) after each accept(2), in one process; no fork(2), no pool, no loop over many descriptors.",
      },
      rules = { uses = { "@thread" }, threads = "per-connection", processes = 1 },
    },
    {
      name = "a thread's stack has 1 MiB at most",
      points = 3,
      hints = {
        "How much address space does a thousand of your threads ask for?",
        "A thread gets a stack as large as ulimit -s says, 8 MiB as a rule. A buffer and a few calls need far less.",
        "pthread_attr_setstacksize(3), 64 to 256 KiB; the attributes go to pthread_create(3).",
      },
      rules = { uses = { "@thread" }, stack = { most = 1048576 } },
    },
  },

  sanitizer = {
    points = 4,
    hints = {
      "The message names the line. How large is the buffer there, and how much of it did recv fill?",
      "recv fills the whole buffer when there is enough to receive: then buffer[n] lies behind its end.",
      "recv(2): bytes are no string and need no '\\0'. Keep the count, and use it.",
    },
  },
}
