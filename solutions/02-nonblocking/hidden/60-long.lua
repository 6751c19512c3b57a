-- A long day: what is lost a little at each visit is missed in the end.

-- `count` visitors, ten side by side.
local function visits(t, count)
  local lines = {}
  for line = 1, 10 do
    lines[line] = t:spawn(function()
      for i = 1, count // 10 do
        local c = t:connect { within = 10 }
        c:echo("visit " .. line .. "." .. i, { within = 10 })
        if i % 2 == 0 then c:reset() else c:close() end
      end
    end)
  end
  for _, line in ipairs(lines) do
    line:join()
  end
end

check "twelve hundred visits, ten at a time" {
  points = 4, time = 20,
  hints = {
    "Your table has so many places. How many are free after everybody has left?",
    "client_count goes down, or the place is marked as free, on every way out.",
  },
  run = function(t)
    visits(t, 1200)
    t:connect():echo("and one more", { within = 10 })
  end,
}

check "memory is the same after a thousand visits" {
  points = 4, time = 20, watch = false,
  hints = {
    "What was allocated for a client that has left?",
    "calloc(3) when it comes, free(3) when it goes, in one place for all ways out.",
  },
  run = function(t)
    visits(t, 100)
    local before = t.server:memory()
    visits(t, 1000)
    local grown = t.server:memory() - before
    t:expect(grown < 2 * 1048576, "a thousand visits made the server's memory grow by %d KiB", grown // 1024)
  end,
}

check "a busy client leaves room for the others" {
  points = 3,
  hints = {
    "One client sends without end. When is the next one asked?",
    "One recv(2), or a few, for each client in a sweep: not until EAGAIN, which may never come.",
  },
  run = function(t)
    local quiet = t:connect()
    quiet:echo("ready", { within = 10 })
    local heard = false
    local floods = {}
    for i = 1, 3 do
      floods[i] = t:spawn(function()
        local c = t:connect()
        local data = t:bytes(65536)
        for _ = 1, 200 do
          if heard then break end
          c:echo(data, { within = 10 })
        end
      end)
    end
    for i = 1, 5 do
      quiet:echo("ping " .. i, { within = 10 })
    end
    heard = true
    for _, flood in ipairs(floods) do
      flood:join()
    end
  end,
}
