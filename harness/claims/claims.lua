-- What the documents behind this course say about performance and limits, and how each statement
-- is tested. README.md of this folder says what the keys mean. Bounds are as wide as the statement
-- allows: where it says "about", a factor of two is still "in part"; latencies, which differ
-- from machine to machine, hold in part as long as the order of magnitude is right.

local book = "Socket I/O Models, "
local overview = "Input/Output models, an overview of eleven, "
local pair = "Blocking and non-blocking I/O, "
local notes = "Notes on select, epoll and io_uring, "
local article = "Mastering Linux I/O Models, "

local function yes() return { least = 1, most = 1 } end
local function no() return { least = 0, most = 0 } end

-- One of `all` connections speaks, the others are silent.
local function one_of(all, server, figure)
  return { load = { figure = figure, server = server, connections = 1, idle = all - 1,
                    seconds = all > 5000 and 0.5 or 0.3 } }
end

-- All connections speak, each as soon as it has its answer.
local function all_of(all, server, figure)
  return { load = { figure = figure, server = server, connections = all } }
end

local little = "Closed loop: each connection has one message under way, so that the time an answer "
  .. "takes is the number of connections divided by the messages answered in a second (Little's "
  .. "law). "

---------------------------------------------------------------------------------------------------
topic "Threads and their memory"

claim {
  id = "stack-size",
  says = "A thread has a stack of 8 MB.",
  place = book .. "section 'Why I/O Models Matter', problems of a thread per connection",
  measure = { threads = { by = "reserved" } },
  holds = { least = 8000, most = 8192 },
  in_part = { least = 4000, most = 16384 },
  why = "The usual size is what ulimit -s says when the program starts, 8 MiB on most "
    .. "distributions and something else on others; pthread_attr_setstacksize(3) sets it.",
}

claim {
  id = "stack-memory",
  says = "A thread per connection costs about 8 MB of memory for each connection.",
  place = book .. "section 'Comprehensive Performance Analysis', table, memory per connection",
  measure = { threads = { by = "resident", count = 1000 } },
  holds = { least = 4000, most = 16384 },
  in_part = { least = 2000, most = 32768 },
  why = "8 MiB are reserved: addresses, not memory. The kernel gives a page of a stack when it is "
    .. "first touched, so that a handler with a buffer of 4 KiB occupies a few pages, its part of "
    .. "the tables of pages, and a kernel stack of 16 KiB. That is hundreds of times less than 8 "
    .. "MB. Deep recursion or large local arrays make it more, and pages once touched stay.",
}

claim {
  id = "threads-10k-memory",
  says = "10,000 threads would need 80 GB, which is impossible.",
  place = book .. "section 'Memory Usage Patterns', and 'Understanding the C10K Problem'",
  measure = { threads = { by = "total", count = 10000 } },
  holds = { least = 40000 },
  in_part = { least = 20000 },
  why = "80 GB is 10,000 times the reserved size. Reserved addresses cost nothing on a 64-bit "
    .. "machine (a process has 128 TiB of them). What 10,000 sleeping threads occupy was measured "
    .. "here: some hundred MiB. On 32-bit machines, for which the C10K problem was first written "
    .. "down, the addresses themselves ran out.",
}

claim {
  id = "threads-os-limit",
  says = "The operating system allows 1,000 to 4,000 threads.",
  place = book .. "section 'Connection Handling Capacity', blocking I/O",
  measure = { threads = { by = "started", count = 5000 } },
  holds = { least = 1000, most = 4000 },
  why = "5,000 were tried; the figure says how many could be started. The limits of today are "
    .. "kernel.threads-max (by memory), kernel.pid_max, ulimit -u, pids.max of the cgroup and "
    .. "vm.max_map_count; together they usually allow some ten thousand.",
}

claim {
  id = "threads-server-10k",
  says = "With a thread per connection, 10,000 connections are impossible.",
  place = book .. "section 'Performance Comparison Overview', table",
  measure = one_of(10000, "01", "threads"),
  holds = { most = 9999 },
  why = "The figure is the number of threads of the reference server of lab 01 while 10,000 "
    .. "connections are open and one of them is answered. It asks for stacks of 128 KiB, which is "
    .. "wise, but with 8 MiB it would be the same: what is not touched costs nothing. What such a "
    .. "server pays is memory (two claims above) and switches.",
}

claim {
  id = "threads-more-memory",
  says = "A blocking server with threads uses more memory than a server with one thread.",
  place = book .. "Exercise 1, expected results",
  measure = one_of(1000, "01", "memory_each"),
  against = one_of(1000, "03", "memory_each"),
  holds = { least = 1.5 },
  in_part = { least = 1.05 },
  why = "What was compared is resident memory of the process for each connection, lab 01 over lab "
    .. "03. Buffers count as much as stacks do: a server with one thread that gives every client a "
    .. "buffer of 16 KiB needs more than a thread that has used three pages of its stack. The "
    .. "kernel's stacks, 16 KiB for each thread, do not show in this figure.",
}

claim {
  id = "thread-start",
  says = "Starting threads is overhead that weighs in a server with a thread per connection.",
  place = book .. "section 'Why I/O Models Matter', problems of a thread per connection",
  measure = { cost = { by = "thread" } },
  against = { cost = { by = "connection" } },
  holds = { least = 0.5 },
  in_part = { least = 0.2 },
  why = "A thread is started and joined about as quickly as a connection over loopback is made and "
    .. "closed, or more quickly. The kernel's work for the connection is there in every model; "
    .. "where connections live for many messages neither of the two weighs anything.",
}

