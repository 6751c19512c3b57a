-- Many clients, and what there is only so much of.

-- From the n-th on each of these clients is served or turned away; none is left waiting.
local function served_or_refused(t, clients, n)
  for i = n, #clients do
    clients[i]:try_send(string.char(i))
  end
  t:eventually(function()
    for i = n, #clients do
      if clients[i].alive and clients[i]:received() == 0 then
        return false
      end
    end
    return true
  end, {
    within = 10,
    message = "descriptors are free again, and clients that were in the queue before are still "
      .. "neither served nor turned away",
  })
end

check "thirty clients come at once" {
  points = 4,
  hints = {
    "Several clients are in the queue, and one event tells of all of them.",
    "A listener that is edge-triggered is announced once. Who is left in the queue waits until "
      .. "somebody else comes.",
    "accept(2) until EAGAIN. Or leave EPOLLET away for the listener: that is right too.",
  },
  run = function(t)
    local one = t:connect()
    one:echo("hello\n", { within = 10 })
    t.server:stop()
    local many = t:connect_many(30, { within = 10 })
    t.server:continue()
    for i, c in ipairs(many) do
      c:echo(("client %d\n"):format(i), { within = 10 })
    end
    one:echo("still here\n", { within = 10 })
  end,
}

check "a thousand clients at a time" {
  points = 2,
  time = 60,
  hints = {
    "How many clients has your server room for?",
    "The kernel finds a descriptor however many are registered; your own table has to grow, and "
      .. "what epoll keeps as data has to stay where it is.",
    "epoll_ctl(2), data; ulimit -n.",
  },
  run = function(t)
    local one = t:connect()
    one:echo("hello\n", { within = 10 })
    local open = t.server:descriptors()
    t.server:stop()
    local many = t:connect_many(1000, { within = 30 })
    t.server:continue()
    for i, c in ipairs(many) do
      c:send(("client %d\n"):format(i), { within = 30 })
    end
    for i, c in ipairs(many) do
      c:expect(("client %d\n"):format(i), { within = 30 })
    end
    for _, c in ipairs(many) do
      c:close()
    end
    t:eventually(function() return t.server:descriptors() == open end, {
      within = 20,
      message = "all but one client have gone, and their descriptors are still open",
    })
    one:echo("alone again\n", { within = 10 })
  end,
}

check "without free descriptors it goes on, and comes back to those who wait" {
  points = 4,
  model = false,
  hints = {
    "There was no descriptor left, later there were some again. Who tells your server?",
    "The edge of the listener has been taken, and those in the queue make no other one. Neither "
      .. "spin meanwhile, nor sleep where no client is heard; try again when a descriptor is "
      .. "closed, or after a while.",
    "EMFILE in accept(2): remember that somebody waits, and let epoll_wait(2) time out.",
  },
  run = function(t)
    local c = t:connect()
    c:echo("hello\n", { within = 10 })
    local open = t.server:descriptors()
    t.server:limit { descriptors = open + 3 }
    t.server:stop()
    local many = t:connect_many(10)
    t.server:continue()
    c:echo("first things first\n", { within = 10 })
    t:sleep(0.1)
    t:quiet(0.4)
    c:echo("still served\n", { within = 10 })
    -- There is room again, and nobody new comes who would tell.
    t.server:limit { descriptors = open + 20 }
    for i = 1, 3 do
      many[i]:close()
    end
    served_or_refused(t, many, 4)
    for i = 4, 10 do
      many[i]:close()
    end
    t:eventually(function() return t.server:descriptors() <= open end, {
      within = 10,
      message = "clients have gone, and their descriptors are still open in the server",
    })
    t:connect():echo("there is room again\n", { within = 10 })
    t:rules {
      idle = { calls = 100 },
      sleeps_only_in = { "epoll_wait", "epoll_pwait", "epoll_pwait2", "@lock" },
    }
    -- However little of the processor it gets, a spinner fails again and again without a sleep.
    t:rules { at_most = { call = "@accept", error = "EMFILE", count = 50, in_a_row = true } }
  end,
}

check "a hundred silent clients cost nothing" {
  points = 2,
  hints = {
    "While nobody speaks your server works.",
    "Nothing has to be asked while nothing happens: that is what epoll is for.",
    "epoll_wait(2) with a time-out of -1, or of a second; no sweep over all clients.",
  },
  run = function(t)
    t.server:stop()
    local many = t:connect_many(100, { within = 10 })
    t.server:continue()
    for i, c in ipairs(many) do
      c:send(("client %d\n"):format(i))
    end
    for i, c in ipairs(many) do
      c:expect(("client %d\n"):format(i), { within = 10 })
    end
    -- Each round brings everybody else a turn, in which nothing is found any more.
    for _ = 1, 3 do
      many[1]:echo("one more\n", { within = 10 })
    end
    t:sleep(0.5)
    t:quiet(2)
    many[50]:echo("and now\n", { within = 10 })
    t:rules { idle = { calls = 3, cpu = 0.05 } }
  end,
}
