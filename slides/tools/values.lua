-- Figures in the text: {claim:stack-memory}, {bench:05/1000|rate}, {recording:05|wait}. What they
-- become has the place of the data as its title, so that a reader can see it too.
local at = require "at"
local values = {}

local fields = {
  rate = { "messages_per_second", "messages/s" },
  cpu = { "server_cpu_us_per_message", "µs" },
  p50 = { "latency_p50_us", "µs" },
  p99 = { "latency_p99_us", "µs" },
  memory = { "server_memory_kib", "KiB" },
  ["memory-each"] = { "memory_per_connection_kib", "KiB" },
  threads = { "server_threads", "" },
  switches = { "switches_per_message", "" },
  calls = { "calls_per_message", "" },
}

-- 8192 -> "8,192", 12.345 -> "12.3", 0.0123 -> "0.012": three digits say enough.
local function written(number)
  if number >= 1000 then
    local text = ("%.0f"):format(number)
    return (text:reverse():gsub("(%d%d%d)", "%1,"):reverse():gsub("^,", ""))
  elseif number == math.floor(number) or number >= 100 then
    return ("%.0f"):format(number)
  end
  return number == 0 and "0" or number >= 10 and ("%.1f"):format(number) or ("%.2g"):format(number)
end

local function with_unit(number, unit)
  return written(number) .. (unit ~= "" and " " .. unit:gsub("^us$", "µs") or "")
end

-- What jq says of a file of data; a number, or nil where it is not there.
local function ask(file, program, ...)
  local arguments = { "-r" }
  for i = 1, select("#", ...), 2 do
    table.insert(arguments, "--arg")
    table.insert(arguments, (select(i, ...)))
    table.insert(arguments, (select(i + 1, ...)))
  end
  table.insert(arguments, program)
  table.insert(arguments, at.root .. "/" .. file)
  return (at.run("jq", arguments):gsub("%s+$", ""))
end

local function claim(id, field)
  local file = "slides/data/claims.json"
  local found = ask(file, '.claims[] | select(.id == $id) | [.outcome, .median, .unit] | @tsv', "id", id)
  local outcome, median, unit = found:match("^([^\t]+)\t([^\t]*)\t(.*)$")
  if not outcome then at.fail("%s has no claim %s", file, id) end
  if field == "outcome" then return outcome:gsub("_", " "), file end
  return with_unit(tonumber(median) or at.fail("claim %s has no figure", id), unit), file
end

-- Where the load generator doubts itself (on few cores it is as busy as the server), the server could
-- do more: a rate is a least one then, and a latency a most.
local bounds = { rate = "≥ ", p50 = "≤ ", p99 = "≤ " }

-- "05/1000" or "05/1+999" -> a number of the data, its unit, the file, its bound
local function measured(server, load, field)
  local speak, idle = load:match("^(%d+)%+(%d+)$")
  local file = idle and "slides/data/idle.json" or "slides/data/bench.json"
  local known = fields[field] or at.fail("nothing of a server is called \"%s\"", field)
  local found = ask(file, [[.results[] | select((.server == $server or (.server | startswith($server + "-")))
      and .load.connections == ($speak | tonumber) and .load.idle == ($idle | tonumber)
      and .load.size == 64) | [.figures[$field].median, .doubts] | @tsv]],
    "server", server, "speak", speak or load, "idle", idle or "0", "field", known[1])
  local number, doubts = found:match("^([%d.e+-]+)\t(%d+)$")
  if not number then at.fail("%s has no %s of %s with %s connections", file, field, server, load) end
  return tonumber(number), known[2], file, doubts ~= "0" and bounds[field] or ""
end

local function bench(what, field)
  local server, load = what:match("^([%w-]+)/([%d+]+)$")
  if not server then at.fail("\"%s\" is no SERVER/CONNECTIONS", what) end
  local number, unit, file, bound = measured(server, load, field)
  return bound .. with_unit(number, unit), file
end

local function ratio(what, field)
  local one, other, load = what:match("^([%w-]+):([%w-]+)/([%d+]+)$")
  if not one then at.fail("\"%s\" is no SERVER:SERVER/CONNECTIONS", what) end
  local over, _, file = measured(one, load, field)
  local ratio = over / measured(other, load, field)
  return (ratio < 10 and "%.2f" or "%.0f"):format(ratio), file
end

local function recording(name, field)
  local path = at.recording(name)
  local text = at.run(at.root .. "/iolab", { "show", "--plain", "--summary", "--width", "1000",
                                             at.root .. "/" .. path })
  local patterns = {
    blocked = "\n blocked ([%d.]+ ?%a*),", calls = " (%d+) calls", vain = " (%d+) polls in vain",
    wakeups = " (%d+) wake%-ups", messages = " (%d+) messages", wait = "median wait ([%d.]+ %a+)",
    copy = "copy ([%d.]+ %a+)%)", threads = "at most (%d+) thread",
  }
  local pattern = patterns[field] or at.fail("nothing of a recording is called \"%s\"", field)
  local found = text:match(pattern) or at.fail("%s does not say %s", path, field)
  return (found:gsub(" us$", " µs")), path
end

local function lab(number, field)
  local folder = at.find({ "labs" }, "^" .. number .. "%-") or at.fail("there is no lab %s", number)
  if field == "lines" then
    return at.read(folder .. "/README.md"):match("<!%-%- ours %-%->(%d+)<!%-%- end %-%->"), folder
  elseif field == "checks" then
    local count = 0
    for name in at.list(folder .. "/scenarios") do
      for _ in at.read(folder .. "/scenarios/" .. name):gmatch("\ncheck%s*[\"(]") do count = count + 1 end
    end
    return tostring(count), folder .. "/scenarios"
  end
  at.fail("nothing of a lab is called \"%s\"", field)
end

local kinds = { claim = claim, bench = bench, ratio = ratio, recording = recording, lab = lab }

-- "claim:stack-memory" -> "10.2 KiB", and where that is from.
function values.look_up(name)
  local kind, what, field = name:match("^(%l+):([^|]+)|?(.*)$")
  if not kinds[kind] then at.fail("{%s} names no data", name) end
  return kinds[kind](what, field)
end

-- A value may be several words of text for pandoc ("{ratio:a:b/1|cpu}," is one); so words first.
local function parts(text)
  local all, from = pandoc.Inlines {}, 1
  for first, name, last in text:gmatch("(){([^{}]+)}()") do
    if first > from then all:insert(pandoc.Str(text:sub(from, first - 1))) end
    local value, place = values.look_up(name)
    all:insert(at.text_only() and pandoc.Str(value)
               or pandoc.Span(value, { class = "value", title = place }))
    from = last
  end
  if from <= #text then all:insert(pandoc.Str(text:sub(from))) end
  return all
end

function values.fill(inlines)
  local all = pandoc.Inlines {}
  for _, inline in ipairs(inlines) do
    if inline.t == "Str" and inline.text:match("{") then
      all:extend(parts(inline.text))
    else
      all:insert(inline)
    end
  end
  return all
end

return values