---------------------------------------------------------------------------------------------------
topic "Switching between threads"

claim {
  id = "switch-over-call",
  says = "Blocking leads to context switches, which slow a process down.",
  place = notes .. "first point, on blocking",
  measure = { switch = { by = "processes" } },
  against = { cost = { by = "call" } },
  holds = { least = 3 },
  in_part = { least = 1.5 },
  why = "The figure is a switch from one process to the next, with the read and the write that "
    .. "bring it about, in units of the cheapest system call.",
}

claim {
  id = "switch-many",
  says = "Switching becomes expensive when there are many threads.",
  place = book .. "section 'Understanding the C10K Problem', historical context",
  measure = { switch = { by = "threads", count = 1000 } },
  against = { switch = { by = "threads", count = 2 } },
  holds = { least = 2 },
  in_part = { least = 1.3 },
  why = "The scheduler finds the next thread in a time that hardly depends on how many are asleep: "
    .. "sleepers are in no queue of it. What grows with the number is the memory that the threads "
    .. "use in turn, and so the misses of the caches. That is a part of the cost, not a new one.",
}

claim {
  id = "threads-degrade-100",
  says = "A thread per client is good up to 100 clients, then it degrades.",
  place = book .. "Exercise 1, expected results; section 'Performance Comparison Overview'",
  measure = all_of(500, "01", "rate"),
  against = all_of(50, "01", "rate"),
  holds = { most = 0.85 },
  in_part = { most = 0.95 },
  why = "The messages answered in a second with 500 clients are compared with those with 50. "
    .. "Nothing breaks at a hundred threads: each sleeps in recv, and the kernel wakes the one "
    .. "whose message has come. See the claims on switches and on memory for what threads cost.",
}

claim {
  id = "threads-poor-1000",
  says = "With 1,000 connections, a thread per connection performs poorly beside epoll.",
  place = book .. "section 'Performance Comparison Overview', table",
  measure = all_of(1000, "05", "rate"),
  against = all_of(1000, "01", "rate"),
  holds = { least = 1.3 },
  in_part = { least = 1.1 },
  why = "Messages answered in a second, lab 05 over lab 01, all 1,000 connections busy. epoll is "
    .. "ahead, as it takes many messages in one waking up and a thread takes one. The more "
    .. "work a message is, the less of that remains: this is an echo, the extreme.",
}

claim {
  id = "one-thread-more-clients",
  says = "A non-blocking server uses less processor time than a blocking one and handles more.",
  place = book .. "Exercise 1, expected results; " .. overview .. "section 'Non-blocking I/O'",
  measure = { load = { figure = "busy", server = "02", connections = 10, rate = 1000 } },
  against = { load = { figure = "busy", server = "01", connections = 10, rate = 1000 } },
  holds = { most = 0.9 },
  in_part = { most = 1.1 },
  why = "Non-blocking alone saves nothing. Both servers answered 1,000 messages a second from ten "
    .. "clients; lab 02 asks every descriptor again and again and finds most of them silent. It is "
    .. "non-blocking descriptors *with* a wait for readiness (labs 03 to 06) that save.",
}

claim {
  id = "cpu-blocking-1000",
  says = "At 1,000 requests a second a blocking server keeps the processor 80 to 90 % busy, "
    .. "30 to 50 % of it by switching.",
  place = book .. "section 'CPU Usage Patterns'",
  measure = { load = { figure = "busy", server = "01", connections = 10, rate = 1000 } },
  holds = { least = 80, most = 90 },
  in_part = { least = 40, most = 100 },
  why = "An answer costs a server some tens of microseconds of processor time, switches included; "
    .. "a thousand of them are some hundredths of a second. A core is busy at some ten thousand "
    .. "echoes a second. Requests that each compute for a millisecond fill it, in any model.",
}

claim {
  id = "cpu-polling-1000",
  says = "At 1,000 requests a second a server that polls non-blocking sockets leaves 5 to 10 % "
    .. "idle.",
  place = book .. "section 'CPU Usage Patterns'",
  measure = { load = { figure = "busy", server = "02", connections = 10, rate = 1000 } },
  holds = { least = 90, most = 95 },
  in_part = { least = 45, most = 100 },
  why = "It depends on the pause. The server of lab 02 sleeps for a millisecond when a round over "
    .. "all sockets has moved nothing, as the course's own example does (usleep(1000)); then "
    .. "polling costs a few per cent of a core, and each answer waits for up to a millisecond. "
    .. "Without the pause it is 100 %, with 10 clients as with none.",
}

claim {
  id = "cpu-events-1000",
  says = "At 1,000 requests a second an event-driven server leaves 10 to 30 % of the processor "
    .. "idle.",
  place = book .. "section 'CPU Usage Patterns'",
  measure = { load = { figure = "busy", server = "05", connections = 10, rate = 1000 } },
  holds = { least = 70, most = 90 },
  in_part = { least = 35, most = 100 },
  why = "As with a blocking server: 1,000 echoes a second are a few per cent of one core. Shares "
    .. "of a processor mean nothing without the work that a request is.",
}

claim {
  id = "asleep-costs-nothing",
  says = "A thread that is blocked consumes no processor time.",
  place = article .. "section 'Key Terminology: Blocking vs. Non-Blocking'",
  measure = { cost = { by = "asleep" } },
  holds = { most = 1000 },
  in_part = { most = 10000 },
  why = "The figure is processor time in microseconds for a second of sleep: falling asleep and "
    .. "waking up, once.",
}

