lab {
  title = "@NAME@",
  model = "blocking",
  summary = "What this lab teaches, in one line",
  man = { "accept(2)", "recv(2)", "send(2)" },
  files = { "server.c" },
  arguments = { "PORT" },
  libraries = { "-pthread" },

  rules = {
    {
      name = "the server waits in the model's own calls",
      points = 20,
      rules = { uses = { "@accept", "@receive", "@send" } },
      hints = {
        "Which calls does the model consist of?",
        "The recording shows which calls your server makes: iolab show @NUMBER@/11 --plain",
        "See accept(2), recv(2) and send(2).",
      },
    },
  },

  sanitizer = {
    points = 10,
    hints = {
      "Something writes or reads outside of its memory.",
      "The message names the line.",
      "Compile with -fsanitize=address,undefined and run it yourself.",
    },
  },
}
