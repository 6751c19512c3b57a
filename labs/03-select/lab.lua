lab {
  title = "One thread, many clients: select",
  model = "I/O multiplexing with select(2)",
  summary = "Ask about all descriptors at once, and sleep in one place only",
  man = { "select(2)", "select_tut(2)", "accept(2)", "recv(2)", "send(2)", "fcntl(2)" },
  files = { "server.c" },
  arguments = { "PORT", "30" },
  flags = { "-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=2" }, -- FD_SET beyond FD_SETSIZE ends the program

  rules = {
    {
      name = "one thread asks about all descriptors with select",
      points = 6,
      rules = {
        uses = { "select|pselect" },
        avoids = { "poll", "ppoll", "epoll_create", "epoll_create1", "epoll_ctl", "epoll_wait",
                   "epoll_pwait", "epoll_pwait2", "io_uring_setup" },
        threads = 1,
        processes = 1,
      },
      hints = {
        "This lab is about one call that waits for many descriptors.",
        "One thread, one loop, and at the top of it the question: which of these are ready?",
        "select(2), and its tutorial select_tut(2); pselect(2) counts too.",
      },
    },
    {
      name = "it sleeps in select and nowhere else",
      points = 4,
      rules = { sleeps_only_in = { "select", "pselect" } },
      hints = {
        "While your thread sleeps for one client, all others wait too.",
        "What select said may be out of date: ask for one thing, not for two, and make every "
          .. "descriptor refuse to sleep, the listener also.",
        "O_NONBLOCK of fcntl(2), or MSG_DONTWAIT of recv(2) and send(2); select(2), BUGS.",
      },
    },
    {
      name = "it asks for room to write only while something is to be written",
      points = 4,
      rules = { write_interest = "pending" },
      hints = {
        "What does select say about a socket on which nothing has been sent for a while?",
        "It is writable nearly all the time, so that select comes back at once, for nothing.",
        "FD_SET in the write set when send(2) took less than all; FD_CLR when nothing is left.",
      },
    },
    {
      name = "the first argument of select is the highest descriptor plus one",
      points = 3,
      rules = { nfds = "highest" },
      hints = {
        "Which descriptors does the kernel look at?",
        "From 0 to the first argument minus 1: the highest one of your sets must be among them. "
          .. "And when that client closes?",
        "select(2), the paragraph on nfds. Lower your maximum when its descriptor is closed.",
      },
    },
    {
      name = "while everybody is silent it sleeps",
      points = 4,
      rules = { idle = { calls = 30, cpu = 0.2 } },
      hints = {
        "Something makes select come back at once, again and again.",
        "The sets of the select that came back say which descriptor it was. And what did the "
          .. "time-out hold when the call was made?",
        "select(2), \"The timeout\": Linux writes into it. Also: read interest in a client whose "
          .. "bytes you do not take, and a listener without a free descriptor.",
      },
    },
  },

  sanitizer = {
    points = 4,
    hints = {
      "Somewhere the program touches memory that is not its own.",
      "The message names the line. What is the largest index there, and how large is the array?",
      "recv(2) gives up to as many bytes as you allow; an fd_set holds descriptors below "
        .. "FD_SETSIZE, see select(2).",
    },
  },
}
