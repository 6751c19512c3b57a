-- Half a second of three clients, for recordings that are shown side by side (figure 6.6 of UNIX
-- Network Programming, measured). The same script and seed for every model.

local wait = { within = 10 }

check "one script, every model" {
  points = 1,
  hints = { "This is for looking at: iolab show.", "What is judged: iolab grade." },
  run = function(t)
    t:mark("Two clients have come. Neither speaks: the kernel has nothing for the program.")
    local first, second = t:connect(), t:connect()
    t:sleep(0.05)
    t:mark("The first client speaks. Wait for data ends here, and the copy begins.")
    first:echo("hello\n", wait)
    t:sleep(0.05)
    t:mark("The second client speaks.")
    second:echo("good morning\n", wait)
    t:sleep(0.03)
    t:mark("Both speak at once.")
    first:send("one of two\n")
    second:send("two of two\n")
    first:expect("one of two\n", wait)
    second:expect("two of two\n", wait)
    t:mark("The first has said all: its end is read as 0 bytes, and the server closes too.")
    first:half_close()
    first:expect_close()
    t:sleep(0.05)
    t:mark("One client is left. It speaks a last time.")
    second:echo("goodbye\n", wait)
  end,
}
