-- What is to be learnt, list by list as the document behind this course has it, and what proves
-- each item: checks that your server passes, questions that you answer. `iolab list --objectives`
-- shows how you stand. harness/objectives/README.md says what the keys mean.

local book = "Socket I/O Models, "

local function planned(lab) return "lab " .. lab .. ", will teach it" end
local function rest(what, lab) return what .. " (lab " .. lab .. ", will)" end
local unplanned = "no lab is planned for it"

-- What several lists ask for.
local blocking = {
  checks = { "01/24", "01/25", "01/26", "01/27", "01/28", "01/29", "01/31", "01/33", "01/34",
             "01/35" },
  quiz = { "01/timeout-errno", "01/timeout-direction", "01/restart", "01/accept-again" },
}
local choosing = {
  quiz = { "01/stack-cost", "02/pause-latency", "03/calls-for-a-byte", "05/ten-times",
           "07/what-tells", "08/wait-for-a-file", "09/fewer-calls", "21/one-client-tells" },
}
local measuring = {
  checks = { "21/12", "21/13", "21/14", "21/21", "21/23", "21/24", "21/31", "21/36", "21/41" },
  quiz = { "21/which-clock", "21/divisor", "21/better-by-failing", "21/one-client-tells" },
}
local backpressure = {
  checks = { "02/27", "03/23", "04/22", "05/23", "06/23", "07/25", "08/23", "09/23" },
  quiz = { "02/backpressure", "03/blocked-output", "04/full-ring" },
}

---------------------------------------------------------------------------------------------------
list "Learning objectives"

item {
  id = "models",
  says = "Tell the I/O models apart, and say what each of them costs",
  place = book .. "section 'Learning Objectives', item 1",
  proof = {
    quiz = { "01/two-phases", "01/memory-of-a-thread", "02/asynchronous", "02/useless-calls",
             "03/figure-63", "05/ten-times", "07/signal-sequence", "08/who-does-what",
             "09/way-of-a-request", "09/fewer-calls" },
  },
}

item {
  id = "blocking",
  says = "Write a server that blocks, with a limit on every wait and an answer to every error",
  place = book .. "section 'Learning Objectives', item 2",
  proof = blocking,
}

item {
  id = "nonblocking",
  says = "Use descriptors that never wait, and requests that complete later, as they are meant",
  place = book .. "section 'Learning Objectives', item 3",
  proof = {
    checks = { "02/03", "02/04", "02/13", "02/14", "02/26", "08/02", "08/24", "09/01", "09/04" },
    quiz = { "02/initiates", "08/in-progress", "09/free-after-submit" },
  },
}

item {
  id = "multiplexing",
  says = "Wait for many descriptors in one call: select, poll, and what came after them",
  place = book .. "section 'Learning Objectives', item 4",
  proof = {
    checks = { "03/01", "03/02", "03/04", "03/41", "04/01", "04/02", "04/04", "04/41", "05/01",
               "05/02", "05/43" },
    quiz = { "03/sets-overwritten", "04/unasked", "05/when-ctl" },
  },
}

item {
  id = "event-driven",
  says = "Build programs around events, with the interface that their system has (here epoll)",
  place = book .. "section 'Learning Objectives', item 5",
  proof = {
    checks = { "05/01", "05/03", "05/05", "05/42", "06/02", "06/04", "06/25" },
    quiz = { "05/stale-event", "06/may-sleep" },
  },
}

item {
  id = "choosing",
  says = "Find the model that suits a task and the system that it runs on",
  place = book .. "section 'Learning Objectives', item 6",
  proof = choosing,
}

item {
  id = "many-and-fast",
  says = "Make a server quick to answer when many are connected",
  place = book .. "section 'Learning Objectives', item 7",
  proof = {
    checks = { "05/27", "05/43", "06/25", "06/42", "09/46" },
    quiz = { "02/pause-latency", "06/starvation", "07/latency-of-work" },
  },
  untaught = rest("ten thousand clients at a time", "23, c10k"),
}

