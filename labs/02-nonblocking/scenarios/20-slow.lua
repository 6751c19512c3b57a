-- Clients that are slow to speak, slow to read, or do not read at all; calls that do half.

-- A client that reads little and late: small buffers on its side.
local function connect_slow(t)
  local c = t:connect { receive_buffer = 4096, send_buffer = 65536 }
  c:echo("ready", { within = 10 })
  return c
end

-- Pauses so far. Which call the server takes them in is a question for the rules of the lab.
local function pauses(t)
  return t.server:calls { call = "@sleep" } + t.server:calls { call = "@wait" }
end

check "between two sweeps that moved nothing lies a pause" {
  points = 2,
  hints = {
    "Look at the recording of this check: how many calls of yours bring nothing, and how fast do they follow each other?",
    "One question to each descriptor, then a pause, then the next question: that is one sweep.",
    "nanosleep(2) after each sweep in which no call moved anything.",
  },
  run = function(t)
    local clients = t:connect_many(2)
    for i = 2, 1, -1 do -- the first to come is not the first to speak
      clients[i]:echo("client " .. i, { within = 10 })
    end
    t:sleep(0.03)
    local function asks() return t.server:calls { call = "@receive" } end
    local asked, paused = asks(), pauses(t)
    t:quiet(0.3)
    for _ = 1, 300 do -- judged when there were pauses enough, or far too many questions
      if pauses(t) - paused >= 25 or asks() - asked > 1000 then break end
      t:sleep(0.05)
    end
    asked, paused = asks() - asked, pauses(t) - paused
    t:mark(("%d questions to two silent clients, %d pauses"):format(asked, paused))
    -- Six, where two are enough: a server may ask twice, and look once more before it pauses.
    t:expect(asked <= 6 * paused + 100,
      "two clients were silent, and the server asked them %d times, with %d pauses in between", asked, paused)
    clients[1]:echo("and on", { within = 10 })
  end,
}

check "what comes byte by byte goes back byte by byte" {
  points = 2,
  hints = {
    "Does your server wait for something before it answers: a newline, a full buffer?",
    "A line is not a unit here. What has come goes back, without waiting for more.",
    "recv(2) returns what is there; send(2) that, whatever it is.",
  },
  run = function(t)
    local slow, quick = t:connect(), t:connect()
    local message = t:text(40)
    local dripping = t:spawn(function()
      for i = 1, #message do
        slow:send(message:sub(i, i))
        slow:expect(message:sub(i, i), { within = 10 })
      end
    end)
    for i = 1, 5 do
      quick:echo("quick " .. i, { within = 10 })
    end
    dripping:join()
    message = t:text(30)
    slow:dribble(message, { size = { 1, 7 }, pause = 0.002 })
    slow:expect(message, { within = 10 })
  end,
}

check "a client that reads late gets all, and delays nobody" {
  points = 5,
  hints = {
    "What does send return when the client does not read for a while? Where are the bytes then that it did not take?",
    "A short send is no error, and neither is EAGAIN: keep the rest, with its position, for that client alone, and look after the others meanwhile.",
    "send(2): go on from send_pos at the next sweep. Each connection has its own buffer.",
  },
  run = function(t)
    local slow = connect_slow(t)
    local quick = t:connect()
    local taken = t:fill(slow, quick, 8 * 1048576)
    for i = 1, 5 do
      local text = t:text(t:random(10, 3000))
      quick:send(text)
      quick:expect(text, { within = 10 })
    end
    quick:echo(t:bytes(20000), { within = 10 }) -- through every buffer that is not slow's alone
    slow:resume()
    slow:expect(taken, { within = 20 })
    slow:echo("and on", { within = 10 })
    -- The same with certainty: the quick one speaks while bytes of the slow one cannot be sent.
    local late, soon = t:text(600), t:text(500)
    t.server:fault { call = "@send", short = 7, count = 1, connection = slow }
    t.server:fault { call = "@send", error = "EAGAIN", count = 4, connection = slow }
    t.server:stop()
    slow:send(late)
    quick:send(soon)
    t.server:continue()
    quick:expect(soon, { within = 10 })
    slow:expect(late, { within = 10 })
  end,
}

