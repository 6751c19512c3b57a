-- Clients that wait, stay silent, or do not read; and the two functions with a time-out.

local function greeted(t, options)
  local c = t:connect(options)
  local hello = t:text(12) .. "\n"
  c:send(hello)
  c:expect(hello, { within = 10 })
  return c
end

-- Sends until the server has taken no more for a while: then it is stuck with this client.
local function fill(t, c)
  local sent, piece = {}, nil
  repeat
    piece = t:bytes(65536)
    local taken = c:try_send(piece, { within = 0.25 })
    sent[#sent + 1] = piece:sub(1, taken)
  until taken < #piece or #sent == 256
  return table.concat(sent)
end

-- The probe (probe.c): commands go over the first connection, the second one is used.
local ANSWER = 64

local asked -- when: the probe's clock is in the hands of the program that it is linked with

local function ask(t, control, command)
  asked = t:now()
  control:send(command .. "\n")
end

local function answer(t, control, within, late)
  local text = ""
  t:eventually(function() return control:received() >= ANSWER or not control.alive end,
    { within = within, message = late })
  text = control:expect_bytes(ANSWER, { within = 10 })
  local result, errno, milliseconds, rest = text:match("^(%-?%d+) (%S+) (%d+) (.-) *\n$")
  t:expect(result, "%s", text:match("^(.-) *\n$") or "the function wrote to the wrong place")
  local took = math.min(tonumber(milliseconds), (t:now() - asked) * 1000)
  return tonumber(result), errno, math.floor(took), rest
end

check "a silent client keeps nobody waiting" {
  points = 6,
  hints = {
    "Which call is your server asleep in, and for whom?",
    "A thread that sleeps in recv serves nobody else. The thread that accepts must do nothing but accept.",
    "Give each connection a thread of its own: pthread_create(3).",
  },
  run = function(t)
    local silent = greeted(t)
    local half = greeted(t)
    half:send("and then it stops in the mid")
    local c = greeted(t)
    c:send("hello\n")
    c:expect("hello\n", { within = 10 })
    t:quiet(0.3)
    half:send("dle\n")
    half:expect("and then it stops in the middle\n", { within = 10 })
    silent:send("still here\n")
    silent:expect("still here\n", { within = 10 })
  end,
}

check "a thread knows its connection, however late it begins" {
  points = 3,
  hints = {
    "What does the new thread find where its argument points, a moment later?",
    "A thread may begin long after pthread_create has returned. By then the loop has accepted the next client, into the same variable.",
    "Give each thread memory of its own (malloc(3), freed by the thread), or the descriptor itself in the pointer: see pthread_create(3) on arg.",
  },
  run = function(t)
    t.server:hold_threads()
    local clients = t:connect_many(40, { within = 10 })
    local accepts, still = 0, 0
    repeat -- a server that waits for its thread to begin accepts one only: also right
      t:sleep(0.01)
      local now = t.server:calls { call = "@accept" }
      still = now == accepts and still + 1 or 0
      accepts = now
    until accepts > #clients or still > 50
    t.server:release_threads()
    for i, c in ipairs(clients) do
      local name = "client " .. i .. " " .. t:text(8) .. "\n"
      c:send(name)
      c:expect(name, { within = 10 })
    end
  end,
}

check "a thread's buffer is its own" {
  points = 3,
  watch = false, -- it moves megabytes
  time = 120,
  hints = {
    "What do two of your threads share?",
    "One thread sleeps in send; its bytes are still in the buffer. Meanwhile another one receives. Into what?",
    "No static or global buffer: one on the thread's stack, or from malloc(3).",
  },
  run = function(t)
    local slow = greeted(t, { receive_buffer = 4096, send_buffer = 16384 })
    local other = greeted(t)
    slow:stall()
    local sent = fill(t, slow)
    other:echo(t:text(100000), { within = 10 })
    slow:resume()
    slow:expect(sent, { within = 60 })

    local clients = {}
    for i = 1, 8 do clients[i] = greeted(t) end
    for _, c in ipairs(clients) do -- and all at once
      t:spawn(function()
        for _ = 1, 5 do c:echo(t:bytes(5000), { within = 10 }) end
      end)
    end
  end,
}

check "an idle client is closed" {
  points = 5,
  arguments = { "PORT", "1" },
  hints = {
    "How long does your recv sleep when the client never sends another byte?",
    "Give the socket a time-out for receiving. recv then returns -1 with EAGAIN: that is neither data nor an interruption.",
    "setsockopt(2) with SO_RCVTIMEO and a struct timeval, see socket(7). The listener needs none.",
  },
  run = function(t)
    local spoke = t:now()
    local c = greeted(t)
    local mute = t:connect() -- has never said a word
    local rest = 0.4 - (t:now() - spoke) -- where greeting took long there is none
    if rest > 0 then c:expect_silence(rest) end
    c:expect_close { within = 10 }
    mute:expect_close { within = 10 }
    t:sleep(1) -- accepting goes on, also when nobody came for longer than the limit
    greeted(t)
  end,
}

check "a pause shorter than the limit is no end" {
  points = 3,
  arguments = { "PORT", "5" },
  hints = {
    "When does the time begin to count, and how long is it?",
    "IDLE_SECONDS limit a silence. A shorter time-out of your own is no reason to close: then nobody has been idle for long enough.",
    "SO_RCVTIMEO with IDLE_SECONDS in tv_sec counts for each recv(2) alone; there is nothing to add up.",
  },
  run = function(t)
    local c = greeted(t)
    t:sleep(2.8) -- more than half of it, and far from all of it on a busy machine
    c:send("again\n")
    c:expect("again\n", { within = 10 })
  end,
}

check "a client that never reads does not keep its thread for ever" {
  points = 4,
  arguments = { "PORT", "1" },
  watch = false, -- it moves megabytes
  time = 120,
  hints = {
    "Where does your thread sleep when the client sends, but does not read?",
    "The buffers between the two are full: send sleeps until there is room. The time-out for receiving does not limit that.",
    "setsockopt(2) with SO_SNDTIMEO, see socket(7); and close when send(2) fails with EAGAIN.",
  },
  run = function(t)
    local c = greeted(t, { receive_buffer = 4096 })
    local descriptors, threads = t.server:descriptors(), t.server:threads()
    c:stall()
    t:spawn(function() c:try_send(t:bytes(8 << 20), { within = 10 }) end)
    t:eventually(function()
      return t.server:descriptors() < descriptors and t.server:threads() < math.max(threads, 2)
    end, { within = 10, message = "the client sent 8 MiB and read nothing; the server kept its connection and its thread" })
    c:resume()
    t:sleep(1) -- as above: whoever times out in accept has done so
    greeted(t)
  end,
}

check "recv_with_timeout: data, the end, or ETIMEDOUT" {
  points = 4,
  program = "probe.c",
  hints = {
    "Three things can happen while the function waits. What does it return for each?",
    "Wait until the descriptor is readable, for timeout_sec at most, then receive. Nothing came: -1, and errno says why.",
    "select(2) with a set of one descriptor and a struct timeval; it returns 0 when the time is over: set errno to ETIMEDOUT.",
  },
  run = function(t)
    local control = t:connect()
    local c = t:connect()

    c:send("0123456789")
    ask(t, control, "recv 100 5")
    local result, errno, _, data = answer(t, control, 10, "data was there, and recv_with_timeout did not return")
    t:expect(result == 10 and data == "0123456789", "10 bytes were there: it returned %d (%s), bytes %q", result, errno, data)

    c:send("0123456789")
    ask(t, control, "recv 4 5")
    result, errno, _, data = answer(t, control, 10, "data was there, and recv_with_timeout did not return")
    t:expect(result == 4 and data == "0123", "it was called for 4 of 10 bytes: it returned %d (%s), bytes %q", result, errno, data)
    ask(t, control, "recv 100 5")
    answer(t, control, 10, "6 bytes were left, and recv_with_timeout did not return")

    ask(t, control, "recv 100 5")
    t:sleep(0.1)
    c:send("late")
    result, errno, _, data = answer(t, control, 10, "data came during the wait, and recv_with_timeout went on waiting")
    t:expect(result == 4 and data == "late", "4 bytes came during the wait: it returned %d (%s), bytes %q", result, errno, data)

    ask(t, control, "recv 100 1")
    local took
    result, errno, took = answer(t, control, 8, "nothing came; the time-out was 1 s, and recv_with_timeout went on waiting")
    t:expect(result == -1 and errno == "ETIMEDOUT", "nothing came for 1 s: it returned %d (%s), not -1 (ETIMEDOUT)", result, errno)
    t:expect(took >= 950, "the time-out was 1 s; it returned after %d ms", took)

    c:half_close()
    ask(t, control, "recv 100 5")
    result, errno = answer(t, control, 10, "the client had closed, and recv_with_timeout did not return")
    t:expect(result == 0, "the client had closed: it returned %d (%s), not 0", result, errno)
    t:rules { uses = { "select|pselect|poll|ppoll" } }
  end,
}

check "signals neither end a wait with a time-out nor prolong it" {
  points = 3,
  program = "probe.c",
  time = 60,
  hints = {
    "What does select return when a signal comes while it sleeps?",
    "-1 with EINTR says nothing about the descriptor: wait again, but only for the time that is left.",
    "On Linux select(2) writes the time that is left into the timeval: do not fill it in again. With poll(2) keep a deadline by clock_gettime(2).",
  },
  run = function(t)
    local control = t:connect()
    local c = t:connect()
    c:send("ready")
    ask(t, control, "recv 100 5")
    answer(t, control, 10, "data was there, and recv_with_timeout did not return")

    local function interrupted(name, command)
      local over = false
      ask(t, control, command)
      local signals = t:spawn(function()
        while not over do
          t.server:signal("USR1")
          t:sleep(0.05)
        end
      end)
      local result, errno, took = answer(t, control, 10,
        "a signal came every 50 ms; the time-out was 1 s, and " .. name .. " went on waiting")
      over = true
      signals:join()
      t:expect(result == -1 and errno == "ETIMEDOUT",
        "signals came, and nothing else: %s returned %d (%s), not -1 (ETIMEDOUT)", name, result, errno)
      t:expect(took >= 950, "signals came; the time-out was 1 s, and %s returned after %d ms", name, took)
    end
    interrupted("recv_with_timeout", "recv 100 1")

    c:stall()
    ask(t, control, "fill 8388608 1")
    answer(t, control, 10, "the client does not read; the time-out was 1 s, and send_with_timeout went on waiting")
    interrupted("send_with_timeout", "fill 8388608 1")
  end,
}

check "send_with_timeout comes back from a client that does not read" {
  points = 4,
  program = "probe.c",
  hints = {
    "How much of your buffer fits when the descriptor is writable?",
    "Writable means that there is room for some bytes. A blocking send of more sleeps until all of them have found room, behind your time-out's back.",
    "send(2) with MSG_DONTWAIT after select(2) takes what fits and returns that count; ETIMEDOUT when select returns 0.",
  },
  run = function(t)
    local control = t:connect()
    local c = t:connect { receive_buffer = 4096 }
    ask(t, control, "send 10 5")
    local result, errno = answer(t, control, 10, "there was room, and send_with_timeout did not return")
    t:expect(result == 10, "there was room for 10 bytes: it returned %d (%s)", result, errno)
    c:expect("abcdefghij", { within = 10 })
    ask(t, control, "mode")
    result = answer(t, control, 10, "the probe did not answer")
    t:expect(result == 0, "the descriptor was a blocking one, and send_with_timeout left O_NONBLOCK on it: the next recv does not wait")

    c:stall()
    ask(t, control, "fill 8388608 1")
    result, errno = answer(t, control, 8, "the client does not read; the time-out was 1 s, and send_with_timeout went on waiting")
    t:expect(result == -1 and errno == "ETIMEDOUT", "the client does not read, and there was no more room for 1 s: it returned %d (%s), not -1 (ETIMEDOUT)", result, errno)
    t:rules { uses = { "select|pselect|poll|ppoll" } }
  end,
}
