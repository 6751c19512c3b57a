-- Clients that are silent, slow, greedy or asleep, and those who must not suffer from them.

local MEGABYTE = 1 << 20

-- A client that does not read, and for which nothing more fits; and what was taken of it.
local function choke(t, other, most)
  local c = t:connect { receive_buffer = 16384, send_buffer = 65536 }
  return c, t:fill(c, other, most)
end

check "half of it is read, and the event comes again" {
  points = 4,
  hints = {
    "Your server was allowed to receive four bytes at a time, and ten were there.",
    "A level-triggered descriptor is ready as long as something is to be read. What did you wait "
      .. "for after the first four?",
    "epoll(7), \"Level-triggered and edge-triggered\": without EPOLLET nothing has to be read to "
      .. "the end.",
  },
  run = function(t)
    local c = t:connect()
    c:echo("hello\n", { within = 10 })
    t.server:fault { call = "@receive", connection = c, short = 4, count = 3 }
    c:send("0123456789")
    c:expect("0123456789", { within = 10 })
    c:echo("all of it\n", { within = 10 })
  end,
}

check "a client that does not read keeps nobody waiting, and loses nothing" {
  points = 3,
  hints = {
    "One client sends and sends, and reads nothing. Where is your server meanwhile?",
    "send() takes what there is room for, perhaps nothing. Keep the rest with the client, serve "
      .. "the others, and go on when epoll says that there is room.",
    "send(2): EAGAIN, and a return value below the length; EPOLLOUT in epoll_ctl(2).",
  },
  run = function(t)
    local other = t:connect()
    other:echo("before\n", { within = 10 })
    local slow, taken = choke(t, other, 16 * MEGABYTE)
    other:echo(t:bytes(20000), { within = 10 })
    t:connect():echo("a new one\n", { within = 10 })
    t.server:fault { call = "@send", connection = slow, short = 100, count = 3 }
    slow:resume()
    slow:expect(taken, { within = 20 })
    slow:echo("awake again\n", { within = 10 })
  end,
}

