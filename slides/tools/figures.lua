-- Figures: an image names where it is from (timeline:05, compare:01,03, chart:rate) and becomes an
-- SVG, drawn now from its data, with its source below; as text, what the same data says in letters.
local at = require "at"
local figures = {}

local function iolab(...)
  return at.run(at.root .. "/iolab", { ... })
end

local function write(path, bytes)
  local file = io.open(path, "wb") or at.fail("cannot write %s", path)
  file:write(bytes)
  file:close()
  return path
end

local function paths_of(names)
  local paths = {}
  for name in names:gmatch("[^,]+") do
    table.insert(paths, at.root .. "/" .. at.recording(name))
  end
  return paths
end

local function export(format, names)
  local path = ("%s/%s-%s.svg"):format(at.work, format, names:gsub("%W+", "-"))
  iolab("show", "--present", "--export", format, "--output", path, table.unpack(paths_of(names)))
  return path
end

local function told(names)
  return iolab("show", "--plain", "--summary", "--width", "76", table.unpack(paths_of(names)))
end

local function origin(names)
  local places = {}
  for name in names:gmatch("[^,]+") do table.insert(places, at.recording(name)) end
  return #places > 2 and "recordings of the tour, visualizer/recordings" or table.concat(places, ", ")
end

-- "idle/p50?03,05" -> the file of data, the chart, and how iolab bench reads it.
local function parts(what)
  local path, servers = what:match("^([^?]+)%??(.*)$")
  local data, name = path:match("^(%l+)/(.+)$")
  data = "slides/data/" .. (data or "bench") .. ".json"
  local arguments = { "bench", "--read", at.root .. "/" .. data }
  for server in servers:gmatch("[^,]+") do table.insert(arguments, server) end
  return data, name or path, arguments
end

-- Charts of one file of data are drawn all at once.
local charts_of = {}
local function chart(what)
  local data, name, arguments = parts(what)
  local key = table.concat(arguments, " ")
  if not charts_of[key] then
    charts_of[key] = ("%s/%s"):format(at.work, key:match("/(%l+%.json.*)$"):gsub("%W+", "-"))
    table.insert(arguments, "--charts")
    table.insert(arguments, charts_of[key])
    iolab(table.unpack(arguments))
  end
  local path = ("%s/%s-room.svg"):format(charts_of[key], name)
  local file = io.open(path) or at.fail("%s has nothing for a chart \"%s\"", data, name)
  file:close()
  return path, data
end

local kinds = {
  timeline = {
    draw = function(names) return export("svg", names), origin(names) end,
    tell = function(names) return told(names), origin(names) end,
  },
  compare = {
    draw = function(names) return export("chart-svg", names), origin(names) end,
    tell = function(names) return told(names), origin(names) end,
  },
  chart = {
    draw = chart,
    tell = function(what)
      local data, _, arguments = parts(what)
      return iolab(table.unpack(arguments)), data
    end,
  },
}

local function as_page(image, path, source)
  local alt = pandoc.utils.stringify(image.caption)
  return pandoc.Div({
    pandoc.Plain { pandoc.Image(alt, path) },
    pandoc.Div({ pandoc.Plain(image.caption) }, { class = "caption" }),
    pandoc.Div({ pandoc.Plain { pandoc.Str("from " .. source) } }, { class = "source" }),
  }, { class = "figure" })
end

local function as_text(image, text, source)
  return { pandoc.CodeBlock(text), pandoc.Para(image.caption),
           pandoc.Para(at.words("from " .. source)) }
end

-- A paragraph that is a figure: its name is where it is from.
function figures.block(paragraph)
  local image = paragraph.content[1]
  if image.t ~= "Image" or #paragraph.content > 1 then return nil end
  local kind, what = image.src:match("^(%l+):(.+)$")
  if not kinds[kind] then at.fail("\"%s\" is no source of a figure", image.src) end
  if #image.caption == 0 then at.fail("the figure %s has no caption", image.src) end
  if at.text_only() then return as_text(image, kinds[kind].tell(what)) end
  return as_page(image, kinds[kind].draw(what))
end

local look = [[digraph { bgcolor="transparent"; rankdir=LR; nodesep=0.35; ranksep=0.55;
node [shape=box, style="rounded,filled", fillcolor="#eef5fa", color="#0072b2", penwidth=1.6,
      fontname="DejaVu Sans", fontsize=22, fontcolor="#222222", margin="0.18,0.1"];
edge [color="#444444", penwidth=1.4, fontname="DejaVu Sans", fontsize=20, fontcolor="#222222"];
]]

local drawings = 0
function figures.drawing(block)
  local alt = block.attributes.alt or at.fail("a drawing has no alt=\"…\"")
  if at.text_only() then return pandoc.Para(at.words("[" .. alt .. "]")) end
  drawings = drawings + 1
  local source = write(("%s/%s-%d.dot"):format(at.work, at.name, drawings), look .. block.text .. "\n}\n")
  local path = source:gsub("dot$", "svg")
  at.run("dot", { "-Tsvg", "-o", path, source })
  return pandoc.Div({ pandoc.Plain { pandoc.Image(alt, path) } }, { class = "figure drawing" })
end

return figures
