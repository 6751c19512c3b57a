-- Many clients, and what there is only so much of.

local MEGABYTE = 1 << 20

check "a newcomer takes the place of the least recently active" {
  points = 4,
  arguments = { "PORT", "3" },
  hints = {
    "Three places, and a fourth client comes.",
    "Who has been silent for longest goes, whenever it came. Each byte that moves makes its "
      .. "client the most recently active one.",
    "A list in the order of activity: TAILQ_REMOVE and TAILQ_INSERT_TAIL of queue(7). Seconds are "
      .. "too coarse for an order.",
  },
  run = function(t)
    local function speak(c)
      c:echo(t:text(20) .. "\n", { within = 10 })
      t:sleep(0.02)
    end
    local a = t:connect()
    speak(a)
    local one = t.server:descriptors()
    local b, c = t:connect(), t:connect()
    for _, client in ipairs { b, c, a } do
      speak(client)
    end
    local open = t.server:descriptors()
    local each = (open - one) // 2 -- some have more than one for a client
    local d = t:connect()
    b:expect_end { within = 10 }
    for _, client in ipairs { d, c, a } do
      speak(client)
    end
    local e = t:connect()
    d:expect_end { within = 10 }
    for _, client in ipairs { c, a, e } do
      speak(client)
    end
    c:close()
    t:eventually(function() return t.server:descriptors() == open - each end, {
      within = 10,
      message = "a client has gone, and its descriptor is still open in the server",
    })
    t:connect():echo("a free place\n", { within = 10 })
    speak(a)
    speak(e)
    t:expect(t.server:descriptors() == open,
             "three clients are there, and more or fewer descriptors than for three")
  end,
}

check "what was closed in this batch is left alone in this batch" {
  points = 5,
  arguments = { "PORT", "3" },
  sanitize = true,
  hints = {
    "Several events came at once, and the first of them changed what the next ones mean.",
    "A newcomer takes the place of a client, and that client's own event stands further down in "
      .. "the same array. Its descriptor is closed, or already the newcomer's.",
    "epoll(7), \"Possible pitfalls and ways to avoid them\", on the event cache: mark the client as "
      .. "closed, and free it when the batch is done.",
  },
  run = function(t)
    local a, b, c = t:connect(), t:connect(), t:connect()
    for _, client in ipairs { a, b, c } do
      client:echo("hello\n", { within = 10 })
      t:sleep(0.02)
    end
    local open = t.server:descriptors()
    -- One batch: the listener, a, b. Whoever begins with the listener closes a before its event;
    -- whoever leaves it for the end finds c to be the least recently active.
    if t.watched then
      t.server:asleep { call = "@wait", within = 10 }
    end
    t.server:stop()
    local d = t:connect()
    a:try_send("I was here first\n")
    b:send("I stay\n")
    t.server:continue()
    b:expect("I stay\n", { within = 10 })
    d:echo("I am new\n", { within = 10 })
    t:eventually(function() return not a.alive or not c.alive end, {
      within = 10,
      message = "the server has room for three clients, and four are there",
    })
    b:echo("and stay\n", { within = 10 })
    d:echo("and I\n", { within = 10 })

    -- Once more, and the one that has to go breaks its connection: what epoll says of it is true no
    -- more of the newcomer, which may have its number, and its place.
    local last = a.alive and a or c
    if last == a then
      a:expect("I was here first\n", { within = 10 })
    end
    for _, client in ipairs { last, b, d } do
      client:echo("once more\n", { within = 10 })
      t:sleep(0.02)
    end
    if t.watched then
      t.server:asleep { call = "@wait", within = 10 }
    end
    t.server:stop()
    local e = t:connect()
    last:reset()
    t.server:continue()
    for _, client in ipairs { e, b, d, e } do
      client:echo("here\n", { within = 10 })
    end
    t:expect(t.server:descriptors() == open,
             "three clients are there, and more or fewer descriptors than for three")
    t:rules { no_calls_on_closed = true }
  end,
}

