-- Clients that are silent, slow, greedy or asleep, and those who must not suffer from them.

local MEGABYTE = 1 << 20

-- The next sends to `c` take at most so many bytes, whichever operation makes them.
local function short_sends(t, c, bytes, count)
  for _, name in ipairs { "SEND", "SENDMSG", "SEND_ZC", "SENDMSG_ZC", "WRITE", "WRITEV" } do
    t.server:fault { call = "IORING_OP_" .. name, connection = c, short = bytes, count = count }
  end
end

-- What zero-copy sends of all programs of a user have locked counts together (RLIMIT_MEMLOCK): what
-- others do may refuse one. Here the first to `c` is, so that it is no matter of luck.
local function locked_memory_is_used_up(t, c)
  for _, name in ipairs { "SEND_ZC", "SENDMSG_ZC" } do
    if t.watched then
      t.server:fault { call = "IORING_OP_" .. name, connection = c, error = "ENOBUFS" }
    end
  end
end

-- Of requests; not where a thread of the kernel takes the entries.
local function order_is_seen(t)
  return t.server:calls { call = "@ring" } > 0
    and t.server:calls { call = "io_uring_setup:SQPOLL" } == 0
end

check "silent clients keep nobody waiting" {
  points = 2,
  hints = {
    "Your server waits for one client, and others have something to say.",
    "Every client has a receive of its own in the ring; you wait for whichever completes first.",
    "io_uring_prep_recv(3) for each client, then io_uring_submit_and_wait(3) for one completion.",
  },
  run = function(t)
    local before = t:connect()
    local c = t:connect()
    local after = t:connect()
    before:send("half a li")
    before:expect("half a li", { within = 10 })
    for _ = 1, 5 do
      c:echo(t:text(40) .. "\n", { within = 10 })
    end
    after:echo("me too\n", { within = 10 })
    before:echo("ne\n", { within = 10 })
  end,
}

check "a client that does not read keeps nobody waiting, and loses nothing" {
  points = 4,
  time = 120,
  hints = {
    "One client sends and sends, and reads nothing. What do the others get meanwhile?",
    "Its send does not complete: go on with the completions of the others. Do all the buffers "
      .. "that you provide end up with this one client?",
    "One send at a time for each client; give a buffer back when its bytes are somewhere else, "
      .. "or hold one a client at most: io_uring_buf_ring_add(3). A zero-copy send may find no "
      .. "memory that can be locked (-ENOBUFS): those bytes go with a plain one.",
  },
  run = function(t)
    local other = t:connect()
    other:echo("before\n", { within = 10 })
    local slow = t:connect { receive_buffer = 16384, send_buffer = 65536 }
    locked_memory_is_used_up(t, slow)
    local taken = t:fill(slow, other, 16 * MEGABYTE)
    other:echo(t:bytes(20000), { within = 10 })
    t:connect():echo("a new one\n", { within = 10 })
    slow:resume()
    slow:expect(taken, { within = 90 })
    slow:echo("awake again\n", { within = 10 })
    if order_is_seen(t) then
      t:rules { zero_copy_buffers = true }
    end
  end,
}

