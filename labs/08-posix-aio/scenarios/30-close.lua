-- How connections end, and how the server does.

local function descriptors_back(t, open)
  t:eventually(function() return t.server:descriptors() <= open end, {
    within = 10,
    message = "clients have gone, and their descriptors are still open in the server",
  })
end

check "a half-close does not cut off what is still to be sent" {
  points = 2,
  hints = {
    "The end of the client's bytes came while some of them were still on their way back.",
    "Two conditions: the end has come, and the last write is complete and moved everything.",
    "Read again only when all is written: then the 0 of aio_return comes last.",
  },
  run = function(t)
    local c = t:connect()
    c:echo("hello\n", { within = 10 })
    t:sleep(0.1)
    local data = t:bytes(8000)
    t.server:stop()
    c:send(data)
    c:half_close()
    t.server:fault { call = "@send", connection = c, short = 100, count = 5 }
    t.server:continue()
    c:expect(data, { within = 10 })
    c:expect_close { within = 10 }
  end,
}

check "a reset ends one connection, not the server" {
  points = 2,
  hints = {
    "One client broke its connection. What became of the others?",
    "A request can be complete with an error. Then this client is at its end, and nobody else.",
    "aio_error(3) gives ECONNRESET, and aio_return(3) -1.",
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
    descriptors_back(t, open)
    other:echo("after a reset before accept\n", { within = 10 })
    t:connect():echo("a new client\n", { within = 10 })
  end,
}

check "writing to a client that has gone does no harm" {
  points = 2,
  hints = {
    "Your server was writing to somebody who had hung up.",
    "The first write brings a reset back; the second one fails. What does your server do with a "
      .. "write that is complete with an error?",
    "EPIPE of aio_error(3): close this client.",
  },
  run = function(t)
    local other = t:connect()
    other:echo("hello\n", { within = 10 })
    local open = t.server:descriptors()
    local c = t:connect()
    c:echo("hello\n", { within = 10 })
    -- Many small rounds of read and write, of which the client sees none.
    t.server:fault { call = "@receive", connection = c, short = 1000, count = 1000 }
    t.server:stop()
    c:send(t:bytes(30000))
    c:close()
    t.server:continue()
    descriptors_back(t, open)
    other:echo("all is well\n", { within = 10 })
  end,
}

check "interrupted calls and false alarms are no errors" {
  points = 2,
  hints = {
    "A call came back with -1, and nothing was wrong.",
    "A signal interrupts whatever you sleep in; a client can be gone before it is accepted. Look "
      .. "at errno, and try again in the next round.",
    "EINTR in signal(7), ECONNABORTED in accept(2).",
  },
  run = function(t)
    local c = t:connect()
    c:echo("hello\n", { within = 10 })
    t.server:fault { call = "@wait", error = "EINTR", count = 3 }
    c:echo("after EINTR\n", { within = 10 })
    c:echo("and again\n", { within = 10 })
    t.server:fault { call = "@receive", connection = c, error = "EINTR", count = 2 }
    c:echo("the library takes care of this one\n", { within = 10 })
    t.server:fault { call = "@accept", error = "ECONNABORTED", count = 1 }
    t:connect():echo("after a client that was never there\n", { within = 10 })
    c:echo("still here\n", { within = 10 })
  end,
}

check "nothing is left of clients that have gone" {
  points = 3,
  hints = {
    "Something of each client stays behind.",
    "Close its descriptor on every way out, and begin no request that never ends.",
    "The helpers of the C library go by themselves when they had nothing to do for a second.",
  },
  run = function(t)
    local one = t:connect()
    one:echo("hello\n", { within = 10 })
    local open, threads = t.server:descriptors(), t.server:threads()
    local word = t:text(100)
    for wave = 1, 3 do
      t:clients(15, function(c, i)
        c:echo(word, { within = 15 })
        if i % 3 == 0 then
          c:reset()
        elseif i % 3 == 1 then
          c:half_close()
          c:expect_close { within = 10 }
        else
          c:close()
        end
      end)
      one:echo(("wave %d\n"):format(wave), { within = 10 })
    end
    descriptors_back(t, open)
    t:eventually(function() return t.server:threads() <= threads + 1 end, {
      within = 10,
      message = "clients have gone, and there are still threads for them",
    })
    one:echo("alone again\n", { within = 10 })
    t:rules { no_calls_on_closed = true }
  end,
}

check "SIGTERM ends it at once, though helpers are asleep" {
  points = 4,
  hints = {
    "Asked to end, the server did not, or not well.",
    "Reads of silent clients are in progress, and nobody will complete them: do not wait for "
      .. "them before you have woken them.",
    "support_stopping; shutdown(2), then aio_suspend(3), then close; return from main with 0.",
  },
  run = function(t)
    local c = t:connect_many(12)
    for _, word in ipairs { "hello\n", "good bye\n" } do
      for i = 1, 12 do
        c[i]:echo(word, { within = 10 })
      end
    end
    t.server:signal("TERM")
    local exit = t.server:exited { within = 5 }
    t:expect(not exit.signal, "the server was killed by %s", exit.signal)
    t:expect(exit.status == 0, "the server ended with status %d, and not 0", exit.status)
    for i = 1, 12 do
      c[i]:expect_end { within = 10 }
    end
  end,
}

check "without free descriptors it goes on, and does not spin" {
  points = 3,
  model = false,
  hints = {
    "The process may not open any more descriptors, and somebody is waiting to be accepted.",
    "The listener stays readable: a call that waits for it comes back at once, accept fails, and "
      .. "so on. Stop asking about it for a while.",
    "EMFILE in accept(2).",
  },
  run = function(t)
    local c = t:connect()
    c:echo("hello\n", { within = 10 })
    local open = t.server:descriptors()
    t.server:limit { descriptors = open + 3 }
    local many = t:connect_many(10)
    c:echo("first things first\n", { within = 10 })
    t:sleep(0.1)
    t:quiet(0.4)
    c:echo("still served\n", { within = 10 })
    for _, other in ipairs(many) do
      other:close()
    end
    descriptors_back(t, open)
    t:connect():echo("there is room again\n", { within = 10 })
    t:rules { idle = { calls = 100 } }
  end,
}
