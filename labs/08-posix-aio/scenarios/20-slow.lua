-- Clients that are silent, slow, greedy or asleep, and those who must not suffer from them.

local MEGABYTE = 1 << 20

-- A slow client for which nothing more fits anywhere, and what was taken of it.
local function choke(t, other, most)
  local c = t:connect { receive_buffer = 16384, send_buffer = 65536 }
  return c, t:fill(c, other, most)
end

check "silent clients keep nobody waiting" {
  points = 3,
  hints = {
    "What is your server waiting for?",
    "Each client has a request of its own in progress; the thread that began them waits for any "
      .. "of them, not for one.",
    "aio_suspend(3) takes a list. Or let sigevent(7) tell you.",
  },
  run = function(t)
    local before = t:connect()
    local c = t:connect()
    local after = t:connect()
    before:echo("half a li", { within = 10 })
    for _ = 1, 5 do
      c:echo(t:text(40) .. "\n", { within = 10 })
    end
    after:echo("me too\n", { within = 10 })
    before:echo("ne\n", { within = 10 })
  end,
}

check "a client that does not read keeps nobody waiting, and loses nothing" {
  points = 3,
  hints = {
    "One client sends and sends, and reads nothing. Where is your server meanwhile?",
    "A write of it stays in progress. All that your own thread does is to begin it.",
    "aio_write(3); and the next aio_read of this client only when the write is complete.",
  },
  run = function(t)
    local other = t:connect()
    other:echo("before\n", { within = 10 })
    local slow, taken = choke(t, other, 16 * MEGABYTE)
    other:echo(t:bytes(20000), { within = 10 })
    t:connect():echo("a new one\n", { within = 10 })
    slow:resume()
    slow:expect(taken, { within = 15 })
    slow:echo("awake again\n", { within = 10 })
  end,
}

check "a client that does not read is not read from" {
  points = 3,
  hints = {
    "How many bytes of one client can your server hold?",
    "What cannot be sent on should not be received: then the kernel's buffers fill up, and the "
      .. "client has to wait.",
    "Begin no read while a write of this client is in progress. The word is backpressure.",
  },
  run = function(t)
    local other = t:connect()
    other:echo("before\n", { within = 10 })
    local _, taken = choke(t, other, 48 * MEGABYTE)
    t:expect(#taken < 32 * MEGABYTE,
             "a client that reads nothing could send %d MiB, and the server took them all: "
               .. "its memory is now at %d MiB", #taken // MEGABYTE,
             t.server:memory() // MEGABYTE)
    t:quiet(0.3)
    t:connect():echo("and the others\n", { within = 10 })
  end,
}

check "what a write does not move is written later" {
  points = 3,
  hints = {
    "A request was complete, and had moved a part only.",
    "What does aio_return say of a write? The rest begins behind that many bytes.",
    "aio_return(3) is the count of write(2), which may be less than aio_nbytes.",
  },
  run = function(t)
    local c = t:connect()
    c:echo("at first all is well\n", { within = 10 })
    t.server:fault { call = "@send", connection = c, short = 100, count = 6 }
    c:echo(t:bytes(20000), { within = 10 })
    t.server:fault { call = "@send", connection = c, short = 1, count = 3 }
    c:echo("and at last too\n", { within = 10 })
  end,
}

check "a hundred silent clients, and one who speaks" {
  points = 6,
  hints = {
    "Look at the clients who are answered, and at those who are not: how many are there?",
    "A read of a silent client keeps a thread of the C library asleep. It makes 20 at most, "
      .. "unless it is told otherwise before the first request; the others stand in a queue.",
    "aio_init(3), aio_threads. Not portable, and the price is a thread for each silent client.",
  },
  run = function(t)
    local silent = t:connect_many(100, { within = 15 })
    for i, c in ipairs(silent) do
      c:send(("client %d\n"):format(i))
    end
    for i, c in ipairs(silent) do
      c:expect(("client %d\n"):format(i), { within = 15 })
    end
    local c = t:connect()
    for _ = 1, 3 do
      c:echo(t:bytes(500), { within = 15 })
    end
    t:sleep(0.1)
    t:quiet(2)
    c:echo("after the silence\n", { within = 15 })
    silent[50]:echo("and I\n", { within = 15 })
    t:rules { idle = { calls = 3, cpu = 0.02 } }
  end,
}

check "idle clients are closed, and only they" {
  points = 4,
  arguments = { "PORT", "FOLDER", "IDLE" },
  idle = 3,
  hints = {
    "A request of this client is in progress, be it a read or a write. How do you take it back?",
    "aio_cancel says AIO_NOTCANCELED: a helper is asleep in read. And a close while it is there "
      .. "closes nothing: the kernel keeps the socket for the read.",
    "shutdown(2) wakes the helper: the request is then complete, and only then may you close "
      .. "and free.",
  },
  run = function(t)
    local silent, busy, other = t:connect(), t:talker(t.idle), t:talker(t.idle)
    busy("hello\n")
    other("hello\n")
    local spoke = t:now()
    silent:echo("hello\n", { within = 10 })
    local open = t.server:descriptors()
    local over, rounds = false, 0
    local chat = t:spawn(function()
      while rounds < 20 * t.idle or (not over and rounds < 200 * t.scale) do
        for _, say in ipairs { busy, other } do
          say("I am still here\n")
        end
        t:sleep(0.1)
        rounds = rounds + 1
      end
    end)
    t:expect_not_idle(silent, spoke, t.idle)
    local hesitant = t:connect { port = t.port + 1 }
    hesitant:send("half a na")
    local full = t:connect { receive_buffer = 16384, send_buffer = 65536 }
    t:fill(full)
    silent:expect_close { within = 15 }
    hesitant:expect_close { within = 15 }
    local function gone() return t.server:descriptors() < open end
    t:eventually(t:two_rounds(gone, function() return rounds end), {
      within = 15,
      message = "a client was silent, or took nothing, for longer than the limit, and its "
        .. "descriptor is still open",
    })
    over = true
    chat:join()
    busy("and I stay\n")
    other("and I\n")
  end,
}
