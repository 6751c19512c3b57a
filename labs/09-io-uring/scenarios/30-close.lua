-- How connections end, and how the server does.

-- The next sends to `c` take at most so many bytes, whichever operation makes them.
local function short_sends(t, c, bytes, count)
  for _, name in ipairs { "SEND", "SENDMSG", "SEND_ZC", "SENDMSG_ZC", "WRITE", "WRITEV" } do
    t.server:fault { call = "IORING_OP_" .. name, connection = c, short = bytes, count = count }
  end
end

check "a half-close does not cut off what is still to be sent" {
  points = 3,
  hints = {
    "The end of the client's bytes came while some of them were still on their way back.",
    "A client may be closed when the end has come and nothing is left to be sent: two conditions.",
    "A receive that completes with 0, and a send that has not completed: remember the one, act "
      .. "on the other.",
  },
  run = function(t)
    local c = t:connect { receive_buffer = 16384 }
    c:echo("hello\n", { within = 10 })
    local data = t:bytes(30000)
    t.server:stop()
    c:send(data)
    c:half_close()
    short_sends(t, c, 100, 5)
    t.server:continue()
    c:expect(data, { within = 20 })
    c:expect_close { within = 10 }
  end,
}

check "a reset ends one connection, not the server" {
  points = 3,
  hints = {
    "One client broke its connection. What became of the others?",
    "A completion can be an error of one connection: its result is below 0, and is minus what "
      .. "errno would be. End that one and go on.",
    "-ECONNRESET in the result of a receive or a send: io_uring_prep_recv(3); recv(2), ERRORS.",
  },
  run = function(t)
    local other = t:connect()
    other:echo("hello\n", { within = 10 })
    local open = t.server:descriptors()

    local c = t:connect()
    c:echo("one\n", { within = 10 })
    c:reset()
    other:echo("after a reset\n", { within = 10 })

    t.server:stop()
    local hasty, rude = t:connect(), t:connect()
    hasty:reset()
    rude:send("no time to wait for the answer\n")
    rude:reset()
    t.server:continue()
    other:echo("after a reset before accept\n", { within = 10 })
    t:connect():echo("a new client\n", { within = 10 })
    t:eventually(function() return t.server:descriptors() <= open + 1 end, {
      within = 10,
      message = "the descriptors of connections that were reset are still open",
    })
  end,
}

check "sending to a client that has gone does no harm" {
  points = 3,
  hints = {
    "Your server was sending to somebody who had hung up.",
    "The send completes with an error of this connection. And a write to a socket raises "
      .. "SIGPIPE, also when the ring makes it.",
    "-EPIPE or -ECONNRESET in the result; io_uring_prep_send(3) with MSG_NOSIGNAL, not "
      .. "io_uring_prep_write(3); or signal(2) with SIG_IGN.",
  },
  run = function(t)
    local other = t:connect()
    other:echo("hello\n", { within = 10 })
    local open = t.server:descriptors()
    for round = 1, 12 do
      local c = t:connect { receive_buffer = 4096 }
      c:stall()
      c:try_send(t:bytes(400000), { within = 0.1 })
      if round % 3 == 0 then
        c:close() -- with bytes unread: a reset
      elseif round % 3 == 1 then
        c:reset()
      else
        c:half_close()
        c:reset()
      end
    end
    t:eventually(function() return t.server:descriptors() <= open end, {
      within = 10,
      message = "the descriptor of a client that has gone is still open",
    })
    other:echo("all is well\n", { within = 10 })
  end,
}

check "an interrupted wait is no error" {
  points = 3,
  hints = {
    "A call came back with an error, and nothing was wrong.",
    "A signal interrupts the wait for completions. There are none then, and nothing has failed.",
    "-EINTR of io_uring_submit_and_wait(3) or io_uring_wait_cqe(3): liburing returns it, it does "
      .. "not set errno.",
  },
  run = function(t)
    local c = t:connect()
    c:echo("hello\n", { within = 10 })
    for i = 1, 8 do
      t:sleep(0.05)
      if t.server:calls { call = "io_uring_enter" } > 0 then
        t.server:asleep { call = "io_uring_enter", within = 10 }
      end
      t.server:stop() -- who is stopped in a wait comes back from it with EINTR
      t.server:continue()
      c:echo(("after stop %d\n"):format(i), { within = 10 })
    end
    t:connect():echo("a new client\n", { within = 10 })
  end,
}

check "who has gone leaves nothing behind" {
  points = 3,
  hints = {
    "Clients have closed, and something of them is still there.",
    "A receive that completes with 0 or with an error is the last one; close then, once. And "
      .. "which client does a completion speak of, when a descriptor has been given out again?",
    "io_uring_prep_close(3) or close(2), when none of the client's requests is pending.",
  },
  run = function(t)
    local c = { t:connect() }
    c[1]:echo("client 1\n", { within = 10 })
    local one = t.server:descriptors()
    for i = 2, 6 do
      c[i] = t:connect()
      c[i]:echo(("client %d\n"):format(i), { within = 10 })
    end
    local open = t.server:descriptors() -- as many as before where clients stand in a ring's table
    local function gone(n)
      t:eventually(function() return t.server:descriptors() <= math.max(open - n, one) end, {
        within = 10,
        message = "clients have closed, and their descriptors are still open in the server",
      })
    end
    c[6]:close()
    gone(1)
    c[5]:echo("the highest now\n", { within = 10 })
    c[2]:close()
    c[3]:reset()
    gone(3)
    local new = t:connect()
    new:echo("in the place of another\n", { within = 10 })
    c[5]:echo("still the highest\n", { within = 10 })
    c[4]:echo("in the middle\n", { within = 10 })
    t:quiet(0.2)
    for _, last in ipairs { new, c[5], c[4] } do
      last:half_close()
      last:expect_close { within = 10 }
    end
    gone(5)
    c[1]:echo("the last one\n", { within = 10 })
    t:rules { no_calls_on_closed = true }
  end,
}

check "SIGTERM ends it at once, and in order" {
  points = 3,
  hints = {
    "Asked to end, the server did not, or not well.",
    "The signal interrupts the call that waits. When that call had submitted something, it "
      .. "returns how much, and not EINTR: without a completion both mean, look at your flag.",
    "-EINTR in io_uring_enter(2); or let the signal be a completion: signalfd(2) and "
      .. "io_uring_prep_poll_add(3).",
  },
  run = function(t)
    local c = t:connect_many(3)
    for _, word in ipairs { "hello\n", "good bye\n" } do
      for i = 1, 3 do
        c[i]:echo(word, { within = 10 })
      end
    end
    t:connect() -- so that the call that is interrupted has submitted something
    t:quiet(0.2)
    t.server:signal("TERM")
    local exit = t.server:exited { within = 5 }
    t:expect(not exit.signal, "the server was killed by %s", exit.signal)
    t:expect(exit.status == 0, "the server ended with status %d, and not 0", exit.status)
    for i = 1, 3 do
      c[i]:expect_end { within = 10 }
    end
  end,
}
