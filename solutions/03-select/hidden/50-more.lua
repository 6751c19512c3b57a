-- For instructors: what the public checks do not ask, and every server of the lab must do.

-- A slow client for which nothing more fits anywhere, and what was taken of it.
local function choke(t, other)
  local c = t:connect { receive_buffer = 16384, send_buffer = 65536 }
  return c, t:fill(c, other, 16 << 20)
end

local function descriptors_back(t, open)
  t:eventually(function() return t.server:descriptors() <= open end, {
    within = 20,
    message = "clients have gone, and their descriptors are still open in the server",
  })
end

check "a slow reader that half-closes gets all of it" {
  points = 5,
  hints = { "What is left when the end has come?", "recv(2) gives 0 with output pending." },
  run = function(t)
    local other = t:connect()
    local c, taken = choke(t, other)
    c:half_close()
    other:echo("meanwhile\n", { within = 10 })
    c:resume()
    c:expect(taken, { within = 10 })
    c:expect_close { within = 10 }
  end,
}

check "a reset while output is pending" {
  points = 5,
  hints = { "Which set does such a client stand in?", "EPIPE and ECONNRESET of send(2)." },
  run = function(t)
    local other = t:connect()
    other:echo("hello\n")
    local open = t.server:descriptors()
    local c = choke(t, other)
    c:reset()
    other:echo("after it\n", { within = 10 })
    descriptors_back(t, open)
    t:quiet(0.2)
  end,
}

check "a client that takes nothing is idle too" {
  points = 5,
  arguments = { "PORT", "5" }, -- longer than a busy machine takes to fill the client
  time = 60,
  hints = { "Can such a client hold its place for ever?", "The idle time counts in both sets." },
  run = function(t)
    local other = t:connect()
    other:echo("hello\n")
    local open = t.server:descriptors() - 1
    choke(t, other)
    t:eventually(function() return t.server:descriptors() <= open end, {
      within = 20,
      message = "clients that neither speak nor read were not closed",
    })
    t:connect():echo("room for others\n", { within = 10 })
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
        c:echo(t:text(100))
        if i % 3 == 0 then
          c:reset()
        elseif i % 3 == 1 then
          c:half_close()
          c:expect_close()
        else
          c:close()
        end
      end)
      one:echo(("wave %d\n"):format(wave))
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
    c:expect_close()
    t.server:limit { descriptors = t.server:descriptors() }
    local waiting = t:connect()
    t:sleep(0.1)
    t:quiet(0.3)
    waiting:close()
    -- Descriptors are there again, and no client leaves who could say so.
    t.server:limit { descriptors = 64 }
    t:connect():echo("at last\n", { within = 10 })
    t.server:signal("TERM")
    t:expect(t.server:exited { within = 5 }.status == 0, "the server did not end with status 0")
    t:rules { idle = { calls = 100 } }
  end,
}
