-- Blocks of code that are brought in: a piece of a program that runs in the tests, or what iolab
-- says of a server that is wrong.
local at = require "at"
local figures = require "figures"
local excerpts = {}

local LINES, COLUMNS = 16, 72

local function fits(text, what)
  local count = 0
  for line in (text .. "\n"):gmatch("(.-)\n") do
    count = count + 1
    if utf8.len(line) > COLUMNS then at.fail("%s: a line has over %d columns: %s", what, COLUMNS, line) end
  end
  if count > LINES then at.fail("%s has %d lines, and a slide takes %d", what, count, LINES) end
end

-- As far to the left as it goes.
local function outdented(text)
  local least = math.huge
  for line in text:gmatch("[^\n]+") do least = math.min(least, #line:match("^ *")) end
  local lines = {}
  for line in (text .. "\n"):gmatch("(.-)\n") do table.insert(lines, line:sub(least + 1)) end
  return table.concat(lines, "\n")
end

-- What stands between the marks of a piece: "/* cut: NAME */" and "/* end */", on lines of their own.
local function cut(path, name)
  local text = "\n" .. at.read(path)
  local _, from = text:find("\n *%/%* cut: " .. name:gsub("%-", "%%-") .. " %*%/ *\n")
  if not from then at.fail("%s has no piece \"%s\"", path, name) end
  local to = text:find("\n *%/%* end %*%/ *\n", from)
  if not to then at.fail("%s: the piece \"%s\" has no end", path, name) end
  return outdented(text:sub(from + 1, to - 1))
end

local function program(block)
  local path = "slides/code/" .. (block.attributes.file or at.fail("a piece of code names no file"))
  local text = cut(path, block.attributes.cut or at.fail("a piece of %s has no name", path))
  fits(text, path .. ", piece \"" .. block.attributes.cut .. "\"")
  return pandoc.CodeBlock(text, { class = "c", title = path })
end

local function verdict(block)
  local path = "slides/recordings/" .. block.attributes.of .. ".txt"
  local text = at.read(path):gsub("%s+$", "")
  fits(text, path)
  return pandoc.CodeBlock(text, { class = "verdict", title = path })
end

function excerpts.block(block)
  local kind = block.classes[1]
  if kind == "c" then return program(block) end
  if kind == "verdict" then return verdict(block) end
  if kind == "dot" then return figures.drawing(block) end
  if kind == "sh" then return nil end
  at.fail("a block of code is c, verdict, dot or sh (so that it is known to be right)")
end

return excerpts
