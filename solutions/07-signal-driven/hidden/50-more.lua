-- For instructors: what the public checks do not ask, and every server of the lab must do.

local MEGABYTE = 1 << 20

local function back_to(t, open)
  t:eventually(function() return t.server:descriptors() <= open end, {
    within = 10,
    message = "clients have gone, and their descriptors are still open in the server",
  })
end

check "a reset while output is pending" {
  points = 5,
  time = 60,
  hints = { "Nobody will read that output any more.", "EPIPE and ECONNRESET of send(2)." },
  run = function(t)
    local other = t:connect()
    t:greet(other)
    local open = t.server:descriptors()
    local slow = t:connect { receive_buffer = 16384, send_buffer = 65536 }
    t:greet(slow)
    t:fill(slow, other, 16 * MEGABYTE)
    slow:reset()
    other:echo("after it\n", { within = 10 })
    back_to(t, open)
    t:sleep(0.2)
    t:quiet(0.4)
  end,
}

check "clients come and go" {
  points = 5,
  hints = { "Something is left of each of them.", "close(2), on every way out." },
  run = function(t)
    local one = t:connect()
    t:greet(one)
    local open = t.server:descriptors()
    for wave = 1, 5 do
      t:clients(20, function(c, i)
        t:greet(c)
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
    back_to(t, open)
  end,
}

check "signals are lost in the middle of the work" {
  points = 5,
  arguments = { "PORT", "1000000" },
  hints = { "Several handlers run in one slice.", "SIGIO means all: clients, and the listener." },
  run = function(t)
    t:greet(t:connect())
    local c = t:connect_many(12)
    for _, client in ipairs(c) do
      t:greet(client)
    end
    t.server:limit { signals = 2 }
    t.server:stop()
    for i = 1, 6 do
      c[i]:send(("client %d\n"):format(i))
    end
    for i = 7, 9 do
      c[i]:half_close()
    end
    for i = 10, 12 do
      c[i]:reset()
    end
    local new = t:connect_many(4)
    for _, client in ipairs(new) do
      client:send("I was early\n")
    end
    t.server:continue()
    for i = 1, 6 do
      c[i]:expect(("client %d\n"):format(i), { within = 10 })
    end
    for i = 7, 9 do
      c[i]:expect_close { within = 10 }
    end
    for _, client in ipairs(new) do
      client:expect("I was early\n", { within = 10 })
    end
  end,
}

check "two hundred clients side by side, in the middle of the work" {
  points = 5,
  time = 60,
  arguments = { "PORT", "1000000" },
  hints = { "How many clients, and how many signals have room?", "SIGIO and RLIMIT_SIGPENDING." },
  run = function(t)
    local all = t:barrier(200)
    t:clients(200, function(c, i)
      c:echo(("client %d\n"):format(i), { within = 20 })
      all:wait { within = 20 }
      local data = t:bytes(t:random(1000, 20000))
      c:echo(data, { within = 20 })
    end, { within = 20 })
    t:greet(t:connect())
  end,
}

check "without a free descriptor from the first client on" {
  points = 5,
  model = false,
  hints = { "Nobody is there whose end could be waited for.", "EMFILE in accept(2)." },
  run = function(t)
    local c = t:connect()
    t:greet(c)
    c:half_close()
    c:expect_close { within = 10 }
    t.server:limit { descriptors = t.server:descriptors() }
    local waiting = t:connect()
    t:sleep(0.3)
    t:quiet(0.4)
    waiting:close()
    t.server:signal("TERM")
    t:expect(t.server:exited { within = 5 }.status == 0, "the server did not end with status 0")
    t:rules { idle = { calls = 50 } }
  end,
}
