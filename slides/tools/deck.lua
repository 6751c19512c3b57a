-- deck.lua: the filter that makes a deck of Markdown into slides (README.md says what a deck may
-- say). Figures, excerpts and values are brought in; what is not as it must be ends the build, with
-- deck and slide. Called by slides/tools/build; from pandoc's metadata: root (of the project), work
-- (a folder for figures), name (of the deck).
local here = PANDOC_SCRIPT_FILE:match("^(.*)/[^/]*$")
package.path = here .. "/?.lua;" .. package.path

local at = require "at"
local excerpts = require "excerpts"
local figures = require "figures"
local notes = require "notes"
local numbers = require "numbers"
local values = require "values"

-- Plain text has no larger letters.
local function underlined(header)
  local title = pandoc.utils.stringify(header)
  return pandoc.Para { pandoc.Str(title), pandoc.LineBreak(), pandoc.Str(("="):rep(utf8.len(title))) }
end

-- One slide: numbers that were typed are found before those that were measured come in.
local function slide(blocks)
  numbers.check(blocks)
  return blocks:walk({ Inlines = values.fill }):walk { Para = figures.block, CodeBlock = excerpts.block }
end

-- Blocks from one heading to the next.
local function each_slide(blocks, visit)
  local all, now = pandoc.Blocks {}, pandoc.Blocks {}
  for _, block in ipairs(blocks) do
    if block.t == "Header" then
      if block.level ~= 2 then at.fail("only ## begins a slide") end
      all:extend(visit(now))
      now = pandoc.Blocks {}
      at.slide = pandoc.utils.stringify(block)
    end
    now:insert(block)
  end
  all:extend(visit(now))
  return all
end

function Pandoc(document)
  at.begin(document.meta)
  local minutes = 0
  local blocks = each_slide(document.blocks, function(blocks)
    if #blocks == 0 then return blocks end
    local body, said = notes.split(blocks)
    minutes = minutes + notes.minutes(said)
    body = slide(body)
    body:insert(notes.shown(said:walk { Inlines = values.fill }))
    if at.text_only() then body[1] = underlined(body[1]) end
    return body
  end)
  document.meta.minutes = ("%g"):format(minutes)
  document.blocks = blocks
  return document
end
