-- More of the same, for instructors.

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