check "calls that do only part of their work lose nothing" {
  points = 3,
  hints = {
    "You offered send a hundred bytes and it took three. What will you send next?",
    "The count that send returns moves the position; what recv brings goes behind what is already there.",
    "send(2) and recv(2): the return value is the number of bytes moved, and nothing else is.",
  },
  run = function(t)
    local c = t:connect()
    c:echo("ready", { within = 10 })
    t.server:fault { call = "@send", short = 3, count = 6, connection = c }
    local message = t:text(500)
    c:send(message)
    c:expect(message, { within = 10 })
    t.server:fault { call = "@receive", short = 1, count = 6, connection = c }
    message = t:text(500)
    c:send(message)
    c:expect(message, { within = 10 })
    t.server:fault { call = "@send", error = "EAGAIN", count = 3, connection = c }
    message = t:text(500)
    c:send(message)
    c:expect(message, { within = 10 })
    -- Some, then EAGAIN: the position must survive both.
    t.server:fault { call = "@send", short = 7, count = 1, connection = c }
    t.server:fault { call = "@send", error = "EAGAIN", count = 2, connection = c }
    message = t:text(500)
    c:send(message)
    c:expect(message, { within = 10 })
    -- It comes in five pieces while nothing can be sent: each goes behind the one before.
    t.server:fault { call = "@receive", short = 100, count = 4, connection = c }
    t.server:fault { call = "@send", error = "EAGAIN", count = 8, connection = c }
    message = t:text(500)
    c:send(message)
    c:expect(message, { within = 10 })
    c:expect_silence(0.03)
  end,
}

check "EINTR is not an error" {
  points = 2,
  hints = {
    "A signal came while a call was made. Is anything wrong with the connection?",
    "After EINTR the call has done nothing: make it again, now or at the next sweep. A pause that was cut short needs nothing at all.",
    "signal(7), section \"Interruption of system calls\"; errno EINTR of recv(2), send(2), accept(2), nanosleep(2).",
  },
  run = function(t)
    local c = t:connect()
    c:echo("ready", { within = 10 })
    t.server:fault { call = "@receive", error = "EINTR", count = 3 }
    c:echo("after receive", { within = 10 })
    t.server:fault { call = "@send", error = "EINTR", count = 3 }
    c:echo("after send", { within = 10 })
    t.server:fault { call = "@accept", error = "EINTR", count = 3 }
    local d = t:connect()
    d:echo("after accept", { within = 10 })
    t.server:fault { call = "@sleep", error = "EINTR", count = 3 }
    t:sleep(0.03)
    c:echo("after a pause", { within = 10 })
    d:echo("and the other", { within = 10 })
  end,
}

check "output that does not fit is tried again after a pause" {
  points = 2,
  hints = {
    "The client does not read. How often do you offer it the same bytes?",
    "After EAGAIN nothing changes until the client acts. Leave the bytes where they are, look after the others, pause.",
    "send(2), EAGAIN: return to your main loop; nanosleep(2) when the sweep moved nothing.",
  },
  run = function(t)
    local slow = connect_slow(t)
    local function sends() return t.server:calls { call = "@send", connection = slow } end
    local sent, paused = sends(), pauses(t)
    -- As if nothing ever fitted. Judged when there were pauses enough, or far too many tries;
    -- some server may do neither.
    t.server:fault { call = "@send", error = "EAGAIN", count = 1000000, connection = slow }
    slow:send("for later")
    for _ = 1, 300 do
      if pauses(t) - paused >= 25 or sends() - sent > 1000 then break end
      t:sleep(0.05)
    end
    sent, paused = sends() - sent, pauses(t) - paused
    t:expect(sent <= 4 * paused + 100,
      "nothing fitted, and the server tried to send %d times, with %d pauses", sent, paused)
  end,
}

check "a client that does not read is not read from" {
  points = 4,
  hints = {
    "A client sends and sends, and never reads. Where do all those bytes go?",
    "When there is no room for the answer, do not take the next question: the kernel then tells the sender to wait. That is backpressure.",
    "tcp(7): leave the bytes in the receive queue. No recv(2) on a connection whose buffers are full, and no buffer that grows without bound.",
  },
  run = function(t)
    local slow, other = connect_slow(t), t:connect()
    local memory = t.server:memory()
    -- Nothing can be sent to it, so that all that is taken is kept, or thrown away.
    t.server:fault { call = "@send", error = "EAGAIN", count = 1000000, connection = slow }
    local total = #t:fill(slow, other, 4 * 1048576)
    t:expect(total < 4 * 1048576,
      "nothing could be sent to a client, and the server took %d MiB from it", total // 1048576)
    local grown = t.server:memory() - memory
    t:expect(grown < 4 * 1048576,
      "nothing could be sent to a client, and the server's memory grew by %d MiB", grown // 1048576)
  end,
}