item {
  id = "system-tools",
  says = "Find faults and costs of I/O with the tools of the system",
  place = book .. "section 'Learning Objectives', item 8",
  untaught = planned "41, debugging with strace, ss, perf and valgrind",
}

---------------------------------------------------------------------------------------------------
list "Self-assessment"

item {
  id = "words",
  says = "Say what synchronous, asynchronous, blocking and non-blocking mean, and are not",
  place = book .. "section 'Self-Assessment Checklist', item 1",
  proof = {
    quiz = { "01/two-phases", "02/asynchronous", "02/initiates", "03/asynchronous",
             "07/asynchronous", "08/still-asynchronous" },
  },
}

item {
  id = "every-model",
  says = "Serve many clients in every one of the models",
  place = book .. "section 'Self-Assessment Checklist', item 2",
  proof = {
    checks = { "01/02", "01/41", "02/01", "02/41", "03/01", "03/41", "04/01", "04/41", "05/01",
               "05/43", "06/02", "06/42", "07/01", "07/22", "08/02", "08/25", "09/01", "09/41" },
  },
  untaught = rest("kqueue", "10, kqueue") .. "; " .. rest("IOCP", "11, iocp"),
}

item {
  id = "edge-cases",
  says = "Cope with bytes that come in parts, broken connections, and nothing left to take",
  place = book .. "section 'Self-Assessment Checklist', item 3",
  proof = {
    checks = { "01/31", "01/42", "01/43", "02/24", "04/26", "04/33", "05/24", "05/44", "06/32",
               "06/43", "07/42", "09/26", "09/44" },
    quiz = { "03/no-descriptors", "06/emfile-forgotten" },
  },
}

item {
  id = "measuring",
  says = "Measure servers of different models, and compare what can be compared",
  place = book .. "section 'Self-Assessment Checklist', item 4",
  proof = measuring,
}

item {
  id = "the-right-model",
  says = "Say which model an application asks for, and why",
  place = book .. "section 'Self-Assessment Checklist', item 5",
  proof = choosing,
}

item {
  id = "watching-tools",
  says = "Find out what is wrong with a program's I/O by watching the system",
  place = book .. "section 'Self-Assessment Checklist', item 6",
  untaught = planned "41, debugging with strace, ss, perf and valgrind",
}

item {
  id = "cleaning-up",
  says = "Answer errors as they deserve, and leave nothing behind",
  place = book .. "section 'Self-Assessment Checklist', item 7",
  proof = {
    checks = { "01/34", "01/36", "01/37", "02/34", "03/35", "04/45", "05/36", "06/35", "07/35",
               "08/35", "09/35" },
    quiz = { "01/accept-again", "05/del-after-close", "08/close-under-read" },
  },
}

---------------------------------------------------------------------------------------------------
list "Practical competencies"

item {
  id = "build-chat",
  says = "Build a chat for hundreds of people at a time",
  place = book .. "section 'Practical Competencies', item 1",
  untaught = planned "25, chat",
}

item {
  id = "build-http",
  says = "Build a server of HTTP that answers many requests a second",
  place = book .. "section 'Practical Competencies', item 2",
  untaught = planned "22, multi-protocol, and lab 37, CDN edge",
}

item {
  id = "build-proxy",
  says = "Build a proxy that hands on without delay",
  place = book .. "section 'Practical Competencies', item 3",
  untaught = planned "32, reverse proxy",
}

item {
  id = "build-game",
  says = "Build a server for a game that is played in real time",
  place = book .. "section 'Practical Competencies', item 4",
  untaught = planned "35, game server",
}

item {
  id = "build-iot",
  says = "Build a gateway to which thousands of devices are connected",
  place = book .. "section 'Practical Competencies', item 5",
  untaught = planned "33, IoT gateway",
}

