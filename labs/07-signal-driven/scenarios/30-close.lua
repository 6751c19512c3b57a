-- How connections end, and how the server does.

local MEGABYTE = 1 << 20

local function back_to(t, open)
  t:eventually(function() return t.server:descriptors() <= open end, {
    within = 10,
    message = "clients have gone, and their descriptors are still open in the server",
  })
end

check "a half-close does not cut off what is still to be sent" {
  points = 2,
  time = 60,
  hints = {
    "The end of the client's bytes came while some of them were still on their way back.",
    "A client may be closed when the end has come and nothing is left to be sent: two conditions.",
    "recv(2) gives 0; do not receive while output is pending, and you will see it in time.",
  },
  run = function(t)
    local other = t:connect()
    t:greet(other)
    local slow = t:connect { receive_buffer = 16384, send_buffer = 65536 }
    t:greet(slow)
    local taken = t:fill(slow, other, 16 * MEGABYTE)
    slow:half_close()
    other:echo(t:bytes(20000), { within = 10 })
    slow:resume()
    slow:expect(taken, { within = 20 })
    slow:expect_close { within = 10 }
  end,
}

check "a reset ends one connection, not the server" {
  points = 2,
  sanitize = true,
  hints = {
    "One client broke its connection. What became of the others?",
    "recv() and send() can fail for one connection. Close that one and go on.",
    "ECONNRESET: recv(2), ERRORS.",
  },
  run = function(t)
    local other = t:connect()
    t:greet(other)
    local open = t.server:descriptors()

    local c = t:connect()
    t:greet(c)
    c:reset()
    other:echo("after a reset\n", { within = 10 })

    t.server:stop()
    local hasty, rude = t:connect(), t:connect()
    hasty:reset()
    rude:send("no time to wait for the answer\n")
    rude:reset()
    t.server:continue()
    other:echo("after a reset before accept\n", { within = 10 })
    local new = t:connect()
    t:greet(new)
    new:close()
    back_to(t, open)
  end,
}

check "sending to a client that has gone does no harm" {
  points = 2,
  hints = {
    "Your server was sending to somebody who had hung up.",
    "The first send brings a reset back; the second one fails, and a signal comes with it.",
    "SIGPIPE and EPIPE: send(2), MSG_NOSIGNAL; or signal(2) with SIG_IGN.",
  },
  run = function(t)
    local other = t:connect()
    t:greet(other)
    local open = t.server:descriptors()
    local c = t:connect()
    t:greet(c)
    t.server:stop()
    c:send(t:bytes(60000))
    c:close()
    t.server:continue()
    back_to(t, open)
    other:echo("all is well\n", { within = 10 })
  end,
}

check "a signal of a client that has gone does not hit the next one" {
  points = 3,
  sanitize = true,
  hints = {
    "A client left, another one got its descriptor, and one of the first one's signals was "
      .. "still in the queue.",
    "Closing a descriptor does not take back its signals. What a signal says was true when it was "
      .. "sent: look at the descriptor itself, and believe what the call says.",
    "fcntl(2), F_SETSIG: si_fd and si_band; decide by the results of recv(2) and send(2) only.",
  },
  run = function(t)
    local other = t:connect()
    t:greet(other)
    local rude, brief = t:connect(), t:connect()
    for _, c in ipairs { rude, brief } do
      t:greet(c)
    end
    t.server:stop()
    rude:send("x")
    brief:send("y")
    local first, second = t:connect(), t:connect()
    rude:reset()
    brief:half_close()
    t.server:continue()
    brief:expect("y", { within = 10 })
    brief:expect_close { within = 10 }
    for _, c in ipairs { first, second, other } do
      t:greet(c)
    end
    t:sleep(0.1)
    for _, c in ipairs { first, second, other } do
      c:echo("and still here\n", { within = 10 })
    end
  end,
}

