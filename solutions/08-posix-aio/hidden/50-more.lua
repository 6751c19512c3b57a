-- For instructors: what the public checks do not ask, and every server of the lab must do.

local function descriptors_back(t, open)
  t:eventually(function() return t.server:descriptors() <= open end, {
    within = 10,
    message = "clients have gone, and their descriptors are still open in the server",
  })
end

local function expect_file(c, data)
  c:expect(("OK %d\n"):format(#data), { within = 10 })
  c:expect(data, { within = 15 })
  c:expect_close { within = 10 }
end

check "a slow reader that half-closes gets all of it" {
  points = 5,
  hints = { "What is left when the end has come?", "aio_return gives 0 only behind all bytes." },
  run = function(t)
    local other = t:connect()
    local c = t:connect { receive_buffer = 16384, send_buffer = 65536 }
    local taken = t:fill(c, other, 16 << 20)
    c:half_close()
    other:echo("meanwhile\n", { within = 10 })
    c:resume()
    c:expect(taken, { within = 20 })
    c:expect_close { within = 10 }
  end,
}

check "a reset while a write is in progress" {
  points = 5,
  hints = { "Who is asleep in write then?", "EPIPE and ECONNRESET of aio_error(3)." },
  run = function(t)
    local other = t:connect()
    other:echo("hello\n", { within = 10 })
    local open = t.server:descriptors()
    local c = t:connect { receive_buffer = 16384, send_buffer = 65536 }
    t:fill(c, other, 16 << 20)
    c:reset()
    other:echo("after it\n", { within = 10 })
    descriptors_back(t, open)
    t:quiet(0.2)
  end,
}

check "a client that takes nothing is idle too" {
  points = 5,
  arguments = { "PORT", "FOLDER", "1" },
  hints = { "Can such a client hold its place for ever?", "shutdown(2) wakes a write as well." },
  run = function(t)
    local data = t:bytes(4 << 20)
    t:file("large", data)
    local other = t:connect()
    other:echo("hello\n", { within = 10 })
    local open = t.server:descriptors() - 1
    local c = t:connect { port = t.port + 1, receive_buffer = 16384 }
    c:stall()
    c:send("large\n")
    descriptors_back(t, open)
    t:connect():echo("room for others\n", { within = 10 })
  end,
}

check "SIGTERM while large files are on their way" {
  points = 5,
  hints = { "Two requests of each client are in progress.", "aio_suspend(3) after shutdown(2)." },
  run = function(t)
    t:file("large", t:bytes(4 << 20))
    local all = t:connect_many(6, { port = t.port + 1, receive_buffer = 16384 })
    for _, c in ipairs(all) do
      c:stall()
      c:send("large\n")
    end
    t:sleep(0.2)
    t.server:signal("TERM")
    local exit = t.server:exited { within = 5 }
    t:expect(not exit.signal and exit.status == 0, "the server did not end with status 0")
  end,
}

check "the same file for many, and files that are replaced meanwhile" {
  points = 5,
  hints = { "Whose offset is it?", "aio_offset belongs to the request, not to the file." },
  run = function(t)
    local data = t:bytes(150000)
    t:file("same", data)
    local all = t:connect_many(10, { port = t.port + 1 })
    for _, c in ipairs(all) do
      c:send("same\n")
    end
    for _, c in ipairs(all) do
      expect_file(c, data)
    end
    local slow = t:connect { port = t.port + 1, receive_buffer = 16384 }
    slow:send("same\n")
    slow:expect("OK 150000\n", { within = 10 })
    t:file("same", "short now\n")
    slow:expect(data, { within = 15 })
    slow:expect_close { within = 10 }
  end,
}