---------------------------------------------------------------------------------------------------
list "Optimization: the application"

item {
  id = "model-for-scale",
  says = "Take the model that fits the number of clients",
  place = book .. "section 'Optimization Checklist', Application Level, item 1",
  proof = {
    quiz = { "01/stack-cost", "05/ten-times", "21/one-client-tells", "21/ten-thousand-silent" },
  },
}

item {
  id = "pooled-connections",
  says = "Keep connections to other servers, and use them again",
  place = book .. "section 'Optimization Checklist', Application Level, item 2",
  untaught = planned "38, database connection pooler",
}

item {
  id = "pooled-buffers",
  says = "Take buffers from a pool, and give them back",
  place = book .. "section 'Optimization Checklist', Application Level, item 3",
  proof = { checks = { "09/43", "09/48" }, quiz = { "09/out-of-buffers" } },
  untaught = rest("a pool of your own, without a ring", "42, buffers and backpressure"),
}

item {
  id = "large-data",
  says = "Move large data without copying it",
  place = book .. "section 'Optimization Checklist', Application Level, item 4",
  untaught = planned "18, zero-copy",
}

item {
  id = "cached-data",
  says = "Hold in memory what is asked for again and again",
  place = book .. "section 'Optimization Checklist', Application Level, item 5",
  untaught = planned "31, file server, and lab 37, CDN edge",
}

item {
  id = "lock-free",
  says = "Share data between threads without locks, where that can be done",
  place = book .. "section 'Optimization Checklist', Application Level, item 6",
  untaught = unplanned,
}

item {
  id = "profiled-often",
  says = "Look again and again where the time goes",
  place = book .. "section 'Optimization Checklist', Application Level, item 7",
  untaught = planned "41, debugging with strace, ss, perf and valgrind",
}

---------------------------------------------------------------------------------------------------
list "Optimization: the system"

item {
  id = "kernel-settings",
  says = "Set what the kernel allows, such as backlog and buffers, to what is needed",
  place = book .. "section 'Optimization Checklist', System Level, item 1",
  proof = { quiz = { "21/full-backlog", "21/ports" } },
  untaught = rest("the settings that a large server needs", "23, c10k"),
}

item {
  id = "congestion",
  says = "Choose how TCP avoids congestion",
  place = book .. "section 'Optimization Checklist', System Level, item 2",
  untaught = unplanned,
}

item {
  id = "firewall",
  says = "Write rules of a firewall that cost little",
  place = book .. "section 'Optimization Checklist', System Level, item 3",
  untaught = unplanned,
}

item {
  id = "descriptor-limits",
  says = "Know the limits on descriptors, and have enough",
  place = book .. "section 'Optimization Checklist', System Level, item 4",
  proof = {
    checks = { "03/42", "03/44", "05/44", "06/43", "21/37" },
    quiz = { "01/fd-setsize", "21/without-descriptors" },
  },
  untaught = rest("to raise them", "23, c10k"),
}

item {
  id = "own-interface",
  says = "Give heavy traffic a network interface of its own",
  place = book .. "section 'Optimization Checklist', System Level, item 5",
  untaught = unplanned,
}

item {
  id = "numa-layout",
  says = "Mind which memory is near to which processor",
  place = book .. "section 'Optimization Checklist', System Level, item 6",
  untaught = planned "43, caches and NUMA",
}

item {
  id = "watched-system",
  says = "Keep an eye on what the system has left",
  place = book .. "section 'Optimization Checklist', System Level, item 7",
  untaught = planned "41, debugging with strace, ss, perf and valgrind",
}

---------------------------------------------------------------------------------------------------
list "Optimization: the network"

item {
  id = "socket-buffers",
  says = "Give sockets buffers of the right size",
  place = book .. "section 'Optimization Checklist', Network Level, item 1",
  untaught = planned "42, buffers and backpressure",
}