---------------------------------------------------------------------------------------------------
topic "select, poll and epoll"

claim {
  id = "select-1024",
  says = "select is limited to FD_SETSIZE descriptors, usually 1024.",
  place = book .. "section 'Event Notification Mechanisms', table",
  measure = { limit = { by = "FD_SETSIZE" } },
  holds = { least = 1024, most = 1024 },
  why = "FD_SETSIZE is a constant of the C library: musl and glibc on Linux have 1024.",
}

claim {
  id = "select-hard-limit",
  says = "That limit of select is hard.",
  place = book .. "section 'Connection Handling Capacity', select",
  measure = { fact = { by = "select beyond" } },
  holds = no(),
  in_part = { least = 0, most = 1 },
  why = "The type fd_set is limited, and FD_SET with a descriptor of 1024 or more writes behind "
    .. "it (with _FORTIFY_SOURCE the program is ended). The system call is not: Linux takes a set "
    .. "of any size, and watched a descriptor above FD_SETSIZE here. Programs that allocate their "
    .. "own sets of bits get beyond 1024; nobody should, as poll and epoll are there.",
}

claim {
  id = "select-linear",
  says = "select becomes slower in proportion to the descriptors it watches: O(n).",
  place = book .. "section 'Connection Handling Capacity'; " .. notes .. "drawbacks of select",
  measure = { wait = { by = "select", idle = 900 } },
  against = { wait = { by = "select", idle = 90 } },
  holds = { least = 5, most = 20 },
  in_part = { least = 2.5, most = 40 },
  why = "Ten times as many descriptors. The kernel and the program both go through all of them.",
}

claim {
  id = "poll-quadratic",
  says = "poll becomes slower quadratically with the connections.",
  place = book .. "section 'Connection Handling Capacity', poll; 'Latency Characteristics'",
  measure = { wait = { by = "poll", idle = 10000 } },
  against = { wait = { by = "poll", idle = 1000 } },
  holds = { least = 60 },
  in_part = { least = 40 },
  why = "Ten times as many descriptors make one call ten times as slow where it is linear, and a "
    .. "hundred times where it is quadratic. poll is linear, O(n), as the document's own formula "
    .. "says beside the word; that the factor is more than ten is the work of the caches, which "
    .. "have room for 1,000 sockets and not for 10,000. Quadratic is the work of a server whose n clients all speak one "
    .. "after the other: n calls of cost n. When they speak at the same time one call finds all.",
}

claim {
  id = "epoll-constant",
  says = "epoll's cost does not depend on how many connections are silent: O(1).",
  place = book .. "section 'Connection Handling Capacity', epoll/kqueue",
  measure = { wait = { by = "epoll", idle = 10000 } },
  against = { wait = { by = "epoll", idle = 10 } },
  holds = { most = 1.5 },
  in_part = { most = 3 },
  why = "epoll_wait looks at a list of those that became ready. It was measured with 10,000 silent "
    .. "sockets and with 10.",
}

claim {
  id = "poll-over-select",
  says = "At 1,000 connections poll is cheaper than select: 40 to 50.",
  place = book .. "section 'Event Notification Mechanisms', performance characteristics",
  measure = { wait = { by = "select", idle = 950 } },
  against = { wait = { by = "poll", idle = 950 } },
  holds = { least = 1.1 },
  why = "Both ask every descriptor. select passes a bit for each, poll eight bytes, so that select "
    .. "has less to copy; its program has to build the set anew and test every bit. With dense "
    .. "sets the two are close, and which one is ahead changes with kernel and processor. select "
    .. "loses when the descriptors are few and their numbers large.",
}

claim {
  id = "select-ten-epolls-silent",
  says = "At 1,000 connections select takes ten times the processor time of epoll (50 % and 5 %): "
    .. "with one connection that speaks.",
  place = book .. "section 'Event Notification Mechanisms', performance characteristics",
  measure = one_of(1000, "03", "cpu"),
  against = one_of(1000, "05", "cpu"),
  holds = { least = 5, most = 20 },
  in_part = { least = 2.5, most = 40 },
  why = "Processor time of the server for a message, lab 03 over lab 05. The factor is what one "
    .. "look through 1,000 descriptors costs beside the recv and the send that the message costs "
    .. "anyhow.",
}

claim {
  id = "select-ten-epolls-busy",
  says = "The same ten times, with all 1,000 connections speaking.",
  place = book .. "section 'Event Notification Mechanisms', performance characteristics",
  measure = all_of(1000, "03", "cpu"),
  against = all_of(1000, "05", "cpu"),
  holds = { least = 5, most = 20 },
  in_part = { least = 2.5, most = 40 },
  why = "When everybody speaks, one call of select finds hundreds that are ready and its cost is "
    .. "shared among them; epoll_wait has a cost for each one that it reports. Then recv and send "
    .. "are what a message costs, in both servers. epoll's advantage is silent connections.",
}

claim {
  id = "poll-five-epolls-10k",
  says = "At 10,000 connections poll takes five times the processor time of epoll (80 % and 15 %).",
  place = book .. "section 'Event Notification Mechanisms', performance characteristics",
  measure = one_of(10000, "04", "cpu"),
  against = one_of(10000, "05", "cpu"),
  holds = { least = 2.5, most = 10 },
  in_part = { least = 1.5, most = 20 },
  why = "One of 10,000 connections speaks. Then a message costs poll a look at 10,000 descriptors, "
    .. "up to some milliseconds, and epoll one event: the factor is much more than five. With all "
    .. "of them busy it would be near one. A single number for a factor without saying how many "
    .. "speak means little.",
}

