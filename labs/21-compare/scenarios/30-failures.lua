-- Servers that fail: some clients, some time, or all of them.

local probe, measure, expect_truth, expect_counts = share "probe"

check "a connection that is closed early has failed; its answers still count" {
  points = 3,
  program = "probe.c",
  hints = {
    "A client had four answers, and then the server closed. Is it a success, and what of its four times?",
    "The client has failed. Its answers came, were whole and right, and are in the mean of request_response_time. connection_time is a mean over successful clients only.",
    "recv(2) returns 0: failed, close. Divide the sum of the times by the number of answers that are in it, not by clients times requests.",
  },
  run = function(t)
    local tell = probe(t)
    local r = measure(t, tell, "delay=40 every=3 after=4 fault=close", 9)
    expect_counts(t, r, 6, 3)
    expect_truth(t, r)
    r = measure(t, tell, "delay=40 every=1 after=4 fault=close", 9)
    expect_counts(t, r, 0, 9)
    t:expect(r.connection == 0, "no client was successful: connection_time is %s, not 0", r.connection)
    r.connection = r.connecting
    expect_truth(t, r)
  end,
}

check "a reset is a failure of one client" {
  points = 2,
  program = "probe.c",
  hints = {
    "A server resets some of its connections. What do the calls of these clients return, and what becomes of the others?",
    "-1 with ECONNRESET or EPIPE: this client has failed, and the benchmark goes on.",
    "recv(2), send(2): close the descriptor and count the client, once. No exit(3).",
  },
  run = function(t)
    local tell = probe(t)
    local r = measure(t, tell, "delay=10 every=2 after=2 fault=reset", 8)
    expect_counts(t, r, 4, 4)
    expect_truth(t, r)
  end,
}

check "wrong bytes are no answer" {
  points = 3,
  program = "probe.c",
  hints = {
    "The server answers with 64 bytes. Are they the right ones?",
    "A server that is quick and wrong is not quick. One byte that differs makes the client fail, and its time is in no mean.",
    "memcmp(3) of request and answer, over all of MESSAGE_SIZE; not strcmp(3), not only the first byte.",
  },
  run = function(t)
    local tell = probe(t)
    local r = measure(t, tell, "every=4 after=9 fault=wrong", 8)
    expect_counts(t, r, 6, 2)
    r = measure(t, tell, "every=1 after=0 fault=wrong", 4)
    expect_counts(t, r, 0, 4)
    t:expect(r.response == 0, "no answer was right: request_response_time is %s, not 0", r.response)
  end,
}

check "a client that is not answered fails after timeout_ms" {
  points = 3,
  program = "probe.c",
  watch = false, -- quick, so that a second is a long time for everybody else
  hints = {
    "Some clients never get an answer. When do they stop waiting, and what are they then?",
    "After timeout_ms they have failed. That they waited for so long is no response time: there was no response.",
    "A deadline for each client: the time of its request and timeout_ms, looked at before each wait; or poll(2) with the time that is left.",
  },
  run = function(t)
    local tell = probe(t)
    tell("set 10 2000")
    local r = measure(t, tell, "delay=10 every=3 after=2 fault=silent", 9)
    expect_counts(t, r, 6, 3)
    t:expect(math.min(r.took, r.passed) >= 2, "the time-out was 2 s, and benchmark_server gave up after %.3f s", r.took)
    expect_truth(t, r)
  end,
}

