-- Many clients, and what there is only so much of: signals in the queue, descriptors.

check "a hundred silent clients cost nothing" {
  points = 3,
  time = 60,
  hints = {
    "A hundred clients are connected, and none says anything. What keeps your server busy?",
    "Who is told need not ask: no time-out, no timer, no look at the clients without a signal.",
    "sigsuspend(2).",
  },
  run = function(t)
    t:greet(t:connect())
    local c = t:connect_many(100, { within = 15 })
    for _, client in ipairs(c) do
      t:greet(client)
    end
    for _ = 1, 20 do -- what has been told is looked at first
      local before = t.server:calls { call = "@receive" }
      t:sleep(0.5)
      if t.server:calls { call = "@receive" } == before then
        break
      end
    end
    t:quiet(2)
    c[50]:echo("after a long silence\n", { within = 10 })
    t:rules { idle = { calls = 1, cpu = 0.02 } } -- it is asleep in one call, and stays there
  end,
}

check "when the queue of signals is full, nobody is forgotten" {
  points = 5,
  hints = {
    "The kernel queues only so many signals. What becomes of the others?",
    "Instead of all that did not fit comes one SIGIO, which says no descriptor, and whose default "
      .. "is to end the process. It means: something was lost, look at everybody.",
    "signal(7) on RLIMIT_SIGPENDING; fcntl(2), F_SETSIG; a handler for SIGIO that sets a flag.",
  },
  run = function(t)
    t:greet(t:connect())
    local c = t:connect_many(8)
    for _, client in ipairs(c) do
      t:greet(client)
    end
    t.server:limit { signals = 2 }
    for round = 1, 3 do
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

check "one signal for several new clients" {
  points = 3,
  hints = {
    "Several clients came, and fewer signals than clients.",
    "A signal of the listener says that somebody came, not how many. Accept until nobody waits; "
      .. "and look at the listener too when signals were lost.",
    "accept(2) on a non-blocking listener, until EAGAIN.",
  },
  run = function(t)
    t:greet(t:connect())
    local early = t:connect_many(2)
    for _, client in ipairs(early) do
      t:greet(client)
    end
    t.server:limit { signals = 2 }
    t.server:stop()
    for _, client in ipairs(early) do
      client:send("we fill the queue\n")
    end
    local c = t:connect_many(8)
    t.server:continue()
    for _, client in ipairs(early) do
      client:expect("we fill the queue\n", { within = 10 })
    end
    for _, client in ipairs(c) do
      t:greet(client)
    end
  end,
}

check "without free descriptors it goes on, and does not spin" {
  points = 3,
  model = false,
  hints = {
    "The process may not open any more descriptors, and somebody is waiting to be accepted.",
    "When a client closes there is room again, and no signal tells of those who wait already: "
      .. "accept again by yourself; sleep meanwhile as always. Or keep a spare descriptor to "
      .. "refuse them with.",
    "EMFILE in accept(2).",
  },
  run = function(t)
    local c = t:connect()
    t:greet(c)
    local open = t.server:descriptors()
    t.server:limit { descriptors = open + 3 }
    local many = t:connect_many(10)
    c:echo("first things first\n", { within = 10 })
    t:sleep(0.3)
    t:quiet(0.4)
    for _, other in ipairs(many) do
      local sent = 0
      t:eventually(function()
        sent = sent + other:try_send(".")
        return other:received() > 0 or not other.alive
      end, {
        within = 10,
        message = "clients have gone, there are descriptors, and those who wait are not accepted",
      })
      if other.alive then -- what is on its way to one that has closed is answered with a reset
        other:expect(("."):rep(sent), { within = 10 })
      end
      other:close()
    end
    t:eventually(function() return t.server:descriptors() <= open end, {
      within = 10,
      message = "clients have gone, and their descriptors are still open in the server",
    })
    t:greet(t:connect())
    c:echo("still served\n", { within = 10 })
    t:rules { idle = { calls = 50 }, sleeps_only_in = { "@signal", "read" } }
  end,
}