claim {
  id = "poll-beyond-1024",
  says = "poll has no limit of 1024 descriptors.",
  place = book .. "section 'poll() System Call'",
  measure = { fact = { by = "poll beyond" } },
  holds = yes(),
}

claim {
  id = "few-all-alike",
  says = "With 10 connections select is as good as epoll, which is more than is needed there.",
  place = book .. "section 'Performance Comparison Overview', table",
  measure = all_of(10, "03", "rate"),
  against = all_of(10, "05", "rate"),
  holds = { least = 0.8 },
  in_part = { least = 0.6 },
  why = "Messages answered in a second, lab 03 over lab 05.",
}

claim {
  id = "select-degraded-1000",
  says = "With 1,000 connections select is degraded, and epoll is excellent.",
  place = book .. "section 'Performance Comparison Overview', table",
  measure = all_of(1000, "03", "cpu"),
  against = all_of(1000, "05", "cpu"),
  holds = { least = 2 },
  why = "All 1,000 connections speak as fast as they can: processor time for a message, lab 03 over "
    .. "lab 05. The busier the connections are, the less it matters how they are watched. With "
    .. "one that speaks and 999 that are silent, see the claims above, the difference is large.",
}

claim {
  id = "select-copies",
  says = "select copies much between program and kernel.",
  place = notes .. "drawbacks of select",
  measure = { wait = { by = "select", idle = 10, from = 1000 } },
  against = { wait = { by = "select", idle = 10 } },
  holds = { least = 2 },
  in_part = { least = 1.2 },
  why = "Ten descriptors numbered from 1,000 up, over ten with small numbers. A set of select is as "
    .. "long as the highest number needs: 128 bytes go in and out for each of its sets, and are "
    .. "searched for bits, however few descriptors stand in them. That is the copying; it is some "
    .. "hundred bytes, which a kernel copies in nanoseconds. Asking each descriptor costs more.",
}

claim {
  id = "epoll-files",
  says = "epoll does not work on regular files.",
  place = notes .. "drawbacks of epoll",
  measure = { fact = { by = "epoll takes files" } },
  holds = no(),
}

claim {
  id = "epoll-only-sockets",
  says = "epoll works on sockets and pipes only.",
  place = notes .. "drawbacks of epoll",
  measure = { fact = { by = "epoll takes timers" } },
  holds = no(),
  why = "It takes every descriptor whose file can be polled: timerfd, eventfd, signalfd, inotify, "
    .. "pidfd, terminals, and other epoll sets. That is what makes one loop enough for timers, "
    .. "signals and clients together.",
}

claim {
  id = "select-watches-files",
  says = "select is useful to monitor files, such as a log, beside sockets and pipes.",
  place = book .. "section 'When to Use Each Model', select",
  measure = { fact = { by = "select waits for files" } },
  holds = yes(),
  why = "A regular file is always ready (POSIX says so): select returned at once for a file at "
    .. "whose end nothing was new, and the read that followed gave 0 bytes. A loop with such a file "
    .. "in its set never sleeps. inotify(7) tells of changes, and its descriptor can be watched.",
}

claim {
  id = "level-repeats",
  says = "Level-triggered epoll tells again as long as there is something to read.",
  place = book .. "section 'epoll (Linux) - Edge-triggered and Level-triggered'",
  measure = { fact = { by = "level repeats" } },
  holds = yes(),
}

claim {
  id = "edge-once",
  says = "Edge-triggered epoll tells once when data arrive.",
  place = book .. "section 'epoll (Linux) - Edge-triggered and Level-triggered'",
  measure = { fact = { by = "edge tells once" } },
  holds = yes(),
}

claim {
  id = "edge-until-read",
  says = "Edge-triggered epoll tells nothing more until all was read and new data arrived.",
  place = book .. "section 'epoll (Linux) - Edge-triggered and Level-triggered'",
  measure = { fact = { by = "edge waits for reading" } },
  holds = yes(),
  why = "New data are a new edge, whether or not the old were read: a second byte was told of while "
    .. "the first one still lay there. What is lost is the reminder: who reads a part and waits may "
    .. "wait for ever, if nothing new comes. So read until EAGAIN, and expect events in which "
    .. "there is nothing left to read.",
}

claim {
  id = "epoll-calls",
  says = "epoll needs too many system calls: one to be told, one to receive.",
  place = notes .. "drawbacks of epoll",
  measure = { told = { by = "epoll" } },
  against = { told = { by = "read" } },
  holds = { least = 1.5 },
  in_part = { least = 1.1 },
  why = "The figure is the cost of a byte that passes through a socket with an epoll_wait before the "
    .. "read, over that without. One connection is the worst case: where many are ready, one "
    .. "epoll_wait tells of all of them. And a watch stays as it is: epoll_ctl is needed when a "
    .. "client comes and when a send was short, not for each message.",
}

