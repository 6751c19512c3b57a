lab {
  title = "Comparing servers",
  model = "any: the program measures servers",
  summary = "A benchmark with many clients at a time: what is measured, what counts as a failure, and what a mean leaves out",
  man = { "clock_gettime(2)", "connect(2)", "epoll(7)", "getsockopt(2)", "socket(7)", "tcp(7)" },
  files = { "benchmark.c" },
  client = true,
  libraries = { "-pthread" },

  sanitizer = {
    points = 4,
    hints = {
      "The message names the line. Whose memory is read or written there, and how large is it?",
      "An answer may be longer than your buffer, and the array of clients must hold num_clients of them.",
      "recv(2) takes the room that is left: the size of the buffer less what has come already.",
    },
  },
}
