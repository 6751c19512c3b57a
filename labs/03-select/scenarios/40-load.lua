-- Many clients, and what there is only so much of.

-- Each of these clients is served or turned away; none is left waiting.
local function served_or_refused(t, clients)
  for i, c in ipairs(clients) do
    c:try_send(string.char(i % 256))
  end
  t:eventually(function()
    for _, c in ipairs(clients) do
      if c.alive and c:received() == 0 then
        return false
      end
    end
    return true
  end, {
    within = 30,
    message = "of the clients beyond FD_SETSIZE some are neither served nor turned away: accept "
      .. "them and close them",
  })
end

check "a thousand clients at a time" {
  points = 3,
  time = 240,
  arguments = { "PORT", "600" }, -- nobody is idle here, only slow
  hints = {
    "How many clients has your server room for?",
    "A descriptor of up to FD_SETSIZE - 1 fits into the sets; your own table must be as large.",
    "FD_SETSIZE in select(2); ulimit -n.",
  },
  run = function(t)
    local one = t:connect()
    one:echo("hello\n")
    local open = t.server:descriptors()
    local all = t:barrier(1000)
    t:clients(1000, function(c, i)
      c:echo(("client %d\n"):format(i), { within = 60 })
      all:wait { within = 60 }
      c:close()
    end, { within = 60 })
    t:eventually(function() return t.server:descriptors() == open end, {
      within = 30,
      message = "all but one client have gone, and their descriptors are still open",
    })
    one:echo("alone again\n", { within = 10 })
  end,
}

check "clients beyond FD_SETSIZE are turned away, the others stay" {
  points = 4,
  time = 240,
  arguments = { "PORT", "600" }, -- nobody is idle here, only slow
  hints = {
    "What happens to descriptor 1024?",
    "An fd_set has FD_SETSIZE bits. FD_SET of a higher number writes into other memory, and "
      .. "nobody warns you. Accept such a client, and close it at once.",
    "select(2), WARNING and FD_SETSIZE: compare the result of accept(2) with it.",
  },
  run = function(t)
    local early = t:connect_many(1000, { within = 60 })
    for i, c in ipairs(early) do
      c:send(("client %d\n"):format(i))
    end
    for i, c in ipairs(early) do
      c:expect(("client %d\n"):format(i), { within = 60 })
    end
    served_or_refused(t, t:connect_many(100, { within = 60 }))
    for i = 1, 1000, 37 do
      early[i]:echo(("still client %d\n"):format(i), { within = 30 })
    end
    local open = t.server:descriptors()
    for i = 901, 1000 do
      early[i]:close()
    end
    t:eventually(function() return t.server:descriptors() <= open - 100 end, {
      within = 30,
      message = "100 clients have gone, and their descriptors are still open",
    })
    t:connect():echo("there is room again\n", { within = 30 })
  end,
}

check "without free descriptors it goes on, and does not spin" {
  points = 4,
  model = false,
  hints = {
    "The process may not open any more descriptors, and somebody is waiting to be accepted.",
    "The listener stays readable: select comes back at once, accept fails, and so on. Stop "
      .. "asking about the listener for a while, or keep a spare descriptor to refuse with.",
    "EMFILE in accept(2); FD_CLR of the listener until a client closes or a second has gone by.",
  },
  run = function(t)
    local c = t:connect()
    c:echo("hello\n")
    local open = t.server:descriptors()
    t.server:limit { descriptors = open + 3 }
    local many = t:connect_many(10)
    c:echo("first things first\n", { within = 10 })
    t:sleep(0.1)
    t:quiet(0.4)
    c:echo("still served\n", { within = 10 })
    for _, other in ipairs(many) do
      other:close()
    end
    t:eventually(function() return t.server:descriptors() <= open end, {
      within = 10,
      message = "clients have gone, and their descriptors are still open in the server",
    })
    t:connect():echo("there is room again\n", { within = 10 })
    t:rules { idle = { calls = 100 } }
    -- However little of the processor it gets, a spinner fails again and again without a sleep.
    t:rules { at_most = { call = "@accept", error = "EMFILE", count = 50, in_a_row = true } }
  end,
}

check "few descriptors are left, and the listener is a high one" {
  points = 3,
  program = "probe.c",
  sanitize = true,
  hints = {
    "Another main called select_based_echo_server, with other descriptors open already.",
    "Do not count clients: what matters is the number of the descriptor. And the listener can "
      .. "be the highest of all.",
    "FD_SETSIZE in select(2); scenarios/probe.c is the program that was run.",
  },
  run = function(t)
    local early = t:connect_many(6)
    for i, c in ipairs(early) do
      c:echo(("client %d\n"):format(i), { within = 10 })
    end
    served_or_refused(t, t:connect_many(30))
    for i, c in ipairs(early) do
      c:echo(("still client %d\n"):format(i), { within = 10 })
      c:close()
    end
  end,
}

check "a hundred silent clients cost nothing" {
  points = 2,
  hints = {
    "A hundred clients say nothing. How often does your server wake up?",
    "While nobody speaks there is nothing to do but to look for idle clients now and then: select "
      .. "sleeps as long as you tell it to.",
    "select(2), timeout; the sets that came back say who woke it.",
  },
  run = function(t)
    local clients = t:connect_many(100, { within = 10 })
    for i, c in ipairs(clients) do
      c:echo(("here %d\n"):format(i), { within = 10 })
    end
    t:quiet(2)
    clients[50]:echo("and on\n", { within = 10 })
    t:rules { idle = { calls = 5, cpu = 0.05 } }
  end,
}
