-- Comparing servers. See harness/quiz/README.md for what the words mean.

choice {
  id = "which-clock",
  ask = "A time is the difference of two readings of a clock. Which clock may a benchmark use?",
  answers = {
    wrong("CLOCK_REALTIME, as it has nanoseconds",
      "It has, and it is set by people and by programs: a time may come out below 0."),
    wrong("CLOCK_PROCESS_CPUTIME_ID, as other programs do not disturb it",
      "It stands still while the program sleeps, and waiting is what is to be measured."),
    right "CLOCK_MONOTONIC",
    wrong("any of them, as long as it is the same one for both",
      "That is not enough: the clock must go on by itself between the two."),
  },
  why = "The time of day answers the question what time it is, and is put right now and then. How long "
    .. "something took is another question. The mistake costs nothing for months, and then a figure "
    .. "is an hour long, or negative.",
  source = "clock_gettime(2), CLOCK_REALTIME and CLOCK_MONOTONIC; ./iolab grade 21 --check 28",
}

choice {
  id = "writable-is-not-connected",
  ask = "A non-blocking `connect` has said EINPROGRESS. Now epoll tells EPOLLOUT for the descriptor, "
    .. "and nothing else is looked at. What is known?",
  answers = {
    wrong("The connection is established.", "It may as well have failed: that is writable, too."),
    right "The attempt is over, with one outcome or the other.",
    wrong("The SYN has been sent.", "That was so when `connect` returned."),
    wrong("The server has called `accept`.",
      "The kernel connects without the server. It may accept much later."),
  },
  why = "A refused connection is writable as well, because a `send` would not sleep: it would fail at "
    .. "once. `getsockopt` with SO_ERROR says what came of it. A benchmark that does not ask counts "
    .. "refusals as connections, and very quick ones.",
  source = "connect(2), EINPROGRESS; ./iolab grade 21 --check 15",
}

choice {
  id = "full-backlog",
  ask = "A server's queue has room for two connections, and it accepts nobody for the first half "
    .. "second; then there is room for all. Six clients connect at the same time, over loopback. How "
    .. "long does `connect` take for the last of them?",
  answers = {
    wrong("0.5 s: until the server accepts",
      "So it would be if the kernel of the server remembered who had asked."),
    wrong("no time: the kernel connects without the server",
      "For as many as the queue has room for. These four have none."),
    wrong("none of it: they are refused at once",
      "Linux drops what does not fit, unless tcp_abort_on_overflow is set."),
    right "1 s or more",
  },
  why = "A SYN without room is dropped in silence, and the client's kernel tries again after a second, "
    .. "then after two more. Its clock is not the server's. In the mean of six this looks like a "
    .. "server that is a little slow; it is four clients that waited very long.",
  source = "listen(2), backlog; tcp(7), tcp_syn_retries; ./iolab show 21/24 --plain",
}

choice {
  id = "time-out-by-call",
  ask = "A client has SO_RCVTIMEO of 400 ms on its socket and receives until 64 bytes are there. The "
    .. "server sends one byte every 100 ms. When does the client give up?",
  answers = {
    wrong("after 0.4 s", "That would take a deadline: a moment, and what is left until then."),
    right "not at all",
    wrong("after 6.4 s, with an error", "After 6.4 s it has its 64 bytes, and is content."),
    wrong("after 0.4 s, but only if the first byte is late", "Each call begins to wait anew."),
  },
  why = "The limit of a call starts again with each call, and every piece of the answer makes a new "
    .. "one. So it goes with poll, too, when the same number is passed each time. Whoever promises a "
    .. "time for the whole keeps the moment at which it ends.",
  source = "socket(7), SO_RCVTIMEO; ./iolab grade 21 --check 35",
}

choice {
  id = "in-turn",
  ask = [[
    What does this benchmark, run with 100 clients, measure?

        for (int i = 0; i < clients; i++) {
            int fd = connect_to(port);
            for (int n = 0; n < requests; n++)
                total += time_of_one_request(fd);
            close(fd);
        }
  ]],
  answers = {
    right "a server with one client, a hundred times",
    wrong("a server with a hundred clients, of whom one is active",
      "The others are not connected yet, or not any more."),
    wrong("a server with a hundred clients, but too slowly",
      "There is never more than one of them. It is not a matter of speed."),
    wrong("the connections only, as the requests overlap", "Nothing overlaps here."),
  },
  why = "What distinguishes I/O models is what they do with many at a time. Asked by one, a server that "
    .. "serves a single client until it leaves is as good as any, and often the best. All must be "
    .. "connected before the first one asks.",
  source = "README of lab 21, \"What is measured\"; ./iolab grade 21 --check 14",
}