check "a thousand clients of whom one speaks" {
  points = 3,
  time = 60,
  hints = {
    "A thousand clients are connected and one speaks. How many system calls does that cost?",
    "The kernel tells you who is ready: ask nobody else. And the thousandth client needs as much "
      .. "room as the first.",
    "epoll_wait(2) returns a count: only so many events, each with its data.ptr.",
  },
  run = function(t)
    local one = t:connect()
    one:echo("hello\n", { within = 20 })
    local open = t.server:descriptors()
    local silent = t:connect_many(1000, { within = 20 })
    t:eventually(function() return t.server:descriptors() >= open + 1000 end, {
      within = 20,
      message = "a thousand clients are connected, and some are not accepted",
    })
    for i = 1, 100 do
      one:echo(("message %d\n"):format(i), { within = 20 })
    end
    for i = 1, 1000, 97 do
      silent[i]:echo(("client %d\n"):format(i), { within = 20 })
    end
    t:rules { per_message = { calls = 100 } }
    for _, c in ipairs(silent) do
      c:close()
    end
    t:eventually(function() return t.server:descriptors() == open end, {
      within = 20,
      message = "all but one client have gone, and their descriptors are still open",
    })
    one:echo("alone again\n", { within = 20 })
  end,
}

check "without free descriptors it goes on, and does not spin" {
  points = 2,
  time = 60,
  model = false,
  hints = {
    "The process may not open any more descriptors, and somebody is waiting to be accepted.",
    "The listener stays ready: epoll_wait comes back at once, accept fails, and so on. Ask nothing "
      .. "of the listener for a while, or keep a spare descriptor to refuse with.",
    "EMFILE in accept(2); EPOLL_CTL_MOD of the listener to no events, until a client has gone or "
      .. "some time has gone by: epoll_ctl(2).",
  },
  run = function(t)
    local c = t:connect()
    c:echo("hello\n", { within = 10 })
    local open = t.server:descriptors()
    local settled = t:connect_many(3)
    for _, other in ipairs(settled) do
      other:echo("in time\n", { within = 10 })
    end
    t.server:limit { descriptors = t.server:descriptors() }
    local many = t:connect_many(10)
    c:echo("first things first\n", { within = 10 })
    t:sleep(0.1)
    t:quiet(1)
    c:echo("still served\n", { within = 10 })
    -- Nobody loses his place to one for whom there is no descriptor.
    for _, other in ipairs(settled) do
      other:echo("and I\n", { within = 10 })
    end
    for _, some in ipairs { settled, many } do
      for _, other in ipairs(some) do
        other:close()
      end
    end
    t:eventually(function() return t.server:descriptors() <= open end, {
      within = 10,
      message = "clients have gone, and their descriptors are still open in the server",
    })
    local again = t:connect()
    again:echo("there is room again\n", { within = 10 })
    again:close()
    c:close()
    t:eventually(function() return t.server:descriptors() < open end, {
      within = 10,
      message = "all clients have gone, and a descriptor of theirs is still open in the server",
    })
    -- Nobody is there who could make room by going away.
    t.server:fault { call = "@accept", error = "EMFILE", count = 1 }
    local late = t:connect()
    late:send("is anybody there\n")
    t:eventually(function() return late:received() > 0 or not late.alive end, {
      within = 10,
      message = "a client came when there was no descriptor, and it was neither served nor refused "
        .. "when there was one",
    })
    t:rules { idle = { calls = 40 }, sleeps_only_in = { "@wait" } }
    -- However little of the processor it gets, a spinner fails again and again without a sleep.
    t:rules { at_most = { call = "@accept", error = "EMFILE", count = 50, in_a_row = true } }
  end,
}

check "clients come and go, and nothing of them stays" {
  points = 2,
  time = 60,
  hints = {
    "Something is left of each of them.",
    "There are several ways to lose a client, and each must end in the same place.",
    "close(2) and free(3), both, and each of them once.",
  },
  run = function(t)
    t:expect_no_growth()
    local one = t:connect()
    one:echo("hello\n", { within = 10 })
    local open, memory = t.server:descriptors(), 0
    for wave = 1, 12 do
      t:clients(50, function(c, i)
        c:echo(t:bytes(12000), { within = 20 })
        if i % 3 == 0 then
          c:reset()
        elseif i % 3 == 1 then
          c:half_close()
          c:expect_close { within = 20 }
        else
          c:close()
        end
      end)
      one:echo(("wave %d\n"):format(wave), { within = 20 })
      if wave == 4 then
        memory = t.server:memory()
      end
    end
    t:eventually(function() return t.server:descriptors() <= open end, {
      within = 10,
      message = "clients have gone, and their descriptors are still open in the server",
    })
    t:expect(t.server:memory() < memory + 2 * MEGABYTE,
             "400 clients have come and gone, and %d KiB more are in use than before",
             (t.server:memory() - memory) // 1024)
    one:echo("the last one\n", { within = 20 })
    t:rules { no_calls_on_closed = true }
  end,
}
