-- Digits that were typed: allowed are names, references, and those that say where they are from
-- ({.fact from="…"}). Everything else must come from data, so that it cannot be out of date.
local at = require "at"
local numbers = {}

local referring = {}
for _, word in ipairs { "lab", "labs", "figure", "figures", "chapter", "section", "sections",
                        "check", "checks", "todo", "tasks", "task", "question", "and", "to", "or" } do
  referring[word] = true
end

-- "lab 05", "labs 05 and 06", "figure 6.2"
local function referred(word, before)
  return word:match("^%(?%d[%d.,]*[).:;,?]?$") and referring[before:lower():gsub("%W", "")]
end

local allowed = {
  "^%W*%a[%w_/.-]*%(%d%a*%)%W*$", -- epoll_wait(2)
  "^%W*%a[%w_/.,-]*%W*$",         -- C10K, IPv4, HTTP/1.1, TODO1
  "^%W*%d%d%-%a[%w-]*%W*$",       -- 05-epoll-level
  "^%W*%d%d/%d%d%W*$",            -- 05/42, a check
}

local function plain(word)
  word = word:gsub("{[^}]*}", "") -- what data will replace
  if not word:match("%d") then return true end
  for _, pattern in ipairs(allowed) do
    if word:match(pattern) then return true end
  end
  return false
end

local function words(inlines)
  local before = ""
  for _, inline in ipairs(inlines) do
    if inline.t == "Str" then
      if not plain(inline.text) and not referred(inline.text, before) then
        at.fail("\"%s\" is a typed number: {where it is from}, or [%s]{.fact from=\"…\"}",
                inline.text, inline.text)
      end
      before = inline.text
    elseif inline.t ~= "Space" and inline.t ~= "SoftBreak" then
      before = ""
    end
  end
end

-- Facts are taken out of what is looked at; a fact without a source is none.
local function without_facts(span)
  if not span.classes:includes("fact") then return nil end
  if not span.attributes.from then at.fail("a fact without from=\"…\"") end
  return pandoc.Inlines {}
end

function numbers.check(blocks)
  blocks:walk({ Span = without_facts }):walk {
    Inlines = function(inlines)
      words(inlines)
      return nil
    end,
    CodeBlock = function(block)
      words { pandoc.Str((block.attributes.alt or ""):gsub("%s", "_")) }
      return nil
    end,
  }
end

return numbers