check "a client that does not read is not read from" {
  points = 4,
  hints = {
    "How many bytes of one client can your server hold?",
    "What cannot be sent on should not be received: then the kernel's buffers fill up, and the "
      .. "client has to wait. And an event that you do not act on comes again at once.",
    "EPOLLOUT in the place of EPOLLIN while output of this client is pending: EPOLL_CTL_MOD in "
      .. "epoll_ctl(2). The word is backpressure.",
  },
  run = function(t)
    local other = t:connect()
    other:echo("before\n", { within = 10 })
    local _, taken = choke(t, other, 48 * MEGABYTE)
    t:expect(#taken < 32 * MEGABYTE,
             "a client that reads nothing could send %d MiB, and the server took them all: "
               .. "its memory is now at %d MiB", #taken // MEGABYTE,
             t.server:memory() // MEGABYTE)
    t:sleep(1)
    t:connect():echo("and the others\n", { within = 10 })
    t:rules { at_most = { call = "@send", error = "EAGAIN", count = 50, per = 1 } }
  end,
}

check "what a send does not take is sent later, and then there is listening again" {
  points = 4,
  hints = {
    "Your server's send() was allowed to take a part only.",
    "Its return value says how much. The rest stays in the buffer, from there on, and waits for "
      .. "EPOLLOUT; when it has gone, bytes are waited for again.",
    "epoll_ctl(2): EPOLL_CTL_MOD sets the whole mask anew, it adds nothing to the old one; and "
      .. "the data too.",
  },
  run = function(t)
    local c = t:connect()
    c:echo("at first all is well\n", { within = 10 })
    t.server:fault { call = "@send", connection = c, short = 100, count = 6 }
    c:echo(t:bytes(20000), { within = 10 })
    c:echo("well again\n", { within = 10 })
    -- More comes when EAGAIN has been seen: an edge, for those who wait for one.
    local function sends() return t.server:calls { call = "@send", connection = c } end
    local before, first, second = sends(), t:bytes(3000), t:bytes(2000)
    t.server:fault { call = "@send", connection = c, error = "EAGAIN", count = 1 }
    c:send(first)
    t:eventually(function() return sends() > before end,
      { within = 10, message = "bytes came, and nothing was sent" })
    c:send(second)
    c:expect(first .. second, { within = 10 })
    c:echo("and at last too\n", { within = 10 })
    t:quiet(0.2)

    -- Some of it waits to be sent when more can be received: what came first goes first.
    local mixed = t:connect()
    t.server:fault { call = "@receive", connection = mixed, short = 1000, count = 20 }
    t.server:fault { call = "@send", connection = mixed, short = 100, count = 10 }
    mixed:echo(t:bytes(10000), { within = 10 })
  end,
}

check "a flood leaves the others their turn" {
  points = 3,
  hints = {
    "One client has very much to say. When does your server look at the next one?",
    "Receive once from a client that is ready, and go on to the next. The rest will still be "
      .. "there in the next round, and makes an event of its own.",
    "One recv(2) for each event, no loop until EAGAIN; epoll(7), \"Starvation\".",
  },
  run = function(t)
    local before, flood, after = t:connect(), t:connect(), t:connect()
    for _, c in ipairs { before, flood, after } do
      c:echo("hello\n", { within = 10 })
    end
    -- Each receive from the flood brings one byte, so that there is more all the time.
    t.server:fault { call = "@receive", connection = flood, short = 1, count = 1000000 }
    local data = t:bytes(48 * 1024)
    flood:send(data, { within = 10 })
    t:eventually(function() return flood:received() > 0 end, { within = 10 })
    before:send("before\n")
    after:send("after\n")
    before:expect("before\n", { within = 10 })
    after:expect("after\n", { within = 10 })
    t:expect(flood:received() < #data / 2,
             "two clients with one line each had to wait until %d bytes of a third were answered",
             flood:received())
  end,
}

check "idle clients are closed, and only they" {
  points = 3,
  time = 60,
  arguments = { "PORT", "100", "IDLE" },
  idle = 3,
  hints = {
    "Who is idle? And when do you look?",
    "If you look only when epoll_wait timed out, one busy client keeps all idle ones alive; if it "
      .. "never times out, nobody looks when all are silent. Note when each client was last "
      .. "active, and look after every batch.",
    "clock_gettime(2) with CLOCK_MONOTONIC into last_activity; the time-out of epoll_wait(2) is "
      .. "in milliseconds.",
  },
  run = function(t)
    local silent, busy, other = t:connect(), t:talker(t.idle), t:talker(t.idle)
    local spoke = t:now()
    silent:echo("my last word\n", { within = 10 })
    local over, rounds = false, 0
    local chat = t:spawn(function()
      repeat
        for _, say in ipairs { busy, other } do
          say("I am still here\n")
          t:sleep(0.1)
        end
        rounds = rounds + 1
      until over and rounds >= 9 * t.idle -- as a rule a chat of this length
    end)
    t:expect_not_idle(silent, spoke, t.idle)
    silent:expect_close { within = 15 }
    over = true
    chat:join()
    local one, two = busy("and I stay\n"), other("and I\n")
    -- Nobody says anything any more that could wake the server.
    t:quiet(t.idle)
    one:expect_close { within = 15 }
    two:expect_close { within = 15 }
  end,
}

check "a hundred silent clients cost nothing" {
  points = 3,
  hints = {
    "Nobody says anything for three seconds. What does your server do in them?",
    "Nothing has to be done before the first client has been idle for too long, and you know when "
      .. "that will be.",
    "The time-out of epoll_wait(2): from now until the least recently active client's limit; -1 "
      .. "when there is nobody.",
  },
  run = function(t)
    local silent = t:connect_many(100, { within = 10 })
    for i, c in ipairs(silent) do
      c:echo(("client %d\n"):format(i), { within = 10 })
    end
    t.server:asleep { call = "@wait", within = 10 }
    t:quiet(3)
    t:rules { idle = { calls = 0.4, cpu = 0.02 } }
    silent[50]:echo("still here\n", { within = 10 })
  end,
}

check "who does not read its last answer costs nothing, and gets it whole" {
  points = 2,
  time = 60,
  hints = {
    "A client has said its last word, and some of it cannot be sent back yet. What does epoll say?",
    "The end stays there: whoever goes on asking for EPOLLIN, or for EPOLLRDHUP, is woken for "
      .. "ever. And whoever closes at the end takes back what it owes.",
    "EPOLLOUT and nothing else while output is pending: EPOLL_CTL_MOD in epoll_ctl(2).",
  },
  run = function(t)
    local other, last = t:connect(), t:connect { receive_buffer = 16384 }
    other:echo("hello\n", { within = 10 })
    local function receives() return t.server:calls { call = "@receive", connection = last } end
    last:stall()
    local taken, before = ""
    -- Until the server takes no more of it. That little waits in the kernel, and the end too.
    for _ = 1, 200 do
      before = receives()
      local more = t:bytes(30000)
      taken = taken .. more
      last:send(more, { within = 10 })
      other:echo("meanwhile\n", { within = 10 })
      other:echo("and again\n", { within = 10 })
      if receives() == before then
        break
      end
    end
    last:half_close()
    t:quiet(0.3)
    last:resume()
    last:expect(taken, { within = 20 })
    last:expect_close { within = 10 }
  end,
}
