-- Clients that are silent, slow, greedy or asleep, and those who must not suffer from them.

local MEGABYTE = 1 << 20

-- Waits until what is still on its way to or from `c` has arrived: no receive for a while.
local function settle(t, c)
  for _ = 1, 20 do
    local before = t.server:calls { call = "@receive", connection = c }
    t:sleep(0.3)
    if t.server:calls { call = "@receive", connection = c } == before then
      return
    end
  end
end

local function request(body) return ("Content-Length: %d\r\n\r\n"):format(#body) .. body end

check "a client that does not read keeps nobody waiting, and loses nothing" {
  points = 4,
  time = 60,
  hints = {
    "One client sends and sends, and reads nothing. Where is your server meanwhile?",
    "send() takes what there is room for, perhaps nothing. Keep the rest with the client, serve "
      .. "the others, and go on when poll says that there is room.",
    "send(2): EAGAIN, and a return value below the length; POLLOUT in poll(2).",
  },
  run = function(t)
    local other = t:connect()
    other:echo("before\n")
    local slow = t:connect { receive_buffer = 16384, send_buffer = 65536 }
    t.server:fault { call = "@send", connection = slow, short = 1000, count = 3 }
    local taken = t:fill(slow, other, 16 * MEGABYTE)
    other:echo(t:bytes(20000), { within = 10 })
    t:connect():echo("a new one\n", { within = 10 })
    slow:resume()
    slow:expect(taken, { within = 20 })
    slow:echo("awake again\n", { within = 10 })
  end,
}

check "a client that does not read is not read from" {
  points = 3,
  time = 60,
  hints = {
    "How many bytes of one client can your server hold?",
    "What cannot be sent on should not be received: then the kernel's buffers fill up, and the "
      .. "client has to wait. And while nothing is received, do not ask whether something is there.",
    "No POLLIN in `events` while the ring is full: poll(2). The word is backpressure.",
  },
  run = function(t)
    local other = t:connect()
    other:echo("before\n")
    local slow = t:connect { receive_buffer = 16384, send_buffer = 65536 }
    local taken = t:fill(slow, other, 48 * MEGABYTE)
    t:expect(#taken < 32 * MEGABYTE,
             "a client that reads nothing could send %d MiB, and the server took them all: "
               .. "its memory is now at %d MiB", #taken // MEGABYTE,
             t.server:memory() // MEGABYTE)
    settle(t, slow)
    t:quiet(0.3)
    t:connect():echo("and the others\n", { within = 10 })
  end,
}

check "what a send does not take is sent later, also after the client's end" {
  points = 3,
  hints = {
    "Your server's send() was allowed to take a part only.",
    "Its return value says how much. The rest stays, from there on; and a client whose end has "
      .. "come stays until nothing is left to be sent.",
    "send(2): it may send less than asked, and EAGAIN means \"later\", not \"never\".",
  },
  run = function(t)
    local c = t:connect()
    c:echo("at first all is well\n")
    t.server:fault { call = "@send", connection = c, short = 100, count = 6 }
    c:echo(t:bytes(20000), { within = 10 })
    t.server:fault { call = "@send", connection = c, error = "EAGAIN", count = 2 }
    c:echo(t:bytes(5000), { within = 10 })
    local data = t:bytes(8000)
    t.server:stop()
    c:send(data)
    c:half_close()
    t.server:fault { call = "@send", connection = c, short = 100, count = 5 }
    t.server:continue()
    c:expect(data, { within = 10 })
    c:expect_close { within = 10 }

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
      .. "there in the next round: poll tells.",
    "One recv(2) for each entry with POLLIN in `revents`, no loop until EAGAIN.",
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
  arguments = { "PORT", "IDLE" },
  idle = 3,
  hints = {
    "Who is idle? And when do you look?",
    "If you look only when poll timed out, one busy client keeps all idle ones alive. Note "
      .. "when each client was last active, and look once a second whatever happens.",
    "clock_gettime(2) with CLOCK_MONOTONIC into last_activity; the time-out of poll(2) is in "
      .. "milliseconds, and counts anew with each call.",
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
    silent:expect_close { within = 20 }
    over = true
    chat:join()
    local one, two = busy("and I stay\n"), other("and I\n")
    t:quiet(t.idle) -- nobody speaks, and both become idle
    one:expect_close { within = 15 }
    two:expect_close { within = 15 }
  end,
}

check "requests come in pieces, and several at once" {
  points = 4,
  arguments = { "PORT", "60", "requests" },
  hints = {
    "A header may come byte by byte, and a receive may bring the end of one request and two more.",
    "Bytes behind the header are the body's, those behind the body are the next header's. They "
      .. "are in your ring already: poll knows nothing of them, and will not wake you for them.",
    "Go from state to state until nothing moves any more, then wait; TODO 5.",
  },
  run = function(t)
    local pieces, burst = t:connect(), t:connect()
    for _, body in ipairs { "abc", "", t:bytes(200) } do
      pieces:dribble(request(body), { size = { 1, 5 } })
      pieces:expect(request(body:reverse()), { within = 10 })
    end
    local questions, answers = "", ""
    for _ = 1, 20 do
      local body = t:bytes(t:random(0, 300))
      questions = questions .. request(body)
      answers = answers .. request(body:reverse())
    end
    t.server:stop()
    burst:send(questions)
    t.server:continue()
    burst:expect(answers, { within = 10 })
    pieces:send("Content-Le")
    t:quiet(0.3)
    burst:send(questions)
    burst:expect(answers, { within = 10 })
    t.server:stop()
    burst:send(questions)
    burst:half_close()
    t.server:continue()
    burst:expect(answers, { within = 10 })
    burst:expect_close { within = 10 }
    pieces:send("ngth: 2\r\n\r\nab")
    pieces:expect(request("ba"), { within = 10 })
  end,
}

check "a long answer to a slow client keeps nobody waiting" {
  points = 4,
  time = 60,
  arguments = { "PORT", "60", "requests" },
  hints = {
    "The answer is longer than what the kernel takes.",
    "The client stays in its state until all has been sent, and poll says when there is room. The "
      .. "next request of this client has to wait, but nobody else.",
    "CLIENT_STATE_SENDING_RESPONSE ends when response_pos has reached response_size; POLLOUT.",
  },
  run = function(t)
    local other, slow = t:connect(), t:connect { receive_buffer = 16384, send_buffer = 65536 }
    local body = t:bytes(MEGABYTE)
    t.server:fault { call = "@send", connection = slow, short = 20000, count = 20 }
    slow:stall()
    local sending = t:spawn(function()
      for _ = 1, 10 do
        slow:send(request(body), { within = 60 })
      end
    end)
    t:eventually(function() return t.server:calls { call = "@send", connection = slow } > 0 end, {
      within = 20,
      message = "a request of 1 MiB was sent, and the server does not begin to answer it",
    })
    settle(t, slow) -- the kernel takes no more of the answers
    for _ = 1, 3 do
      other:send(request("meanwhile"))
      other:expect(request("elihwnaem"), { within = 10 })
    end
    slow:resume()
    for _ = 1, 10 do
      slow:expect(request(body:reverse()), { within = 20 })
    end
    sending:join()
    other:send(request(""))
    other:expect(request(""), { within = 10 })
  end,
}

check "who does not read its last answer costs nothing, and gets it whole" {
  points = 2,
  time = 90,
  arguments = { "PORT", "60", "requests" },
  hints = {
    "A client has said its last word, and its answers are still on their way. What does poll say?",
    "The end stays readable: who goes on asking for POLLIN, or for POLLRDHUP, is woken for ever. "
      .. "And whoever closes at the end takes back what it owes.",
    "After the end ask for POLLOUT only, while something is to be sent; close when nothing is.",
  },
  run = function(t)
    local other, hasty = t:connect(), t:connect()
    -- The end is there before the answer could be sent for the first time.
    t.server:fault { call = "@send", connection = hasty, error = "EAGAIN", count = 20 }
    hasty:send(request("in a hurry"))
    hasty:half_close()
    hasty:expect(request("yrruh a ni"), { within = 10 })
    hasty:expect_close { within = 10 }

    -- How much the kernel takes of the answers is not known: to one of these clients some of its
    -- last one is still to be sent, and nothing more is to be received but its end.
    local clients = {}
    for count = 1, 5 do
      local body = t:bytes(MEGABYTE)
      local question = request(body):rep(count) .. request("and this")
      local c = t:connect { receive_buffer = 16384 }
      c:stall()
      if c:try_send(question, { within = 10 }) < #question then
        c:reset()
        break
      end
      c:half_close()
      clients[count] = { c, request(body:reverse()):rep(count) .. request("siht dna") }
    end
    for _, client in ipairs(clients) do
      settle(t, client[1])
    end
    t:quiet(0.3)
    other:send(request("meanwhile"))
    other:expect(request("elihwnaem"), { within = 10 })
    for _, client in ipairs(clients) do
      client[1]:resume()
      client[1]:expect(client[2], { within = 20 })
      client[1]:expect_close { within = 10 }
    end
  end,
}

check "a long request is no silence" {
  points = 2,
  time = 60,
  arguments = { "PORT", "IDLE", "requests" },
  idle = 8,
  hints = {
    "A client was closed as idle, and bytes of it were coming all the time.",
    "A request that takes long brings bytes and no answer. That is activity too.",
    "last_activity is set when recv(2) or send(2) has moved something: in both places.",
  },
  run = function(t)
    local c = t:connect()
    local question = t:text(45)
    local bytes = request(question)
    c:dribble(bytes, { size = 1, pause = 1.1 * t.idle / #bytes, within = 10 })
    c:expect(request(question:reverse()), { within = 10 })
  end,
}
