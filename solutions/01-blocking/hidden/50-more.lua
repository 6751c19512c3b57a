-- For instructors: what the public checks do not ask for by name.

local function greeted(t, options)
  local c = t:connect(options)
  local hello = t:text(12)
  c:send(hello)
  c:expect(hello, { within = 10 })
  return c
end

check "a crowd that comes, dawdles and leaves in every way" {
  points = 10,
  hints = {
    "Which client was it, and what had the others done just before?",
    "Each connection is alone with its thread: what happens to one must not be seen by another.",
    "Everything that a thread touches lies on its stack, or in memory that pthread_create(3) was given for it.",
  },
  run = function(t)
    local witness = greeted(t)
    local descriptors = t.server:descriptors()
    t:clients(60, function(c, i)
      for _ = 1, t:random(1, 3) do
        local data = t:bytes(t:random(1, 3000))
        c:send(data)
        c:expect(data, { within = 10 })
      end
      local way = i % 4
      if way == 0 then
        c:reset()
      elseif way == 1 then
        c:close()
      elseif way == 2 then
        local last = t:bytes(t:random(100, 4000))
        c:dribble(last, { size = { 100, 900 }, pause = 0.001 })
        c:half_close()
        c:expect(last, { within = 10 })
        c:expect_close { within = 10 }
      else
        c:stall()
        c:send(t:bytes(2000))
        c:reset()
      end
    end, { within = 10 })
    t:eventually(function() return t.server:descriptors() <= descriptors end,
      { within = 10, message = "the crowd has gone, and the server holds more descriptors than before" })
    witness:send("only me")
    witness:expect("only me", { within = 10 })
  end,
}

check "a client that reads slowly, and says nothing meanwhile, is not idle" {
  points = 10,
  arguments = { "PORT", "1" },
  watch = false,
  time = 60,
  hints = {
    "Is a client silent when it is taking what you send?",
    "As long as bytes leave, the connection is alive. Only a send that moves nothing for IDLE_SECONDS is the end.",
    "SO_SNDTIMEO counts for each send(2) alone; a send that took a part has to go on, not to give up.",
  },
  run = function(t)
    local c = greeted(t, { receive_buffer = 4096 })
    local data = t:bytes(600000)
    c:stall()
    local sender = t:spawn(function() c:send(data, { within = 30 }) end)
    for _ = 1, 4 do -- 1.6 s in all, with less than a second between two portions
      t:sleep(0.4)
      c:resume()
      t:sleep(0.02)
      c:stall()
    end
    c:resume()
    sender:join()
    c:expect(data, { within = 20 })
  end,
}

check "SIGTERM ends it also while a thread is asleep in send" {
  points = 10,
  watch = false,
  hints = {
    "What does your server wait for before it ends?",
    "A thread that sleeps in send may do so for IDLE_SECONDS. The server has one second.",
    "Return from main (exit(3) ends all threads), or shutdown(2) every connection before pthread_join(3).",
  },
  run = function(t)
    local c = greeted(t, { receive_buffer = 4096 })
    greeted(t)
    c:stall()
    c:try_send(t:bytes(8 << 20), { within = 0.3 })
    t.server:signal("TERM")
    local exit = t.server:exited { within = 5 }
    t:expect(not exit.signal and exit.status == 0, "it ended with status %d, signal %s", exit.status, exit.signal or "none")
  end,
}

check "recv_with_timeout takes no descriptor that an fd_set cannot hold" {
  points = 10,
  program = "../../../labs/01-blocking/scenarios/probe.c",
  hints = {
    "How many descriptors fit into an fd_set?",
    "FD_SET with a descriptor of FD_SETSIZE or more writes behind the end of the set.",
    "Compare with FD_SETSIZE and fail (select(2), NOTES), or use poll(2).",
  },
  run = function(t)
    local control = t:connect()
    local c = t:connect()
    control:send("move 1030\n")
    control:expect_bytes(64, { within = 10 })
    c:send("data")
    control:send("recv 100 1\n")
    local text = control:expect_bytes(64, { within = 10 })
    local result, errno = text:match("^(%-?%d+) (%S+)")
    t:expect(result == "4" or (result == "-1" and errno ~= "ETIMEDOUT"),
      "descriptor 1030, 4 bytes there: neither the bytes nor an error that says why (%s)", text:match("^(.-) *\n$"))
  end,
}

check "each byte begins the idle time anew" {
  points = 10,
  arguments = { "PORT", "4" },
  hints = {
    "From when on does your server count?",
    "IDLE_SECONDS limit a silence, not a connection.",
    "SO_RCVTIMEO counts for each recv(2) alone.",
  },
  run = function(t)
    local c = greeted(t)
    for _ = 1, 3 do
      t:sleep(1.6)
      local again = t:text(10)
      c:send(again)
      c:expect(again, { within = 10 })
    end
  end,
}
