-- Many clients, and calls that do less than they were asked for.

-- Commands go to the probe (probe.c, known_server.h); the values that come back are a table.
local function probe(t)
  local control = t:connect()
  local function tell(command, message)
    control:send(command .. "\n")
    t:eventually(function() return control:received() >= 512 or not control.alive end,
      { within = message and 15 or 25, message = message or "benchmark_server does not return" })
    t:expect(control:received() >= 512, "the program ended in the middle of benchmark_server")
    local line, values = control:expect_bytes(512), {}
    t:expect(line:sub(1, 6) ~= "error=", "%s", line:match("^error=(.-) *\n"))
    for name, value in line:gmatch("([%w_]+)=(%S*)") do values[name] = tonumber(value) or value end
    return values
  end
  tell("set 10 60000") -- requests of each client, time-out
  return tell
end

-- Each time must lie between what the server saw of it from its side, however busy the machine.
local function expect_truth(t, r)
  t:expect(r.answers > 0, "the server has answered nothing")
  local lower, upper = r.lower / r.answers, r.upper / r.answers
  t:expect(type(r.response) == "number" and type(r.connection) == "number", "the times are no numbers: connection_time %s, request_response_time %s", r.connection, r.response)
  t:expect(r.response >= lower * 0.999 - 2e-6, "request_response_time is %.6f s: too short. The server alone took %.6f s from seeing a request to sending the last byte of its answer (mean of %d)", r.response, lower, r.answers)
  t:expect(r.response <= upper * 1.001 + 2e-6, "request_response_time is %.6f s: too long. It took %.6f s at most (mean of %d), as the server saw the next request then", r.response, upper, r.answers)
  t:expect(r.connection > 0, "connection_time is %s", r.connection)
  t:expect(r.connection <= r.connecting, "connection_time is %.6f s: too long. The first request was there %.6f s after benchmark_server was called", r.connection, r.connecting)
end

local function expect_counts(t, r, successful, failed)
  t:expect(r.successful == successful and r.failed == failed,
    "%d clients were to have all their answers, and %d not: successful_connections is %d, failed_connections %d",
    successful, failed, r.successful, r.failed)
end

-- Calls benchmark_server on a server that behaves so.
local function measure(t, tell, behaviour, clients)
  tell("serve " .. behaviour)
  tell("run server " .. clients)
  return tell("wait")
end

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