check "a client that does not read is not read from" {
  points = 4,
  time = 60,
  hints = {
    "How many bytes of one client can your server hold?",
    "What cannot be sent on should not be received: then the kernel's buffers fill up, and the "
      .. "client has to wait. The word is backpressure.",
    "Ask for the next receive when the send has completed; a multishot receive has to be taken "
      .. "back: io_uring_prep_cancel(3).",
  },
  run = function(t)
    local other = t:connect()
    other:echo("before\n", { within = 10 })
    local slow = t:connect { receive_buffer = 16384, send_buffer = 65536 }
    local taken = t:fill(slow, other, 48 * MEGABYTE)
    t:expect(#taken < 32 * MEGABYTE,
             "a client that reads nothing could send %d MiB, and the server took them all: "
               .. "its memory is now at %d MiB", #taken // MEGABYTE,
             t.server:memory() // MEGABYTE)
    t:quiet(0.3)
    t:connect():echo("and the others\n", { within = 10 })
  end,
}

check "idle clients are closed, and only they" {
  points = 3,
  time = 40,
  arguments = { "PORT", "IDLE", "8" },
  idle = 3,
  hints = {
    "Who is idle? And what ends a receive that nobody answers?",
    "A time-out linked to the receive ends it with ECANCELED. Where a receive goes on for long, "
      .. "look whether the client was really silent, and ask again for what is left.",
    "IOSQE_IO_LINK on the receive, io_uring_prep_link_timeout(3) right behind it, both in one "
      .. "submission. Closing while a receive is pending does not reach the client: "
      .. "io_uring_prep_shutdown(3).",
  },
  run = function(t)
    local silent, busy = t:connect(), t:talker(t.idle)
    local spoke = t:now()
    silent:echo("my last word\n", { within = 10 })
    local over, rounds = false, 0
    local chat = t:spawn(function()
      while rounds < 27 * t.idle or (not over and rounds < 200 * t.scale) do
        busy("I am still here\n")
        t:sleep(0.1)
        rounds = rounds + 1
      end
    end)
    t:expect_not_idle(silent, spoke, t.idle)
    silent:expect_close { within = 10 }
    -- What belongs together must go in together, also where the queue has room for one of two.
    local last = t:connect()
    last:echo("and good bye\n", { within = 10 })
    t.server:stop()
    last:half_close()
    local more = t:connect_many(12)
    t.server:continue()
    for _, c in ipairs(more) do
      c:expect_close { within = 15 }
    end
    over = true
    chat:join()
    busy("and I stay\n")
    t:quiet(0.3)
  end,
}

check "a client that takes nothing is idle too" {
  points = 3,
  time = 40,
  arguments = { "PORT", "IDLE" },
  idle = 3,
  hints = {
    "Can a client that sends, and never reads, hold its place for ever?",
    "Its send does not complete. That, too, can be limited.",
    "io_uring_prep_link_timeout(3) behind the send. If a receive is still pending, shut the "
      .. "connection down: io_uring_prep_shutdown(3).",
  },
  run = function(t)
    local busy = t:talker(t.idle)
    busy("hello\n")
    local open = t.server:descriptors()
    local over, rounds = false, 0
    local chat = t:spawn(function()
      while rounds < 20 * t.idle or (not over and rounds < 200 * t.scale) do
        busy("I am still here\n")
        t:sleep(0.1)
        rounds = rounds + 1
      end
    end)
    local c = t:connect { receive_buffer = 16384, send_buffer = 65536 }
    t:fill(c)
    local function gone() return t.server:descriptors() <= open end
    t:eventually(t:two_rounds(gone, function() return rounds end), {
      within = 15,
      message = "a client that takes nothing for longer than the limit is still connected",
    })
    over = true
    chat:join()
    busy("room for others\n")
  end,
}

check "what a send does not take is sent later" {
  points = 3,
  hints = {
    "Your server's send was carried out in part only.",
    "The result says how many bytes went. The rest is sent with the next request, from there on.",
    "The result of a completion is a count, as that of send(2): io_uring_prep_send(3).",
  },
  run = function(t)
    local c = t:connect()
    c:echo("at first all is well\n", { within = 10 })
    short_sends(t, c, 100, 6)
    c:echo(t:bytes(20000), { within = 10 })
    c:echo("and at last too\n", { within = 10 })
  end,
}

check "no send overtakes another" {
  points = 3,
  hints = {
    "Two sends to one client were under way at the same time.",
    "Requests run side by side. When the first of two sends takes less than all, the second "
      .. "one's bytes are already behind it.",
    "One send at a time for each client: what comes meanwhile waits for its completion.",
  },
  run = function(t)
    local c = t:connect()
    c:echo("hello\n", { within = 10 })
    -- All fits into the kernel's buffers: what is judged is that no two sends are under way.
    for _ = 1, 2 do
      local data = t:bytes(60000)
      t.server:stop()
      c:send(data)
      t.server:continue()
      c:expect(data, { within = 10 })
    end
    if order_is_seen(t) then
      t:rules { one_send = true }
    end
  end,
}
