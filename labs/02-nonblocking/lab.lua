lab {
  title = "Non-blocking I/O",
  model = "nonblocking",
  summary = "One thread asks every descriptor in turn; EAGAIN means not now, and nothing sleeps but the pause",
  man = { "fcntl(2)", "ioctl(2)", "accept(2)", "recv(2)", "send(2)", "nanosleep(2)", "errno(3)", "tcp(7)" },
  files = { "server.c" },
  rules = {
    {
      name = "one thread of one process serves everybody",
      points = 4,
      hints = {
        "How many lines of execution does your server need, if no call of it ever waits?",
        "A thread or a process for each client is another model. Here one loop asks every client in turn.",
        "Look for pthread_create(3) and fork(2): this lab needs neither.",
      },
      rules = { uses = { "@receive", "@send" }, threads = 1, processes = 1 },
    },
    {
      name = "it asks every descriptor itself, with no select or poll",
      points = 4,
      hints = {
        "Which call tells your server where to look? In this lab, none does.",
        "select, poll and epoll come in the next labs. Here the answer to recv itself says whether there was something.",
        "Replace select(2), poll(2) or epoll_wait(2) by recv(2) on every connection in turn. As a pause use nanosleep(2), not select(2) with a time-out.",
      },
      rules = { uses = { "@receive", "@send" }, avoids = { "@wait" } },
    },
    {
      name = "every descriptor is non-blocking, the listener too",
      points = 5,
      hints = {
        "Which flags does a descriptor have that accept has just given you?",
        "On Linux a new connection does not inherit O_NONBLOCK from the listener. MSG_DONTWAIT makes one call non-blocking, not the descriptor.",
        "fcntl(2) with F_SETFL (not F_SETFD) on each descriptor, or ioctl(2) with FIONBIO; accept4(2) with SOCK_NONBLOCK does both at once.",
      },
      rules = { uses = { "@accept", "@receive", "@send" }, nonblocking = "all" },
    },
    {
      name = "it is asleep in its pause and nowhere else",
      points = 5,
      hints = {
        "Run it, connect a client that says nothing, and look in the recording where the server is.",
        "A call on a blocking descriptor sleeps until the client acts, and everybody else waits too.",
        "O_NONBLOCK on every descriptor (fcntl(2)), no SO_RCVTIMEO, and nanosleep(2) when nothing moved.",
      },
      rules = { uses = { "@receive", "@send" }, sleeps_only_in = { "@sleep" } },
    },
    {
      name = "when nobody speaks it pauses, and burns no core",
      points = 4,
      hints = {
        "What does your loop do when no client has anything to say? How often in a second?",
        "After a sweep in which nothing moved, there is nothing to gain by asking again at once.",
        "nanosleep(2) for about a millisecond after each sweep that moved nothing.",
      },
      rules = {
        uses = { "@receive", "@send", "@sleep" },
        idle = { calls = 10000 },
        pause = { most = 0.05 }, -- somebody may be waiting meanwhile
      },
    },
  },
  sanitizer = {
    points = 4,
    hints = {
      "The message names the line. How large is the buffer there, and how many bytes can be in it?",
      "recv fills the whole buffer when there is enough to receive: no place is left for a '\\0'. And who still uses a client that was freed?",
      "recv(2): bytes are no string. Keep lengths and positions, and check them against sizeof the buffer.",
    },
  },
}