choice {
  id = "omission",
  ask = "Ten clients ask again as soon as they have been answered, in 1 ms as a rule. Once in a minute "
    .. "the server stands still for a second. The 99th percentile of all times is about 1 ms. Why "
    .. "does it say so little?",
  answers = {
    wrong("A percentile needs more clients than ten.",
      "It is taken over requests, and there are hundreds of thousands."),
    wrong("The clock is too coarse for times of 1 ms.", "It has nanoseconds."),
    wrong("A second is too long, and is left out as an outlier.",
      "Nothing is left out here. There is just very little of it."),
    right "While the server stands still, the clients make no requests that could be slow.",
  },
  why = "Ten slow requests among half a million: that is what ten waiting clients can show. Users who "
    .. "come regardless would have met the second by the thousand. This is coordinated omission. A "
    .. "plan of when each request is due, and times that count from then on, put it right.",
  source = "README of lab 21, \"What a mean leaves out\"; ./iolab bench 05 --rate 1000",
}

several {
  id = "failures",
  ask = "Which of these clients have failed, as this lab counts?",
  answers = {
    right "The last of its ten answers has one wrong byte.",
    right "63 of the 64 bytes of its last answer came, and then the end.",
    right "It had nine answers, and then a reset.",
    wrong("One of its answers took 3 s; timeout_ms is 5,000.",
      "Slow, and within the limit: it goes into the mean as it is."),
    wrong("Each of its answers came in 64 pieces.", "TCP promises bytes, and no pieces."),
    wrong("A signal interrupted its `recv`.", "The call is made again. Nothing went wrong."),
  },
  why = "Ask whether the client has what it came for. How the bytes were cut, and how long they took, "
    .. "is not the question; that they are right and all there is. A server that answers nonsense is "
    .. "the quickest of all.",
  source = "README of lab 21, \"What is measured\"; ./iolab grade 21 --check 22,26,33,39",
}

several {
  id = "generator",
  ask = "Benchmark and server run on the same two cores. Which signs say that the figures are the "
    .. "benchmark's rather than the server's?",
  answers = {
    right "The benchmark's thread is hardly ever blocked.",
    right "A server that does less for each request gets the same rate.",
    right "Two benchmarks side by side get more answers in all than one.",
    wrong("The server's thread is blocked most of the time, and so is the benchmark's.",
      "Then neither has much to do: the load is small."),
    wrong("The rate falls when the server has more to do for each request.",
      "So it should: the server is what limits it."),
    wrong("The 99th percentile is higher than the median.", "It is so by definition, or equal."),
  },
  why = "An answer that has come, and is not looked at, waits in the benchmark, and its time is put "
    .. "down to the server. A generator that is busy to the brim measures itself. It must say so, or "
    .. "its figures are taken for the server's.",
  source = "./iolab bench, which refuses such runs; ./iolab show 21/12 --plain, the lane of thread 1",
}

number {
  id = "mean-of-a-pause",
  ask = "Ten clients have ten answers each. A server answers in 10 ms, but stands still once, so that "
    .. "one answer of each client takes 1,000 ms. What is the mean of all hundred times?",
  answer = 109,
  unit = "ms",
  why = "(90 * 10 + 10 * 1000) / 100. No request took anything like it: ninety were ten times as "
    .. "quick, ten were nine times as slow. The median says 10, the 99th percentile 1,000, and "
    .. "together they tell what happened.",
  source = "README of lab 21, \"What a mean leaves out\"; ./iolab grade 21 --check 23",
}