-- Clients come and go, in waves of six.
local function come_and_go(t, waves)
  for _ = 1, waves do
    local c, lines = t:connect_many(6), {}
    for i, client in ipairs(c) do
      lines[i] = t:spawn(function()
        t:greet(client)
        client:echo(t:bytes(12000), { within = 10 })
      end)
    end
    for i, client in ipairs(c) do
      lines[i]:join()
      client:close()
    end
  end
  return t.server:memory()
end

check "a closed descriptor leaves nothing behind" {
  points = 2,
  time = 60,
  hints = {
    "A client has gone; what of it is still there?",
    "It must be closed, once, and its place be free for the next one, with nothing left to send. "
      .. "And memory that was taken for it has to go with it.",
    "close(2) and free(3), and on every way out.",
  },
  run = function(t)
    t:greet(t:connect())
    local c = t:connect_many(6)
    for i = 1, 6 do
      t:greet(c[i])
    end
    local open = t.server:descriptors()
    c[6]:close()
    back_to(t, open - 1)
    c[2]:reset()
    c[3]:half_close()
    c[3]:expect_close { within = 10 }
    back_to(t, open - 3)
    local new = t:connect()
    t:greet(new)
    for _, last in ipairs { new, c[5], c[4] } do
      last:close()
    end
    back_to(t, open - 5)
    local before = come_and_go(t, 10)
    local grown = come_and_go(t, 30) - before
    t:expect(grown < MEGABYTE,
             "180 clients more have come and gone, and the server uses %d KiB more than before",
             grown // 1024)
    back_to(t, open - 5)
    c[1]:echo("the last one\n", { within = 10 })
  end,
}

check "interrupted calls are no errors" {
  points = 3,
  hints = {
    "A call came back with -1, and nothing was wrong.",
    "A signal can interrupt calls: make them again, at once, for nothing else will remind you. "
      .. "And a client can be gone before it is accepted; others are waiting behind it.",
    "EINTR in recv(2) and send(2), ECONNABORTED in accept(2).",
  },
  run = function(t)
    local c = t:connect()
    t:greet(c)
    t.server:fault { call = "@receive", connection = c, error = "EINTR", count = 2 }
    c:echo("after EINTR in a receive\n", { within = 10 })
    t.server:fault { call = "@send", connection = c, error = "EINTR", count = 2 }
    c:echo("after EINTR in a send\n", { within = 10 })
    t.server:fault { call = "@accept", error = "EINTR", count = 1 }
    t.server:fault { call = "@accept", error = "ECONNABORTED", count = 1 }
    t:greet(t:connect())
    t.server:fault { call = "@signal", error = "EINTR", count = 2 }
    c:echo("after signals that told of nothing\n", { within = 10 })
    c:echo("still here\n", { within = 10 })
  end,
}

local function terminate(t)
  local c = {}
  for i = 1, 3 do
    c[i] = t:connect()
    t:greet(c[i])
    c[i]:echo("good bye\n", { within = 10 })
  end
  t.server:signal("TERM")
  local exit = t.server:exited { within = 5 }
  t:expect(not exit.signal, "the server was killed by %s", exit.signal)
  t:expect(exit.status == 0, "the server ended with status %d, and not 0", exit.status)
  for i = 1, 3 do
    c[i]:expect_end()
  end
end

check "SIGTERM ends it at once, and in order" {
  points = 2,
  hints = {
    "Asked to end, the server did not, or not well.",
    "The signal ends sigsuspend, if it is let in there. Look at support_stopping then, close "
      .. "everything, and return from main with 0.",
    "support.h; sigsuspend(2); signal(7).",
  },
  run = terminate,
}

check "SIGTERM ends it in the middle of the work too" {
  points = 2,
  arguments = { "PORT", "1000000" },
  hints = {
    "Asked to end, the server went on with its work.",
    "Let SIGTERM in between two slices, like the other signals, and look at support_stopping.",
    "sigprocmask(2); support.h.",
  },
  run = terminate,
}
