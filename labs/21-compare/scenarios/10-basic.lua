-- What is measured, of servers that do well.

local probe, measure, expect_truth, expect_counts = share "probe"

check "each client has its requests answered, one after the other" {
  points = 6,
  program = "probe.c",
  hints = {
    "Follow one client: what does it send, what does it wait for, and when does it send again?",
    "Five clients with ten requests each are fifty requests of 64 bytes. The next one is sent when the last byte of the answer has come.",
    "A client is successful after requests_per_client whole answers. Then it closes, and is counted once.",
  },
  run = function(t)
    local tell = probe(t)
    local r = measure(t, tell, "wants=10", 5)
    t:expect(r.connections == 5, "benchmark_server was called for 5 clients, and %d connections came", r.connections)
    t:expect(r.requests == 50, "5 clients have 10 requests of 64 bytes each, and %d came", r.requests)
    t:expect(r.out_of_turn == 0 and r.unfinished == 0, "%d times more than a request of 64 bytes came before its answer, and %d requests were not whole", r.out_of_turn, r.unfinished)
    expect_counts(t, r, 5, 0)
    t:expect(r.content == 5 and r.open == 0, "%d of 5 clients had all answers, and when benchmark_server returned %d were still connected", r.content, r.open)
  end,
}

check "request_response_time is the mean over the answers, in seconds" {
  points = 5,
  program = "probe.c",
  hints = {
    "Take one request. At which moment does its time begin, and at which does it end?",
    "The server takes 20 ms for each answer, so no request can take less, and a few ms more are plenty. Add up one time for each answer, and divide by their number.",
    "clock_gettime(2) gives seconds and nanoseconds: tv_sec + tv_nsec / 1e9, as double, before the first send(2) and after the recv(2) of the last byte.",
  },
  run = function(t)
    local tell = probe(t)
    local r = measure(t, tell, "delay=20", 8)
    expect_counts(t, r, 8, 0)
    expect_truth(t, r)
  end,
}

check "connection_time ends when the connection is there" {
  points = 5,
  program = "probe.c",
  hints = {
    "The server is there at once, and takes long to answer. Which of your two times should show that?",
    "A connection is established before a byte is sent. What your client does afterwards, or waits for, is no part of that time.",
    "Take the time before connect(2), and when it has returned; without blocking, when epoll(7) or poll(2) tells POLLOUT. Not after the first answer, nor when all clients are connected.",
  },
  run = function(t)
    local tell = probe(t)
    tell("set 2 60000")
    local r = measure(t, tell, "delay=500", 5)
    expect_counts(t, r, 5, 0)
    expect_truth(t, r)
  end,
}

check "all clients are there before the first of them asks" {
  points = 5,
  program = "probe.c",
  hints = {
    "How many clients does the server have when it sees your first request?",
    "A server behaves differently with fifty clients than with one, fifty times. Connect all of them first, and begin to ask then.",
    "Two phases: until no client is connecting any more; then all send. With threads: pthread_barrier_wait(3), which also a client that failed has to come to.",
  },
  run = function(t)
    local tell = probe(t)
    local r = measure(t, tell, "", 50)
    expect_counts(t, r, 50, 0)
    t:expect(r.together == 50, "benchmark_server was called for 50 clients, and %d were connected when the first request came", r.together)
  end,
}

check "where nobody listens all clients fail" {
  points = 4,
  program = "probe.c",
  hints = {
    "What does connect(2) say when nobody listens on the port, and who counts that?",
    "A refused connection is a client that has failed. There is then nothing to take a mean of.",
    "ECONNREFUSED from connect(2), or from SO_ERROR (socket(7)). Divide only where the number is not 0: 0.0 / 0 is not a number.",
  },
  run = function(t)
    local tell = probe(t)
    tell("run nobody 5")
    local r = tell("wait")
    expect_counts(t, r, 0, 5)
    t:expect(r.connection == 0 and r.response == 0, "no client was connected: connection_time is %s and request_response_time %s, not 0", r.connection, r.response)
  end,
}

check "it may be called again; the label is printed, and changes nothing" {
  points = 4,
  program = "probe.c",
  hints = {
    "What does your program keep from the first call to the second?",
    "Every call begins at nought. server_type is a text for the table and nothing else, whatever characters are in it.",
    "No static counters. printf(3) with \"%s\" and the label as an argument: a label may have a percent sign. requests_per_client may change from call to call.",
  },
  run = function(t)
    local tell = probe(t)
    for i, label in ipairs { "blocking", "100%s", "blocking" } do
      tell(("set %d 60000"):format(i + 1))
      tell("serve delay=20")
      tell(("run %s %d"):format(label, 3 + i))
      local r = tell("wait")
      t:expect(r.requests == (3 + i) * (i + 1), "call %d: %d clients with %d requests each, and %d requests came", i, 3 + i, i + 1, r.requests)
      expect_counts(t, r, 3 + i, 0)
      expect_truth(t, r)
      t:expect(tostring(r.said):sub(1, #label) == label, "server_type was %q, and what was printed began with %q", label, r.said)
    end
  end,
}