claim {
  id = "polling-scan-10k",
  says = "At 10,000 connections a server that asks non-blocking sockets takes 2,000 to 10,000 "
    .. "microseconds to answer.",
  place = book .. "section 'Latency Characteristics'",
  measure = { wait = { by = "asking", idle = 10000 } },
  holds = { least = 2000, most = 10000 },
  in_part = { least = 1000, most = 20000 },
  why = "The figure is one round over 10,000 silent sockets, a recv each. A client waits for half a "
    .. "round on average and a whole one at worst, so that this bounds the latency from below. "
    .. "UDP sockets were asked, which answer a little quicker than TCP ones.",
}

---------------------------------------------------------------------------------------------------
topic "Latency of an answer"

for _, row in ipairs {
  { "blocking", "01", 50, 100 }, { "nonblocking", "02", 30, 80 }, { "select", "03", 40, 90 },
  { "poll", "04", 35, 85 }, { "epoll", "05", 25, 60 },
} do
  claim {
    id = "latency-1-" .. row[1],
    says = ("With one connection an echo takes %d to %d microseconds: %s."):format(row[3], row[4],
      row[1]),
    place = book .. "section 'Latency Characteristics', single connection",
    measure = all_of(1, row[2], "p50"),
    holds = { least = row[3], most = row[4] },
    in_part = { least = row[3] / 4, most = row[4] * 4 },
    why = "One client asks again when it was answered, over loopback: nearly all of the time is two "
      .. "ways through the kernel and two awakenings, which are the same in each model and depend "
      .. "on the machine."
      .. (row[1] == "nonblocking" and " Lab 02 pauses for a millisecond when nothing moves, as the "
      .. "course's own example does: a client that waits for its answer meets that pause with each "
      .. "message." or ""),
  }
end

claim {
  id = "latency-1-order",
  says = "With one connection epoll answers sooner than a blocking server, in about half the time.",
  place = book .. "section 'Latency Characteristics', single connection",
  measure = all_of(1, "05", "p50"),
  against = all_of(1, "01", "p50"),
  holds = { most = 0.7 },
  in_part = { most = 0.95 },
  why = "The blocking thread sleeps in recv and has the bytes as soon as it wakes up; the other one "
    .. "sleeps in epoll_wait, and then makes the same recv. With one connection epoll is one call "
    .. "more, not less.",
}

for _, row in ipairs {
  { "blocking", "01", 500, 2000 }, { "nonblocking", "02", 200, 800 },
  { "select", "03", 1000, 5000 }, { "poll", "04", 300, 1200 }, { "epoll", "05", 50, 150 },
} do
  claim {
    id = "latency-1000-" .. row[1],
    says = ("With 1,000 connections, one of which speaks, an echo takes %d to %d microseconds: %s.")
      :format(row[3], row[4], row[1]),
    place = book .. "section 'Latency Characteristics', 1,000 concurrent connections",
    measure = one_of(1000, row[2], "p50"),
    holds = { least = row[3], most = row[4] },
    in_part = { least = row[3] / 4, most = row[4] * 4 },
    why = ({
      blocking = "999 threads asleep cost nothing: the one whose message comes wakes up as quickly "
        .. "as if it were alone.",
      nonblocking = "A round over 1,000 sockets and a pause of a millisecond are what a message "
        .. "waits for here.",
      select = "One look through 1,000 descriptors is nearly all of it, some tens of nanoseconds for "
        .. "each: less than a tenth of a millisecond on a quick machine.",
      poll = "One look through 1,000 descriptors is nearly all of it, some tens of nanoseconds for "
        .. "each: less than a tenth of a millisecond on a quick machine.",
      epoll = "It is the latency of a single connection: the silent ones add nothing. Where it is "
        .. "below the bounds this machine is only quicker than theirs.",
    })[row[1]],
  }
end

claim {
  id = "latency-1000-epoll-busy",
  says = "With 1,000 connections, all of which speak, an epoll server answers in 50 to 150 "
    .. "microseconds.",
  place = book .. "section 'Latency Characteristics', 1,000 concurrent connections",
  measure = all_of(1000, "05", "p50"),
  holds = { least = 50, most = 150 },
  in_part = { least = 25, most = 300 },
  why = little .. "With 1,000 of them, 150 microseconds would need seven million messages a second "
    .. "from one core. The figure of the document fits connections that are nearly all silent.",
}

claim {
  id = "latency-10k-poll",
  says = "With 10,000 connections poll answers in 5,000 to 20,000 microseconds.",
  place = book .. "section 'Latency Characteristics', 10,000 concurrent connections",
  measure = one_of(10000, "04", "p50"),
  holds = { least = 5000, most = 20000 },
  in_part = { least = 1250, most = 80000 },
  why = "One of 10,000 speaks, and a look through all of them is nearly all of its latency. poll is "
    .. "linear; that 10,000 cost more than ten times as much as 1,000 is the work of the caches (see "
    .. "poll-quadratic). Where it is below the bounds this machine is only quicker than theirs.",
}

claim {
  id = "latency-10k-epoll",
  says = "With 10,000 connections epoll answers in 80 to 250 microseconds.",
  place = book .. "section 'Latency Characteristics', 10,000 concurrent connections",
  measure = one_of(10000, "05", "p50"),
  holds = { least = 80, most = 250 },
  in_part = { least = 20, most = 1000 },
  why = "One of 10,000 speaks: the others add nothing, so that it is the latency of one connection. "
    .. "Where it is below the bounds this machine is only quicker than theirs.",
}

---------------------------------------------------------------------------------------------------
topic "Ten thousand connections"

