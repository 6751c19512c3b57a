-- Many clients at once. Each sweep asks all of them: the recording shows what that costs.

check "five hundred clients at the same time" {
  points = 3,
  time = 120,
  hints = {
    "How many clients can your table hold?",
    "There is a place for each connection, and a place becomes free when its client leaves.",
    "accept(2) until it says EAGAIN; calloc(3) for each client; and see how many questions a sweep of 500 costs.",
  },
  run = function(t)
    t:connect():echo("ready", { within = 10 })
    local clients = t:connect_many(500, { within = 30 })
    local words = {}
    for i, c in ipairs(clients) do
      words[i] = t:bytes(t:random(1, 60)) .. i
      c:send(words[i])
    end
    for i, c in ipairs(clients) do
      c:expect(words[i], { within = 30 })
    end
    -- Half of them leave, from the middle: the others must not notice.
    for i, c in ipairs(clients) do
      if i % 2 == 0 then c:close() end
    end
    for i = 1, 500, 50 do
      clients[i]:echo("still here " .. i, { within = 30 })
    end
  end,
}

check "a crowd that arrives in one moment" {
  points = 2,
  hints = {
    "A hundred clients are in the backlog when the server looks. How many does it take?",
    "One by one or all at once, but every one of them is accepted in the end, and those who are in are served meanwhile.",
    "accept(2) again and again until EAGAIN, or one at each sweep. A sweep that accepted somebody is not followed by a pause.",
  },
  run = function(t)
    t:connect():echo("ready", { within = 10 })
    t.server:stop()
    local crowd = t:connect_many(100, { within = 10 })
    for i, c in ipairs(crowd) do
      c:send("number " .. i)
    end
    t.server:continue()
    for i, c in ipairs(crowd) do
      c:expect("number " .. i, { within = 10 })
    end
  end,
}

check "large echoes side by side, to each client its own" {
  points = 3,
  hints = {
    "Where do a client's bytes wait between recv and send? And those of the next one?",
    "Buffer, length and position belong to a connection. Nothing of them may be shared, or be left over from an earlier client.",
    "client_connection_t holds all of them. Set send_len and send_pos anew whenever send_buffer is filled.",
  },
  run = function(t)
    t:connect():echo("ready", { within = 10 })
    t:clients(6, function(c)
      c:echo(t:bytes(300000 + t:random(0, 5000)), { within = 10 })
      c:half_close()
      c:expect_close { within = 10 }
    end, { receive_buffer = 16384, send_buffer = 32768 })
  end,
}

check "a hundred silent clients are asked, and then there is a pause" {
  points = 2, model = false,
  hints = {
    "A hundred clients say nothing. What does your server do all that time?",
    "One question for each of them in a sweep, a hundred answers of \"not now\", a pause. That is the price of this model, and it grows with the clients.",
    "nanosleep(2) after each sweep in which no call moved anything, however long the sweep was.",
  },
  run = function(t)
    local clients = t:connect_many(100, { within = 10 })
    for i, c in ipairs(clients) do
      c:echo("here " .. i, { within = 10 })
    end
    local function asked() return t.server:calls { call = "@receive" } end
    local function paused() return t.server:calls { call = "@sleep" } + t.server:calls { call = "@wait" } end
    local questions, pauses = asked(), paused()
    for _ = 1, 200 do -- until there were pauses enough, or far too many questions
      if paused() - pauses >= 40 or asked() - questions > 20000 then break end
      t:sleep(0.05)
    end
    questions, pauses = asked() - questions, paused() - pauses
    t:mark(("%d questions to a hundred silent clients, %d pauses"):format(questions, pauses))
    t:expect(questions <= 300 * pauses + 1000,
      "a hundred clients were silent, and the server asked them %d times, with %d pauses", questions, pauses)
    t:expect(pauses <= questions / 3 + 10,
      "a hundred clients were silent, and the server paused %d times while it asked them %d times: "
      .. "one pause a sweep, not one a client", pauses, questions)
    clients[50]:echo("and on", { within = 10 })
  end,
}
