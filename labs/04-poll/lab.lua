lab {
  title = "One thread, thousands of clients: poll",
  model = "I/O multiplexing with poll(2)",
  summary = "A dense array of descriptors, a state machine for each client, what poll says unasked",
  man = { "poll(2)", "accept(2)", "recv(2)", "send(2)", "fcntl(2)", "shutdown(2)" },
  files = { "server.c", "client.c", "buffer.c" },
  arguments = { "PORT", "60" },

  rules = {
    {
      name = "one thread asks about all descriptors with poll",
      points = 5,
      rules = {
        uses = { "poll|ppoll" },
        avoids = { "select", "pselect", "epoll_create", "epoll_create1", "epoll_ctl", "epoll_wait",
                   "epoll_pwait", "epoll_pwait2", "io_uring_setup" },
        threads = 1,
        processes = 1,
      },
      hints = {
        "This lab is about one call that waits for many descriptors.",
        "One thread, one loop, and at the top of it the question: which of these are ready?",
        "poll(2); ppoll(2) counts too.",
      },
    },
    {
      name = "it sleeps in poll and nowhere else",
      points = 4,
      rules = { sleeps_only_in = { "poll", "ppoll" } },
      hints = {
        "While your thread sleeps for one client, all others wait too.",
        "What poll said may be out of date, and room to write is not room for all of it: make "
          .. "every descriptor refuse to sleep, the listener also.",
        "O_NONBLOCK of fcntl(2), or MSG_DONTWAIT of recv(2) and send(2); poll(2), BUGS.",
      },
    },
    {
      name = "it asks for room to write only while something is to be written",
      points = 4,
      rules = { write_interest = "pending" },
      hints = {
        "What does poll say about a socket on which nothing has been sent for a while?",
        "It is writable nearly all the time, so that poll comes back at once, for nothing.",
        "POLLOUT in `events` when send(2) took less than all; out again when nothing is left.",
      },
    },
    {
      name = "the array of descriptors is dense",
      points = 4,
      rules = { dense = true },
      hints = {
        "How many entries does poll get, and how many clients are there?",
        "An entry of -1 is a hole: it costs something at each call, for ever. An entry of a "
          .. "closed descriptor comes back at once with POLLNVAL, until its number belongs to "
          .. "somebody else.",
        "Move the last entry into the hole and count one down; TODO 6.",
      },
    },
    {
      name = "whoever is connected stands in the array",
      points = 3,
      rules = { watches_all = true },
      hints = {
        "A client is connected, and poll is not asked about it.",
        "After a removal: does the one who moved still have an entry? After accept: does the count "
          .. "include the new one?",
        "The second argument of poll(2) is the number of entries, the listener's included.",
      },
    },
    {
      name = "while everybody is silent it sleeps",
      points = 3,
      rules = { idle = { calls = 30, cpu = 0.2 } },
      hints = {
        "Something makes poll come back at once, again and again.",
        "`revents` of the poll that came back says what it was. And how long is the time-out?",
        "poll(2): milliseconds; POLLERR and POLLHUP come unasked. Also: POLLIN of a client whose "
          .. "bytes you do not take, and a listener without a free descriptor.",
      },
    },
  },

  sanitizer = {
    points = 3,
    hints = {
      "Somewhere the program touches memory that is not its own.",
      "The message names the line. How large is the array there, and what stands behind its end?",
      "The ring at its last byte, a header of full length, an index after realloc(3).",
    },
  },
}
