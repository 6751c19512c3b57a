-- What signals do not say, and say only once; clients that are slow or greedy.

local MEGABYTE = 1 << 20

local function greet_all(t, clients)
  local lines = {}
  for i, c in ipairs(clients) do
    lines[i] = t:spawn(function() t:greet(c) end)
  end
  for _, line in ipairs(lines) do
    line:join()
  end
end

check "a client that has spoken before it is armed is heard" {
  points = 5,
  hints = {
    "These clients connected and sent while your server was not looking.",
    "A signal tells of a change. What happened before O_ASYNC was set was no change any more: "
      .. "no signal will ever tell of it.",
    "Receive once, right after F_SETFL with O_ASYNC, as if a signal had come; recv(2) and EAGAIN.",
  },
  run = function(t)
    t:greet(t:connect())
    t.server:stop()
    local early, brief, mute = t:connect(), t:connect(), t:connect()
    early:send("before anybody looked\n")
    brief:send("a line and good bye\n")
    brief:half_close()
    mute:half_close()
    t.server:continue()
    early:expect("before anybody looked\n", { within = 10 })
    brief:expect("a line and good bye\n", { within = 10 })
    brief:expect_close { within = 10 }
    mute:expect_close { within = 10 }
    early:echo("and now as usual\n", { within = 10 })
  end,
}

check "many speak at once, and each is answered" {
  points = 4,
  arguments = { "PORT", "1000000" },
  hints = {
    "Eighty clients spoke while your server could not hear. How many signals does it get?",
    "Ordinary signals do not queue: two that are pending are one. Real-time signals do. And the "
      .. "handler runs again before you have looked at what it noted last.",
    "F_SETSIG with a signal from SIGRTMIN on, signal(7); room for a note of each descriptor.",
  },
  run = function(t)
    local c = t:connect_many(80)
    greet_all(t, c)
    for round = 1, 2 do
      t.server:stop()
      for i, client in ipairs(c) do
        client:send(("client %d, round %d\n"):format(i, round))
      end
      t.server:continue()
      for i, client in ipairs(c) do
        client:expect(("client %d, round %d\n"):format(i, round), { within = 10 })
      end
    end
  end,
}

check "one burst is one signal, and all of it is answered" {
  points = 4,
  hints = {
    "A client sent more than your buffer holds, at once, and then nothing.",
    "The signal says that something came, not how much. Who is told must receive until nothing "
      .. "is left.",
    "recv(2) again and again until it fails with EAGAIN.",
  },
  run = function(t)
    local c = t:connect()
    t:greet(c)
    for _ = 1, 3 do
      local data = t:bytes(60000)
      t.server:stop()
      c:send(data)
      t.server:continue()
      c:expect(data, { within = 10 })
    end
  end,
}

check "a client that does not read keeps nobody waiting, and loses nothing" {
  points = 4,
  time = 60,
  hints = {
    "One client sends and sends, and reads nothing. Where is your server meanwhile?",
    "send() takes what there is room for, perhaps nothing. Keep the rest with the client and "
      .. "serve the others. When there is room a signal comes; send then, and receive again too: "
      .. "for the bytes that came meanwhile there was a signal already.",
    "send(2): EAGAIN, and a return value below the length; then recv(2) until EAGAIN.",
  },
  run = function(t)
    local other = t:connect()
    t:greet(other)
    local slow = t:connect { receive_buffer = 16384, send_buffer = 65536 }
    t:greet(slow)
    local taken = t:fill(slow, other, 16 * MEGABYTE)
    other:echo(t:bytes(20000), { within = 10 })
    t:greet(t:connect())
    slow:resume()
    slow:expect(taken, { within = 20 })
    slow:echo("awake again\n", { within = 10 })
  end,
}

check "a client that does not read is not read from" {
  points = 3,
  time = 60,
  hints = {
    "How many bytes of one client can your server hold?",
    "What cannot be sent on should not be received: then the kernel's buffers fill up, and the "
      .. "client has to wait.",
    "Receive only while nothing of this client is left to be sent. The word is backpressure.",
  },
  run = function(t)
    local other = t:connect()
    t:greet(other)
    local slow = t:connect { receive_buffer = 16384, send_buffer = 65536 }
    t:greet(slow)
    local taken = t:fill(slow, other, 48 * MEGABYTE)
    t:expect(#taken < 32 * MEGABYTE,
             "a client that reads nothing could send %d MiB, and the server took them all: "
               .. "its memory is now at %d MiB", #taken // MEGABYTE,
             t.server:memory() // MEGABYTE)
    t:sleep(0.2)
    t:quiet(0.4)
    t:greet(t:connect())
  end,
}

check "a signal that comes just before it falls asleep wakes it" {
  points = 4,
  hints = {
    "Your server has looked, found nothing, and goes to sleep. What if a signal comes in between?",
    "Then the handler has noted something, and the thread sleeps all the same: until the next "
      .. "signal. The signals must be blocked from the look on, and let in by the very call that "
      .. "sleeps.",
    "sigprocmask(2) with SIG_BLOCK; sigsuspend(2) instead of pause(2).",
  },
  run = function(t)
    local c = t:connect()
    t:greet(c)
    local other = t:connect()
    t:greet(other)
    -- A server that takes its signals out of a descriptor has no such moment.
    local sleeps
    t:eventually(function()
      sleeps = t.server:calls { call = "@signal" } > 0
      local others = 0
      for _, call in ipairs {
        "signalfd", "pipe", "pipe2", "socketpair", "eventfd", "@wait", "@sleep", "@thread",
      } do
        others = others + t.server:calls { call = call }
      end
      return sleeps or others > 0
    end, { within = 10, message = "the clients are silent, and the server is not asleep" })
    local function delay()
      if sleeps then
        t.server:asleep { call = "@signal", within = 10 }
        t.server:fault { call = "@signal", late = true }
      end
      other:echo("wake up\n", { within = 10 })
      if sleeps then
        t.server:asleep { call = "@signal", within = 10 }
      end
    end
    for round = 1, 3 do
      delay()
      c:echo(("round %d\n"):format(round), { within = 10 })
    end
    delay()
    t.server:signal("TERM")
    t:expect(t.server:exited { within = 5 }.status == 0, "the server did not end with status 0")
  end,
}

check "its handlers call nothing that they must not" {
  points = 4,
  time = 60,
  hints = {
    "A handler breaks in anywhere, also in the middle of malloc.",
    "Whatever the program was doing is half done: a list half linked, a lock taken, a buffer half "
      .. "filled. A handler that calls the same function finds it so, or waits for ever.",
    "signal-safety(7) lists what may be called. Note the descriptor, set a flag, and no more.",
  },
  run = function(t)
    t:greet(t:connect())
    local c = t:connect_many(6)
    for _, client in ipairs(c) do
      t:greet(client)
    end
    t.server:watch_handlers()
    for i, client in ipairs(c) do
      client:echo(("client %d\n"):format(i), { within = 20 })
    end
    t:greet(t:connect())
    t.server:limit { signals = 2 } -- for the handler of SIGIO
    t.server:stop()
    for i, client in ipairs(c) do
      client:send(("again client %d\n"):format(i))
    end
    t.server:continue()
    for i, client in ipairs(c) do
      client:expect(("again client %d\n"):format(i), { within = 20 })
    end
    t.server:signal("TERM")
    t:expect(t.server:exited { within = 5 }.status == 0, "the server did not end with status 0")
    t:rules { safe_handlers = true }
  end,
}
