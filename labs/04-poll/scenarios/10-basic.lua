-- What every server of this lab does: echo, its ring buffer, requests.

check "bytes are bytes, also zeros" {
  points = 2,
  hints = {
    "Not everything that comes is text.",
    "How does your server know how many bytes to send back?",
    "The count that recv(2) returns; never strlen(3) or printf(3).",
  },
  run = function(t)
    local first, second = t:connect(), t:connect()
    first:echo("a\0b\0\0c")
    t:sleep(0.05)
    second:echo("a longer line\n")
    first:echo("short\n")
    second:dribble("a line\nin pieces\0\n", { size = { 1, 3 } })
    second:expect("a line\nin pieces\0\n")
    second:close()
    t:sleep(0.05)
    first:echo(t:bytes(2000))
  end,
}

check "no message is too long" {
  points = 2,
  hints = {
    "What is larger than your buffer comes in several receives.",
    "Receive what there is room for, send it, receive the rest. And what if the ring is exactly "
      .. "full?",
    "recv(2): the third argument is all that there is room for.",
  },
  run = function(t)
    local c = t:connect()
    for _, size in ipairs { 1, 1023, 1024, 1025, 4096, 8192, 16383, 16384, 16385, 65537 } do
      c:echo(t:bytes(size), { within = 10 })
    end
    c:echo(t:bytes(400000), { within = 10 })
  end,
}

check "a half-close is answered with the rest, then a close" {
  points = 3,
  hints = {
    "The client has said its last word, but it still listens.",
    "recv() gives 0 when the end has come. Send what is left to be sent, then close. If you ask "
      .. "poll for POLLRDHUP: it comes while there is still something to read.",
    "recv(2), RETURN VALUE; shutdown(2) is what the client calls; POLLRDHUP in poll(2).",
  },
  run = function(t)
    local c = t:connect()
    c:echo("hello\n")
    local data = t:bytes(60000)
    t.server:stop()
    c:send(data)
    c:half_close()
    t.server:continue()
    c:expect(data, { within = 10 })
    c:expect_close { within = 10 }

    local quiet = t:connect()
    quiet:half_close()
    quiet:expect_close { within = 10 }
  end,
}

-- A number with its tag: w a write, r a read; see probe.c.
local function ask(c, tag, n, data)
  c:send(tag .. string.pack("<I4", n) .. (data or ""))
  return string.unpack("<i4", (c:expect_bytes(4, { within = 10 })))
end

check "the ring buffer keeps order, whatever is written and read" {
  points = 6,
  program = "probe.c",
  sanitize = true,
  hints = {
    "What is in a ring may begin near the end of its memory, and go on at its beginning.",
    "Split each copy in two: up to the end, and the rest from the start. All that fits is "
      .. "written, or nothing of it and -1; what is not there is not read.",
    "write_pos is (read_pos + length) % capacity; memcpy(3) twice, the second one of 0 bytes as "
      .. "a rule. scenarios/probe.c is the program that was run.",
  },
  run = function(t)
    local c = t:connect()
    for _, capacity in ipairs { 1, 2, 7, t:random(8, 200) } do
      t:expect(ask(c, "c", capacity) == 0, "create_buffer(%d) gave NULL", capacity)
      local model, steps = "", 0
      for _ = 1, 150 do
        local n = t:random(0, capacity + 2)
        steps = steps + 1
        local where = (" (capacity %d, step %d, %d bytes in it)"):format(capacity, steps, #model)
        if t:random(0, 1) == 1 then
          local data = t:bytes(n)
          local want = #model + n <= capacity and 0 or -1
          local got = ask(c, "w", n, data)
          t:expect(got == want, "buffer_write of %d bytes gave %d, and not %d%s", n, got, want,
                   where)
          model = want == 0 and model .. data or model
        else
          local want = math.min(n, #model)
          local got = ask(c, "r", n)
          t:expect(got == want, "buffer_read of %d bytes gave %d, and not %d%s", n, got, want,
                   where)
          local data = want > 0 and c:expect_bytes(want, { within = 10 }) or ""
          t:expect(data == model:sub(1, want), "buffer_read of %d bytes gave others than were "
                     .. "written%s", n, where)
          model = model:sub(want + 1)
        end
      end
    end
  end,
}

check "a request is answered" {
  points = 3,
  arguments = { "PORT", "60", "requests" },
  hints = {
    "Header, blank line, body: the answer is the same header and the body backwards.",
    "The body may hold any bytes, or none at all. And after the answer comes the next request.",
    "TODO 5: which state follows which, and what does each of them wait for?",
  },
  run = function(t)
    local function request(body) return ("Content-Length: %d\r\n\r\n"):format(#body) .. body end
    local c = t:connect()
    for _, body in ipairs { "hello", "", "\0a\r\n\r\nb\0", t:bytes(1000), t:bytes(50000), "x" } do
      c:send(request(body), { within = 10 })
      c:expect(request(body:reverse()), { within = 10 })
    end
    local full = ("Content-Length: %044d\r\n\r\n"):format(3)
    c:send(full .. "abc")
    c:expect(full .. "cba", { within = 10 })
    c:half_close()
    c:expect_close { within = 10 }
  end,
}
