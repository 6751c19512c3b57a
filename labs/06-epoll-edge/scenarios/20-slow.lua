-- Clients that are silent, slow, greedy or asleep, and those who must not suffer from them.

local MEGABYTE = 1 << 20

-- A slow client for which nothing more fits anywhere, and what was taken of it.
local function choke(t, other, most)
  local c = t:connect { receive_buffer = 16384, send_buffer = 65536 }
  return c, t:fill(c, other, most)
end

check "silent clients keep nobody waiting" {
  points = 2,
  hints = {
    "Which call is your server asleep in?",
    "A loop until EAGAIN on a descriptor that blocks never sees EAGAIN: it sleeps.",
    "O_NONBLOCK for each descriptor, fcntl(2); an accepted one does not inherit it, accept(2).",
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
  time = 40,
  hints = {
    "One client sends and sends, and reads nothing; later it reads all. What is still missing?",
    "While output is blocked bytes wait unread, and their edge has been taken. Room for output "
      .. "is announced: send then, and when all is sent, receive again without another event.",
    "send(2) until EAGAIN, EPOLLOUT of epoll_ctl(2), then recv(2) until EAGAIN.",
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
  time = 40,
  hints = {
    "How many bytes of one client can your server hold?",
    "\"Until EAGAIN\" holds for both directions: when send says it, stop receiving, and remember "
      .. "that there is more.",
    "A buffer of fixed size for each client. The word is backpressure.",
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

check "room to write and new bytes in one event" {
  points = 5,
  time = 40,
  hints = {
    "One event can tell of two things. Does your server do both?",
    "EPOLLIN and EPOLLOUT stand in the same word. The one that is passed over does not come "
      .. "again.",
    "Two ifs, no else between them: events in epoll_wait(2).",
  },
  run = function(t)
    local other = t:connect()
    other:echo("before\n", { within = 10 })
    local slow, taken = choke(t, other, 16 * MEGABYTE)
    other:echo(t:bytes(20000), { within = 10 })
    -- While the server stands the client takes what is on its way and sends more.
    t.server:stop()
    slow:resume()
    t:eventually(function() return slow:received() > 0 end, {
      within = 10,
      message = "nothing that was sent to a slow client can be received, although it reads again",
    })
    local more = t:bytes(1000)
    local accepted = slow:try_send(more, { within = 1 })
    t.server:continue()
    slow:expect(taken .. more:sub(1, accepted), { within = 15 })
  end,
}

check "a greedy client leaves the others their turn" {
  points = 6,
  time = 40,
  hints = {
    "One client has very much to say. When does your server look at the next one?",
    "Until EAGAIN can be long. Receive a few times from a client, then let the others have their "
      .. "turn, and come back to it before you sleep: its edge has been taken.",
    "A list of those who are not done, and epoll_wait(2) with a time-out of 0 while it is not "
      .. "empty.",
  },
  run = function(t)
    local one, greedy, two = t:connect(), t:connect(), t:connect()
    for _, c in ipairs { one, greedy, two } do
      c:echo("hello\n", { within = 10 })
    end
    -- A first conversation, so that the kernel makes room for the second.
    greedy:echo(t:bytes(4 * MEGABYTE), { within = 20 })
    t.server:stop()
    local data = t:bytes(3 * MEGABYTE)
    one:send("one\n")
    local taken = greedy:try_send(data, { within = 0.5 })
    two:send("two\n")
    t.server:continue()
    one:expect("one\n", { within = 10 })
    two:expect("two\n", { within = 10 })
    greedy:expect(data:sub(1, taken), { within = 20 })
    t:rules { fair = 16 }
  end,
}
