-- A client that waits 50 ms before it sends. The pause begins when the server is asleep.
local function pause_then_send(call)
  return function(t)
    local c = t:connect()
    c:echo("warm")
    t.server:asleep { call = call }
    t:mark("pause")
    t:sleep(0.05)
    c:send("after 50 ms")
    c:expect("after 50 ms")
  end
end

check "blocking" { points = 1, hints = { "a", "b" }, run = pause_then_send("@receive") }
check "non-blocking" { points = 1, hints = { "a", "b" }, run = pause_then_send("@sleep") }
check "select" { points = 1, hints = { "a", "b" }, run = pause_then_send("select") }
