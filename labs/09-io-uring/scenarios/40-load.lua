-- Many clients, and what there is only so much of: entries, buffers, descriptors.

-- Requests so far, by any of these operations, with this word ("MULTISHOT") if one is given.
local function requests(t, operations, word, c)
  local count = 0
  for _, name in ipairs(operations) do
    local call = "IORING_OP_" .. name .. (word and ":" .. word or "")
    count = count + t.server:calls { call = call, connection = c }
  end
  return count
end

local RECEIVES = { "RECV", "RECVMSG", "READ", "READV", "READ_FIXED", "READ_MULTISHOT" }

check "a thousand clients at a time" {
  points = 3,
  time = 120,
  hints = {
    "How many clients has your server room for?",
    "A thousand receives may be prepared in one round: more than the submission queue holds.",
    "io_uring_get_sqe(3) returns NULL when the queue is full: io_uring_submit(3), and once more.",
  },
  run = function(t)
    local one = t:connect()
    one:echo("hello\n", { within = 15 })
    local open = t.server:descriptors()
    local all = t:barrier(1000)
    t:clients(1000, function(c, i)
      c:echo(("client %d\n"):format(i), { within = 40 })
      all:wait { within = 40 }
      c:close()
    end, { within = 40 })
    t:eventually(function() return t.server:descriptors() <= open end, {
      within = 10,
      message = "all but one client have gone, and their descriptors are still open",
    })
    one:echo("alone again\n", { within = 15 })
  end,
}

check "more happens at once than the rings hold" {
  points = 4,
  time = 60,
  arguments = { "PORT", "120", "8" },
  sanitize = true,
  hints = {
    "The ring has eight entries here (the third argument), and a hundred clients come and speak "
      .. "at once.",
    "The submission queue may be full: submit, then go on. The completion queue may be full: "
      .. "the kernel keeps the rest until you wait, but a multishot request ends.",
    "IORING_CQE_F_MORE in the flags of a completion: without it the request has ended, and "
      .. "must be made again. io_uring_get_sqe(3) may return NULL.",
  },
  run = function(t)
    local first = t:connect()
    first:echo("hello\n", { within = 10 })
    t.server:stop()
    local many = t:connect_many(100, { within = 10 })
    for i, c in ipairs(many) do
      c:send(("client %d\n"):format(i))
    end
    t.server:continue()
    for i, c in ipairs(many) do
      c:expect(("client %d\n"):format(i), { within = 15 })
    end
    t.server:stop()
    local data = {}
    for i, c in ipairs(many) do
      data[i] = t:bytes(t:random(200, 2000))
      c:send(data[i])
    end
    t.server:continue()
    for i, c in ipairs(many) do
      c:expect(data[i], { within = 15 })
    end
    t.server:stop()
    for _, c in ipairs(many) do
      c:half_close()
    end
    t.server:continue()
    for _, c in ipairs(many) do
      c:expect_close { within = 15 }
    end
    t:connect():echo("a new one\n", { within = 10 })
    first:echo("and the first\n", { within = 10 })
    if t.watched and t.server:calls { call = "io_uring_setup" } > 0 then
      t:rules { uses = { "io_uring_setup:8" } } -- as many entries as it was told to have
    end
  end,
}

check "buffers come back" {
  points = 3,
  time = 40,
  arguments = { "PORT", "120", "8" },
  hints = {
    "The ring has eight entries here, and so many buffers. What happens when all are in use?",
    "A buffer that the kernel has filled is yours until you give it back. When there is none, a "
      .. "receive ends with ENOBUFS, and must be made again.",
    "io_uring_buf_ring_add(3) and io_uring_buf_ring_advance(3) when the bytes are no longer "
      .. "needed; -ENOBUFS and IORING_CQE_F_MORE in io_uring_prep_recv_multishot(3).",
  },
  run = function(t)
    local c, other = t:connect(), t:connect()
    for i = 1, 60 do
      c:echo(("message %d\n"):format(i), { within = 10 })
    end
    local data = t:bytes(300000)
    t.server:stop()
    t:spawn(function() c:send(data, { within = 20 }) end)
    other:send("and I\n")
    t:sleep(0.1)
    t.server:continue()
    c:expect(data, { within = 20 })
    other:expect("and I\n", { within = 10 })
    for i = 1, 20 do
      other:echo(("and %d\n"):format(i), { within = 10 })
    end
  end,
}

check "without free descriptors it goes on, and does not spin" {
  points = 3,
  limits = { descriptors = 24 },
  model = false,
  hints = {
    "The process may not open any more descriptors, and somebody is waiting to be accepted.",
    "The accept completes with EMFILE. Made again at once it fails at once. A multishot accept "
      .. "has ended with that, too.",
    "-EMFILE in the result: accept again when a client has closed, or in a second: "
      .. "io_uring_prep_timeout(3).",
  },
  run = function(t)
    -- From the start: a multishot accept keeps the limit that it was made with.
    local c = t:connect()
    c:echo("hello\n", { within = 10 })
    local open = t.server:descriptors()
    local many = t:connect_many(40)
    c:echo("first things first\n", { within = 10 })
    t:sleep(0.5)
    t:quiet(0.5)
    c:echo("still served\n", { within = 10 })
    for _, other in ipairs(many) do
      other:close()
    end
    t:eventually(function() return t.server:descriptors() <= open end, {
      within = 10,
      message = "clients have gone, and their descriptors are still open in the server",
    })
    t:connect():echo("there is room again\n", { within = 10 })
    t:rules { idle = { calls = 60 } }
    -- However little of the processor it gets, a spinner fails again and again without a sleep.
    t:rules { at_most = { call = "@accept|IORING_OP_ACCEPT", error = "EMFILE", count = 50, in_a_row = true } }
  end,
}

