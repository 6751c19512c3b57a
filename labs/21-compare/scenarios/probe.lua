-- What the scripts of this lab have in common: how they talk with the probe, and what is expected of
-- the figures.

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

return probe, measure, expect_truth, expect_counts
