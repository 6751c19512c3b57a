-- What networks and kernels do now and then, and what a right server shrugs off.

check "errors of accept that pass by themselves" {
  points = 4,
  hints = {
    "accept can fail although there is nothing wrong with your listener.",
    "accept(2), ERRORS: ECONNABORTED, EMFILE, ENFILE, ENOBUFS, EPROTO pass by themselves.",
  },
  run = function(t)
    local stays = t:connect()
    stays:echo("I stay", { within = 10 })
    for _, name in ipairs { "ECONNABORTED", "EMFILE", "ENFILE", "ENOBUFS", "EPROTO" } do
      t.server:fault { call = "@accept", error = name, count = 2 }
      t:connect():echo(name, { within = 10 })
      stays:echo("still here after " .. name, { within = 10 })
    end
  end,
}

check "EAGAIN although something is there" {
  points = 3,
  hints = {
    "The kernel may say 'not now' at any time, also twice in a row.",
    "select(2), BUGS: a checksum can fail after the data was announced. EAGAIN: ask again at the next sweep.",
  },
  run = function(t)
    local c = t:connect()
    c:echo("ready", { within = 10 })
    for _, call in ipairs { "@receive", "@send", "@accept" } do
      t.server:fault { call = call, error = "EAGAIN", count = 5 }
      c:echo("after EAGAIN of " .. call, { within = 10 })
      t:connect():echo("a new one", { within = 10 })
    end
  end,
}

check "one connection fails, the others go on" {
  points = 3,
  hints = {
    "Which connection does an error of send concern?",
    "ETIMEDOUT or EHOSTUNREACH from send(2): close that connection, keep the others.",
  },
  run = function(t)
    local stays = t:connect()
    stays:echo("I stay", { within = 10 })
    for _, name in ipairs { "ECONNRESET", "ETIMEDOUT", "EPIPE" } do
      for _, call in ipairs { "@receive", "@send" } do
        local c = t:connect()
        c:echo("ready", { within = 10 })
        t.server:fault { call = call, error = name, count = 1, connection = c }
        c:send("goodbye")
        c:expect_end { within = 10 }
        stays:echo("still here", { within = 10 })
      end
    end
  end,
}

check "pieces of any size, from many clients at once" {
  points = 3,
  hints = {
    "Do the pieces that come have anything to do with the pieces that were sent?",
    "recv(2) brings what is there: less, or more, than one send of the client.",
  },
  run = function(t)
    t:clients(12, function(c, i)
      local data = t:bytes(2000 + 37 * i)
      c:dribble(data, { size = { 1, 400 }, pause = 0.001 })
      c:expect(data, { within = 10 })
      c:half_close()
      c:expect_close { within = 10 }
    end)
  end,
}
