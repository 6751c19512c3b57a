local hints = {
  "What does your server do between accept() and close()?",
  "Receive into a buffer, and send back what came, until recv() gives 0.",
  "See recv(2), RETURN VALUE, and send(2).",
}

check "every byte comes back" {
  points = 40,
  hints = hints,
  run = function(t)
    local c = t:connect()
    c:echo(t:bytes(1000))
    c:close()
  end,
}

check "a half-close is answered with a close" {
  points = 30,
  hints = hints,
  run = function(t)
    local c = t:connect()
    c:send("all of it")
    c:half_close()
    c:expect("all of it")
    c:expect_close()
  end,
}