claim {
  id = "c10k-memory",
  says = "An event-driven server can hold 10,000 connections in less than 100 MB.",
  place = book .. "Exercise 3, performance requirements; section 'Memory Usage Patterns'",
  measure = one_of(10000, "04", "memory"),
  holds = { most = 95.4 },
  in_part = { most = 200 },
  why = "Resident memory of the server of lab 04. It is a matter of what the program keeps for a "
    .. "silent client: a buffer of 16 KiB for each is 156 MiB, none is nothing.",
}

claim {
  id = "memory-4k",
  says = "A connection costs an event-driven server about 4 KB of memory.",
  place = book .. "section 'Comprehensive Performance Analysis', table, memory per connection",
  measure = one_of(1000, "05", "memory_each"),
  holds = { least = 2, most = 8 },
  in_part = { least = 1, most = 12 },
  why = "That is a decision of the program, not a property of epoll: it is the size of the buffer "
    .. "that each client has, and whether a silent one has any. The server of lab 05 lends a client "
    .. "a buffer while there are bytes in it, so that a silent one costs it some hundred bytes; that "
    .. "of lab 04 gives each a ring of its own.",
}

claim {
  id = "kernel-1k",
  says = "The kernel's structures for a connection take 1 KB.",
  place = book .. "section 'Memory Usage Patterns'",
  measure = { kernel = { by = "connection" } },
  holds = { least = 0.5, most = 2 },
  why = "A TCP socket, its file, inode and directory entry, and its place in the tables are several "
    .. "KiB while nothing is buffered, for each end. To it come buffers of up to some MiB "
    .. "(net.ipv4.tcp_rmem and tcp_wmem) as soon as data wait.",
}

claim {
  id = "epoll-memory",
  says = "Watching 10,000 connections costs 5 to 10 MB in the kernel: 0.5 to 1 KB each.",
  place = book .. "section 'Memory Usage Patterns'",
  measure = { kernel = { by = "watch" } },
  holds = { least = 0.5, most = 1 },
  in_part = { least = 0.25, most = 2 },
  why = "A watch is one small structure in a tree and an entry in the socket's queue of those who "
    .. "wait, about 200 bytes in all (epoll(7) names 160 bytes on 64-bit kernels).",
}

claim {
  id = "rate-100k",
  says = "An epoll server can process 100,000 messages a second.",
  place = book .. "Exercise 3, performance requirements",
  measure = { load = { figure = "rate", server = "05", connections = 50, pipeline = 16 } },
  holds = { least = 100000 },
  in_part = { least = 50000 },
  why = "Fifty connections, each with up to 16 messages of 64 bytes under way, by the server's one "
    .. "thread; the generator takes the rest of the machine's cores, and half of the work.",
}

claim {
  id = "latency-mean-10k",
  says = "With 10,000 connections a good server answers in less than 1 ms on average.",
  place = book .. "Exercise 3, performance requirements",
  measure = { load = { figure = "p50", server = "05", connections = 10, idle = 9990,
                       seconds = 0.5 } },
  holds = { most = 1000 },
  in_part = { most = 2000 },
  why = "Ten of 10,000 connections speak, as fast as they are answered; the figure is the median.",
}

claim {
  id = "latency-tail-10k",
  says = "With 10,000 connections a good server answers 99 % in less than 10 ms.",
  place = book .. "Exercise 3, performance requirements",
  measure = { load = { figure = "p99", server = "05", connections = 10, idle = 9990,
                       seconds = 0.5 } },
  holds = { most = 10000 },
  in_part = { most = 20000 },
  why = "Ten of 10,000 connections speak, as fast as they are answered.",
}

claim {
  id = "descriptors-tuned",
  says = "For many connections the limit of descriptors has to be raised (ulimit -n).",
  place = book .. "section 'Optimization Checklist', system level",
  measure = { limit = { by = "descriptors" } },
  holds = { most = 10000 },
  why = "The usual soft limit is 1024. Here somebody has raised it already.",
}

claim {
  id = "backlog-tuned",
  says = "net.core.somaxconn has to be tuned for many connections.",
  place = book .. "section 'Optimization Checklist', system level",
  measure = { limit = { by = "backlog" } },
  holds = { most = 1000 },
  why = "It was 128 until Linux 5.4 and is 4096 since. It bounds those that wait to be accepted, not "
    .. "those that are open: a server that accepts promptly needs no more.",
}

---------------------------------------------------------------------------------------------------
topic "Non-blocking, signals, asynchronous"

claim {
  id = "empty-eagain",
  says = "A non-blocking call returns at once with EAGAIN when there are no data.",
  place = article .. "section 'Key Terminology'; " .. pair .. "section 'Non-Blocking I/O'",
  measure = { fact = { by = "empty answers at once" } },
  holds = yes(),
}

claim {
  id = "nonblocking-files",
  says = "A non-blocking read never waits, for files from a disk either.",
  place = pair .. "section 'Non-Blocking I/O', immediate return; " .. article
    .. "section 'I/O Overview'",
  measure = { fact = { by = "non-blocking file waits" } },
  holds = no(),
  why = "O_NONBLOCK does nothing on regular files. The page was not in memory (preadv2 with "
    .. "RWF_NOWAIT said EAGAIN), and read on the descriptor with O_NONBLOCK went to the disk and "
    .. "came back with the byte. For files there are threads, aio(7) and io_uring.",
}

claim {
  id = "timeout-eagain",
  says = "SO_RCVTIMEO ends a blocking recv, with EAGAIN.",
  place = book .. "section 'Timeout Handling Mechanisms'",
  measure = { fact = { by = "limit ends wait" } },
  holds = yes(),
}