check "a hundred silent clients cost nothing" {
  points = 3,
  hints = {
    "Nobody says anything. What does your server do?",
    "A request that waits costs nothing. What is made again and again does.",
    "io_uring_submit_and_wait(3) sleeps until something completes; if you look for idle clients "
      .. "at times, once a second is often enough.",
  },
  run = function(t)
    local many = t:connect_many(100, { within = 10 })
    for i, c in ipairs(many) do
      c:echo(("client %d\n"):format(i), { within = 10 })
    end
    t:quiet(2)
    many[50]:echo("still there\n", { within = 10 })
    -- With SQPOLL a thread of the kernel looks at the ring for a while (the least is a tick, and
    -- it may be three) each time that the server has looked for idle clients.
    t:rules { idle = { calls = 3, cpu = 0.05 } }
  end,
}

check "many requests go in with one call" {
  points = 3,
  hints = {
    "How many system calls do sixty-four messages cost that are there at the same time?",
    "Take all completions that are there, prepare what follows from each, and enter the kernel "
      .. "once for all of them.",
    "io_uring_submit_and_wait(3) at one place, at the top of the loop; io_uring_for_each_cqe(3).",
  },
  run = function(t)
    local many = t:connect_many(64, { within = 10 })
    for i, c in ipairs(many) do
      c:echo(("client %d\n"):format(i), { within = 10 })
    end
    t.server:stop()
    for i, c in ipairs(many) do
      c:send(("message %d\n"):format(i))
    end
    local before = t.server:calls { call = "io_uring_enter" }
    t.server:continue()
    for i, c in ipairs(many) do
      c:expect(("message %d\n"):format(i), { within = 10 })
    end
    local calls = t.server:calls { call = "io_uring_enter" } - before
    -- With SQPOLL no call hands requests in: they wake the thread of the kernel, or wait.
    local handed_in = t.server:calls { call = "io_uring_setup:SQPOLL" } == 0
    t:expect(calls < 64 or not handed_in, "64 messages were there at once, and %d calls of "
               .. "io_uring_enter were made for them", calls)
  end,
}

check "one request accepts all clients" {
  points = 3,
  hints = {
    "Each client that comes costs a request of its own. There is one that goes on.",
    "A multishot accept completes once for each client, until a completion says that it was the "
      .. "last. Linux has it from 5.19 on.",
    "io_uring_prep_multishot_accept(3); IORING_CQE_F_MORE in the flags of its completions.",
  },
  run = function(t)
    for i = 1, 20 do
      t:connect():echo(("client %d\n"):format(i), { within = 10 })
    end
    t:expect(requests(t, { "ACCEPT" }, "MULTISHOT") > 0, "no multishot accept was submitted")
    local accepts = requests(t, { "ACCEPT" })
    t:expect(accepts <= 5, "20 clients came, and %d accepts were submitted for them", accepts)
  end,
}

check "silent clients occupy no buffer" {
  points = 3,
  hints = {
    "A thousand silent clients with a receive each: a thousand buffers that nobody uses.",
    "Provide some buffers to the kernel; each completion says which of them it has filled. "
      .. "Linux has rings of buffers from 5.19 on.",
    "io_uring_register_buf_ring(3), IOSQE_BUFFER_SELECT and buf_group of the entry; "
      .. "IORING_CQE_F_BUFFER and IORING_CQE_BUFFER_SHIFT in the completion.",
  },
  run = function(t)
    local many = t:connect_many(20)
    for i, c in ipairs(many) do
      c:echo(("client %d\n"):format(i), { within = 10 })
    end
    for i, c in ipairs(many) do
      local all, chosen = requests(t, RECEIVES, nil, c), requests(t, RECEIVES, "BUFFER_SELECT", c)
      t:expect(chosen > 0 and chosen == all,
               "of the receives for client %d, %d of %d left the choice of a buffer to the kernel",
               i, chosen, all)
    end
  end,
}

check "one request receives all that a client sends" {
  points = 3,
  hints = {
    "After each message your server asks again for the next one of the same client.",
    "With provided buffers a receive can go on, too. It ends when there is no buffer, at the end, "
      .. "and when it is cancelled. Linux has it from 6.0 on.",
    "io_uring_prep_recv_multishot(3); IORING_CQE_F_MORE; io_uring_prep_cancel(3) for a client "
      .. "that does not read.",
  },
  run = function(t)
    local c = t:connect()
    for i = 1, 20 do
      c:echo(("message %d\n"):format(i), { within = 10 })
    end
    t:expect(requests(t, RECEIVES, "MULTISHOT", c) > 0, "no multishot receive was submitted")
    local receives = requests(t, RECEIVES, nil, c)
    t:expect(receives <= 5, "20 messages came, and %d receives were submitted for them", receives)
  end,
}
