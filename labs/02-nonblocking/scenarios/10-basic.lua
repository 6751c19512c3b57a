-- The four functions by themselves (through probe.c), then echo as the contract wants it.

-- Gives probe.c a command; returns its answer without the padding.
local function ask(control, command)
  control:send(command .. "\n")
  return (control:expect_bytes(64, { within = 10 }):gsub("%s+$", ""))
end

-- Two connections to probe.c: the one for commands, and the one that the functions work on.
local function probe(t)
  local control = t:connect()
  local data = t:connect()
  return control, data
end

check "make_socket_non_blocking adds O_NONBLOCK, nothing else" {
  points = 2, program = "probe.c", model = false,
  hints = {
    "A descriptor has two sets of flags. Which of them holds O_NONBLOCK?",
    "F_SETFL replaces all status flags: read the old ones first and add yours. (F_SETFD is about close-on-exec.)",
    "fcntl(2): F_GETFL, then F_SETFL with flags | O_NONBLOCK; return -1 when one of them does.",
  },
  run = function(t)
    local control = probe(t)
    local answer = ask(control, "fcntl")
    t:expect(answer ~= "missing", "server.c has no function make_socket_non_blocking, or it is static")
    t:expect(answer:find("O_NONBLOCK", 1, true),
      "after make_socket_non_blocking the descriptor does not have O_NONBLOCK (it returned %s)", answer:match("^%S+"))
    t:expect(answer:find("O_APPEND", 1, true),
      "make_socket_non_blocking took away a flag that the descriptor had before (O_APPEND)")
    t:expect(answer:match("^%S+") == "0", "make_socket_non_blocking worked, but returned %s, not 0", answer:match("^%S+"))
    answer = ask(control, "fcntl-bad")
    t:expect(answer == "-1", "make_socket_non_blocking(-1) returned %s, not -1", answer)
    t:rules { uses = { "fcntl" }, avoids = { "ioctl" } }
  end,
}

check "make_socket_non_blocking_ioctl does it with FIONBIO" {
  points = 2, program = "probe.c", model = false,
  hints = {
    "There is a request of ioctl for just this. What is its third argument?",
    "FIONBIO wants the address of an int, not the int; otherwise EFAULT.",
    "ioctl(2) (and ioctl_tty(2) for examples): int on = 1; ioctl(fd, FIONBIO, &on).",
  },
  run = function(t)
    local control = probe(t)
    local answer = ask(control, "ioctl")
    t:expect(answer ~= "missing", "server.c has no function make_socket_non_blocking_ioctl, or it is static")
    t:expect(answer:find("O_NONBLOCK", 1, true),
      "after make_socket_non_blocking_ioctl the descriptor does not have O_NONBLOCK (it returned %s)", answer:match("^%S+"))
    t:expect(answer:find("O_APPEND", 1, true),
      "make_socket_non_blocking_ioctl took away a flag that the descriptor had before (O_APPEND)")
    t:expect(answer:match("^%S+") == "0", "make_socket_non_blocking_ioctl worked, but returned %s, not 0", answer:match("^%S+"))
    answer = ask(control, "ioctl-bad")
    t:expect(answer == "-1", "make_socket_non_blocking_ioctl(-1) returned %s, not -1", answer)
    t:rules { uses = { "ioctl" } }
  end,
}

