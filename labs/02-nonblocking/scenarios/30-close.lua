-- Clients that leave, politely or not, and a server that is told to leave.

-- Pauses so far. Which call the server takes them in is a question for the rules of the lab.
local function pauses(t)
  return t.server:calls { call = "@sleep" } + t.server:calls { call = "@wait" }
end

check "a reset ends one connection, not the server" {
  points = 3,
  hints = {
    "What does recv return for a client that is gone for good? Whom does that concern?",
    "ECONNRESET, ETIMEDOUT, EPIPE: close that connection, forget its client, go on with the others.",
    "recv(2) and send(2), ERRORS: every error but EAGAIN and EINTR ends the connection, and none ends the server.",
  },
  run = function(t)
    local stays = t:connect()
    stays:echo("I stay", { within = 10 })
    local leaves = t:connect()
    leaves:echo("I leave", { within = 10 })
    leaves:reset()
    stays:echo("still here", { within = 10 })
    -- Gone before it was accepted: accept succeeds, and recv says what happened.
    t.server:stop()
    local early = t:connect()
    early:send("too early")
    early:reset()
    t.server:continue()
    stays:echo("and on", { within = 10 })
    t:connect():echo("a new one", { within = 10 })
    for _, name in ipairs { "ECONNABORTED", "EPROTO", "ENETDOWN" } do
      t.server:fault { call = "@accept", error = name, count = 1 }
      t:connect():echo("a new one after " .. name, { within = 10 })
    end
    for _, call in ipairs { "@receive", "@send" } do -- connections break in other ways, too
      for _, name in ipairs { "ETIMEDOUT", "EHOSTUNREACH" } do
        local broken = t:connect()
        broken:echo("ready", { within = 10 })
        t.server:fault { call = call, error = name, count = 1, connection = broken }
        broken:send("is anybody there?")
        broken:expect_end { within = 10 }
        stays:echo("still here after " .. name, { within = 10 })
      end
    end
  end,
}

check "an answer to nobody does not kill the server" {
  points = 2,
  hints = {
    "What happens to a program that writes where nobody reads any more?",
    "SIGPIPE ends the program, unless it is ignored or the call says that it wants none.",
    "send(2), MSG_NOSIGNAL; or signal(7), SIGPIPE and SIG_IGN. Then the call fails with EPIPE.",
  },
  run = function(t)
    local stays = t:connect()
    stays:echo("I stay", { within = 10 })
    for _ = 1, 3 do
      local leaves = t:connect()
      leaves:echo("ready", { within = 10 })
      -- All of this lies there at once: a question, the end, and the reset behind it.
      t.server:stop()
      leaves:send("a question")
      leaves:half_close()
      leaves:reset()
      t.server:continue()
      stays:echo("still here", { within = 10 })
    end
    -- And while the rest of an answer waits to be sent, its questions read to their end.
    local open = t.server:descriptors()
    local leaves = t:connect()
    leaves:echo("ready", { within = 10 })
    t.server:fault { call = "@send", short = 3, count = 1, connection = leaves }
    t.server:fault { call = "@send", error = "EAGAIN", count = 40, connection = leaves }
    t.server:stop()
    leaves:send("a longer question")
    leaves:half_close()
    t.server:continue()
    leaves:expect("a l", { within = 10 })
    t.server:stop()
    leaves:reset()
    t.server:continue()
    stays:echo("still here", { within = 10 })
    t:eventually(function() return t.server:descriptors() <= open end,
      { within = 20, message = "a client broke off while bytes were to be sent to it, and it was not closed" })
    stays:echo("still here", { within = 10 })
  end,
}

check "a half-close does not cut off what is still to be sent" {
  points = 4,
  hints = {
    "The client has said its last word. Has it heard yours?",
    "When recv returns 0 there may be bytes in your buffers that send has not taken yet. Closing now throws them away.",
    "recv(2) returning 0: remember it, receive no more, go on with send(2) at each sweep, and close(2) when nothing is left.",
  },
  run = function(t)
    local slow = t:connect { receive_buffer = 4096, send_buffer = 65536 }
    slow:echo("ready", { within = 10 })
    local other = t:connect()
    local taken = t:fill(slow, other, 8 * 1048576)
    other:echo(t:bytes(20000), { within = 10 }) -- through every buffer that is not slow's alone
    slow:half_close()
    slow:resume()
    slow:expect(taken, { within = 20 })
    slow:expect_close { within = 10 }
    -- The same with certainty: the end of the input is there while send still says EAGAIN.
    local c = t:connect()
    c:echo("ready", { within = 10 })
    t.server:fault { call = "@send", error = "EAGAIN", count = 8, connection = c }
    t.server:stop()
    c:send("my last words")
    c:half_close()
    t.server:continue()
    c:expect("my last words", { within = 10 })
    c:expect_close { within = 10 }
    -- And while a send has taken only the first few of the last bytes.
    local d = t:connect()
    d:echo("ready", { within = 10 })
    t.server:fault { call = "@send", short = 5, count = 1, connection = d }
    t.server:fault { call = "@send", error = "EAGAIN", count = 2, connection = d }
    t.server:stop()
    d:send("my very last words")
    d:half_close()
    t.server:continue()
    d:expect("my very last words", { within = 10 })
    d:expect_close { within = 10 }
  end,
}

