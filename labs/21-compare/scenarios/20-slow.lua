-- Servers that take their time: for an answer, for a part of it, for a connection.

local probe, measure, expect_truth, expect_counts = share "probe"

check "a request ends with the last byte of its answer" {
  points = 4,
  program = "probe.c",
  hints = {
    "The first half of each answer comes at once, the second half 30 ms later. How long did the request take?",
    "What came first is not yet what was asked for. Go on until 64 bytes are there; the clock stops then.",
    "Take the time after the recv(2) that completes the answer, not after the first one that returns something.",
  },
  run = function(t)
    local tell = probe(t)
    local r = measure(t, tell, "pieces=2 gap=30", 5)
    t:expect(r.out_of_turn == 0, "%d times a client went on before it had the second half of the answer", r.out_of_turn)
    expect_counts(t, r, 5, 0)
    expect_truth(t, r)
  end,
}

check "an answer may come byte by byte" {
  points = 3,
  program = "probe.c",
  hints = {
    "How many calls of recv does an answer of 64 bytes take?",
    "As many as there are pieces, and any number may come. Each piece goes behind the one before it.",
    "recv(2) into buffer + received, with room for 64 - received; compare when received is 64.",
  },
  run = function(t)
    local tell = probe(t)
    tell("set 3 60000")
    local r = measure(t, tell, "pieces=64 gap=1", 4)
    t:expect(r.out_of_turn == 0, "%d times a client went on before it had the whole answer", r.out_of_turn)
    expect_counts(t, r, 4, 0)
    expect_truth(t, r)
  end,
}

check "a server that stands still for a second shows in the mean" {
  points = 5,
  program = "probe.c",
  hints = {
    "The server stands still for a second, once, and then everybody is answered. Which requests does your mean leave out?",
    "A long time is a result like any other, as long as the answer comes within timeout_ms. Slow answers are what a benchmark is to find.",
    "No limit of your own, no smaller time-out, no outliers taken away: each answer's time goes into the sum.",
  },
  run = function(t)
    local tell = probe(t)
    local r = measure(t, tell, "delay=5 at=25 stand=1000", 10)
    expect_counts(t, r, 10, 0)
    expect_truth(t, r)
  end,
}

check "waiting for a connection is connection_time, and not response time" {
  points = 4,
  program = "probe.c",
  hints = {
    "The server's queue has no room, so some clients wait for their connection. In which of your two times is that?",
    "A non-blocking connect is on its way, not done: EINPROGRESS. It has ended when the descriptor is writable. The first request begins when it is sent, not when its client began to connect.",
    "connect(2), EINPROGRESS: wait for POLLOUT, then getsockopt(2) with SO_ERROR, and take the time there. A new time for each request, before its first send(2).",
  },
  run = function(t)
    local tell = probe(t)
    tell("set 1 60000")
    local r = measure(t, tell, "backlog=1 clients=6 late=500 delay=50", 6)
    expect_counts(t, r, 6, 0)
    t:expect(r.waiting > 1, "there was room for 2 of 6 clients, and %d others tried to connect meanwhile: no client waits until another one is connected", r.waiting)
    local least = r.waiting * r.waited / 6
    t:expect(r.connection >= least * 0.999, "%d of 6 clients waited for more than %.3f s each until they were connected: the mean is %.3f s at least, and connection_time is %.6f s", r.waiting, r.waited, least, r.connection)
    expect_truth(t, r)
  end,
}

check "a client that waits delays no other one" {
  points = 5,
  program = "probe.c",
  hints = {
    "Some clients wait for their answers. What do the others do meanwhile?",
    "Each client goes on as soon as its own answer is there. No rounds in which all send and then all receive.",
    "One loop that asks which descriptors are ready (epoll_wait(2), poll(2)), or a thread for each client. recv(2) on one client after the other waits for the slowest.",
  },
  run = function(t)
    local tell = probe(t)
    tell("serve hold=2 delay=5")
    tell("run server 6")
    tell("asked 33", "3 of 6 clients had no answer yet; the other 3 had not made their 10 requests each")
    tell("go")
    local r = tell("wait")
    expect_counts(t, r, 6, 0)
    expect_truth(t, r)
  end,
}

check "signals are neither failures nor answers" {
  points = 3,
  program = "probe.c",
  hints = {
    "A signal comes while your program waits. What does the call return?",
    "-1 with EINTR says nothing about the client or the server: the call is made again, and the time goes on from where it began.",
    "EINTR of recv(2), send(2), poll(2), epoll_wait(2): once more. A connect(2) that was interrupted goes on by itself: wait for POLLOUT.",
  },
  run = function(t)
    local tell = probe(t)
    local r = measure(t, tell, "delay=5 pieces=4 gap=5 signals=1", 5)
    expect_counts(t, r, 5, 0)
    expect_truth(t, r)
  end,
}

check "while the server thinks, a hundred silent clients cost nothing" {
  points = 6,
  program = "probe.c",
  hints = {
    "All clients wait for the server. How often does your program wake up meanwhile?",
    "As long as nothing comes there is nothing to do but the next time-out, and that is a minute away. What the benchmark uses of the processor, the server has not.",
    "Let epoll_wait(2) or poll(2) sleep for as long as the next client's time-out is away; no pauses, no time-out of 0 or of a few ms.",
  },
  run = function(t)
    local tell = probe(t)
    tell("set 1 60000")
    tell("serve hold=1")
    tell("run server 100")
    tell("asked 100", "not all of 100 clients had asked")
    t:quiet(1.2)
    tell("go")
    local r = tell("wait")
    expect_counts(t, r, 100, 0)
    expect_truth(t, r)
    t:rules { idle = { calls = 20, cpu = 0.1 } }
  end,
}

check "a clock that somebody sets is no clock to measure with" {
  points = 3,
  program = "probe.c",
  hints = {
    "In the middle of your measurement the time of day is put forward by an hour. What do your times say?",
    "The time of day is set by people and by programs. A time that went by is the difference of two readings of a clock that nobody sets.",
    "clock_gettime(2) with CLOCK_MONOTONIC; not CLOCK_REALTIME, gettimeofday(2) or time(2).",
  },
  run = function(t)
    local tell = probe(t)
    local r = measure(t, tell, "delay=10 at=25 jump=1", 5)
    expect_counts(t, r, 5, 0)
    expect_truth(t, r)
  end,
}

check "a connection that does not come is a failure after timeout_ms" {
  points = 3,
  program = "probe.c",
  watch = false, -- quick, so that a second is a long time
  hints = {
    "A client is neither connected nor refused. How long does it wait?",
    "timeout_ms limit the wait for a connection, too; the other clients wait for this one before they ask.",
    "connect(2) alone gives up after minutes. Without blocking: poll(2) or epoll_wait(2) with the time that is left; with threads also SO_SNDTIMEO (socket(7)).",
  },
  run = function(t)
    local tell = probe(t)
    tell("set 1 500")
    local r = measure(t, tell, "backlog=1 clients=6 late=2500", 6)
    expect_counts(t, r, 0, 6)
    t:expect(math.min(r.took, r.passed) >= 0.5, "the time-out was 0.5 s, and benchmark_server gave up after %.3f s", r.took)
  end,
}
