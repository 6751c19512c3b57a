-- Where the build is: the deck, the slide, the folders. An error names the first two.
local at = { slide = "before the first slide" }

function at.begin(meta)
  for _, name in ipairs { "root", "work", "name" } do
    at[name] = pandoc.utils.stringify(meta[name] or error("metadata is missing: " .. name))
  end
end

-- Ends the build. (An error would come with pages of where pandoc was.)
function at.fail(message, ...)
  io.stderr:write(("slides/%s.md, slide \"%s\": %s\n"):format(at.name, at.slide, message:format(...)))
  os.exit(1)
end

-- What a program prints; it is run without a shell, from the project's folder.
function at.run(program, arguments)
  local done, output = pcall(pandoc.pipe, program, arguments, "")
  if done then return output end
  local said = type(output) == "table" and output.output or tostring(output)
  at.fail("%s %s: %s", program, table.concat(arguments, " "), said)
end

function at.read(path)
  local file = io.open(at.root .. "/" .. path, "rb")
  if not file then at.fail("there is no %s", path) end
  local text = file:read("a")
  file:close()
  return text
end

-- Names of files in a folder of the project. (This pandoc cannot list folders itself.)
function at.list(folder)
  return at.run("ls", { "-1", at.root .. "/" .. folder }):gmatch("[^\n]+")
end

-- The only file of a pattern in folders of the project, tried in turn; nil: none.
function at.find(folders, pattern)
  for _, folder in ipairs(folders) do
    for name in at.list(folder) do
      if name:match(pattern) then return folder .. "/" .. name end
    end
  end
end

-- A recording by its name, or one of the tour by its lab's number.
function at.recording(name)
  local plain = name:gsub("%-", "%%-")
  local suffix = name:match("^%d%d$") and "%-[^.]*%.iorec$" or "%.iorec$"
  local folders = suffix == "%.iorec$" and { "slides/recordings", "visualizer/recordings" }
                  or { "visualizer/recordings" }
  return at.find(folders, "^" .. plain .. suffix) or at.fail("there is no recording %s", name)
end

-- So that a line can be broken between them.
function at.words(text)
  local words = pandoc.Inlines {}
  for word in text:gmatch("%S+") do
    if #words > 0 then words:insert(pandoc.Space()) end
    words:insert(pandoc.Str(word))
  end
  return words
end

function at.text_only()
  return FORMAT:match("plain") ~= nil
end

return at
