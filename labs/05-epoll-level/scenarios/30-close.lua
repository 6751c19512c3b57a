-- How connections end, and how the server does.

local MEGABYTE = 1 << 20

-- Stopped while it is asleep, so that epoll_wait is interrupted for certain.
local function stop(t)
  if t.watched then
    t.server:asleep { call = "@wait", within = 10 }
  end
  t.server:stop()
end

check "a half-close does not cut off what is still to be sent" {
  points = 3,
  hints = {
    "The end of the client's bytes came while some of them were still on their way back.",
    "A client may be closed when the end has come and nothing is left to be sent: two conditions.",
    "recv(2) gives 0; do not receive while output is pending, and you will see it in time. "
      .. "EPOLLRDHUP says that the end has come, not that nothing is there.",
  },
  run = function(t)
    local c = t:connect()
    c:echo("hello\n", { within = 10 })
    local data = t:bytes(8000)
    stop(t)
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
  sanitize = true,
  hints = {
    "One client broke its connection. What became of the others?",
    "recv() and send() can fail for one connection. Close that one and go on.",
    "ECONNRESET: recv(2), ERRORS.",
  },
  run = function(t)
    local other = t:connect()
    other:echo("hello\n", { within = 10 })
    local open = t.server:descriptors()

    local c = t:connect()
    c:echo("one\n", { within = 10 })
    c:reset()
    other:echo("after a reset\n", { within = 10 })

    stop(t)
    local hasty, rude = t:connect(), t:connect()
    hasty:reset()
    rude:send("no time to wait for the answer\n")
    rude:reset()
    t.server:continue()
    other:echo("after a reset before accept\n", { within = 10 })
    local new = t:connect()
    new:echo("a new client\n", { within = 10 })
    new:close()
    t:eventually(function() return t.server:descriptors() <= open end, {
      within = 10,
      message = "the descriptors of connections that were reset are still open",
    })
  end,
}

check "a reset is noticed also when only room is waited for" {
  points = 3,
  hints = {
    "Which events does your server test for, and which can come?",
    "EPOLLERR and EPOLLHUP cannot be left out of a mask: they come whatever was asked for, and "
      .. "come again until the descriptor is closed.",
    "epoll_ctl(2), EPOLLERR and EPOLLHUP; send(2) and recv(2) then tell what has happened.",
  },
  run = function(t)
    local other = t:connect()
    other:echo("hello\n", { within = 10 })
    local open = t.server:descriptors()
    local c = t:connect { receive_buffer = 16384, send_buffer = 65536 }
    t:fill(c, other, 16 * MEGABYTE)
    c:reset()
    t:eventually(function() return t.server:descriptors() <= open end, {
      within = 10,
      message = "a client that did not read has broken its connection, and the descriptor is "
        .. "still open",
    })
    t:quiet(0.2)
    other:echo("after it\n", { within = 10 })
  end,
}

check "sending to a client that has gone does no harm" {
  points = 3,
  hints = {
    "Your server was sending to somebody who had hung up.",
    "The first send brings a reset back; the second one fails, and a signal comes with it.",
    "SIGPIPE and EPIPE: send(2), MSG_NOSIGNAL; or signal(2) with SIG_IGN.",
  },
  run = function(t)
    local other = t:connect()
    other:echo("hello\n", { within = 10 })
    local open = t.server:descriptors()
    local c = t:connect()
    c:echo("hello\n", { within = 10 })
    -- Many small rounds of receive and send, of which the client sees none.
    t.server:fault { call = "@receive", connection = c, short = 1000, count = 1000 }
    stop(t)
    c:send(t:bytes(30000))
    c:close()
    t.server:continue()
    t:eventually(function() return t.server:descriptors() <= open end, {
      within = 10,
      message = "the descriptor of a client that has gone is still open",
    })
    other:echo("all is well\n", { within = 10 })
  end,
}

check "interrupted calls and false alarms are no errors" {
  points = 3,
  hints = {
    "A call came back with -1, and nothing was wrong.",
    "A signal interrupts epoll_wait; what it announced can be gone when you look; a client can be "
      .. "gone before it is accepted. Look at errno, and try again in the next round.",
    "EINTR in epoll_wait(2), where no event was written then; EAGAIN in recv(2); ECONNABORTED in "
      .. "accept(2).",
  },
  run = function(t)
    local c = t:connect()
    c:echo("hello\n", { within = 10 })
    t.server:fault { call = "@wait", error = "EINTR", count = 3 }
    c:echo("after EINTR\n", { within = 10 })
    c:echo("and again\n", { within = 10 })
    stop(t)
    t.server:continue()
    c:echo("after a stop\n", { within = 10 })
    t.server:fault { call = "@receive", connection = c, error = "EAGAIN", count = 2 }
    c:echo("after a false alarm\n", { within = 10 })
    t.server:fault { call = "@accept", error = "ECONNABORTED", count = 1 }
    t:connect():echo("after a client that was never there\n", { within = 10 })
    c:echo("still here\n", { within = 10 })
  end,
}

check "a closed descriptor leaves nothing behind" {
  points = 3,
  hints = {
    "A client has gone; what of it is still there?",
    "The descriptor must be closed, once, and nothing be done with its number after: it is "
      .. "somebody else's soon.",
    "close(2); EPOLL_CTL_DEL, if at all, comes before it: epoll_ctl(2), EBADF.",
  },
  run = function(t)
    local first = t:connect()
    first:echo("hello\n", { within = 10 })
    local one = t.server:descriptors()
    local c = t:connect_many(5)
    table.insert(c, 1, first)
    for i = 1, 6 do
      c[i]:echo(("client %d\n"):format(i), { within = 10 })
    end
    local open = t.server:descriptors()
    local each = (open - one) // 5 -- some have more than one for a client
    local function gone(n)
      t:eventually(function() return t.server:descriptors() == open - n * each end, {
        within = 10,
        message = "clients have closed, and their descriptors are still open in the server",
      })
    end
    c[6]:close()
    gone(1)
    c[5]:echo("the last one now\n", { within = 10 })
    c[2]:close()
    c[3]:half_close()
    gone(3)
    local new = t:connect()
    new:echo("in the place of another\n", { within = 10 })
    c[5]:echo("still here\n", { within = 10 })
    c[4]:echo("in the middle\n", { within = 10 })
    t:quiet(0.2)
    new:reset()
    c[5]:close()
    c[4]:close()
    gone(5)
    c[1]:echo("alone\n", { within = 10 })
    t:rules { no_calls_on_closed = true }
  end,
}

check "SIGTERM ends it at once, and in order" {
  points = 2,
  time = 60,
  hints = {
    "Asked to end, the server did not, or not well.",
    "The signal interrupts epoll_wait. Look at support_stopping then, close everything, also those "
      .. "who have something coming, and return from main with 0.",
    "support_catch_stop in support.h: a flag alone comes too late when you have just looked at it. "
      .. "EINTR in epoll_wait(2); signal(7).",
  },
  run = function(t)
    local c = t:connect_many(3)
    for _, word in ipairs { "hello\n", "good bye\n" } do
      for i = 1, 3 do
        c[i]:echo(word, { within = 10 })
      end
    end
    -- One has an answer coming, and does not take it.
    t:fill(t:connect { receive_buffer = 16384, send_buffer = 65536 }, c[1], 16 * MEGABYTE)
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