claim {
  id = "signal-asynchronous",
  says = "Signal-driven I/O is truly asynchronous.",
  place = article .. "section 'Comparison of the Five Models'",
  measure = { fact = { by = "signal leaves copy" } },
  holds = no(),
  why = "When SIGIO came, the byte was still in the kernel, to be fetched by a call that the program "
    .. "makes and in which it copies. Only the wait for data is asynchronous. POSIX calls an "
    .. "operation asynchronous when it does not make the caller wait in either phase: these are "
    .. "aio(7) and io_uring.",
}

claim {
  id = "signal-cheaper",
  says = "The nearer a model is to asynchronous, the more efficient: signals before multiplexing.",
  place = article .. "section 'Comparison of the Five Models'",
  measure = { told = { by = "signal" } },
  against = { told = { by = "epoll" } },
  holds = { most = 0.9 },
  in_part = { most = 1.1 },
  why = "Being told of a byte by a signal was compared with being told by epoll_wait. A signal stops "
    .. "the program, saves its registers on the stack, runs the handler and makes a call to "
    .. "return; and it tells of one descriptor, where epoll_wait tells of many in one call.",
}

claim {
  id = "aio-many",
  says = "Asynchronous I/O (POSIX AIO is named) is well suited to many connections.",
  place = overview .. "section 'Asynchronous I/O'",
  measure = { load = { figure = "cpu", server = "08", connections = 50 } },
  against = { load = { figure = "cpu", server = "05", connections = 50 } },
  holds = { most = 1.1 },
  in_part = { most = 1.5 },
  why = "Processor time for a message, lab 08 over lab 05. In glibc, POSIX AIO is threads of the "
    .. "library that make blocking calls for the program: a request costs a queue, a thread that "
    .. "is woken up, and a signal. On Linux asynchronous I/O that scales is io_uring.",
}

claim {
  id = "uring-batch",
  says = "io_uring saves the cost of a system call for each operation.",
  place = notes .. "io_uring",
  measure = { batch = { by = "io_uring" } },
  against = { batch = { by = "reads" } },
  holds = { most = 0.8 },
  in_part = { most = 1 },
  why = "64 reads of 64 bytes, by one io_uring_enter and by 64 calls of pread. The call is saved; a "
    .. "request and its completion in the rings cost time of their own. How much a saved call "
    .. "is worth depends on how dear a system call is on this machine (mitigations, "
    .. "virtualisation), and reads that are complete at once gain least.",
}

claim {
  id = "uring-over-epoll",
  says = "io_uring is more efficient than epoll.",
  place = notes .. "io_uring",
  measure = { load = { figure = "cpu", server = "09", connections = 50 } },
  against = { load = { figure = "cpu", server = "05", connections = 50 } },
  holds = { most = 0.9 },
  in_part = { most = 1.1 },
  why = "Processor time for a message, lab 09 over lab 05, fifty busy connections with small "
    .. "messages. It saves calls, and pays for requests, for completions and for work that the "
    .. "kernel does later. For sockets that are ready anyhow the two are near each other.",
}

claim {
  id = "uring-latency",
  says = "io_uring has a low latency: lower than epoll's.",
  place = notes .. "io_uring",
  measure = all_of(1, "09", "p50"),
  against = all_of(1, "05", "p50"),
  holds = { most = 0.9 },
  in_part = { most = 1.05 },
  why = "One client that asks again when it was answered, lab 09 over lab 05. The thread sleeps until "
    .. "the message is there in both; io_uring has the bytes when it wakes up, and does more work in "
    .. "the kernel to have them there. Latency under load is a matter of how much work there is.",
}

---------------------------------------------------------------------------------------------------
topic "Files, copies and buffers"

claim {
  id = "two-phases",
  says = "Loading data from a disk is a long wait, copying them to the program a short one.",
  place = article .. "section 'I/O Overview'",
  measure = { file = { by = "cold" } },
  against = { file = { by = "warm" } },
  holds = { least = 5 },
  in_part = { least = 2 },
  why = "4 KiB from anywhere in a file, from the disk over from memory. The disk of a virtual machine "
    .. "may be memory of its host: then loading is not much longer than copying.",
}

claim {
  id = "sendfile",
  says = "sendfile avoids copies, so that files are sent with less processor time.",
  place = book .. "section 'Zero-Copy Techniques'",
  measure = { copy = { by = "sendfile" } },
  against = { copy = { by = "read" } },
  holds = { most = 0.8 },
  in_part = { most = 0.95 },
  why = "Processor time of the sender for a file in memory, sendfile over read and send of 8 KiB. "
    .. "The copies to and from the program are saved; what TCP costs remains.",
}

claim {
  id = "mmap-send",
  says = "Sending from a mapped file is an alternative to sendfile that also avoids copies.",
  place = book .. "section 'Zero-Copy Techniques'",
  measure = { copy = { by = "mmap" } },
  against = { copy = { by = "sendfile" } },
  holds = { most = 1.1 },
  in_part = { most = 1.2 },
  why = "send copies from the mapping into the socket's buffers as from any memory: one of two "
    .. "copies is saved, and page faults come in its place. sendfile hands the pages themselves "
    .. "to the socket.",
}

