-- One client at a time: what the first two tasks build. All of this runs on the sanitizer's
-- build too.

check "what a client sends comes back" {
  points = 5,
  hints = {
    "Follow one message: which call brings it into your program, which call takes it out?",
    "After recv has returned n bytes, send exactly these n. When recv returns 0, the client has said all that it will say.",
    "recv(2), RETURN VALUE: a positive number, 0 and -1 are three different things. Close the connection after 0.",
  },
  run = function(t)
    local c = t:connect()
    for i = 1, 3 do
      local line = t:text(t:random(5, 40)) .. "\n"
      c:send(line)
      c:expect(line, { within = 10 })
    end
    c:half_close()
    c:expect_close { within = 10 }

    for i = 1, 5 do -- and whoever comes next is served as well
      local next = t:connect()
      next:send("client " .. i .. "\n")
      next:expect("client " .. i .. "\n", { within = 10 })
      next:close()
    end
  end,
}

check "a line is not a unit: bytes come back as they come" {
  points = 3,
  hints = {
    "Does your server wait for something that the client has not sent yet?",
    "TCP carries bytes. A newline is one of them; recv returns as soon as there is anything at all.",
    "Send back what recv(2) returned, at once: no search for '\\n', no fixed length, no MSG_WAITALL.",
  },
  run = function(t)
    local c = t:connect()
    c:send("half a li")
    c:expect("half a li", { within = 10 })
    c:send("ne\nand two more\nat once\n")
    c:expect("ne\nand two more\nat once\n", { within = 10 })
    local word = t:text(60)
    c:dribble(word, { size = { 1, 9 }, pause = 0.001 })
    c:expect(word, { within = 10 })
    local long = t:text(t:random(5000, 7000))
    c:echo(long, { within = 20 })
  end,
}

check "bytes are not text" {
  points = 3,
  arguments = { "PORT" }, -- IDLE_SECONDS may be left out
  hints = {
    "How does your server know how many bytes to send back?",
    "A byte 0 is a byte like any other. Functions on strings stop there; what is left of an earlier message does not belong to the next one.",
    "Use the count that recv(2) returned, not strlen(3), and not the size of the buffer.",
  },
  run = function(t)
    local c = t:connect()
    c:send("a\0b\0\0c")
    c:expect("a\0b\0\0c", { within = 10 })
    local long = t:text(300)
    c:echo(long, { within = 10 })
    c:send("short")
    c:expect("short", { within = 10 })
    local all = {}
    for byte = 0, 255 do all[#all + 1] = string.char(byte) end
    c:echo(table.concat(all), { within = 10 })
    c:echo(t:bytes(3000), { within = 20 })
  end,
}

check "any amount comes back, while more of it still arrives" {
  points = 3,
  watch = false, -- many calls, and nothing about them to be judged
  hints = {
    "What happens when more arrives than your buffer holds?",
    "Receive a part, send it back, receive the next part. No message has to fit into memory.",
    "recv(2) with the size of the buffer, send(2) with the count that came, and that in a loop.",
  },
  run = function(t)
    local c = t:connect()
    c:echo(t:text(4 * t:random(50000, 60000) + 1), { within = 10 })
    c:half_close()
    c:expect_close { within = 10 }
  end,
}

check "after a half-close come the rest of the data, then the end" {
  points = 3,
  hints = {
    "The client has finished sending and not yet read everything. Is it gone?",
    "recv returns 0: no more will come from there. What was sent before must still arrive, also after your close.",
    "close(2) sends the rest by itself. SO_LINGER with a time of 0 throws it away (socket(7)).",
  },
  watch = false,
  run = function(t)
    local c = t:connect { receive_buffer = 2048 }
    c:send("first\n")
    c:expect("first\n", { within = 10 })
    local with = t.server:descriptors()
    c:stall()
    local data = t:text(12000) -- more than this client's buffer takes, less than the server's
    c:send(data)
    c:half_close()
    t:eventually(function() return t.server:descriptors() < with end,
      { within = 10, message = "the server did not close a connection whose client had said all" })
    c:resume()
    c:expect(data, { within = 10 })
    c:expect_close { within = 10 }
  end,
}