check "non_blocking_recv_some tells its four ends apart" {
  points = 3, program = "probe.c", model = false,
  hints = {
    "recv returns more than 0, 0, or -1. The last of them has two meanings: which, and who tells them apart?",
    "Set *bytes_received in every case, to 0 when nothing came. Look at errno only after -1: it keeps the value of some earlier call.",
    "recv(2), RETURN VALUE and ERRORS: 0 is the end of the input, EAGAIN (EWOULDBLOCK) means not yet, EINTR means call again.",
  },
  run = function(t)
    local control, data = probe(t)
    ask(control, "prepare")
    local function expect(command, want, when)
      local answer = ask(control, command)
      -- What was just sent is there at once, but for a machine that is very busy.
      for _ = 1, 50 do
        if answer == want or answer ~= "IO_WOULD_BLOCK, 0" then break end
        t:sleep(0.02)
        answer = ask(control, command)
      end
      t:expect(answer ~= "missing", "server.c has no function non_blocking_recv_some, or it is static")
      t:expect(answer == want, "%s: non_blocking_recv_some gave %s; right is %s", when, answer, want)
    end
    expect("recv 100", "IO_WOULD_BLOCK, 0", "nothing has been sent")
    local bytes = t:text(150)
    data:send(bytes)
    expect("recv 100", "IO_SUCCESS, 100", "150 bytes are there, and room for 100")
    control:expect(bytes:sub(1, 100))
    expect("recv 100", "IO_SUCCESS, 50", "50 bytes are there, and room for 100")
    control:expect(bytes:sub(101))
    expect("recv 100", "IO_WOULD_BLOCK, 0", "everything has been received")
    data:half_close()
    expect("recv 100", "IO_CONNECTION_CLOSED, 0", "the client has half-closed, and the call before gave EAGAIN")
    data:reset()
    t:sleep(0.05)
    local answer = ask(control, "recv 100")
    t:expect(answer == "IO_ERROR, 0" or answer == "IO_CONNECTION_CLOSED, 0",
      "the client has reset the connection: non_blocking_recv_some gave %s; right is IO_ERROR, 0", answer)
  end,
}

