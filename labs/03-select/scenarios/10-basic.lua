-- What every echo server does, for one client and for some.

check "whoever speaks is answered" {
  points = 2,
  hints = {
    "Does your server come back to a client that it has answered once?",
    "select leaves in a set only what is ready. What stood in it must be put in again before the "
      .. "next call.",
    "Keep master sets and give copies to select: select(2), and fd_set readfds = master_readfds.",
  },
  run = function(t)
    local first, second = t:connect(), t:connect()
    first:send("first\n")
    first:expect("first\n")
    t:sleep(0.05)
    second:send("second\n")
    second:expect("second\n")
    first:send("first again\n")
    first:expect("first again\n")
    second:close()
    t:sleep(0.05)
    first:send("still here\n")
    first:expect("still here\n")
  end,
}

check "bytes are bytes, also zeros" {
  points = 3,
  arguments = { "PORT" }, -- IDLE_SECONDS may be left out
  hints = {
    "Not everything that comes is text.",
    "How does your server know how many bytes to send back?",
    "The count that recv(2) returns; never strlen(3) or printf(3).",
  },
  run = function(t)
    local c = t:connect()
    c:echo("a\0b\0\0c")
    c:echo("a longer line\n")
    c:echo("short\n")
    c:echo(t:bytes(2000))
    c:dribble("a line\nin pieces\0\n", { size = { 1, 3 } })
    c:expect("a line\nin pieces\0\n")
  end,
}

check "no message is too long" {
  points = 3,
  hints = {
    "What is larger than your buffer comes in several receives.",
    "Receive what fits, send it, receive the rest. And what if exactly the whole buffer is full?",
    "recv(2): the third argument is all that there is room for, a final zero included.",
  },
  run = function(t)
    local c = t:connect()
    for _, size in ipairs { 1, 1023, 1024, 1025, 4096, 8192, 16384, 65536, 65537 } do
      c:echo(t:bytes(size))
    end
    c:echo(t:bytes(400000), { within = 10 })
  end,
}

check "every client gets its own bytes" {
  points = 3,
  hints = {
    "Bytes of one client came to another, or went missing.",
    "What is kept from one round to the next must be kept for each client by itself.",
    "A struct for each descriptor, with its own buffer and its own positions in it.",
  },
  run = function(t)
    t:clients(20, function(c)
      for _ = 1, 3 do
        local data = t:bytes(t:random(200, 2000))
        t:spawn(function() c:dribble(data, { size = { 50, 700 }, pause = 0.001 }) end)
        c:expect(data, { within = 10 })
      end
    end)
  end,
}

check "a half-close is answered with the rest, then a close" {
  points = 3,
  hints = {
    "The client has said its last word, but it still listens.",
    "recv() gives 0 when the end has come. Send what is left to be sent, then close.",
    "recv(2), RETURN VALUE; shutdown(2) is what the client calls.",
  },
  run = function(t)
    local c = t:connect()
    local data = t:bytes(100000)
    t:spawn(function()
      c:send(data)
      c:half_close()
    end)
    c:expect(data, { within = 10 })
    c:expect_close()

    local quiet = t:connect()
    quiet:half_close()
    quiet:expect_close()
  end,
}
