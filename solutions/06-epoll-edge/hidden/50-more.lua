-- For instructors: what the public checks do not ask, and every server of the lab must do.

local MEGABYTE = 1 << 20

local function descriptors_back(t, open)
  t:eventually(function() return t.server:descriptors() <= open end, {
    within = 10,
    message = "clients have gone, and their descriptors are still open in the server",
  })
end

check "SIGTERM ends it also while a greedy client keeps it busy" {
  points = 5,
  hints = {
    "When does your server look whether it should end?",
    "epoll_pwait(2) with a time-out of 0 delivers no signal.",
  },
  run = function(t)
    local greedy = t:connect()
    greedy:echo("hello\n")
    local over = false
    t:spawn(function()
      local data = t:bytes(MEGABYTE)
      repeat
        local n = greedy:try_send(data, { within = 1 })
      until over or n == 0
    end)
    t:eventually(function() return greedy:received() > MEGABYTE end, { within = 10 })
    t.server:signal("TERM")
    local exit = t.server:exited { within = 5 }
    over = true
    t:expect(not exit.signal, "the server was killed by %s", exit.signal)
    t:expect(exit.status == 0, "the server ended with status %d, and not 0", exit.status)
  end,
}

check "two greedy clients, and new ones come" {
  points = 5,
  time = 60,
  hints = {
    "Who is not in your list of those who are not done? Those who are not accepted yet.",
    "Ask epoll in each round, with a time-out of 0.",
  },
  run = function(t)
    local first, second = t:connect(), t:connect()
    for _, c in ipairs { first, second } do
      c:echo(t:bytes(2 * MEGABYTE), { within = 20 })
    end
    t.server:stop()
    local data = t:bytes(3 * MEGABYTE)
    local a = first:try_send(data, { within = 0.5 })
    local b = second:try_send(data, { within = 0.5 })
    local new = t:connect_many(5)
    for _, c in ipairs(new) do
      c:send("new\n")
    end
    t.server:continue()
    for _, c in ipairs(new) do
      c:expect("new\n", { within = 10 })
    end
    first:expect(data:sub(1, a), { within = 20 })
    second:expect(data:sub(1, b), { within = 20 })
    t:rules { fair = 16 }
  end,
}

check "a reset while output is pending" {
  points = 5,
  time = 40,
  hints = { "Which event tells of it?", "EPOLLERR, EPOLLHUP; EPIPE and ECONNRESET of send(2)." },
  run = function(t)
    local other = t:connect()
    other:echo("hello\n")
    local open = t.server:descriptors()
    local c = t:connect { receive_buffer = 16384, send_buffer = 65536 }
    t:fill(c, other, 16 * MEGABYTE)
    c:reset()
    other:echo("after it\n", { within = 10 })
    descriptors_back(t, open)
    t:quiet(0.2)
  end,
}

check "clients come and go" {
  points = 5,
  hints = { "Something is left of each of them.", "close(2), on every way out." },
  run = function(t)
    local one = t:connect()
    one:echo("hello\n")
    local open = t.server:descriptors()
    for wave = 1, 6 do
      t:clients(30, function(c, i)
        c:echo(t:text(100), { within = 10 })
        if i % 3 == 0 then
          c:reset()
        elseif i % 3 == 1 then
          c:half_close()
          c:expect_close { within = 10 }
        else
          c:close()
        end
      end)
      one:echo(("wave %d\n"):format(wave), { within = 10 })
    end
    descriptors_back(t, open)
    t:rules { no_calls_on_closed = true }
  end,
}

check "without a free descriptor from the first client on" {
  points = 5,
  model = false,
  hints = { "Nobody is there whose end could be waited for.", "EMFILE in accept(2)." },
  run = function(t)
    local c = t:connect()
    c:echo("hello\n")
    c:half_close()
    c:expect_close { within = 10 }
    local open = t.server:descriptors()
    t.server:limit { descriptors = open }
    local waiting = t:connect()
    t:sleep(0.1)
    t:quiet(0.3)
    t.server:limit { descriptors = open + 10 }
    waiting:try_send("at last\n")
    t:eventually(function() return not waiting.alive or waiting:received() > 0 end, {
      within = 10,
      message = "a client in the queue was neither served nor turned away when there were "
        .. "descriptors again",
    })
    t.server:signal("TERM")
    t:expect(t.server:exited { within = 5 }.status == 0, "the server did not end with status 0")
    t:rules { idle = { calls = 100 } }
  end,
}

check "a burst that fills the buffer to the last byte" {
  points = 5,
  hints = { "Did the last receive bring all, or was there more?", "Only EAGAIN knows." },
  run = function(t)
    local c = t:connect()
    c:echo("hello\n")
    for shift = 9, 15 do
      for _, size in ipairs { 1 << shift, (1 << shift) + 1 } do
        local data = t:bytes(size)
        t.server:stop()
        c:send(data)
        t.server:continue()
        c:expect(data, { within = 10 })
      end
    end
    t.server:stop()
    c:send(t:bytes(16384))
    c:half_close()
    t.server:continue()
    c:expect_bytes(16384, { within = 10 })
    c:expect_close { within = 10 }
  end,
}
