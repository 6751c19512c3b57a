-- Many clients, what there is only so much of, and requests that are none.

local CLIENTS = 2000

check "two thousand clients at a time" {
  points = 3,
  time = 240,
  limits = { descriptors = 4096 },
  hints = {
    "How many clients has your server room for?",
    "poll has no limit as select has: the array can grow. When it does, it may move, and so may "
      .. "what stands beside it.",
    "realloc(3), for both arrays; no pointer into them is good afterwards.",
  },
  run = function(t)
    local one = t:connect()
    one:echo("hello\n", { within = 10 })
    local open = t.server:descriptors()
    local all, half = t:barrier(CLIENTS), t:barrier(CLIENTS / 2)
    t:clients(CLIENTS, function(c, i)
      c:echo(("client %d\n"):format(i), { within = 60 })
      all:wait { within = 200 }
      if i % 2 == 0 then
        c:close()
        return
      end
      half:wait { within = 200 }
      c:echo(("still client %d\n"):format(i), { within = 60 })
      c:close()
    end, { within = 60 })
    t:eventually(function() return t.server:descriptors() == open end, {
      within = 30,
      message = "all but one client have gone, and their descriptors are still open",
    })
    one:echo("alone again\n", { within = 10 })
  end,
}

check "a hundred silent clients cost nothing" {
  points = 2,
  time = 40,
  hints = {
    "Nobody says anything. What wakes your server?",
    "A time-out that is too short, room to write that nobody needs, or an event that is told again "
      .. "and again because nobody does anything about it.",
    "The time-out of poll(2) is in milliseconds; what came back stands in `revents`.",
  },
  run = function(t)
    for i, c in ipairs(t:connect_many(100, { within = 15 })) do
      c:echo(("client %d\n"):format(i), { within = 15 })
    end
    t:quiet(2)
    t:rules { idle = { calls = 4, cpu = 0.02 } } -- a right server: one poll a second, or none
  end,
}

check "without free descriptors it goes on, and does not spin" {
  points = 3,
  time = 60,
  model = false,
  hints = {
    "The process may not open any more descriptors, and somebody is waiting to be accepted.",
    "The listener stays readable: poll comes back at once, accept fails, and so on. Stop asking "
      .. "about the listener for a while, or keep a spare descriptor to refuse with.",
    "EMFILE in accept(2); `events` of the listener without POLLIN until a client closes or a "
      .. "second has gone by.",
  },
  run = function(t)
    local c = t:connect()
    c:echo("hello\n")
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
    t:eventually(function() return t.server:descriptors() <= open end, {
      within = 10,
      message = "clients have gone, and their descriptors are still open in the server",
    })
    local again = t:connect()
    again:echo("there is room again\n", { within = 10 })
    again:close()
    c:close()
    t:eventually(function() return t.server:descriptors() < open end, {
      within = 10,
      message = "all clients have gone, and a descriptor of theirs is still open in the server",
    })
    -- Nobody is there who could make room by going away.
    t.server:fault { call = "@accept", error = "EMFILE", count = 1 }
    local late = t:connect()
    late:send("is anybody there\n")
    t:eventually(function() return late:received() > 0 or not late.alive end, {
      within = 10,
      message = "a client came when there was no descriptor, and it was neither served nor refused "
        .. "when there was one",
    })
    t:rules { idle = { calls = 100 }, sleeps_only_in = { "@wait" } }
    -- However little of the processor it gets, a spinner fails again and again without a sleep.
    t:rules { at_most = { call = "@accept", error = "EMFILE", count = 50, in_a_row = true } }
  end,
}

check "clients without manners end only themselves" {
  points = 2,
  sanitize = true,
  arguments = { "PORT", "60", "requests" },
  hints = {
    "What if it is no number, too large a number, or no end of a header? And what if a client asks "
      .. "much, and goes before you answer?",
    "Such a client is closed. So is one whose end comes in the middle of a request. The first send "
      .. "to somebody who has gone brings a reset back, the second one a signal.",
    "A header has at most 64 bytes, the body at most 1 MiB: look before you store a byte, and "
      .. "before you call malloc(3). MSG_NOSIGNAL in send(2).",
  },
  run = function(t)
    local other = t:connect()
    local open
    local function well()
      other:send("Content-Length: 2\r\n\r\nab")
      other:expect("Content-Length: 2\r\n\r\nba", { within = 10 })
    end
    well()
    open = t.server:descriptors()
    for _, bad in ipairs {
      "GET / HTTP/1.0\r\n\r\n", "Content-Length: -1\r\n\r\n", "Content-Length: \r\n\r\n",
      "Content-Length: 12x\r\n\r\n", "Content-Length: 99999999999999999999\r\n\r\n",
      "Content-Length: 1048577\r\n\r\n", "Content-Length: 4294967297\r\n\r\nx",
      "Content-Length: +1\r\n\r\n", "Content-Length:  1\r\n\r\n", "Content-Length:1\r\n\r\n",
      "content-length: 1\r\n\r\n", "Content-Length: 1\r\nX: y\r\n\r\n",
      ("x"):rep(64), ("Content-Length: %048d\r\n\r\n"):format(1) .. "a", t:text(200),
    } do
      local c = t:connect()
      c:send(bad)
      c:expect_end { within = 10 }
    end
    for _, cut in ipairs { "Content-Le", "Content-Length: 3\r\n\r\nab", "" } do
      local c = t:connect()
      c:send(cut)
      c:half_close()
      c:expect_end { within = 10 }
    end
    local rude = t:connect()
    rude:send("Content-Length: 1\r\n\r\na")
    rude:expect("Content-Length: 1\r\n\r\na", { within = 10 })
    t.server:stop()
    rude:send(("Content-Length: 1\r\n\r\na"):rep(30))
    rude:close()
    t.server:continue()
    well()
    t:eventually(function() return t.server:descriptors() <= open end, {
      within = 10,
      message = "clients have gone, and their descriptors are still open in the server",
    })
    well()
  end,
}

check "clients come and go, and nothing of them stays" {
  points = 2,
  time = 60,
  arguments = { "PORT", "60", "requests" },
  hints = {
    "Something is left of each of them.",
    "There are several ways to lose a client, some of them in the middle of a request, and each "
      .. "must end in the same place.",
    "close(2) of its descriptor and free(3) of all that was allocated for it: ring, body, answer.",
  },
  run = function(t)
    local function request(body) return ("Content-Length: %d\r\n\r\n"):format(#body) .. body end
    local one = t:connect()
    one:send(request("hello"))
    one:expect(request("olleh"), { within = 10 })
    local open, memory = t.server:descriptors(), 0
    for wave = 1, 12 do
      t:clients(50, function(c, i)
        local body = t:bytes(12000)
        c:send(request(body), { within = 20 })
        c:expect(request(body:reverse()), { within = 20 })
        local half = "Content-Length: 20000\r\n\r\n" .. body
        c:send(i % 3 == 0 and "Content-" or half, { within = 20 })
        if i % 2 == 0 then
          c:close()
        else
          c:half_close()
          c:expect_end { within = 20 }
        end
      end)
      t:eventually(function() return t.server:descriptors() <= open end, {
        within = 10,
        message = "clients have gone, and their descriptors are still open in the server",
      })
      if wave == 4 then
        memory = t.server:memory()
      end
    end
    local grown = (t.server:memory() - memory) // 1024
    t:expect(grown < 2048, "400 clients have come and gone, and %d KiB more are in use than before",
             grown)
    one:send(request("hello"))
    one:expect(request("olleh"), { within = 10 })
    t:rules { no_calls_on_closed = true }
  end,
}
