-- How connections end, and how the server does.

local MEGABYTE = 1 << 20

local function descriptors_back(t, open)
  t:eventually(function() return t.server:descriptors() <= open end, {
    within = 10,
    message = "clients have gone, and their descriptors are still open in the server",
  })
end

check "bytes and the end in one event" {
  points = 4,
  hints = {
    "The client sent its bytes, then its end, and your server learned of both at once.",
    "EPOLLRDHUP says that the end has come, not that all before it has been read. And a receive "
      .. "that brings less than it asked for says that no more bytes are there: the end may be.",
    "Receive until recv(2) gives 0: that is the end, in its place behind the bytes.",
  },
  run = function(t)
    for _, size in ipairs { 1, 8000, 40000 } do
      local c = t:connect()
      c:echo("hello\n", { within = 10 })
      local data = t:bytes(size)
      t.server:stop()
      c:send(data)
      c:half_close()
      t.server:continue()
      c:expect(data, { within = 10 })
      c:expect_close { within = 10 }
    end
  end,
}

check "a reset ends one connection, not the server" {
  points = 2,
  sanitize = true,
  hints = {
    "One client broke its connection. What became of the others?",
    "recv() and send() can fail for one connection. Close that one and go on.",
    "ECONNRESET: recv(2), ERRORS; EPOLLERR and EPOLLHUP come unasked, epoll_ctl(2).",
  },
  run = function(t)
    local other = t:connect()
    other:echo("hello\n", { within = 10 })
    local open = t.server:descriptors()

    local c = t:connect()
    c:echo("one\n", { within = 10 })
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
    new:echo("a new client\n", { within = 10 })
    new:close()
    descriptors_back(t, open)
  end,
}

check "sending to a client that has gone does no harm" {
  points = 3,
  hints = {
    "Your server was sending to somebody who had hung up.",
    "The first send brings a reset back; the second one fails, and a signal comes with it.",
    "SIGPIPE and EPIPE: send(2), MSG_NOSIGNAL; or signal(2) with SIG_IGN.",
  },
  run = function(t)
    local other = t:connect()
    other:echo("hello\n", { within = 10 })
    local open = t.server:descriptors()
    for _, error in ipairs { "EPIPE", "ECONNRESET" } do
      local c = t:connect()
      c:echo("hello\n", { within = 10 })
      t.server:fault { call = "@send", connection = c, error = error, count = 1 }
      c:send("for nothing\n")
      c:expect_end { within = 10 }
    end
    -- Several rounds of receive and send, of which the client sees none.
    local c = t:connect()
    c:echo("hello\n", { within = 10 })
    t.server:stop()
    c:send(t:bytes(60000))
    c:close()
    t.server:continue()
    descriptors_back(t, open)
    other:echo("all is well\n", { within = 10 })
  end,
}

check "interrupted calls are made again" {
  points = 4,
  hints = {
    "A call came back with -1, and nothing was wrong.",
    "EINTR is not EAGAIN: what was to be done is still to be done, and no event will say so. A "
      .. "client that broke off before accept says nothing about those behind it.",
    "EINTR in epoll_wait(2), recv(2), send(2) and accept(2); ECONNABORTED in accept(2), "
      .. "\"Error handling\".",
  },
  run = function(t)
    local c = t:connect()
    c:echo("hello\n", { within = 10 })
    t.server:fault { call = "@wait", error = "EINTR", count = 3 }
    c:echo("after an interrupted wait\n", { within = 10 })
    c:echo("and again\n", { within = 10 })
    for _, call in ipairs { "@receive", "@send" } do
      t.server:fault { call = call, connection = c, error = "EINTR", count = 2 }
      c:echo("after an interrupted call\n", { within = 10 })
    end
    for _, error in ipairs { "EINTR", "ECONNABORTED" } do
      t.server:fault { call = "@accept", error = error, count = 1 }
      t.server:stop()
      local three = { t:connect(), t:connect(), t:connect() }
      t.server:continue()
      for _, one in ipairs(three) do
        one:echo("one of three\n", { within = 10 })
      end
    end
  end,
}