number {
  id = "divisor",
  ask = "Nine clients were to have ten answers each. Six had them all; three were closed after four "
    .. "whole and right answers. By how many is the sum of the times divided, to give "
    .. "request_response_time?",
  answer = 72,
  unit = "answers",
  why = "6 * 10 + 3 * 4. Dividing by 90 makes a server better for each answer that it does not give, "
    .. "and leaving the twelve out hides what it did before it failed. What is in the sum is in the "
    .. "divisor: no more and no less.",
  source = "README of lab 21, \"What is measured\"; ./iolab grade 21 --check 31",
}

number {
  id = "throughput-of-a-loop",
  ask = "Fifty clients ask again as soon as they are answered. The mean of their response times is "
    .. "10 ms. How many answers a second does the server give?",
  answer = 5000,
  within = 50,
  unit = "answers a second",
  why = "Each client gets 1 / 0.01 = 100 of them. With such clients rate and mean are one figure in two "
    .. "forms, so that showing both proves nothing more (Little's law). Only an open loop sets the "
    .. "one and measures the other.",
  source = "./iolab bench 05 --connections 50, both columns",
}

number {
  id = "ports",
  ask = "net.ipv4.ip_local_port_range is \"32768 60999\", as Linux has it by default. How many "
    .. "connections can a benchmark on 127.0.0.1 have at one time to one port of 127.0.0.1, if all "
    .. "of them leave it to the kernel to choose their port?",
  answer = 28232,
  unit = "connections",
  why = "A connection is told apart by two addresses and two ports, and three of the four are fixed. "
    .. "Further clients need another address of their own, such as 127.0.0.2: `bind` it first. Ports "
    .. "in TIME_WAIT are missing as well.",
  source = "ip(7), ip_local_port_range; sysctl net.ipv4.ip_local_port_range",
}

order {
  id = "life-of-a-client",
  ask = "Put in order what happens to one client of the benchmark, and which times are taken.",
  items = {
    "connection_time begins.",
    "`connect` returns -1 with EINPROGRESS.",
    "epoll tells EPOLLOUT, and SO_ERROR is 0: connection_time ends.",
    "The last of all clients is connected, or has failed.",
    "request_response_time begins.",
    "`send` takes the first byte of the request.",
    "`recv` brings the last byte of the answer: request_response_time ends.",
  },
  why = "Between the two times the client waits for the others, which is nobody's fault and in neither "
    .. "figure. Where a time begins and ends is the most that can be wrong in a benchmark, and no "
    .. "figure looks suspicious for it.",
  source = "README of lab 21, \"What is measured\"; ./iolab grade 21 --check 12,13,21",
}

truth {
  id = "better-by-failing",
  ask = "A server that turns away half of its clients can have a better request_response_time than one "
    .. "that serves them all.",
  answer = true,
  because = {
    wrong("A client that failed counts with the time 0.", "It counts with no time at all."),
    wrong("Its successful clients connect in half the time.",
      "Connecting is another figure, and need not change."),
    right "Those who were turned away are in no mean, and the others have the server for themselves.",
  },
  why = "A mean over those who were served says nothing of those who were not. So counts stand beside "
    .. "times, and servers with different counts are not compared by their times. The figures are "
    .. "honest one by one and mislead together.",
  source = "README of lab 21, failed_connections; ./iolab grade 21 --check 36",
}

truth {
  id = "one-client-tells",
  ask = "The server that answers a single client soonest also answers soonest when a thousand are "
    .. "connected.",
  answer = false,
  because = {
    wrong("With a single client the clock is too coarse to tell servers apart.",
      "It has nanoseconds, and many requests can be made."),
    right "The models differ by what the silent ones cost, and here there are none.",
    wrong("A thousand clients are limited by the network, so that all servers are alike.",
      "On loopback there is no network, and they are not alike."),
    wrong("A server that is quick with one client has no queue.",
      "Each listener has one, whoever the server is."),
  },
  why = "For one client each model makes two or three calls and sleeps, so that the machine and its "
    .. "wake-ups decide more than the model. Texts give tables for one connection in which epoll "
    .. "takes half the time of a blocking server; such an order says nothing of a thousand, and need "
    .. "not be found on your machine either.",
  source = "./iolab bench --claims --only 'latency-1-order,few-all-alike,select-degraded-1000'",
}