item {
  id = "nodelay",
  says = "Use TCP_NODELAY where small messages must not wait",
  place = book .. "section 'Optimization Checklist', Network Level, item 2",
  untaught = unplanned .. "; iolab bench --claims --only nodelay measures it",
}

item {
  id = "reuse",
  says = "Know what SO_REUSEADDR and SO_REUSEPORT are for",
  place = book .. "section 'Optimization Checklist', Network Level, item 3",
  proof = { quiz = { "01/server-calls" } },
  untaught = "SO_REUSEPORT (no lab is planned for it)",
}

item {
  id = "udp",
  says = "Take UDP where it does better",
  place = book .. "section 'Optimization Checklist', Network Level, item 4",
  untaught = planned "35, game server",
}

item {
  id = "held-back",
  says = "Hold back those who send faster than their bytes can be passed on",
  place = book .. "section 'Optimization Checklist', Network Level, item 5",
  proof = backpressure,
}

item {
  id = "shared-connections",
  says = "Let several share a connection where that pays",
  place = book .. "section 'Optimization Checklist', Network Level, item 6",
  untaught = planned "38, database connection pooler",
}

item {
  id = "watched-network",
  says = "Notice when the network is full, and when it loses packets",
  place = book .. "section 'Optimization Checklist', Network Level, item 7",
  untaught = planned "41, debugging with strace, ss, perf and valgrind",
}

---------------------------------------------------------------------------------------------------
list "Assessment: theory"

item {
  id = "blocking-or-not",
  says = "Say what differs when a call may wait and when it may not",
  place = book .. "section 'Assessment Checklist', Theoretical Understanding, item 1",
  proof = {
    quiz = { "01/recv-amount", "01/sleeps", "01/sleep-costs", "02/files", "02/setfd",
             "02/remember", "02/not-errors" },
  },
}

item {
  id = "c10k",
  says = "Say what the C10K problem is, and what a thread for each client costs",
  place = book .. "section 'Assessment Checklist', Theoretical Understanding, item 2",
  proof = {
    quiz = { "01/stack-cost", "01/memory-of-a-thread", "02/useless-share",
             "21/ten-thousand-silent" },
  },
  untaught = rest("a server that meets it", "23, c10k"),
}

item {
  id = "level-or-edge",
  says = "Tell a level from an edge, and know what each asks of a server",
  place = book .. "section 'Assessment Checklist', Theoretical Understanding, item 3",
  proof = {
    quiz = { "05/half-read", "05/until-eagain", "05/forty-thousand", "06/lost-edge",
             "06/until-all-is-read", "06/new-events", "06/may-sleep", "06/forty-thousand",
             "06/mixed-set" },
  },
}

item {
  id = "memory-and-processor",
  says = "Say what each model takes of memory and processor, and when",
  place = book .. "section 'Assessment Checklist', Theoretical Understanding, item 4",
  proof = {
    quiz = { "01/sleep-costs", "01/memory-of-a-thread", "02/useless-calls", "03/silence",
             "04/array-bytes", "05/ten-times", "08/threads-in-silence", "09/enters-for-many" },
  },
}

item {
  id = "uses",
  says = "Name what each model is good for, and what it is not",
  place = book .. "section 'Assessment Checklist', Theoretical Understanding, item 5",
  proof = choosing,
}

---------------------------------------------------------------------------------------------------
list "Assessment: practice"

item {
  id = "a-blocking-server",
  says = "A server that blocks, and that no client can keep waiting for ever",
  place = book .. "section 'Assessment Checklist', Practical Implementation Skills, item 1",
  proof = blocking,
}

item {
  id = "a-nonblocking-program",
  says = "A program that never waits in a call, and takes EAGAIN for the answer that it is",
  place = book .. "section 'Assessment Checklist', Practical Implementation Skills, item 2",
  proof = {
    checks = { "02/03", "02/04", "02/05", "02/13", "02/14", "02/24", "02/26" },
    quiz = { "02/wouldblock-eagain", "02/parenthesis", "02/not-errors" },
  },
}