-- Clients come and go. Memory that is kept for those who come next grows for the first of them.
local function waves(t, one)
  local memory
  for wave = 1, 40 do
    t:clients(12, function(c, i)
      c:echo(t:bytes(12000), { within = 20 })
      if i % 2 == 0 then
        c:reset()
      else
        c:close()
      end
    end, { within = 20 })
    one:echo("one wave more\n", { within = 20 })
    if wave == 10 then
      memory = t.server:memory()
    end
  end
  t:expect(t.server:memory() < memory + 2 * MEGABYTE,
           "360 clients more have come and gone, and the server uses %d KiB more than before",
           (t.server:memory() - memory) // 1024)
end

check "a closed descriptor leaves nothing behind" {
  points = 3,
  time = 60,
  hints = {
    "A client has gone; what of it is still in your lists?",
    "Its memory, its place in a list, its descriptor: each has to go, once, and nothing may use "
      .. "them after that.",
    "close(2) takes a descriptor out of the epoll set, epoll(7), question 6; EPOLL_CTL_DEL, if "
      .. "any, comes before it.",
  },
  run = function(t)
    t:expect_no_growth()
    local c = { t:connect() }
    c[1]:echo("client 1\n", { within = 10 })
    local alone = t.server:descriptors()
    for i = 2, 6 do
      c[i] = t:connect()
      c[i]:echo(("client %d\n"):format(i), { within = 10 })
    end
    local open = t.server:descriptors()
    c[6]:close()
    descriptors_back(t, open - 1)
    -- Two end in one batch of events, and one of those that stay speaks in it too.
    t.server:stop()
    c[2]:send("a last word\n")
    c[2]:close()
    c[4]:send("in the middle\n")
    c[3]:reset()
    t.server:continue()
    c[4]:expect("in the middle\n", { within = 10 })
    descriptors_back(t, open - 3)
    local new = t:connect()
    new:echo("in the place of another\n", { within = 10 })
    c[5]:echo("still here\n", { within = 10 })
    t:quiet(0.2)
    for _, last in ipairs { new, c[5], c[4] } do
      last:close()
    end
    descriptors_back(t, alone)
    waves(t, c[1])
    descriptors_back(t, alone)
    c[1]:echo("the last one\n", { within = 10 })
    t:rules { no_calls_on_closed = true }
  end,
}

check "a slow reader that half-closes gets all of it" {
  points = 2,
  time = 40,
  hints = {
    "The end of the client's bytes came while many of them were still on their way back.",
    "A client is done when the end has been received and nothing is left to be sent.",
    "recv(2) gives 0; do not receive while output is pending, and you will see it in time.",
  },
  run = function(t)
    local other = t:connect()
    other:echo("hello\n", { within = 10 })
    local c = t:connect { receive_buffer = 16384, send_buffer = 65536 }
    local taken = t:fill(c, other, 16 << 20)
    c:half_close()
    other:echo(t:bytes(20000), { within = 10 })
    c:resume()
    c:expect(taken, { within = 15 })
    c:expect_close { within = 10 }
  end,
}

check "SIGTERM ends it at once, and in order" {
  points = 2,
  hints = {
    "Asked to end, the server did not, or not well.",
    "The signal interrupts epoll_wait. Look at support_stopping then, close everything, and "
      .. "return from main with 0.",
    "support.h; EINTR in epoll_wait(2), and its time-out for a signal that comes just before.",
  },
  run = function(t)
    local c = t:connect_many(3)
    for _, word in ipairs { "hello\n", "good bye\n" } do
      for i = 1, 3 do
        c[i]:echo(word, { within = 10 })
      end
    end
    t.server:signal("TERM")
    local exit = t.server:exited { within = 5 }
    t:expect(not exit.signal, "the server was killed by %s", exit.signal)
    t:expect(exit.status == 0, "the server ended with status %d, and not 0", exit.status)
    for i = 1, 3 do
      c[i]:expect_end()
    end
  end,
}
