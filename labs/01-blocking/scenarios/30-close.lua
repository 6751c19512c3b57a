-- Clients that leave in every way, calls that fail, and the end.

local function greeted(t)
  local c = t:connect()
  local hello = t:text(12) .. "\n"
  c:send(hello)
  c:expect(hello, { within = 10 })
  return c
end

-- Waits until the server has no more than `count` descriptors.
local function descriptors_fall(t, count, message)
  t:eventually(function() return t.server:descriptors() <= count end,
    { within = 10, message = message })
end

check "a reset ends one connection, not the server" {
  points = 3,
  hints = {
    "What does recv return when the client is torn away, and what does your server do then?",
    "-1 with ECONNRESET concerns this one connection. Close it; everybody else goes on.",
    "recv(2), send(2), ERRORS: leave the loop of this client, close(2), and never exit(3).",
  },
  run = function(t)
    for _ = 1, 2 do
      local c = greeted(t)
      local with = t.server:descriptors()
      c:reset()
      descriptors_fall(t, with - 1, "the connection was reset, and the server has not closed its descriptor")
    end
    local c = greeted(t)
    c:stall()
    c:send(t:text(3000) .. "\n")
    c:reset()
    greeted(t)
    for _, call in ipairs { "@receive", "@send" } do -- connections break in other ways, too
      for _, name in ipairs { "ETIMEDOUT", "EHOSTUNREACH" } do
        local broken = greeted(t)
        t.server:fault { call = call, error = name, count = 1, connection = broken }
        broken:send("is anybody there?\n")
        broken:expect_end { within = 10 }
        greeted(t):close()
      end
    end
  end,
}

check "a client that does not wait for its answers kills nobody" {
  points = 3,
  hints = {
    "How does a process end that writes to a connection which is no longer there?",
    "The first send after the client's close brings a reset; the next one raises SIGPIPE, and its default is to end the process.",
    "send(2) with MSG_NOSIGNAL, or SIGPIPE ignored with sigaction(2); then send returns -1 with EPIPE.",
  },
  run = function(t)
    local first = greeted(t)
    local with = t.server:descriptors()
    first:close()
    descriptors_fall(t, with - 1, "a client has gone, and the server has not closed its descriptor")

    t.server:stop()
    local c = t:connect()
    c:send(string.rep(t:text(99) .. "\n", 40))
    c:close()
    t.server:fault { call = "@receive", short = 1000, count = 1, connection = c } -- so that most send twice
    t.server:continue()
    t:eventually(function() return t.server:calls { call = "@send", connection = c } > 0 end,
      { within = 10, message = "a client sent 4000 bytes and left; the server did not send them back" })
    descriptors_fall(t, with - 1, "a client has gone, and the server has not closed its descriptor")
    greeted(t)
  end,
}

check "an interrupted recv or send is made again" {
  points = 3,
  hints = {
    "-1 does not always mean that the connection is broken. What does errno say?",
    "EINTR: a signal came before anything was done. Nothing is lost; the same call again is all that it takes.",
    "signal(7), \"Interruption of system calls\": treat EINTR apart from other errors of recv(2), send(2) and select(2).",
  },
  run = function(t)
    local c = greeted(t)
    for _, call in ipairs { "@receive", "@send", "@wait" } do
      t.server:fault { call = call, error = "EINTR", count = 2 }
    end
    for i = 1, 4 do
      local text = "message " .. i .. " " .. t:text(10) .. "\n"
      c:send(text)
      c:expect(text, { within = 10 })
    end
  end,
}

check "an accept that fails once is made again" {
  points = 2,
  hints = {
    "When accept returns -1, whose fault is it?",
    "EINTR and ECONNABORTED pass by: a signal came, or a client left while it waited. So does what the network had to say of that client, EPROTO for instance. The next call can succeed.",
    "accept(2), ERRORS, and \"Error handling\": stay in the loop, unless the server has been asked to stop.",
  },
  run = function(t)
    greeted(t):close()
    for _, name in ipairs { "EINTR", "ECONNABORTED", "EPROTO", "ENETDOWN" } do
      t.server:fault { call = "@accept", error = name, count = 1 }
    end
    for _ = 1, 6 do greeted(t):close() end
  end,
}

check "a send that takes a part is followed by one for the rest" {
  points = 3,
  hints = {
    "What does the number mean that send returns?",
    "It may be less than you asked for. The bytes behind it were not sent; somebody has to send them, from where it stopped.",
    "send(2), RETURN VALUE: add the count to the pointer, take it off the length, and call again until nothing is left.",
  },
  run = function(t)
    local c = greeted(t)
    t.server:fault { call = "@send", short = 7, count = 5 }
    c:echo(t:text(599) .. "\n", { within = 10 })
    t.server:fault { call = "@send", short = 1, count = 3 }
    t.server:fault { call = "@send", error = "EINTR", count = 1 }
    c:echo(t:text(599) .. "\n", { within = 10 })
    c:half_close()
    c:expect_close { within = 10 }
  end,
}

check "nothing is left over: descriptors and threads" {
  points = 3,
  hints = {
    "How many descriptors does your server hold after the last client has gone? ls /proc/PID/fd counts them.",
    "Each way out of the code that serves a client must close its descriptor: the end, a reset, an error.",
    "close(2) in one place that every path reaches; and a thread's function must return (or call pthread_exit(3)).",
  },
  run = function(t)
    local witness = greeted(t)
    local descriptors, threads = t.server:descriptors(), t.server:threads()
    for _ = 1, 10 do
      greeted(t):close()
      greeted(t):reset()
      local c = greeted(t)
      c:half_close()
      c:expect_close { within = 10 }
    end
    descriptors_fall(t, descriptors, "30 clients came and went, and the server holds more descriptors than before")
    t:eventually(function() return t.server:threads() <= threads end,
      { within = 10, message = "30 clients came and went, and the server has more threads than before" })
    witness:send("only me\n")
    witness:expect("only me\n", { within = 10 })
    t:rules { no_calls_on_closed = true } -- nor is anything closed twice
  end,
}

check "SIGTERM ends it, with status 0, while clients are connected" {
  points = 3,
  hints = {
    "Which of your threads learns of the signal, and who are the others waiting for?",
    "The thread that accepts is asleep. A handler without SA_RESTART lets accept return with EINTR; then main can return, whatever the other threads do. A signal that comes just before accept interrupts nothing: a flag alone is not enough.",
    "support_catch_stop() and support_stopping (support.h) do that; see sigaction(2). Do not wait in pthread_join(3) for clients that may stay for ever.",
  },
  run = function(t)
    local clients = {}
    for i = 1, 3 do clients[i] = greeted(t) end
    for _ = 1, 30 do -- until it waits for a fourth client, however it does that
      if t.server:calls { call = "@accept" } > 3 then break end
      t:sleep(0.01)
    end
    local others = t.server:calls { call = "@wait" } + t.server:calls { call = "@sleep" }
    if t.server:calls { call = "@accept" } > 3 and others == 0 then
      -- It sleeps in accept: let the signal come between its look at support_stopping and the call.
      t.server:asleep { call = "@accept", within = 10 }
      t.server:fault { call = "@accept", late = true }
      clients[4] = greeted(t)
      t.server:asleep { call = "@accept", within = 10 }
    end
    t.server:signal("TERM")
    local exit = t.server:exited { within = 5 }
    t:expect(not exit.signal, "the server was ended by SIG%s; it is to return from main", exit.signal or "")
    t:expect(exit.status == 0, "the server ended with status %d, not 0", exit.status)
    for _, c in ipairs(clients) do c:expect_end { within = 10 } end
  end,
}
