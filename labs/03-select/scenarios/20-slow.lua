-- Clients that are silent, slow, greedy or asleep, and those who must not suffer from them.

local MEGABYTE = 1 << 20

-- A slow client for which nothing more fits anywhere, and what was taken of it. One send is
-- short for certain: real ones mostly take all or nothing.
local function choke(t, other, most)
  local c = t:connect { receive_buffer = 16384, send_buffer = 65536 }
  t.server:fault { call = "@send", connection = c, short = 100, count = 1 }
  return c, t:fill(c, other, most)
end

check "silent clients keep nobody waiting" {
  points = 3,
  hints = {
    "Which call is your server asleep in?",
    "recv() and accept() sleep when nothing is there. Make them only where select said that "
      .. "something is, and once.",
    "FD_ISSET after select(2) for each descriptor, before each recv() and accept(); O_NONBLOCK, see "
      .. "fcntl(2).",
  },
  run = function(t)
    local before = t:connect()
    local c = t:connect()
    local after = t:connect()
    before:send("half a li")
    before:expect("half a li")
    for _ = 1, 5 do
      c:echo(t:text(40) .. "\n")
    end
    after:echo("me too\n")
    before:echo("ne\n")
    c:echo("and on\n")
    local asked = t.server:calls { call = "@receive", connection = after }
    for _ = 1, 20 do
      c:echo(t:text(40) .. "\n", { within = 10 })
    end
    asked = t.server:calls { call = "@receive", connection = after } - asked
    t:expect(asked < 10, "20 messages came from one client, and another one, which was silent, "
      .. "was received from %d times: select says who is ready", asked)
  end,
}

check "a client that does not read keeps nobody waiting, and loses nothing" {
  points = 5,
  hints = {
    "One client sends and sends, and reads nothing. Where is your server meanwhile?",
    "send() takes what there is room for, perhaps nothing. Keep the rest with the client, serve "
      .. "the others, and go on when select says that there is room.",
    "send(2): EAGAIN, and a return value below the length; FD_SET in the write set, select(2).",
  },
  run = function(t)
    local other = t:connect()
    other:echo("before\n")
    local slow, taken = choke(t, other, 16 * MEGABYTE)
    other:echo(t:bytes(20000), { within = 10 })
    t:connect():echo("a new one\n", { within = 10 })
    slow:resume()
    slow:expect(taken, { within = 10 })
    slow:echo("awake again\n", { within = 10 })
  end,
}

check "a client that does not read is not read from" {
  points = 4,
  hints = {
    "How many bytes of one client can your server hold?",
    "What cannot be sent on should not be received: then the kernel's buffers fill up, and the "
      .. "client has to wait.",
    "FD_CLR in the read set while output of this client is pending: select(2). The word is "
      .. "backpressure.",
  },
  run = function(t)
    local other = t:connect()
    other:echo("before\n")
    local _, taken = choke(t, other, 48 * MEGABYTE)
    t:expect(#taken < 32 * MEGABYTE,
             "a client that reads nothing could send %d MiB, and the server took them all: "
               .. "its memory is now at %d MiB", #taken // MEGABYTE,
             t.server:memory() // MEGABYTE)
    t:quiet(0.3)
    t:connect():echo("and the others\n")
  end,
}

check "what a send does not take is sent later" {
  points = 4,
  hints = {
    "Your server's send() was allowed to take a part only.",
    "Its return value says how much. The rest stays in the buffer, from there on.",
    "send(2): it may send less than asked, and EAGAIN means \"later\", not \"never\".",
  },
  run = function(t)
    local c = t:connect()
    c:echo("at first all is well\n")
    t.server:fault { call = "@send", connection = c, short = 100, count = 6 }
    c:echo(t:bytes(20000), { within = 10 })
    t.server:fault { call = "@send", connection = c, error = "EAGAIN", count = 2 }
    c:echo(t:bytes(5000), { within = 10 })
    c:echo("and at last too\n")
  end,
}

check "a flood leaves the others their turn" {
  points = 4,
  hints = {
    "One client has very much to say. When does your server look at the next one?",
    "Receive once from a client that is ready, and go on to the next. The rest will still be "
      .. "there in the next round: select tells.",
    "One recv(2) for each descriptor that FD_ISSET names, no loop until EAGAIN; select_tut(2).",
  },
  run = function(t)
    local before, flood, after = t:connect(), t:connect(), t:connect()
    for _, c in ipairs { before, flood, after } do
      c:echo("hello\n")
    end
    -- Each receive from the flood brings one byte, so that there is more all the time.
    t.server:fault { call = "@receive", connection = flood, short = 1, count = 1000000 }
    local data = t:bytes(48 * 1024)
    flood:send(data)
    t:eventually(function() return flood:received() > 0 end)
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
  points = 5,
  arguments = { "PORT", "IDLE" },
  idle = 2,
  hints = {
    "Who is idle? And when do you look?",
    "If you look only when select timed out, one busy client keeps all idle ones alive. Note "
      .. "when each client was last active, and look once a second whatever happens.",
    "clock_gettime(2) with CLOCK_MONOTONIC into last_activity; the time-out of select(2).",
  },
  run = function(t)
    local silent, busy, other = t:connect(), t:talker(t.idle), t:talker(t.idle)
    local spoke = t:now()
    silent:echo("my last word\n")
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
    silent:expect_close { within = 10 }
    over = true
    chat:join()
    local both = { busy("and I stay\n"), other("and I\n") }
    t:quiet(0.3)
    for _, c in ipairs(both) do -- now nobody speaks, so that nobody wakes the server
      c:expect_close { within = 10 }
    end
  end,
}
