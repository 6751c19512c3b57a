-- Many clients, and a server that runs out of something.

local function greeted(t, options)
  local c = t:connect(options)
  local hello = t:text(12) .. "\n"
  c:send(hello)
  c:expect(hello, { within = 10 })
  return c
end

-- Waits until this client has either been answered or turned away.
local function settled(t, c, message)
  c:try_send("?\n")
  t:eventually(function() return not c.alive or c:received() > 0 end,
    { within = 10, message = message })
end

check "a thousand clients at once" {
  points = 4,
  time = 240,
  arguments = { "PORT", "600" }, -- nobody is idle here, only slow
  limits = { threads = 4096 }, -- a server may have two for each of them
  hints = {
    "How many threads can your server have at one time? What limits them?",
    "Each connection has a thread, and each thread a stack: address space, not memory, as long as it is not touched.",
    "Modest stacks by pthread_attr_setstacksize(3), and no fixed table of clients that is shorter.",
  },
  run = function(t)
    local everybody = t:barrier(1000)
    t:clients(1000, function(c, i)
      c:send("client " .. i .. " is here\n")
      c:expect("client " .. i .. " is here\n", { within = 60 })
      everybody:wait { within = 60 }
      c:send("client " .. i .. " goes\n")
      c:half_close()
      c:expect("client " .. i .. " goes\n", { within = 60 })
      c:expect_close { within = 60 }
    end, { within = 60 })
  end,
}

check "out of descriptors it stays calm, and recovers" {
  points = 3,
  model = false, -- a pause, or a spare descriptor, is a good answer here
  hints = {
    "What does accept do when no descriptor is free, and what does your loop do then?",
    "It fails at once with EMFILE, and the client stays in the queue: the next call fails at once too. A loop without a pause burns a core.",
    "After EMFILE or ENFILE (accept(2)) rest for some 10 ms with nanosleep(2), then try again.",
  },
  run = function(t)
    local first = greeted(t) -- one that has gone before: the C library loads what it needs then
    local with = t.server:descriptors()
    first:close()
    t:eventually(function() return t.server:descriptors() < with end,
      { within = 10, message = "a client has gone, and the server has not closed its descriptor" })
    local witness = greeted(t)
    local one = t.server:descriptors()
    local inside = { greeted(t) }
    local two = t.server:descriptors()
    t.server:limit { descriptors = two + 2 * (two - one) }
    inside[2], inside[3] = greeted(t), greeted(t)

    local outside = t:connect_many(3) -- the kernel accepts them; the server cannot
    t:sleep(0.6)
    witness:send("and me?\n")
    witness:expect("and me?\n", { within = 10 })
    for i, c in ipairs(inside) do
      c:close()
      settled(t, outside[i], "a descriptor was free again, and the client that waited was neither served nor closed")
    end
    for _, c in ipairs(outside) do c:close() end
    local served = false
    for _ = 1, 50 do -- whoever turned clients away may do so until he has noticed that these left
      local c = t:connect()
      settled(t, c, "all clients but one have gone, and a new one was neither served nor closed")
      served = c:received() > 0
      if served then break end
      t:sleep(0.02)
    end
    t:expect(served, "all clients but one have gone, and the server still turns new ones away")
    t:rules { at_most = { call = "@accept", error = "EMFILE", count = 300, per = 1 } }
    -- However little of the processor it gets, a spinner fails again and again without a sleep.
    t:rules { at_most = { call = "@accept", error = "EMFILE", count = 50, in_a_row = true } }
  end,
}

check "a thread that cannot be made costs one connection" {
  points = 3,
  model = false,
  hints = {
    "What does pthread_create return when there are no more threads to be had?",
    "Not -1: it returns the error's number, and errno is not set. The connection then has nobody who would ever close it.",
    "pthread_create(3), RETURN VALUE and EAGAIN: compare with 0, close(2) the connection, free(3) its memory, go on accepting.",
  },
  run = function(t)
    local witness = greeted(t)
    local with = t.server:descriptors()
    t.server:fault { call = "@thread", error = "EAGAIN", count = 2 }
    for _ = 1, 2 do
      local c = t:connect()
      settled(t, c, "no thread could be made for this client, and it was neither served nor closed")
      c:close()
    end
    greeted(t):close()
    t:eventually(function() return t.server:descriptors() <= with end,
      { within = 10, message = "clients without a thread came and went, and the server holds more descriptors than before" })
    witness:send("only me\n")
    witness:expect("only me\n", { within = 10 })
  end,
}

check "a thread that has ended gives its memory back" {
  points = 2,
  watch = false,
  hints = {
    "A thread has returned. Who collects what it leaves?",
    "Until somebody joins it, its stack and its result are kept. A thread that nobody will join has to be detached.",
    "pthread_detach(3), or PTHREAD_CREATE_DETACHED in the attributes: pthread_attr_setdetachstate(3). Or pthread_join(3) soon after its end.",
  },
  run = function(t)
    for _ = 1, 50 do greeted(t):close() end
    local before = t.server:memory()
    for _ = 1, 400 do greeted(t):close() end
    local grown = t.server:memory() - before
    t:expect(grown < 600000, "the server grew by %d KiB while 400 clients came and went, one after the other", grown // 1024)
  end,
}
