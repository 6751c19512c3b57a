-- What every echo server does, for one client and for some; and the lost edge.

check "whoever speaks is answered" {
  points = 2,
  hints = {
    "Does your server come back to a client that it has answered once?",
    "New bytes make a new edge, whatever became of those before.",
    "epoll_wait(2) in a loop; for each event, receive and send.",
  },
  run = function(t)
    local first, second = t:connect(), t:connect()
    first:send("first\n")
    first:expect("first\n", { within = 10 })
    t:sleep(0.05)
    second:send("second\n")
    second:expect("second\n", { within = 10 })
    first:send("first again\n")
    first:expect("first again\n", { within = 10 })
    second:close()
    t:sleep(0.05)
    first:send("still here\n")
    first:expect("still here\n", { within = 10 })
  end,
}

check "bytes are bytes, also zeros" {
  points = 2,
  hints = {
    "Not everything that comes is text.",
    "How does your server know how many bytes to send back?",
    "The count that recv(2) returns; never strlen(3) or printf(3).",
  },
  run = function(t)
    local c = t:connect()
    c:echo("a\0b\0\0c", { within = 10 })
    c:echo("a longer line\n", { within = 10 })
    c:echo("short\n", { within = 10 })
    c:echo(t:bytes(2000), { within = 10 })
    c:dribble("a line\nin pieces\0\n", { size = { 1, 3 } })
    c:expect("a line\nin pieces\0\n", { within = 10 })
  end,
}

check "no message is too long" {
  points = 2,
  hints = {
    "What is larger than your buffer comes in several receives.",
    "Receive what fits, send it, receive the rest. And what if exactly the whole buffer is full?",
    "recv(2): the third argument is all that there is room for, a final zero included.",
  },
  run = function(t)
    local c = t:connect()
    for _, size in ipairs { 1, 1023, 1024, 1025, 4096, 8192, 16384, 65536, 65537 } do
      c:echo(t:bytes(size), { within = 10 })
    end
    c:echo(t:bytes(400000), { within = 10 })
  end,
}

check "every client gets its own bytes" {
  points = 2,
  hints = {
    "Bytes of one client came to another, or went missing.",
    "What is kept from one round to the next must be kept for each client by itself.",
    "A struct for each client, with its own buffer and its own positions; data.ptr of "
      .. "epoll_ctl(2) leads to it.",
  },
  run = function(t)
    t:clients(12, function(c)
      for _ = 1, 3 do
        local data = t:bytes(t:random(200, 2000))
        t:spawn(function() c:dribble(data, { size = { 50, 700 }, pause = 0.001 }) end)
        c:expect(data, { within = 10 })
      end
    end)
  end,
}

check "a half-close is answered with a close" {
  points = 2,
  hints = {
    "The client has said its last word, but it still listens.",
    "recv() gives 0 when the end has come. When nothing is left to be sent, close.",
    "recv(2), RETURN VALUE; shutdown(2) is what the client calls.",
  },
  run = function(t)
    local c = t:connect()
    c:echo(t:bytes(20000), { within = 10 })
    c:half_close()
    c:expect_close { within = 10 }

    local quiet = t:connect()
    quiet:half_close()
    quiet:expect_close { within = 10 }
  end,
}

check "one burst, then silence" {
  points = 5,
  hints = {
    "Very much came at once, and then nothing. What became of the bytes behind the first buffer?",
    "They were all announced by one event. When your server sleeps before it has asked for all "
      .. "of them, nothing wakes it.",
    "epoll(7), question 9: read(2) or recv(2) until EAGAIN, in one go or in several turns.",
  },
  run = function(t)
    local c = t:connect()
    c:echo("hello\n", { within = 10 })
    for _, size in ipairs { 50000, 16384 * 3, 100000 } do
      local burst = t:bytes(size)
      t.server:stop()
      local taken = c:try_send(burst, { within = 1 })
      t.server:continue()
      c:expect(burst:sub(1, taken), { within = 10 })
    end
  end,
}
