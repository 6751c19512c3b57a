-- The files on PORT + 1.

local function ask(t, name, options)
  options = options or {}
  options.port = t.port + 1
  local c = t:connect(options)
  c:send(name .. "\n")
  return c
end

local function expect_file(c, data)
  c:expect(("OK %d\n"):format(#data), { within = 10 })
  c:expect(data, { within = 15 })
  c:expect_close { within = 10 }
end

local function expect_refusal(t, c, name)
  local answer = c:drain { within = 10 }
  t:expect(answer:match("^ERROR[^\n]*\n$"),
           "the answer to %q is no line that begins with ERROR, but %q", name, answer:sub(1, 60))
end

check "a name is answered with length and bytes" {
  points = 3,
  sanitize = true,
  hints = {
    "One line in; then OK, the length, and the file.",
    "The length stands in the file system; the bytes come from a request like any other, on "
      .. "another descriptor.",
    "openat(2) and fstat(2), then aio_read(3) of the file and aio_write(3) to the client.",
  },
  run = function(t)
    t:file("greeting.txt", "good morning\n")
    t:file("zeros", "\0\n\0\n")
    expect_file(ask(t, "greeting.txt"), "good morning\n")
    expect_file(ask(t, "zeros"), "\0\n\0\n")
    t:file("greeting.txt", "good night\n")
    expect_file(ask(t, "greeting.txt"), "good night\n")
  end,
}

check "files of every size" {
  points = 4,
  sanitize = true,
  hints = {
    "Some sizes work, others do not. What distinguishes them?",
    "A file ends where a read moves 0 bytes. Where does the next read begin?",
    "aio_offset: a request does not use, or move, a position of the descriptor.",
  },
  run = function(t)
    for i, size in ipairs { 0, 1, 4095, 4096, 4097, 16384, 32768, 32769, 300000 } do
      local data, name = t:bytes(size), ("file-%d"):format(i)
      t:file(name, data)
      expect_file(ask(t, name), data)
    end
  end,
}

check "what is not there, or elsewhere, is refused" {
  points = 4,
  hints = {
    "Which files may somebody read who can connect to you?",
    "Those of the directory, and no others. What does a slash in a name do, and what do two dots?",
    "Compare the name with your own eyes before openat(2); O_NOFOLLOW. A line ERROR, then close.",
  },
  run = function(t)
    t:file("here", "yes\n")
    t:file(".hidden", "no\n")
    local names = { "not-here", ".hidden", "", "..", ".", "../files/here", "./here",
                    "/etc/hostname", "here/", "../output", "here\0", ("n"):rep(3000) }
    for _, name in ipairs(names) do
      expect_refusal(t, ask(t, name), name)
    end
    expect_file(ask(t, "here"), "yes\n")
  end,
}

check "a name may come in pieces" {
  points = 3,
  sanitize = true,
  hints = {
    "How do you know that a name is complete?",
    "By its newline. Until it has come, the next read adds to what is there.",
    "aio_buf behind the bytes that came before, aio_nbytes what is left of the room.",
  },
  run = function(t)
    local data = t:bytes(700)
    t:file("in-pieces", data)
    local c = t:connect { port = t.port + 1 }
    for _, piece in ipairs { "in-", "piec" } do
      c:send(piece)
      t:sleep(0.2)
    end
    t:file("another", "quite another\n")
    expect_file(ask(t, "another"), "quite another\n")
    c:send("es")
    t:sleep(0.05)
    c:send("\n")
    expect_file(c, data)
    local quiet = t:connect { port = t.port + 1 }
    quiet:send("in-pie")
    quiet:half_close()
    quiet:expect_end { within = 10 }
    expect_file(ask(t, "in-pieces"), data)
    t:sleep(0.1)
    t:quiet(0.5)
  end,
}

check "many files at a time, slow readers, and echo beside them" {
  points = 5,
  hints = {
    "Somebody takes a large file slowly. Who waits for it?",
    "Nobody but that client: reading and writing go on in the library, for all at once.",
    "lio_listio(3) begins several requests; each client has its own, and its own buffers.",
  },
  run = function(t)
    local large = t:bytes(3 << 20)
    t:file("large", large)
    local slow = ask(t, "large", { receive_buffer = 16384 })
    slow:stall()
    local echo = t:connect()
    echo:echo("beside it\n", { within = 10 })
    local all, contents = {}, {}
    for i = 1, 8 do
      contents[i] = t:bytes(30000 + i)
      t:file("file-" .. i, contents[i])
      all[i] = ask(t, "file-" .. i)
      all[i]:expect(("OK %d\n"):format(#contents[i]), { within = 10 })
    end
    for i = 1, 8 do
      all[i]:expect(contents[i], { within = 15 })
      all[i]:expect_close { within = 10 }
    end
    echo:echo(t:bytes(3000), { within = 10 })
    slow:resume()
    expect_file(slow, large)
    t:quiet(0.2)
  end,
}

check "a part of a part arrives too, and nothing is left open" {
  points = 4,
  hints = {
    "A write moved less than a buffer. What of the file comes next?",
    "First the rest of the buffer, then the next part of the file: two counts, not one.",
    "aio_return(3) of the write and of the read; close both descriptors at the end.",
  },
  run = function(t)
    local data = t:bytes(60000)
    t:file("data", data)
    local echo = t:connect()
    echo:echo("hello\n", { within = 10 })
    local open = t.server:descriptors()
    local c = t:connect { port = t.port + 1 }
    t.server:fault { call = "@send", connection = c, short = 1000, count = 5 }
    c:send("data\n")
    expect_file(c, data)
    local gone = ask(t, "data", { receive_buffer = 4096 })
    gone:expect("OK 60000\n", { within = 10 })
    gone:reset()
    t:eventually(function() return t.server:descriptors() <= open end, {
      within = 10,
      message = "files or connections are still open after the last client of them has gone",
    })
    echo:echo("still here\n", { within = 10 })
  end,
}
