-- Four clients for looking at, not for judging: `iolab show LAB` plays this on any lab that speaks
-- echo, while it happens. Marks are what a lecturer would say.

local wait = { within = 10 }

local function chat(t, c, words, low, high)
  for word in words:gmatch("%S+") do
    t:sleep(t:random(low, high) / 1000)
    c:echo(word .. "\n", wait)
  end
end

check "live: four clients, one of them slow" {
  points = 1,
  hints = { "This is for looking at: iolab show.", "What is judged: iolab grade." },
  time = 120,
  run = function(t)
    t:mark("Two clients come. Nobody has anything to say yet: in which call does the server wait?")
    local first, second = t:connect(), t:connect()
    t:sleep(1)
    t:mark("One of them speaks. The packet lies in the kernel until the program fetches it.")
    first:echo("hello\n", wait)
    t:sleep(1)
    t:mark("Both speak, in turns. How many calls does the server make for one message?")
    local talk = t:spawn(function() chat(t, second, "to be or not to be", 150, 400) end)
    chat(t, first, "that is the question", 150, 500)
    talk:join()
    t:mark("A slow client sends a line in pieces. Who waits for whom?")
    local slow = t:connect()
    local pieces = t:spawn(function()
      slow:dribble("a line in pieces\n", { size = { 1, 3 }, pause = 0.2 })
      slow:expect("a line in pieces\n", wait)
    end)
    chat(t, second, "nobody waits for the slow one", 100, 300)
    pieces:join()
    t:mark("Many bytes at once: they come in several receives.")
    first:echo(t:bytes(100000), wait)
    t:sleep(0.5)
    t:mark("A client says that it has said all. The rest of its bytes come back, then the end.")
    second:send("goodbye\n")
    second:half_close()
    second:expect("goodbye\n", wait)
    second:expect_close()
    t:sleep(0.5)
    t:mark("Silence. What does waiting cost now?")
    t:sleep(2)
    first:echo("still there\n", wait)
  end,
}
