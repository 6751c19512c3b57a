-- Many clients, and calls that do less than they were asked for.

local probe, measure, expect_truth, expect_counts = share "probe"

check "a thousand clients at the same time" {
  points = 3,
  program = "probe.c",
  time = 240,
  watch = false,
  hints = {
    "How many clients has your program room for, and how does it wait for all of them?",
    "Memory and descriptors for num_clients, whatever that number is. A call that looks at all descriptors must be able to hold their numbers.",
    "select(2) ends at FD_SETSIZE, and the program has other descriptors open: poll(2) or epoll(7) do not. Threads: a small stack (pthread_attr_setstacksize(3)).",
  },
  run = function(t)
    local tell = probe(t)
    tell("occupy 100")
    local r = measure(t, tell, "delay=20 wants=10", 1000)
    expect_counts(t, r, 1000, 0)
    t:expect(r.together == 1000, "benchmark_server was called for 1000 clients, and %d were connected when the first request came", r.together)
    t:expect(r.content == 1000, "%d of 1000 clients had all their answers", r.content)
    expect_truth(t, r)
  end,
}

check "a send may take only a part of the request" {
  points = 2,
  program = "probe.c",
  hints = {
    "What does send return, and what becomes of the bytes that it did not take?",
    "It may take fewer bytes than it was given. The rest is to be sent as well, from there on.",
    "send(2) in a loop, from request + sent, until all 64 bytes are taken.",
  },
  run = function(t)
    local tell = probe(t)
    t.server:fault { call = "@send", short = 7, count = 400 }
    local r = measure(t, tell, "wants=10", 5)
    expect_counts(t, r, 5, 0)
    t:expect(r.content == 5 and r.out_of_turn == 0, "%d of 5 clients had all their answers; %d times more than a request came", r.content, r.out_of_turn)
  end,
}