check "non_blocking_send_all sends what fits and says how much" {
  points = 4, program = "probe.c", model = false,
  hints = {
    "send may take fewer bytes than it was given. Who sends the rest, and from where on?",
    "Go on from the first byte that was not taken, until all are sent or send says EAGAIN. Set *bytes_sent in every case: it is the only thing that the caller can go on from.",
    "send(2): a short count is no error; EAGAIN is IO_WOULD_BLOCK; EPIPE and ECONNRESET are IO_CONNECTION_CLOSED; MSG_NOSIGNAL keeps SIGPIPE away.",
  },
  run = function(t)
    local period = {}
    for i = 0, 250 do period[#period + 1] = string.char(i) end
    period = table.concat(period)
    local control = t:connect()
    local data = t:connect { receive_buffer = 4096 }
    ask(control, "prepare")
    local function send(size)
      local answer = ask(control, "send " .. size)
      t:expect(answer ~= "missing", "server.c has no function non_blocking_send_all, or it is static")
      t:expect(not answer:find("not set", 1, true), "non_blocking_send_all did not set *bytes_sent (%s)", answer)
      return answer:match("^([%w_]+), (%d+)$")
    end
    local result, count = send(1000)
    t:expect(result == "IO_SUCCESS" and count == "1000",
      "there is room for 1000 bytes: non_blocking_send_all gave %s, %s", result, count)
    data:stall()
    -- A client that does not read: some day the kernel's buffers are full.
    local total = 1000
    for _ = 1, 24 do
      result, count = send(1048576)
      total = total + tonumber(count)
      if result ~= "IO_SUCCESS" then break end
      t:expect(count == "1048576", "non_blocking_send_all gave IO_SUCCESS, but sent %s bytes of 1048576", count)
    end
    t:expect(result == "IO_WOULD_BLOCK",
      "the client does not read: non_blocking_send_all gave %s after %d bytes; right is IO_WOULD_BLOCK", result, total)
    data:resume()
    data:expect(period:rep(total // 251) .. period:sub(1, total % 251), { within = 10 })
    data:reset()
    result = send(1000)
    for _ = 1, 50 do -- until the reset has arrived
      if result ~= "IO_SUCCESS" then break end
      t:sleep(0.02)
      result = send(1000)
    end
    t:expect(result == "IO_CONNECTION_CLOSED",
      "the client has reset the connection: non_blocking_send_all gave %s; right is IO_CONNECTION_CLOSED", result)
  end,
}

check "every byte comes back, whatever its value" {
  points = 4,
  hints = {
    "What is the length of what you send: the number of bytes that came, or something that a function for text found out?",
    "A 0 byte is a byte like any other, a newline too, and the buffer still holds what was in it before.",
    "send(2) exactly as many bytes as recv(2) returned; strlen(3) and printf(3) do not belong here.",
  },
  run = function(t)
    local c = t:connect()
    c:send("hello\n")
    c:expect("hello\n")
    c:send("no newline")
    c:expect("no newline")
    c:send("a\0b")
    c:expect("a\0b")
    c:send("\0")
    c:expect("\0")
    c:send("a longer one than before\n")
    c:expect("a longer one than before\n")
    c:send("short\n")
    c:expect("short\n")
    c:echo(t:bytes(3000), { within = 10 })
    c:echo(t:bytes(t:random(200, 900)), { within = 10 })
    c:expect_silence(0.05)
  end,
}

check "a burst that fills every buffer comes back whole" {
  points = 2,
  hints = {
    "How many bytes can one recv bring, and how many does your buffer hold?",
    "More than one buffer is waiting. Receive what there is room for, send it, and come back for the rest.",
    "recv(2) with the size of the free part of the buffer, not of the whole; no byte behind the last for a '\\0'.",
  },
  run = function(t)
    local c = t:connect()
    c:echo("ready", { within = 10 })
    -- The server stands still until the kernel has more than a buffer of it.
    local burst = t:bytes(65536 + t:random(0, 100))
    t.server:stop()
    local taken = c:try_send(burst, { within = 0.2 })
    t.server:continue()
    c:expect(burst:sub(1, taken), { within = 10 })
    c:echo(t:bytes(100000), { within = 10 })
  end,
}

check "a silent client keeps nobody waiting" {
  points = 4,
  hints = {
    "Who is asked first, and what does the server do when there is no answer?",
    "Each new connection is a blocking descriptor until you change that, also when the listener is not.",
    "fcntl(2) with F_SETFL or ioctl(2) with FIONBIO on what accept(2) returned; and EAGAIN means: ask the next one.",
  },
  run = function(t)
    local silent = t:connect()
    local first = t:connect()
    first:send("first\n")
    first:expect("first\n", { within = 10 })
    local second = t:connect()
    for i = 1, 3 do
      second:send("second " .. i)
      second:expect("second " .. i, { within = 10 })
      first:send("first " .. i)
      first:expect("first " .. i, { within = 10 })
    end
    silent:send("at last")
    silent:expect("at last", { within = 10 })
  end,
}

check "a half-close is answered with the rest, then a close" {
  points = 3,
  hints = {
    "What does recv return when the client has said that nothing more comes?",
    "0 is not 'nothing there yet' (that is -1 with EAGAIN), and errno says nothing after it.",
    "recv(2), RETURN VALUE: 0 is the orderly end. Send what is pending, then close(2).",
  },
  run = function(t)
    local c = t:connect()
    c:send("one, two")
    c:half_close()
    c:expect("one, two", { within = 10 })
    c:expect_close { within = 10 }
    -- And one that waits a while: errno still holds EAGAIN when the 0 comes.
    local patient = t:connect()
    patient:echo("hello", { within = 10 })
    t:sleep(0.03)
    patient:half_close()
    patient:expect_close { within = 10 }
    local mute = t:connect()
    mute:half_close()
    mute:expect_close { within = 10 }
  end,
}

check "waiting costs next to nothing" {
  points = 3, watch = false, sanitize = false,
  hints = {
    "Start your server, connect nobody, and look at it with top. What does it do all the time?",
    "Asking again at once brings nothing when a whole sweep moved nothing. A millisecond later is soon enough.",
    "nanosleep(2), when a sweep moved no byte and no connection.",
  },
  run = function(t)
    local clients = t:connect_many(3)
    for i = 3, 1, -1 do
      clients[i]:echo("here " .. i, { within = 10 })
    end
    local used, slept = t.server:cpu(), t.server:sleeps()
    t:sleep(1)
    local spent = t.server:cpu() - used
    clients[2]:echo("still there", { within = 10 })
    t:expect(spent < 0.12, -- a tenth of that on an idle machine
      "three clients were silent for a second, and the server used %.2f s of processor time for that", spent)
    -- A busy machine gives little to a server that wants all of the processor: does it ever let go of it?
    local sleeps = 0
    t:eventually(function()
      spent, sleeps = t.server:cpu() - used, math.max(t.server:sleeps() - slept, 0)
      return sleeps > 0 or spent > 0.02
    end, { message = "the server did not wait for the next byte" })
    t:expect(spent < 0.02 * (sleeps + 1),
      "three clients were silent for a second, and the server slept %d times: it used %.2f s of processor time, all that it got",
      sleeps, spent)
  end,
}