claim {
  id = "splice",
  says = "Zero-copy reduces the overhead of moving data: splice beside read and send.",
  place = overview .. "section 'Zero-Copy I/O'",
  measure = { copy = { by = "splice" } },
  against = { copy = { by = "read" } },
  holds = { most = 0.8 },
  in_part = { most = 0.95 },
  why = "Processor time of the sender, splice through a pipe over read and send of 8 KiB.",
}

claim {
  id = "mmap-sequential",
  says = "Memory-mapped I/O is efficient for large sequential reads.",
  place = overview .. "section 'Memory-mapped I/O'",
  measure = { file = { by = "mmap" } },
  against = { file = { by = "read" } },
  holds = { most = 1 },
  in_part = { most = 1.2 },
  why = "A file in memory was gone through once, mapped over read in pieces of 64 KiB. A mapping "
    .. "saves the copy and pays for page faults and tables of pages; read copies into a buffer that "
    .. "stays in the cache. For one pass from beginning to end they are near each other; a mapping "
    .. "gains when the same pages are used again and in any order.",
}

claim {
  id = "vectored",
  says = "Vectored I/O saves the overhead of many calls for scattered data.",
  place = overview .. "section 'Vectored I/O'",
  measure = { batch = { by = "vector", count = 64 } },
  against = { batch = { by = "writes", count = 64 } },
  holds = { most = 0.7 },
  in_part = { most = 0.95 },
  why = "64 buffers of 64 bytes, by one pwritev over 64 calls of pwrite.",
}

claim {
  id = "buffer-pool",
  says = "Allocating a 64 KB buffer for each message is an overhead that a pool should avoid.",
  place = book .. "section 'Buffer Management Optimization'",
  measure = { cost = { by = "buffer" } },
  against = { cost = { by = "empty" } },
  holds = { least = 0.3 },
  in_part = { least = 0.2 },
  why = "malloc and free of the same size one after the other hardly do more than take a block from "
    .. "a list and put it back: a small part of even the shortest recv. A pool of one's own is "
    .. "worth it when blocks live for long and differ in size, or when pages are touched anew.",
}

claim {
  id = "structure-of-arrays",
  says = "A walk over 10,000 clients is faster with arrays of fields than with an array of "
    .. "structures that hold buffers.",
  place = book .. "section 'CPU Cache Optimization'",
  measure = { scan = { by = "structures" } },
  against = { scan = { by = "arrays" } },
  holds = { least = 2 },
  in_part = { least = 1.2 },
  why = "One field of each client, from structures of 4 KiB over from an array of its own. A buffer "
    .. "behind a pointer gives the same without taking structures apart.",
}

claim {
  id = "nodelay",
  says = "TCP_NODELAY is wanted for low latency.",
  place = book .. "section 'Optimization Checklist', network level",
  measure = { exchange = { by = "usual" } },
  against = { exchange = { by = "TCP_NODELAY" } },
  holds = { least = 2 },
  in_part = { least = 1.2 },
  why = "A request in two small writes, as the socket comes over with TCP_NODELAY. The second write "
    .. "waits for the acknowledgement of the first, which the receiver puts off for up to 40 ms. A "
    .. "request in one write, or by writev, has no such wait in either case.",
}

---------------------------------------------------------------------------------------------------
topic "What this machine cannot test"

claim {
  id = "kqueue-latency",
  says = "kqueue answers a single connection in 20 to 55 microseconds, sooner than epoll.",
  place = book .. "section 'Latency Characteristics'",
  untestable = "kqueue belongs to the BSDs and macOS; it takes such a system, on the same hardware.",
}

claim {
  id = "iocp-capacity",
  says = "IOCP handles 100,000 connections with 8 KB each.",
  place = book .. "section 'Comprehensive Performance Analysis', table",
  untestable = "I/O completion ports are Windows; it takes such a system, on the same hardware.",
}

claim {
  id = "epoll-500k",
  says = "epoll serves 50,000 to 500,000 connections, by the hardware.",
  place = book .. "section 'Connection Handling Capacity', epoll/kqueue",
  untestable = "Both ends of each connection would be on this machine: a million descriptors and the "
    .. "memory for them. It takes a second machine for the clients, and raised limits.",
}

claim {
  id = "poll-100k",
  says = "At 100,000 connections poll is impossible or extremely slow, and epoll uses 30 %.",
  place = book .. "section 'Event Notification Mechanisms', performance characteristics",
  untestable = "100,000 descriptors are above the usual hard limit, and the percentages name no "
    .. "load. What can be measured here is how cost grows from 1,000 to 10,000: poll-quadratic "
    .. "and epoll-constant.",
}

claim {
  id = "sustained",
  says = "A server withstands fifty clients for five minutes.",
  place = book .. "Exercise 1, test scenarios",
  untestable = "It takes five minutes a server: iolab bench --pattern sustained --long --rounds 1.",
}

claim {
  id = "numa",
  says = "Threads bound to the memory node of their data are faster.",
  place = book .. "section 'NUMA Awareness (Multi-socket systems)'",
  untestable = "It takes a machine with several memory nodes (numactl --hardware).",
}

claim {
  id = "dedicated-card",
  says = "Dedicated network interfaces help with much traffic.",
  place = book .. "section 'Optimization Checklist', system level",
  untestable = "All load here goes over loopback; it takes network cards, and a second machine.",
}

claim {
  id = "nic-phases",
  says = "A request reaches the kernel from a network card, which takes a part of the whole time.",
  place = article .. "section 'Web Request Processing Flow'",
  untestable = "All load here goes over loopback, where no card has a part; it takes a second machine.",
}
