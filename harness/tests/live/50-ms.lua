-- A client that waits 50 ms before it sends. The pause begins when the server waits: asleep in the
-- call, or, where it never sleeps for a client, when it has asked in vain.
local function pause_then_send(wait)
  return function(t)
    local c = t:connect()
    c:echo("warm")
    wait(t)
    t:mark("pause")
    t:sleep(0.05)
    c:send("after 50 ms")
    c:expect("after 50 ms")
  end
end

local function asleep_in(call)
  return function(t) t.server:asleep { call = call } end
end

local function asked_in_vain(t)
  local before = t.server:calls { call = "recv" }
  t:eventually(function() return t.server:calls { call = "recv" } > before + 1 end)
end

-- In its handler the server receives until nothing is left.
local function asked_once_more(t)
  t:eventually(function()
    return t.server:calls { call = "recv" } > t.server:calls { call = "send" }
  end)
end

local function receive_under_way(t)
  t:eventually(function() return t.server:calls { call = "IORING_OP_RECV" } == 2 end)
  t.server:asleep { call = "io_uring_enter" }
end

check "blocking" { points = 1, hints = { "a", "b" }, run = pause_then_send(asleep_in("@receive")) }
check "non-blocking" { points = 1, hints = { "a", "b" }, run = pause_then_send(asked_in_vain) }
check "select" { points = 1, hints = { "a", "b" }, run = pause_then_send(asleep_in("select")) }
check "poll" { points = 1, hints = { "a", "b" }, run = pause_then_send(asleep_in("poll")) }
check "epoll" { points = 1, hints = { "a", "b" }, run = pause_then_send(asleep_in("epoll_wait")) }
check "signal-driven" { points = 1, hints = { "a", "b" }, run = pause_then_send(asked_once_more) }
check "POSIX AIO" { points = 1, hints = { "a", "b" }, run = pause_then_send(asleep_in("read")) }
check "io_uring" { points = 1, hints = { "a", "b" }, run = pause_then_send(receive_under_way) }
