-- For instructors: what the public checks do not ask, and every server of the lab must do.

local MEGABYTE = 1 << 20

local function choke(t, other)
  local c = t:connect { receive_buffer = 16384, send_buffer = 65536 }
  return c, t:fill(c, other, 16 * MEGABYTE)
end

check "a slow reader that half-closes gets all of it" {
  points = 5,
  hints = { "What is left when the end has come?", "recv(2) gives 0 with output pending." },
  run = function(t)
    local other = t:connect()
    local c, taken = choke(t, other)
    c:half_close()
    other:echo("meanwhile\n", { within = 10 })
    t:quiet(0.2)
    c:resume()
    c:expect(taken, { within = 20 })
    c:expect_close { within = 10 }
  end,
}

check "a client that takes nothing is idle too" {
  points = 5,
  time = 60,
  arguments = { "PORT", "100", "5" },
  hints = { "Can such a client hold its place for ever?", "The idle time counts in both masks." },
  run = function(t)
    local other = t:connect()
    other:echo("hello\n", { within = 10 })
    local open = t.server:descriptors() - 1
    choke(t, other)
    t:eventually(function() return t.server:descriptors() <= open end, {
      within = 20,
      message = "two clients have been silent for long, and are still there",
    })
    t:connect():echo("room for others\n", { within = 10 })
  end,
}

check "who takes nothing makes room for a newcomer" {
  points = 5,
  arguments = { "PORT", "2" },
  hints = { "Who is the least recently active?", "Bytes that cannot move are no activity." },
  run = function(t)
    local other = t:connect()
    other:echo("hello\n", { within = 10 })
    local c = choke(t, other)
    -- A last few bytes may find their way into the client's window: when none do, it is idle.
    local sends
    t:eventually(function()
      local before = sends
      t:sleep(0.2)
      other:echo("still here\n", { within = 10 })
      sends = t.server:calls { call = "@send", connection = c }
      return sends == before
    end, { within = 10 })
    local open = t.server:descriptors()
    local new = t:connect()
    new:echo("in its place\n", { within = 10 })
    other:echo("and I stay\n", { within = 10 })
    c:resume()
    c:expect_end { within = 10 }
    t:expect(t.server:descriptors() == open, "two clients are there, and not two descriptors")
    t:rules { no_calls_on_closed = true }
  end,
}

check "newcomers take one another's places in one batch" {
  points = 5,
  arguments = { "PORT", "2" },
  hints = { "How often can a descriptor be used again in one batch?", "epoll(7), the event cache." },
  run = function(t)
    local a, b = t:connect(), t:connect()
    for _, c in ipairs { a, b } do
      c:echo("hello\n", { within = 10 })
    end
    local open = t.server:descriptors()
    for _ = 1, 5 do
      t.server:asleep { call = "@wait", within = 10 }
      t.server:stop()
      local new = t:connect_many(3)
      a:try_send("a was here\n")
      b:reset()
      new[3]:send("and I\n")
      t.server:continue()
      new[3]:expect("and I\n", { within = 10 })
      new[3]:echo("I am the last\n", { within = 10 })
      t:eventually(function() return not a.alive and not new[1].alive end, { within = 10 })
      t:eventually(function() return t.server:descriptors() <= open end, { within = 10 })
      a, b = new[2].alive and new[2] or t:connect(), new[3]
      a:echo("next\n", { within = 10 })
      b:echo("next\n", { within = 10 })
    end
    t:rules { no_calls_on_closed = true }
  end,
}

check "without a free descriptor from the first client on" {
  points = 5,
  model = false,
  hints = { "Nobody is there whose end could be waited for.", "EMFILE in accept(2)." },
  run = function(t)
    local c = t:connect()
    c:echo("hello\n", { within = 10 })
    c:half_close()
    c:expect_close { within = 10 }
    t.server:limit { descriptors = t.server:descriptors() }
    local waiting = t:connect()
    t:sleep(0.1)
    t:quiet(0.3)
    waiting:close()
    t.server:signal("TERM")
    t:expect(t.server:exited { within = 5 }.status == 0, "the server did not end with status 0")
    t:rules { idle = { calls = 100 } }
  end,
}
