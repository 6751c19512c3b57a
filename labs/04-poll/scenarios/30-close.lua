-- How connections end, what that does to the array, and how the server ends.

local function request(body) return ("Content-Length: %d\r\n\r\n"):format(#body) .. body end

local function open_is(t, n)
  t:eventually(function() return t.server:descriptors() == n end, {
    within = 10,
    message = "clients have gone, and their descriptors are still open in the server",
  })
end

check "who leaves takes nobody's data along" {
  points = 3,
  arguments = { "PORT", "60", "requests" },
  hints = {
    "A client in the middle left, and another one lost what it had sent.",
    "The last entry of the array moves into the hole. All that you know of this client must move "
      .. "with it: its state, what it has sent so far, how much of it was used.",
    "fds[i] = fds[nfds - 1] has a twin in each array that goes by the same index.",
  },
  run = function(t)
    local c, rest, one = {}, {}
    -- Each client is in the middle of a body, or of a header, when others leave.
    for i = 1, 7 do
      c[i] = t:connect()
      local body = t:text(100)
      local whole, cut = request(body), i % 2 == 0 and 60 or 9
      rest[i] = { whole:sub(cut + 1), request(body:reverse()) }
      c[i]:send(request("hello") .. whole:sub(1, cut))
      c[i]:expect(request("olleh"), { within = 10 })
      one = one or t.server:descriptors()
    end
    local open = t.server:descriptors()
    local each = (open - one) // 6 -- some have more than one for a client
    c[3]:close()
    open_is(t, open - each)
    c[1]:close()
    open_is(t, open - 2 * each)
    c[7]:send(rest[7][1])
    c[7]:expect(rest[7][2], { within = 10 })
    c[6]:close()
    open_is(t, open - 3 * each)
    for _, i in ipairs { 2, 5, 4 } do
      c[i]:send(rest[i][1])
      c[i]:expect(rest[i][2], { within = 10 })
    end
    t:rules { no_calls_on_closed = true }
  end,
}

check "the one who moves is not passed over" {
  points = 3,
  hints = {
    "Two had something for your server at the same time: one its end, the other a line. Who was "
      .. "served in this round?",
    "The last entry was moved to index i, and the loop went on with i + 1.",
    "After a removal look at the same index again, or walk through the array backwards. And close a "
      .. "descriptor only when its entry goes too: the next client may get its number at once.",
  },
  run = function(t)
    local c, one = {}
    for i = 1, 8 do
      c[i] = t:connect()
      c[i]:echo(("client %d\n"):format(i), { within = 10 })
      one = one or t.server:descriptors()
    end
    local open = t.server:descriptors()
    local each = (open - one) // 7
    for i, pair in ipairs { { 2, 8 }, { 1, 7 }, { 3, 6 } } do
      t.server:stop()
      c[pair[1]]:close()
      c[pair[2]]:send("I moved\n")
      t.server:continue()
      c[pair[2]]:expect("I moved\n", { within = 10 })
      c[pair[2]]:close()
      open_is(t, open - 2 * i * each)
    end
    for _, i in ipairs { 4, 5 } do
      c[i]:echo("and I\n", { within = 10 })
    end

    -- As many come as have left: one of them gets the number of the one who leaves now.
    t.server:stop()
    c[4]:close()
    local newcomers = {}
    for i = 1, 7 do
      newcomers[i] = t:connect()
      newcomers[i]:send("I came\n")
    end
    t.server:continue()
    for _, newcomer in ipairs(newcomers) do
      newcomer:expect("I came\n", { within = 10 })
    end
    for _, newcomer in ipairs(newcomers) do
      newcomer:echo("and I stay\n", { within = 10 })
    end
    c[5]:echo("still here\n", { within = 10 })
    t:rules { serves_all = true }
  end,
}

check "a reset ends one connection, not the server" {
  points = 3,
  hints = {
    "One client broke its connection. What became of the others?",
    "recv() and send() can fail for one connection. Close that one and go on. A send to somebody "
      .. "who has gone brings a signal, too.",
    "ECONNRESET in recv(2), EPIPE and MSG_NOSIGNAL in send(2).",
  },
  run = function(t)
    local other = t:connect()
    other:echo("hello\n")
    local open = t.server:descriptors()
    local c = t:connect()
    c:echo("one\n")
    c:reset()
    other:echo("after a reset\n", { within = 10 })

    t.server:stop()
    local hasty, rude = t:connect(), t:connect()
    hasty:reset()
    rude:send("no time to wait for the answer\n")
    rude:reset()
    t.server:continue()
    other:echo("after a reset before accept\n", { within = 10 })
    open_is(t, open)

    -- Many small rounds of receive and send, of which the client sees none.
    local gone = t:connect()
    gone:echo("hello\n")
    t.server:fault { call = "@receive", connection = gone, short = 1000, count = 1000 }
    t.server:stop()
    gone:send(t:bytes(30000))
    gone:close()
    t.server:continue()
    open_is(t, open)
    other:echo("all is well\n", { within = 10 })
  end,
}

check "a broken connection is noticed, also when nobody reads from it" {
  points = 4,
  time = 60,
  hints = {
    "You have stopped reading from a client, and it breaks the connection. What does poll say?",
    "POLLERR and POLLHUP are told without being asked for, and at each call again: whoever does "
      .. "not look at them is woken for ever.",
    "revents & (POLLERR | POLLHUP), poll(2): \"these bits are ignored in events\". Or try the "
      .. "call, and look at errno.",
  },
  run = function(t)
    local other = t:connect()
    other:echo("hello\n")
    local open = t.server:descriptors()
    local c = t:connect { receive_buffer = 16384, send_buffer = 65536 }
    t:fill(c, other, 16 << 20)
    c:reset()
    other:echo("after it\n", { within = 10 })
    open_is(t, open)
    t:quiet(0.3)
    other:echo("as before\n", { within = 10 })
  end,
}

check "interrupted calls and false alarms are no errors" {
  points = 3,
  hints = {
    "A call came back with -1, and nothing was wrong.",
    "A signal interrupts poll; what poll announced can be gone when you look; a client can be gone "
      .. "before it is accepted. Look at errno, and try again in the next round.",
    "EINTR in poll(2), where `revents` then holds no answer; EAGAIN in recv(2); ECONNABORTED in "
      .. "accept(2).",
  },
  run = function(t)
    local c = t:connect()
    c:echo("hello\n")
    t.server:fault { call = "@wait", error = "EINTR", count = 3 }
    c:echo("after EINTR\n", { within = 10 })
    c:echo("and again\n", { within = 10 })
    t.server:fault { call = "@receive", connection = c, error = "EAGAIN", count = 2 }
    c:echo("after a false alarm\n", { within = 10 })
    t.server:fault { call = "@accept", error = "ECONNABORTED", count = 1 }
    t:connect():echo("after a client that was never there\n", { within = 10 })
    c:echo("still here\n", { within = 10 })
  end,
}

check "SIGTERM ends it at once, and in order" {
  points = 2,
  time = 60,
  hints = {
    "Asked to end, the server did not, or not well.",
    "The signal interrupts poll. Look at support_stopping then, close everything, also those who "
      .. "have something coming, and return from main with 0.",
    "support_catch_stop in support.h: a flag alone comes too late when you have just looked at it. "
      .. "EINTR in poll(2); signal(7).",
  },
  run = function(t)
    local c = t:connect_many(3)
    for _, word in ipairs { "hello\n", "good bye\n" } do
      for i = 1, 3 do
        c[i]:echo(word, { within = 10 })
      end
    end
    -- One has an answer coming, and does not take it.
    t:fill(t:connect { receive_buffer = 16384, send_buffer = 65536 }, c[1], 16 << 20)
    -- The signal comes when the server has looked for it, and does not sleep yet.
    if t.watched and t.server:calls { call = "@wait" } > 0 then
      t.server:asleep { call = "@wait", within = 10 }
      t.server:fault { call = "@wait", late = true }
      c[1]:send("once more\n")
      -- Who wakes up by himself now and then may be held before he has seen it.
      local looks = 0
      t:eventually(function()
        looks = looks + 1
        return c[1]:received() > 0 or looks > 300
      end, { within = 30 })
      t.server:asleep { call = "@wait", within = 10 }
    end
    t.server:signal("TERM")
    local exit = t.server:exited { within = 5 }
    t:expect(not exit.signal, "the server was killed by %s", exit.signal)
    t:expect(exit.status == 0, "the server ended with status %d, and not 0", exit.status)
    for i = 1, 3 do
      c[i]:expect_end { within = 10 }
    end
  end,
}