check "who has gone leaves nothing behind" {
  points = 3, sanitize = true,
  hints = {
    "Count the descriptors of your server before and after a client's visit: ls /proc/PID/fd.",
    "There are several ways out: the orderly end, the half-close, the reset. Does each of them come past close?",
    "close(2) in one place, for every connection that is given up, whatever the reason.",
  },
  run = function(t)
    local stays = t:connect()
    stays:echo("I stay", { within = 10 })
    local before = t.server:descriptors()
    local function visits(leave)
      t:clients(15, function(c, i)
        c:echo("visitor " .. i, { within = 10 })
        leave(c)
      end)
    end
    visits(function(c) c:reset() end)
    visits(function(c) c:half_close() c:expect_close { within = 10 } end)
    visits(function(c) c:close() end)
    local now
    t:eventually(function()
      now = t.server:descriptors()
      return now <= before
    end, { within = 10, message = "45 clients came and went, and the server still holds descriptors of them" })
    stays:echo("still here", { within = 10 })
  end,
}

check "no descriptors left: go on, and serve later who waits" {
  points = 3,
  hints = {
    "accept fails with EMFILE. What is different a microsecond later?",
    "The connection stays in the backlog and accept fails again, until somebody leaves. Meanwhile the clients that you have want to be served.",
    "accept(2), EMFILE: no error of the server's. Leave the accept loop, sweep, pause, try again. Do not exit, do not loop.",
  },
  run = function(t)
    local held = t:connect_many(3)
    for i = 3, 1, -1 do
      held[i]:echo("held " .. i, { within = 10 })
    end
    t.server:limit { descriptors = t.server:descriptors() }
    local waiting = t:connect_many(3)
    for _, c in ipairs(waiting) do
      c:try_send("wait")
    end
    for i = 1, 3 do
      held[i]:echo("still served " .. i, { within = 10 })
    end
    t:sleep(0.03)
    -- Judged when there were pauses enough, or far too many tries; some server may do neither.
    local function accepts() return t.server:calls { call = "@accept" } end
    local tried, paused = accepts(), pauses(t)
    for _ = 1, 300 do
      if pauses(t) - paused >= 25 or accepts() - tried > 1000 then break end
      t:sleep(0.05)
    end
    tried, paused = accepts() - tried, pauses(t) - paused
    t:expect(tried <= 4 * paused + 100,
      "no descriptors were left, and the server called accept %d times, with %d pauses", tried, paused)
    -- Above, all three may have been answered in the sweep that had looked at the listener before.
    for i = 1, 3 do
      held[i]:echo("served after all these " .. i, { within = 10 })
    end
    for _, c in ipairs(held) do
      c:close()
    end
    -- Served now; or turned away before, which is right too.
    for i, c in ipairs(waiting) do
      t:eventually(function() return c:received() == 4 or not c.alive end,
        { within = 10, message = "client " .. i .. " of those that had to wait was neither served nor turned away" })
    end
  end,
}

check "SIGTERM ends it, whatever its clients do" {
  points = 2,
  hints = {
    "What does your loop look at, and how often?",
    "support_stopping becomes true when SIGTERM comes. A loop that never comes back to its condition does not see it.",
    "signal(7): the pause returns with EINTR. Check support_stopping at each sweep, close(2) everything, return 0 from main.",
  },
  run = function(t)
    local idle = t:connect()
    idle:echo("hello", { within = 10 })
    local slow = t:connect { receive_buffer = 4096, send_buffer = 65536 }
    slow:echo("ready", { within = 10 })
    t:fill(slow, idle, 8 * 1048576)
    t.server:signal("TERM")
    local ended = t.server:exited { within = 5 }
    t:expect(ended.signal == nil, "SIGTERM killed the server (%s): it should end by itself, with status 0", ended.signal)
    t:expect(ended.status == 0, "after SIGTERM the server ended with status %s; right is 0", ended.status)
    idle:expect_end { within = 10 }
  end,
}