check "single bytes do not prolong the time-out" {
  points = 3,
  program = "probe.c",
  watch = false,
  hints = {
    "A byte comes every 100 ms, and the time-out is 400 ms. Does your client ever give up?",
    "The whole answer has to be there within timeout_ms of the request. A piece is no reason to begin the wait anew.",
    "SO_RCVTIMEO, or the same time-out for each poll(2), limits one call only. Keep a deadline, and wait for what is left until then.",
  },
  run = function(t)
    local tell = probe(t)
    tell("set 10 400")
    local r = measure(t, tell, "every=1 after=1 fault=dribble gap=100", 4)
    expect_counts(t, r, 0, 4)
    t:expect(math.min(r.took, r.passed) >= 0.4, "the time-out was 0.4 s, and benchmark_server gave up after %.3f s", r.took)
    t:expect(r.dribbled < 4 * 50, "the time-out was 0.4 s, and each of 4 clients waited while some %d bytes came, 0.1 s apart", r.dribbled // 4)
  end,
}

check "a client that is turned away before it asks is one failure" {
  points = 3,
  program = "probe.c",
  hints = {
    "A server closes a connection while your other clients are still connecting. What does the first send on it do?",
    "The client has failed, and is in no mean; the program must live on. A send on a connection that the other side has left raises SIGPIPE.",
    "send(2) with MSG_NOSIGNAL: EPIPE is then an error like others.",
  },
  run = function(t)
    local tell = probe(t)
    tell("set 1 60000")
    local r = measure(t, tell, "backlog=5 clients=8 late=800 turn_away=6 delay=50", 8)
    expect_counts(t, r, 2, 6)
    local least = r.waiting * r.waited / 2
    t:expect(r.connection >= least * 0.999, "of the 2 successful clients %d waited for more than %.3f s each to be connected: the mean is %.3f s at least, and connection_time is %.6f s", r.waiting, r.waited, least, r.connection)
    expect_truth(t, r)
  end,
}

check "clients without a descriptor have failed" {
  points = 3,
  program = "probe.c",
  hints = {
    "Your program may open 12 more descriptors, and is to have 30 clients. What does socket return for the rest?",
    "-1 with EMFILE: that client has failed. The others are measured as ever.",
    "Look at what socket(2) returned before it is used; do not give up for all, and do not try again. poll(2) takes no more entries than there may be descriptors (EINVAL).",
  },
  run = function(t)
    local tell = probe(t)
    tell("descriptors 12")
    local r = measure(t, tell, "delay=10 wants=10", 30)
    t:expect(r.successful + r.failed == 30, "30 clients: %d successful and %d failed", r.successful, r.failed)
    t:expect(r.successful >= 6, "12 descriptors were free, and successful_connections is %d", r.successful)
    t:expect(r.content == r.successful, "%d clients had all their answers, and successful_connections is %d", r.content, r.successful)
    expect_truth(t, r)
  end,
}

check "nothing is left open, and nothing is done with what is closed" {
  points = 4,
  program = "probe.c",
  hints = {
    "How many descriptors and threads has your program after the call?",
    "As many as before, whatever became of the clients: each way on which a client ends closes its descriptor.",
    "close(2) in one place, for success, failure and time-out; also the descriptor of epoll(7). pthread_join(3) for each thread.",
  },
  run = function(t)
    t:rules { no_calls_on_closed = true }
    local tell = probe(t)
    local before = tell("open")
    tell("run nobody 3")
    expect_counts(t, tell("wait"), 0, 3)
    measure(t, tell, "every=2 after=1 fault=reset", 4)
    measure(t, tell, "every=2 after=1 fault=wrong", 4)
    tell("set 2 300")
    measure(t, tell, "every=1 after=0 fault=silent", 2)
    local after
    t:eventually(function()
      after = tell("open")
      return after.descriptors == before.descriptors and after.threads == before.threads
    end, { within = 5, message = "after four calls it has more descriptors, or threads, than before the first" })
  end,
}

check "a part of an answer is no answer" {
  points = 2,
  program = "probe.c",
  hints = {
    "The server sends 63 of 64 bytes, and closes. What did your client get?",
    "Something, but not what it asked for: it has failed.",
    "Count bytes, not calls of recv(2): 0 before the 64th byte is a failure.",
  },
  run = function(t)
    local tell = probe(t)
    local r = measure(t, tell, "delay=10 every=3 after=9 fault=part", 6)
    expect_counts(t, r, 4, 2)
    expect_truth(t, r)
  end,
}
