-- Speaker's notes: of each slide, with the minutes that it takes.
local at = require "at"
local notes = {}

local function is_notes(block)
  return block.t == "Div" and block.classes:includes("notes")
end

-- The blocks of a slide without its notes, and these.
function notes.split(blocks)
  local body, said = pandoc.Blocks {}, nil
  for _, block in ipairs(blocks) do
    if not is_notes(block) then
      body:insert(block)
    elseif said then
      at.fail("it has two notes")
    else
      said = block
    end
  end
  return body, said or at.fail("it has no notes")
end

function notes.minutes(said)
  local number = pandoc.utils.stringify(said):match("^(%d+%.?%d*) min%.")
  return tonumber(number) or at.fail("its notes do not begin with minutes, as in \"2 min.\"")
end

-- As text they follow the slide, indented; pandoc's writer of slides knows what to do with them.
function notes.shown(said)
  return at.text_only() and pandoc.BlockQuote(said.content) or said
end

return notes
