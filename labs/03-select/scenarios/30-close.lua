-- How connections end, and how the server does.

check "a half-close does not cut off what is still to be sent" {
  points = 3,
  hints = {
    "The end of the client's bytes came while some of them were still on their way back.",
    "A client may be closed when the end has come and nothing is left to be sent: two conditions.",
    "recv(2) gives 0; do not receive while output is pending, and you will see it in time.",
  },
  run = function(t)
    local c = t:connect()
    c:echo("hello\n")
    local data = t:bytes(8000)
    t.server:stop()
    c:send(data)
    c:half_close()
    t.server:fault { call = "@send", connection = c, short = 100, count = 5 }
    t.server:continue()
    c:expect(data, { within = 10 })
    c:expect_close()
  end,
}

check "a reset ends one connection, not the server" {
  points = 3,
  hints = {
    "One client broke its connection. What became of the others?",
    "recv() and send() can fail for one connection. Close that one and go on.",
    "ECONNRESET: recv(2), ERRORS.",
  },
  run = function(t)
    local other = t:connect()
    other:echo("hello\n")
    local open = t.server:descriptors()

    local c = t:connect()
    c:echo("one\n")
    c:reset()
    other:echo("after a reset\n")

    t.server:stop()
    local hasty, rude = t:connect(), t:connect()
    hasty:reset()
    rude:send("no time to wait for the answer\n")
    rude:reset()
    t.server:continue()
    other:echo("after a reset before accept\n", { within = 10 })
    local new = t:connect()
    new:echo("a new client\n", { within = 10 })
    for _, call in ipairs { "@receive", "@send" } do -- connections break in other ways, too
      for _, name in ipairs { "ETIMEDOUT", "EHOSTUNREACH" } do
        local broken = t:connect()
        broken:echo("hello\n", { within = 10 })
        t.server:fault { call = call, connection = broken, error = name, count = 1 }
        broken:send("is anybody there?\n")
        broken:expect_end { within = 10 }
        other:echo("after " .. name .. "\n", { within = 10 })
      end
    end
    t:eventually(function() return t.server:descriptors() <= open + 1 end, {
      within = 10,
      message = "the descriptors of connections that were reset are still open",
    })
  end,
}

check "sending to a client that has gone does no harm" {
  points = 4,
  hints = {
    "Your server was sending to somebody who had hung up.",
    "The first send brings a reset back; the second one fails, and a signal comes with it.",
    "SIGPIPE and EPIPE: send(2), MSG_NOSIGNAL; or signal(2) with SIG_IGN.",
  },
  run = function(t)
    local other = t:connect()
    other:echo("hello\n")
    local open = t.server:descriptors()
    local c = t:connect()
    c:echo("hello\n")
    -- Many small rounds of receive and send, of which the client sees none.
    t.server:fault { call = "@receive", connection = c, short = 1000, count = 1000 }
    t.server:stop()
    c:send(t:bytes(30000))
    c:close()
    t.server:continue()
    t:eventually(function() return t.server:descriptors() <= open end, {
      within = 10,
      message = "the descriptor of a client that has gone is still open",
    })
    other:echo("all is well\n")
  end,
}

check "interrupted calls and false alarms are no errors" {
  points = 4,
  hints = {
    "A call came back with -1, and nothing was wrong.",
    "A signal interrupts select; what select announced can be gone when you look; a client can "
      .. "be gone before it is accepted. Look at errno, and try again in the next round.",
    "EINTR in select(2), where the sets then hold no answer; EAGAIN in recv(2); ECONNABORTED in "
      .. "accept(2).",
  },
  run = function(t)
    local silent, c = t:connect(), t:connect()
    t:greet(silent)
    c:echo("hello\n")
    local asked = t.server:calls { call = "@receive", connection = silent }
    t.server:fault { call = "@wait", error = "EINTR", count = 3 }
    c:echo("after EINTR\n", { within = 10 })
    c:echo("and again\n", { within = 10 })
    t:expect(t.server:calls { call = "@receive", connection = silent } == asked,
             "select was interrupted, and the server received from a client that was silent: the "
               .. "sets say nothing then")
    for _, call in ipairs { "@receive", "@send" } do
      t.server:fault { call = call, connection = c, error = "EAGAIN", count = 2 }
      c:echo(("after a false alarm for %s\n"):format(call), { within = 10 })
    end
    for _, name in ipairs { "EAGAIN", "ECONNABORTED", "EPROTO" } do
      t.server:fault { call = "@accept", error = name, count = 1 }
      t:connect():echo("after a client that was never there\n", { within = 10 })
    end
    c:echo("still here\n", { within = 10 })
  end,
}

check "a closed descriptor leaves nothing behind" {
  points = 4,
  hints = {
    "A client has gone; what of it is still in your sets and variables?",
    "Its bit in both sets, its slot, and the maximum if it was the highest. And it must be "
      .. "closed, once.",
    "close(2), FD_CLR; EBADF in select(2), ERRORS.",
  },
  run = function(t)
    local c = t:connect_many(6)
    for i = 1, 6 do
      c[i]:echo(("client %d\n"):format(i))
    end
    local open = t.server:descriptors()
    local function gone(n)
      t:eventually(function() return t.server:descriptors() == open - n end, {
        within = 10,
        message = "clients have closed, and their descriptors are still open in the server",
      })
    end
    c[6]:close()
    gone(1)
    c[5]:echo("the highest now\n")
    c[2]:close()
    c[3]:close()
    gone(3)
    local new = t:connect()
    new:echo("in the place of another\n")
    c[5]:echo("still the highest\n")
    c[4]:echo("in the middle\n")
    t:quiet(0.2)
    -- It breaks off while bytes are still to be sent to it; whoever comes next gets none of them.
    t.server:fault { call = "@send", connection = new, error = "EAGAIN", count = 1 }
    t.server:fault { call = "@send", connection = new, error = "ECONNRESET", count = 1 }
    new:send(t:text(500))
    new:expect_end { within = 10 }
    gone(3)
    new = t:connect()
    new:echo("in its place\n", { within = 10 })
    for _, last in ipairs { new, c[5], c[4] } do
      last:close()
    end
    gone(5)
    c[1]:echo("the last one\n")
    t:rules { no_calls_on_closed = true }
  end,
}

check "SIGTERM ends it at once, and in order" {
  points = 2,
  hints = {
    "Asked to end, the server did not, or not well.",
    "The signal interrupts select. Look at support_stopping then, close everything, and return "
      .. "from main with 0. A flag alone is not enough: the signal may come just before select.",
    "support_catch_stop() in support.h; EINTR in select(2); pselect(2); signal(7).",
  },
  run = function(t)
    local c = t:connect_many(3)
    for _, word in ipairs { "hello\n", "good bye\n" } do
      for i = 1, 3 do
        c[i]:echo(word)
      end
    end
    -- The signal comes between the look at support_stopping and the call that sleeps. A server
    -- of another model may not sleep in such a call.
    if t.server:calls { call = "@wait" } > 0 then
      t.server:asleep { call = "@wait", within = 10 } -- so that it has read all that came
      t.server:fault { call = "@wait", late = true }
      c[1]:send("one more\n")
      for _ = 1, 100 do -- not for ever: a server that woke up by itself is late already
        if c[1]:received() > 0 then break end
        t:sleep(0.02)
      end
      t.server:asleep { call = "@wait", within = 10 }
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