truth {
  id = "twice-as-many",
  ask = "Twice as many clients in a closed loop make twice as much load, so that a server near its "
    .. "limit gives twice as many answers, each in the same time.",
  answer = false,
  because = {
    wrong("The kernel admits no more clients than the server has answered.",
      "It knows nothing of answers."),
    wrong("The clients share one connection.", "Each has its own."),
    right "At its limit the rate stays as it is, and each client waits for twice as long.",
  },
  why = "The rate is clients over response time. When it cannot grow, the time must: the additional "
    .. "clients stand in the queue. A response time without the number of clients, or the rate, is "
    .. "half of a sentence.",
  source = "./iolab bench 05 --pattern medium,high",
}

predict {
  id = "refused-at-once",
  ask = "The reference benchmark has five clients, whose `connect` does not block, and nobody listens "
    .. "on the port of the same machine. How many of the five calls come back with EINPROGRESS?",
  check = 15,
  answer = function(m) return m:failed("connect", "EINPROGRESS") end,
  unit = "calls",
  why = "All of them. The refusal is there within microseconds, and still it is not the call that "
    .. "tells: it has sent a SYN and returned. ECONNREFUSED is in SO_ERROR. Code that takes every "
    .. "result but 0 for a failure counts well here, and fails everywhere else.",
  source = "connect(2), EINPROGRESS; ./iolab show 21/15 --plain",
}

predict {
  id = "without-descriptors",
  ask = "The reference benchmark may open twelve more descriptors, and is called for thirty clients. "
    .. "It waits for all of them with epoll. How many calls of `socket` fail with EMFILE?",
  check = 37,
  answer = function(m) return m:failed("socket", "EMFILE") end,
  unit = "calls",
  why = "One of the twelve is the epoll set itself, so that eleven clients get a socket, and nineteen "
    .. "have failed. They are counted, and the eleven are measured as ever. What the program needs "
    .. "for itself is easily forgotten when one reckons with limits.",
  source = "socket(2), EMFILE; epoll_create1(2); ./iolab show 21/37 --plain",
}

predict {
  id = "resets",
  ask = "A server has eight clients of the reference benchmark, with ten requests each. Every second "
    .. "connection it resets after two answers, when the third request has come. In how many calls "
    .. "of `recv` does the benchmark meet ECONNRESET?",
  check = 32,
  answer = function(m) return m:failed("recv", "ECONNRESET") end,
  unit = "calls",
  why = "Once for each of the four. The error is told a single time: a further `recv` would give 0, as "
    .. "at an orderly end. A client that has failed is closed and not asked again; the other four "
    .. "have their forty answers.",
  source = "recv(2), ERRORS; ./iolab show 21/32 --plain",
}

predict {
  id = "ten-thousand-silent",
  ask = "One wait with epoll is measured, in which one connection has something to say: among ten "
    .. "thousand silent ones, and among ten. How many times as long does it take with the ten "
    .. "thousand?",
  claim = "epoll-constant",
  ranges = { 3, 30, 300 },
  unit = "times",
  why = "Hardly longer. Who is silent stands in no list that is looked at; ready descriptors are put "
    .. "into one when their bytes arrive. With `poll` the same step costs many times as much, "
    .. "because each of them is asked. This is the figure in which a benchmark with few clients "
    .. "sees no difference.",
  source = "./iolab bench --claims --only 'epoll-constant,poll-quadratic'",
}

card {
  id = "coordinated-omission",
  front = "What is coordinated omission, in two sentences?",
  back = "A client that waits for its answer sends nothing, so that a slow server is asked less just "
    .. "while it is slow. The slow time is then hardly seen in the figures.",
  source = "README of lab 21, \"What a mean leaves out\"",
}

card {
  id = "open-or-closed",
  front = "What is the difference between a closed and an open loop of load?",
  back = "Closed: each client asks when it has been answered, so the server sets the rate. Open: "
    .. "requests are due by a plan, whatever the server does, and their times count from when they "
    .. "were due.",
  source = "./iolab bench, with and without --rate",
}

card {
  id = "median-and-tail",
  front = "A page makes 100 requests, each of which is slow with a probability of 1 %. How likely is it "
    .. "that none of them is slow?",
  back = "0.99 to the power of 100, about 37 %. The 99th percentile of a request is what most pages "
    .. "meet: the tail is not for the few.",
  source = "a reckoning; ./iolab bench shows p99 beside the median",
}