item {
  id = "a-select-server",
  says = "A server with select for all of its clients at the same time",
  place = book .. "section 'Assessment Checklist', Practical Implementation Skills, item 3",
  proof = {
    checks = { "03/01", "03/02", "03/03", "03/04", "03/14", "03/21", "03/41", "03/42" },
    quiz = { "03/sets-overwritten", "03/plus-one-missing", "03/bits-returned" },
  },
}

item {
  id = "a-poll-server",
  says = "A server with poll whose clients come and go",
  place = book .. "section 'Assessment Checklist', Practical Implementation Skills, item 4",
  proof = {
    checks = { "04/01", "04/02", "04/04", "04/05", "04/31", "04/32", "04/41", "04/45" },
    quiz = { "04/moved-passed-over", "04/arrays-drift" },
  },
}

item {
  id = "an-epoll-server",
  says = "A server with epoll for ten thousand clients and more",
  place = book .. "section 'Assessment Checklist', Practical Implementation Skills, item 5",
  proof = {
    checks = { "05/01", "05/02", "05/05", "05/06", "05/27", "05/43", "06/42" },
    quiz = { "05/ctl-calls", "05/hundred-silent" },
  },
  untaught = rest("ten thousand at a time; in the labs it is one thousand", "23, c10k"),
}

item {
  id = "every-error",
  says = "Code in which each result of each call has been thought of",
  place = book .. "section 'Assessment Checklist', Practical Implementation Skills, item 6",
  proof = {
    checks = { "01/31", "01/32", "01/33", "01/34", "01/42", "02/24", "02/25", "02/31", "03/34",
               "04/34", "05/33", "06/34", "07/36", "08/34", "09/34" },
    quiz = { "01/accept-again", "02/not-errors", "09/errors" },
  },
}

---------------------------------------------------------------------------------------------------
list "Assessment: system integration"

item {
  id = "system-parameters",
  says = "Set limits and parameters of the system for a server with much to do",
  place = book .. "section 'Assessment Checklist', System Integration Knowledge, item 1",
  proof = { quiz = { "07/most-handlers", "21/full-backlog", "21/ports" } },
  untaught = rest("to set them for a large server", "23, c10k"),
}

item {
  id = "profilers",
  says = "Find with a profiler what holds a program up",
  place = book .. "section 'Assessment Checklist', System Integration Knowledge, item 2",
  untaught = planned "41, debugging with strace, ss, perf and valgrind",
}

item {
  id = "pools-and-places",
  says = "Share out connections, places and buffers of which there are only so many",
  place = book .. "section 'Assessment Checklist', System Integration Knowledge, item 3",
  proof = { checks = { "05/26", "05/41", "09/43", "09/48" }, quiz = { "05/making-room" } },
  untaught = rest("a pool of connections", "38, database connection pooler"),
}

item {
  id = "without-copies",
  says = "Hand data on without a copy of one's own",
  place = book .. "section 'Assessment Checklist', System Integration Knowledge, item 4",
  untaught = planned "18, zero-copy",
}

item {
  id = "numa-programs",
  says = "Write programs for machines whose processors have memories of their own",
  place = book .. "section 'Assessment Checklist', System Integration Knowledge, item 5",
  untaught = planned "43, caches and NUMA",
}

item {
  id = "portable",
  says = "Hide what systems do differently behind one interface, at little cost",
  place = book .. "section 'Assessment Checklist', System Integration Knowledge, item 6",
  untaught = planned "24, io-context",
}

---------------------------------------------------------------------------------------------------
list "Assessment: performance"

item {
  id = "measured-loads",
  says = "Measure the models under small and large loads, and compare them",
  place = book .. "section 'Assessment Checklist', Performance Analysis, item 1",
  proof = measuring,
}

