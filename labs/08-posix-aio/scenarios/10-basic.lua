-- What every echo server does, for one client and for some.

check "whoever speaks is answered" {
  points = 2,
  hints = {
    "Does your server come back to a client that it has answered once?",
    "A request is for one read. When it is complete and the answer is written, begin the next.",
    "aio_read(3); aio_error(3) says when a request is no longer EINPROGRESS.",
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
    "The count that aio_return(3) gives; never strlen(3).",
  },
  run = function(t)
    local c = t:connect()
    c:echo("a\0b\0\0c", { within = 10 })
    c:echo("a longer line\n", { within = 10 })
    c:echo("short\n", { within = 10 })
    c:echo(t:bytes(2000), { within = 10 })
    c:dribble("a line\nin pieces\0\n", { size = { 1, 3 }, within = 10 })
    c:expect("a line\nin pieces\0\n", { within = 10 })
  end,
}

check "no message is too long" {
  points = 2,
  hints = {
    "What is larger than your buffer comes in several requests.",
    "Read what fits, write it, read the rest. And what if exactly the whole buffer is full?",
    "aio_nbytes is all that there is room for, a final zero included.",
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
  points = 3,
  hints = {
    "Bytes of one client came to another, or went missing.",
    "Requests of many clients are in progress at the same time, each writes where you said.",
    "A struct for each client with a control block and a buffer of its own: aio(7).",
  },
  run = function(t)
    t:clients(8, function(c)
      for _ = 1, 3 do
        local data = t:bytes(t:random(200, 2000))
        t:spawn(function() c:dribble(data, { size = { 50, 700 }, pause = 0.001, within = 10 }) end)
        c:expect(data, { within = 10 })
      end
    end)
    -- All at once: what is read for one lies beside what is read for another.
    local all, words = t:connect_many(8), {}
    for i, c in ipairs(all) do
      words[i] = t:bytes(300)
      c:echo(words[i], { within = 10 })
    end
    t.server:stop()
    for i, c in ipairs(all) do
      c:send(words[i])
    end
    t.server:continue()
    for i, c in ipairs(all) do
      c:expect(words[i], { within = 10 })
    end
  end,
}

check "a half-close is answered with the rest, then a close" {
  points = 2,
  hints = {
    "The client has said its last word, but it still listens.",
    "A read that is complete and moved nothing means that the end has come. Close then.",
    "aio_return(3) gives 0, as read(2) would; shutdown(2) is what the client calls.",
  },
  run = function(t)
    local c = t:connect()
    c:echo("hello\n", { within = 10 })
    t:sleep(0.1)
    local data = t:bytes(100000)
    t:spawn(function()
      c:send(data, { within = 10 })
      c:half_close()
    end)
    c:expect(data, { within = 10 })
    c:expect_close { within = 10 }

    local quiet = t:connect()
    quiet:half_close()
    quiet:expect_close { within = 10 }
  end,
}

check "without a directory it serves echo alone" {
  points = 2,
  arguments = { "PORT" },
  hints = {
    "One argument, one service.",
    "What listens on PORT + 1 when there is nothing to be served from?",
    "support_listen(port + 1) only when argc says that there is a directory.",
  },
  run = function(t)
    local c = t:connect()
    c:echo("hello\n", { within = 10 })
    t:sleep(0.1)
    local files, outcome = t:try_connect { port = t.port + 1 }
    t:expect(not files, "somebody listens on PORT + 1, and no directory was given")
    t:expect(outcome == "refused", "a connection to PORT + 1 ended with: %s", outcome)
    c:echo("still here\n", { within = 10 })
  end,
}
