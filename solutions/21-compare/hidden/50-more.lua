-- More of the same, for instructors.

local probe, measure, expect_truth, expect_counts = share "probe"

check "no clients are no error" {
  points = 2,
  program = "probe.c",
  hints = {
    "How many clients are there, and what is the mean of nothing?",
    "benchmark_server for 0 clients returns noughts.",
  },
  run = function(t)
    local tell = probe(t)
    local r = measure(t, tell, "", 0)
    expect_counts(t, r, 0, 0)
    t:expect(r.connection == 0 and r.response == 0, "there were no clients: connection_time is %s and request_response_time %s, not 0", r.connection, r.response)
  end,
}

check "an answer that is too long is noticed with the next one" {
  points = 2,
  program = "probe.c",
  hints = {
    "The server sends 65 bytes where 64 were asked for. Where does the last one go?",
    "It comes before the next answer, which is then another one than the one that was asked for.",
  },
  run = function(t)
    local tell = probe(t)
    local r = measure(t, tell, "every=2 after=2 fault=long", 6)
    expect_counts(t, r, 3, 3)
  end,
}

check "five hundred clients at once, with a request each" {
  points = 2,
  program = "probe.c",
  time = 240,
  watch = false,
  hints = {
    "All 500 connect at the same time. How many of them are there when the first one asks?",
    "All clients are connected before the first request is sent, however many there are.",
  },
  run = function(t)
    local tell = probe(t)
    tell("set 1 60000")
    local r = measure(t, tell, "every=5 after=0 fault=close", 500)
    expect_counts(t, r, 400, 100)
    t:expect(r.together == 500, "benchmark_server was called for 500 clients, and %d were connected when the first request came", r.together)
    expect_truth(t, r)
  end,
}

check "a server that ends takes all clients with it" {
  points = 2,
  program = "probe.c",
  hints = {
    "All clients wait for an answer, and the server ends. What have you measured?",
    "Failures, as many as there were clients; and no time at all.",
  },
  run = function(t)
    local tell = probe(t)
    tell("serve hold=1")
    tell("run server 10")
    tell("asked 10", "not all of 10 clients had asked")
    tell("leave")
    local r = tell("wait")
    expect_counts(t, r, 0, 10)
    t:expect(r.connection == 0 and r.response == 0, "nothing was answered: connection_time is %s and request_response_time %s, not 0", r.connection, r.response)
  end,
}