item {
  id = "bottlenecks",
  says = "Find what keeps a server from growing, and mend it",
  place = book .. "section 'Assessment Checklist', Performance Analysis, item 2",
  proof = {
    checks = { "05/43", "06/25", "08/25", "09/46" },
    quiz = { "02/useless-share", "04/quadratic", "05/ten-times", "08/twenty-helpers",
             "21/twice-as-many" },
  },
  untaught = rest("what ten thousand clients bring to light", "23, c10k"),
}

item {
  id = "reckoning",
  says = "Reckon what so many connections will need",
  place = book .. "section 'Assessment Checklist', Performance Analysis, item 3",
  proof = {
    quiz = { "01/memory-of-a-thread", "04/array-bytes", "07/most-handlers",
             "08/default-threads", "21/throughput-of-a-loop", "21/ports" },
  },
}

item {
  id = "load-tests",
  says = "Plan tests under load that tell what one wants to know",
  place = book .. "section 'Assessment Checklist', Performance Analysis, item 4",
  proof = {
    checks = { "21/14", "21/25", "21/29", "21/41" },
    quiz = { "21/in-turn", "21/omission", "21/generator", "21/twice-as-many" },
  },
}

item {
  id = "alarms",
  says = "Watch servers that are in use, and have alarms raised",
  place = book .. "section 'Assessment Checklist', Performance Analysis, item 5",
  untaught = unplanned,
}

---------------------------------------------------------------------------------------------------
list "Assessment: advanced topics"

item {
  id = "state-machines",
  says = "Write a protocol of several steps as a state machine",
  place = book .. "section 'Assessment Checklist', Advanced Topics, item 1",
  proof = {
    checks = { "04/15", "04/26", "04/27", "04/28", "04/44" },
    quiz = { "04/states", "04/one-request-a-wakeup", "04/end-of-a-client" },
  },
}

item {
  id = "event-architecture",
  says = "Divide a program that lives on events into parts with one task each",
  place = book .. "section 'Assessment Checklist', Advanced Topics, item 2",
  proof = { checks = { "05/03", "05/05", "05/42", "06/04" }, quiz = { "05/stale-event" } },
  untaught = rest("an interface between the loop and its users", "24, io-context"),
}

item {
  id = "work-stealing",
  says = "Let idle threads take over work that others have waiting",
  place = book .. "section 'Assessment Checklist', Advanced Topics, item 3",
  untaught = unplanned,
}

item {
  id = "overload",
  says = "Make those wait who bring more than can be dealt with",
  place = book .. "section 'Assessment Checklist', Advanced Topics, item 4",
  proof = backpressure,
}

item {
  id = "distributed",
  says = "Build systems of several machines on loops of events",
  place = book .. "section 'Assessment Checklist', Advanced Topics, item 5",
  untaught = planned "34, pub/sub broker",
}

---------------------------------------------------------------------------------------------------
list "Assessment: applications"

item {
  id = "chat-server",
  says = "A chat for thousands",
  place = book .. "section 'Assessment Checklist', Real-world Application, item 1",
  untaught = planned "25, chat",
}

item {
  id = "load-balancer",
  says = "A balancer of HTTP that notices who is ill, and does without",
  place = book .. "section 'Assessment Checklist', Real-world Application, item 2",
  untaught = planned "26, load-balancer",
}

item {
  id = "proxy-server",
  says = "A proxy that chooses the way of a request, and keeps its connections",
  place = book .. "section 'Assessment Checklist', Real-world Application, item 3",
  untaught = planned "32, reverse proxy",
}

item {
  id = "file-server",
  says = "A server of files that copies nothing, and remembers what is asked for",
  place = book .. "section 'Assessment Checklist', Real-world Application, item 4",
  untaught = planned "31, file server",
}

item {
  id = "iot-gateway",
  says = "A gateway for the readings of thousands of devices",
  place = book .. "section 'Assessment Checklist', Real-world Application, item 5",
  untaught = planned "33, IoT gateway",
}
