-- For instructors: what the public checks do not ask, and every server of the lab must do.

local MEGABYTE = 1 << 20

local function descriptors_back(t, open)
  t:eventually(function() return t.server:descriptors() <= open end, {
    within = 10,
    message = "clients have gone, and their descriptors are still open in the server",
  })
end

check "a slow reader that half-closes gets all of it" {
  points = 5,
  time = 60,
  hints = { "What is left when the end has come?", "A receive of 0 while a send is pending." },
  run = function(t)
    local other = t:connect()
    local c = t:connect { receive_buffer = 16384, send_buffer = 65536 }
    local taken = t:fill(c, other, 16 * MEGABYTE)
    c:half_close()
    other:echo("meanwhile\n", { within = 10 })
    c:resume()
    c:expect(taken, { within = 40 })
    c:expect_close { within = 10 }
  end,
}

check "a reset while output is pending" {
  points = 5,
  time = 60,
  hints = { "Which requests does the kernel still have?", "EPIPE and ECONNRESET of a send." },
  run = function(t)
    local other = t:connect()
    other:echo("hello\n", { within = 10 })
    local open = t.server:descriptors()
    local c = t:connect { receive_buffer = 16384, send_buffer = 65536 }
    t:fill(c, other, 16 * MEGABYTE)
    c:reset()
    other:echo("after it\n", { within = 10 })
    descriptors_back(t, open)
    t:quiet(0.2)
  end,
}

check "many clients that do not read share the buffers with those who do" {
  points = 5,
  time = 60,
  arguments = { "PORT", "120", "16" },
  hints = { "Who holds the buffers?", "Bytes that cannot be sent now may not keep a buffer." },
  run = function(t)
    local other = t:connect()
    other:echo("hello\n", { within = 10 })
    local slow = {}
    for i = 1, 24 do
      slow[i] = t:connect { receive_buffer = 4096, send_buffer = 4096 }
      slow[i]:stall()
      slow[i]:try_send(t:bytes(3 * MEGABYTE), { within = 0.05 })
    end
    for i = 1, 20 do
      other:echo(("message %d\n"):format(i), { within = 10 })
    end
    for i = 1, 24 do
      slow[i]:reset()
    end
    other:echo("alone again\n", { within = 10 })
  end,
}

check "clients come and go" {
  points = 5,
  hints = { "Something is left of each of them.", "A close, on every way out." },
  run = function(t)
    local one = t:connect()
    one:echo("hello\n", { within = 10 })
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
  end,
}

check "a new client has nothing to do with one that was there before" {
  points = 5,
  arguments = { "PORT", "120", "8" },
  hints = {
    "Whose descriptor was closed, or shut down?",
    "A number is given out again at once. No request that names it may still be under way.",
  },
  run = function(t)
    local one = t:connect()
    for round = 1, 10 do
      t.server:stop()
      local gone = t:connect_many(6)
      for _, c in ipairs(gone) do
        c:send("no time to wait\n")
        c:reset()
      end
      t.server:continue()
      local new = t:connect_many(6)
      for i, c in ipairs(new) do
        c:echo(("round %d client %d\n"):format(round, i), { within = 10 })
      end
      for _, c in ipairs(new) do
        c:close()
      end
      one:echo("still here\n", { within = 10 })
    end
  end,
}

check "idle clients go while their number is found again" {
  points = 5,
  arguments = { "PORT", "3" },
  time = 40,
  hints = { "When was this client last active?", "A stamp belongs to a client, not to a number." },
  run = function(t)
    local first = t:connect()
    first:echo("hello\n", { within = 10 })
    t:sleep(2)
    first:close()
    local second = t:connect()
    local spoke = t:now()
    second:echo("in its place\n", { within = 10 })
    local rest = 1.5 - (t:now() - spoke)
    if rest > 0 then -- else this machine was too slow to tell
      second:expect_silence(rest)
      second:echo("not idle yet\n", { within = 10 })
    end
    second:expect_close { within = 10 }
  end,
}
