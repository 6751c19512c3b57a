-- What every echo server does, and that this one has other work to do meanwhile.

local ENDLESS = { "PORT", "1000000" } -- slices of work: more than any check lasts

check "whoever speaks is answered, in the middle of the work" {
  points = 2,
  arguments = ENDLESS,
  hints = {
    "Does anybody tell your server that a client has come, or has spoken?",
    "The listener sends a signal for a new client, and each connection for its bytes. A signal "
      .. "breaks into the work, or ends sigsuspend; what it told of must then be looked at.",
    "fcntl(2): F_SETOWN, F_SETSIG, O_ASYNC, on the listener and on every connection.",
  },
  run = function(t)
    local first = t:connect()
    t:greet(first)
    local second = t:connect()
    t:greet(second)
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
    t:greet(c)
    for _, data in ipairs { "a\0b\0\0c", "a longer line\n", "short\n", t:bytes(2000) } do
      c:echo(data, { within = 10 })
    end
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
    t:greet(c)
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
    "What is kept from one signal to the next must be kept for each client by itself.",
    "A struct for each descriptor, with its own buffer and its own positions in it.",
  },
  run = function(t)
    t:greet(t:connect())
    local c = t:connect_many(10)
    for _, client in ipairs(c) do
      t:greet(client)
    end
    for _ = 1, 5 do
      for _, client in ipairs(c) do
        client:echo(t:bytes(t:random(1, 700)), { within = 10 })
      end
    end
  end,
}

check "a half-close is answered with the rest, then a close" {
  points = 2,
  hints = {
    "The client has said its last word, but it still listens.",
    "recv() gives 0 when the end has come. Send what is left to be sent, then close.",
    "recv(2), RETURN VALUE; shutdown(2) is what the client calls.",
  },
  run = function(t)
    local c = t:connect()
    t:greet(c)
    local data = t:bytes(100000)
    t:spawn(function()
      c:send(data, { within = 10 })
      c:half_close()
    end)
    c:expect(data, { within = 10 })
    c:expect_close { within = 10 }

    local quiet = t:connect()
    t:greet(quiet)
    quiet:half_close()
    quiet:expect_close { within = 10 }
  end,
}

check "the work goes on while clients are silent" {
  points = 5,
  arguments = ENDLESS,
  hints = {
    "Clients are connected and say nothing. Is your server working meanwhile?",
    "It may sleep only when no work is left. A client that speaks is looked at between two slices "
      .. "of the work, not after the last one.",
    "One slice, with the signals let in (sigprocmask(2)); then what was noted; then the next.",
  },
  run = function(t)
    local c = {}
    for i = 1, 3 do
      c[i] = t:connect()
      t:greet(c[i])
    end
    for round = 1, 3 do
      for i = 1, 3 do
        c[i]:echo(("client %d, round %d\n"):format(i, round), { within = 10 })
      end
      local before = t.server:cpu()
      t:eventually(function() return t.server:cpu() > before + 0.05 end, {
        within = 10,
        message = "the clients were silent, work was left to do, and the server used no CPU time",
      })
    end
    c[1]:half_close()
    c[1]:expect_close { within = 10 }
    t:greet(t:connect())
  end,
}

check "when the work is done it sleeps, and still answers" {
  points = 2,
  arguments = { "PORT", "40" },
  hints = {
    "The work has an end. And then?",
    "Then only signals are waited for, asleep: nothing else can come.",
    "sigsuspend(2).",
  },
  run = function(t)
    local c = t:connect()
    t:greet(c)
    local still = 0 -- half seconds without work
    for _ = 1, 30 do
      local before = t.server:cpu()
      t:sleep(0.5)
      still = t.server:cpu() == before and still + 1 or 0
      if still == 2 then
        break
      end
    end
    t:quiet(0.5)
    c:echo("after the work\n", { within = 10 })
    t:greet(t:connect())
  end,
}
