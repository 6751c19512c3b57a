-- Level-triggered epoll. See harness/quiz/README.md for what the words mean.

-- From here on the server has done all that it was asked for, and sleeps.
local function asleep(t, mark)
  t.server:asleep { call = "@wait", within = 10 }
  t:mark(mark)
end

choice {
  id = "half-read",
  ask = "Ten bytes of a client have come, and the server's `recv` takes four of them. The client "
    .. "is registered for EPOLLIN, and it sends nothing more. What does the next `epoll_wait` do?",
  answers = {
    wrong("It sleeps: of these bytes has been told already.",
      "So it is with EPOLLET. Without it an event is a condition, and not a piece of news."),
    wrong("It sleeps until four more bytes have come.",
      "It knows nothing of the size of a buffer."),
    right "It returns at once with EPOLLIN.",
    wrong("It returns at once with the six bytes.",
      "It tells who is ready. Bytes come from `recv` alone."),
  },
  why = "As long as a byte is there the descriptor is ready, and each call says so. A server that "
    .. "receives once for each event is therefore right, and fair besides: it comes back to this "
    .. "client after the others.",
  source = "epoll(7), \"Level-triggered and edge-triggered\"; ./iolab show 05/21 --plain",
}

choice {
  id = "mod-without-data",
  ask = [[
    A client was added with `data.ptr` leading to what is known of it. Its output is blocked, and
    the server does this:

        struct epoll_event event = {.events = EPOLLOUT};
        epoll_ctl(epoll_fd, EPOLL_CTL_MOD, client->fd, &event);

    What does the next event of this client carry?
  ]],
  answers = {
    wrong("The pointer of before: only `events` was meant to change.",
      "The kernel cannot know what was meant. It takes the structure as it is."),
    wrong("EPOLLIN and EPOLLOUT, and the pointer of before",
      "Neither is added to: both are written anew."),
    right "A null pointer",
    wrong("The descriptor, which is what an entry carries by default",
      "There is no default. Who wants the descriptor puts it there."),
  },
  why = "MOD replaces the whole entry, the data as well as the mask. It is easily overlooked, "
    .. "since it happens only to clients that do not read; in a server where NULL stands for the "
    .. "listener it is then `accept` that is called.",
  source = "epoll_ctl(2), EPOLL_CTL_MOD; epoll_wait(2), on data; ./iolab grade 05 --check 24",
}

choice {
  id = "union",
  ask = [[
    What does an event of this entry carry, on a 64-bit machine?

        event.events = EPOLLIN;
        event.data.ptr = client;
        event.data.fd = fd;
        epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event);
  ]],
  answers = {
    wrong("Both: the pointer for the server, the descriptor for the kernel",
      "The kernel looks at neither. It has the descriptor from the third argument."),
    right "A pointer of which four bytes have been overwritten",
    wrong("The pointer, as the larger member wins", "The later assignment does."),
    wrong("Whichever of the two the server asks for when the event comes",
      "The kernel keeps 64 bits and does not know what they were."),
  },
  why = "`data` is a union: one place with four names. A pointer of which half is a descriptor "
    .. "number leads nowhere in particular. Take the pointer, and keep the descriptor in what it "
    .. "leads to.",
  source = "epoll_event(3type), or epoll_ctl(2); ./iolab grade 05 --check 3",
}

choice {
  id = "stale-event",
  ask = "One batch holds events of the listener, of A and of B. All places are taken, so for the "
    .. "newcomer the server closes A, and frees what it knew of it at once. What is the trouble?",
  answers = {
    wrong("The kernel takes A's event out of the batch, and the server counts one too many.",
      "The batch is in the server's array. The kernel does not come back to it."),
    wrong("None: closing A has removed its entry from the interest list.",
      "From the list, yes. Its event had been handed out before."),
    wrong("B's event is lost, as the array is one shorter now.", "Nothing moves in the array."),
    right "The event that comes next in the array leads to memory that was freed.",
  },
  why = "An event can outlive its client. Mark who was closed, keep the memory until the batch is "
    .. "done, and pass over events of those who are marked. The freed memory often still looks "
    .. "well, or is already the newcomer's, so that only a sanitizer sees it.",
  source = "epoll(7), \"If using an event cache...\"; ./iolab grade 05 --check 42,90",
}

choice {
  id = "table-moved",
  ask = [[
    Entries carry `&clients[n]`, and `capacity` is 99. What can go wrong when the hundredth client
    comes?

        if (count == capacity) {
            capacity *= 2;
            clients = realloc(clients, capacity * sizeof *clients);
        }
  ]],
  answers = {
    right "Events of earlier clients lead to memory that is no longer theirs.",
    wrong("`realloc` fails while the kernel holds pointers into the array.",
      "The kernel holds numbers. Neither of the two knows of the other."),
    wrong("The newcomer's entry is refused with EEXIST.",
      "That is for a descriptor that is in the list already."),
    wrong("Nothing: the kernel adjusts pointers that were given to it.",
      "To the kernel they are 64 bits that it hands back."),
  },
  why = "Memory that somebody else has a pointer to must not move. Allocate each client by "
    .. "itself, or an array of pointers, or let entries carry an index. Tests with a few clients "
    .. "stay below the first capacity, or `realloc` happens to grow in place.",
  source = "./iolab grade 05 --check 43,90",
}

choice {
  id = "del-after-close",
  ask = [[
    A server with one thread, whose descriptors are not duplicated. What do these lines do?

        close(client->fd);
        epoll_ctl(epoll_fd, EPOLL_CTL_DEL, client->fd, NULL);
  ]],
  answers = {
    wrong("They leave the entry behind, and later an event of a client that has gone.",
      "The entry went with `close`, since nobody else holds the connection open."),
    wrong("They crash on kernels of today, as DEL needs a structure.",
      "NULL has been allowed since Linux 2.6.9."),
    right "`close` removes the entry, and the second call fails with EBADF.",
    wrong("They delay the FIN, which is sent only when the entry has gone.",
      "An entry holds no connection open."),
  },
  why = "DEL, where it is needed, comes first. Behind `close` it is a call about a number that is "
    .. "nobody's; if another thread accepts in between, it is somebody's, and a newcomer goes "
    .. "unheard.",
  source = "epoll(7), \"Will closing a file descriptor cause it to be removed\"; "
    .. "./iolab grade 05 --check 36",
}

choice {
  id = "dup-keeps",
  ask = "A server forks a helper, which inherits a client's descriptor and keeps it open. The "
    .. "server closes its own. Then the client sends a line. What does the server's `epoll_wait` "
    .. "do?",
  answers = {
    wrong("It sleeps, for the entry was removed by `close`.",
      "It goes with the last descriptor of the connection, and the helper has one."),
    wrong("It returns -1 with EBADF.", "That would be about the epoll descriptor itself."),
    wrong("It returns with EPOLLHUP, once.", "Nobody has hung up: the connection is open."),
    right "It returns with EPOLLIN and the data of the closed client.",
  },
  why = "An entry is about the open file description, not about the number. What is worse, it "
    .. "cannot be taken out any more: DEL needs a number that the server no longer has. Call DEL "
    .. "before `close` where descriptors are duplicated, or keep them from being inherited.",
  source = "epoll(7), \"Will closing a file descriptor cause it to be removed\"",
}

choice {
  id = "reader-armed",
  ask = "A client does not read. Its answer is pending, so the server waits for EPOLLIN | "
    .. "EPOLLOUT, and as long as something is pending it does not receive. The client goes on "
    .. "sending. What happens?",
  answers = {
    wrong("The server takes in everything until memory runs out.",
      "It does not receive, as was said."),
    right "`epoll_wait` returns at once each time, and nothing is done about it.",
    wrong("`epoll_wait` sleeps, as EPOLLOUT is what it waits for.",
      "It waits for either of the two."),
    wrong("Unread bytes are dropped by the kernel, and the client sends them again.",
      "The window closes, and the client waits."),
  },
  why = "An event that is not acted on comes again. Of each entry ask: if this came now, what "
    .. "would be done? While output is pending the answer for EPOLLIN is nothing, so it is left "
    .. "out; when all has been sent it is put back.",
  source = "./iolab grade 05 --check 23; ./iolab show 05/23 --plain",
}

choice {
  id = "events-compared",
  ask = [[
    What becomes of a client that resets its connection?

        if (event.events == EPOLLIN)
            receive(client);
        else if (event.events == EPOLLOUT)
            send_rest(client);
  ]],
  answers = {
    wrong("It is received from, and `recv` says ECONNRESET.",
      "The comparison is false: more bits are set."),
    wrong("It is closed by the kernel, which removes the entry.",
      "A descriptor stays until the program closes it."),
    right "It stays, and the server is woken for it without end.",
    wrong("It stays until its idle time is over, and costs nothing until then.",
      "The event comes again at once, since the condition lasts."),
  },
  why = "A reset is told as EPOLLIN, EPOLLERR and EPOLLHUP in one word. A mask is tested bit by "
    .. "bit. Simplest is to make the call that the client waits for anyhow, whatever bit has "
    .. "come, and to let its result say what it was.",
  source = "epoll_ctl(2), EPOLLERR and EPOLLHUP; ./iolab grade 05 --check 32,33",
}

several {
  id = "what-epoll-takes",
  ask = "Which descriptors can be added to an epoll set?",
  answers = {
    right "Of a timer (timerfd)",
    right "Of another epoll set",
    right "Of signals (signalfd)",
    right "Of a terminal",
    wrong("Of a regular file",
      "EPOLL_CTL_ADD says EPERM. `select` and `poll` take it: always ready."),
    wrong("Of a directory", "It cannot be waited for either. inotify gives a descriptor that can."),
  },
  why = "Notes that say \"only sockets and pipes\" say too little: whatever can be polled can be "
    .. "added, so that one loop waits for clients, timers and signals together. That files are "
    .. "refused is true, and no loss: they would be ready at any time.",
  source = "epoll_ctl(2), EPERM; ./iolab bench --claims --only 'epoll-files,epoll-only-sockets'",
}

several {
  id = "when-ctl",
  ask = "In an echo server that says nothing twice, what calls for `epoll_ctl`?",
  answers = {
    right "A client has been accepted.",
    right "`send` took a part of an answer, and there is no room for the rest.",
    right "The rest of an answer has been sent.",
    wrong("A line has come, and its echo was taken whole.", "The entry is as it should be."),
    wrong("A client has gone, and its descriptor is closed.", "The entry goes with it."),
    wrong("An event has been dealt with.", "Only EPOLLONESHOT would have to be armed again."),
  },
  why = "The interest list is kept by the kernel, and what has been said stays said. A client "
    .. "that reads its answers costs one call in all, however much it says. Lecture notes that "
    .. "count \"too many system calls\" among epoll's drawbacks count calls that need not be "
    .. "made.",
  source = "./iolab grade 05 --check 6; ./iolab bench --claims --only epoll-calls",
}

number {
  id = "next-timeout",
  ask = "Clients are closed after 60 s without activity. The least recently active one was last "
    .. "active 59.2 s ago, and a newcomer came just now. Which time-out does `epoll_wait` get?",
  answer = 800,
  within = 1,
  unit = "milliseconds",
  why = "The first of the list decides, 60,000 - 59,200, and `epoll_wait` counts in milliseconds. "
    .. "A list in the order of activity makes this one step for any number of clients. With "
    .. "nobody in it the time-out is -1.",
  source = "epoll_wait(2), timeout; ./iolab grade 05 --check 26,27",
}

number {
  id = "batches",
  ask = "150 clients have sent a line, and `epoll_wait` is called with room for 64 events. Each "
    .. "client that is named is served to the end before the next call. How many calls of "
    .. "`epoll_wait` bring events?",
  answer = 3,
  unit = "calls",
  why = "64, 64 and 22. Nobody is lost and nobody is named twice before the others had their "
    .. "turn: the kernel hands out its list in rotation. A small array costs calls, a large one "
    .. "makes the time from an event to its service longer, with more that can go stale.",
  source = "epoll_wait(2), NOTES",
}

order {
  id = "making-room",
  ask = "Clients A, B, C and D connect in this order and say nothing. Then B sends a line, and "
    .. "after it A. All places are taken, and four newcomers come one after the other. In which "
    .. "order do the four have to go?",
  items = { "C", "D", "B", "A" },
  why = "Who has been silent longest goes first: being connected counts as activity until "
    .. "something better comes. Each time a client's bytes move it is put at the end of the list, "
    .. "and the first of it makes room. In order of arrival it would be A, who has just spoken.",
  source = "README of lab 05, \"The protocol\"; ./iolab grade 05 --check 41",
}

order {
  id = "blocked-output",
  ask = "A client is slow to read its answer. Put in order what the server does.",
  items = {
    "`recv` brings the client's bytes.",
    "`send` takes a part of them.",
    "EPOLL_CTL_MOD asks for EPOLLOUT alone.",
    "`epoll_wait` comes back with EPOLLOUT.",
    "`send` takes the rest.",
    "EPOLL_CTL_MOD asks for EPOLLIN alone.",
  },
  why = "Trying to send before asking saves both MODs for nearly every answer. Between them "
    .. "nothing is received, however much comes: that keeps memory bounded. And without the "
    .. "second MOD the server would be woken for room for ever.",
  source = "./iolab show 05/24 --plain; ./iolab grade 05 --check 5,24",
}

truth {
  id = "ten-times",
  ask = "With 1,000 connections that all speak as fast as they can, epoll needs a tenth of the "
    .. "processor time of `select`.",
  answer = false,
  because = {
    wrong("epoll needs more, for it makes one call for each connection.",
      "One `epoll_wait` tells of many, as far as the array has room."),
    right "Then one call of either finds hundreds, and `recv` and `send` are most of the cost.",
    wrong("`select` needs nothing at all when no connection is silent.",
      "It still looks at each. But each look then finds something."),
    wrong("`select` cannot watch 1,000 connections.", "It can, if their numbers are below 1024."),
  },
  why = "A text gives 50 % and 5 % without saying how many connections speak. What epoll saves is "
    .. "looking at the silent ones: with one speaker among a thousand the factor is large, with a "
    .. "thousand speakers it is near one. A factor without its load means little.",
  source = "./iolab bench --claims --only 'select-ten-epolls-*'",
}

truth {
  id = "until-eagain",
  ask = "A server that is level-triggered has to receive until EAGAIN, or bytes stay behind "
    .. "unnoticed.",
  answer = false,
  because = {
    wrong("`recv` always brings all bytes that are there.", "No more than the buffer holds."),
    wrong("Bytes that were not taken are announced when the next ones come.",
      "That is what edge-triggered servers have to live with. Here it does not take new ones."),
    right "What was left behind makes the next event.",
    wrong("The kernel does not accept more than one buffer from a client.",
      "It does not know the server's buffers."),
  },
  why = "One `recv` an event is enough. It saves the call that would only find EAGAIN, and it "
    .. "keeps a client that floods from holding up the others. Texts that demand the loop of "
    .. "every epoll server have edges in mind.",
  source = "epoll(7), \"simply a faster poll(2)\"; ./iolab grade 05 --check 21,25",
}

truth {
  id = "never-del",
  ask = "A server can do without EPOLL_CTL_DEL, although clients come and go all day.",
  answer = true,
  because = {
    wrong("The list holds the most recent clients only, and drops the others.",
      "It drops nobody by itself."),
    wrong("A newcomer with the same number takes over the entry of before.",
      "ADD would fail with EEXIST if the entry were there."),
    wrong("The entries stay, but cost nothing, as nothing happens to them.",
      "They would cost kernel memory, and there is a limit on them."),
    right "Closing the only descriptor of a connection removes its entry.",
  },
  why = "The entry belongs to the open file description, and goes when that goes. As soon as a "
    .. "descriptor is duplicated or inherited by a fork this holds no more, and DEL must be called "
    .. "while the number is still open.",
  source = "epoll(7), \"Will closing a file descriptor cause it to be removed\"",
}

predict {
  id = "ctl-calls",
  ask = "Twenty clients connect to the reference server. Each sends five lines, gets them back, "
    .. "and closes. How many times is `epoll_ctl` called for all that?",
  run = function(t)
    t:known()
    local open = t.server:descriptors()
    asleep(t, "begin")
    local clients = t:connect_many(20)
    for _ = 1, 5 do
      for i = 1, 20 do clients[i]:echo("a line\n") end
    end
    for i = 1, 20 do clients[i]:close() end
    t:eventually(function() return t.server:descriptors() == open end)
    t:mark("end")
  end,
  answer = function(m) return m:between("begin", "end"):calls("epoll_ctl") end,
  unit = "times",
  why = "Twenty ADDs. Messages change nothing about what is of interest, and `close` takes the "
    .. "entry along. `select` and `poll` would have been given the whole question a hundred times "
    .. "and more.",
  source = "./iolab grade 05 --check 6; ./iolab show 05/45 --plain",
}

predict {
  id = "forty-thousand",
  ask = "The reference server receives once an event, at most 16,384 bytes. It is stopped, a "
    .. "client sends 40,000 bytes at once, and it goes on. How many times does `epoll_wait` come "
    .. "back with this client until all has been echoed?",
  run = function(t)
    local c = t:known()
    c:echo(t:bytes(4000))
    local data = t:bytes(40000)
    asleep(t, "quiet")
    t.server:stop()
    c:send(data)
    t:mark("begin")
    t.server:continue()
    c:expect(data)
    asleep(t, "end")
  end,
  answer = function(m) return m:between("begin", "end"):returned("epoll_wait", 1) end,
  unit = "times",
  why = "16,384 and 16,384 and 7,232: as long as something is left the event comes again, and "
    .. "after the third `recv` nothing is. No `recv` finds EAGAIN. The question is asked once "
    .. "more in lab 06, where the kernel tells once.",
  source = "epoll(7), \"Level-triggered and edge-triggered\"; ./iolab show 05/21 --plain",
}

predict {
  id = "two-mods",
  ask = "A client sends 1,000 bytes, and the first `send` of the reference server may take 100 of "
    .. "them. The second takes the rest. How many times is EPOLL_CTL_MOD called for this message?",
  run = function(t)
    local c = t:known()
    t.server:fault { call = "@send", connection = c, short = 100, count = 1 }
    asleep(t, "begin")
    c:echo(t:bytes(1000))
    asleep(t, "end")
  end,
  answer = function(m) return m:between("begin", "end"):calls("epoll_ctl:MOD") end,
  unit = "times",
  why = "Once to wait for room in place of bytes, and once back. Both are needed: without the "
    .. "first the rest is never sent, without the second the client is never heard again. Had "
    .. "`send` taken all, it would have been none.",
  source = "./iolab show 05/24 --plain",
}

predict {
  id = "stopped",
  ask = "The reference server sleeps in `epoll_wait`. No handler is installed for SIGCONT. "
    .. "Somebody stops it with SIGSTOP and lets it go on, three times. How many times does "
    .. "`epoll_wait` fail with EINTR?",
  run = function(t)
    local c = t:known()
    asleep(t, "begin")
    for _ = 1, 3 do
      t.server:stop()
      t.server:continue()
      t:sleep(0.1)
      t.server:asleep { call = "@wait", within = 10 }
    end
    c:echo("still there?\n")
    t:mark("end")
  end,
  answer = function(m) return m:between("begin", "end"):failed("epoll_wait", "EINTR") end,
  unit = "times",
  why = "Each time: Linux does not take this call up again after a stop, as it does with poll and "
    .. "select. So EINTR can come to a program without any handler, when somebody presses Ctrl-Z "
    .. "or attaches a debugger, and a server that takes it for fatal ends there.",
  source = "signal(7), \"Interruption of system calls and library functions by stop signals\"; "
    .. "./iolab grade 05 --check 35",
}

predict {
  id = "hundred-silent",
  ask = "A hundred clients are connected, and one of them sends a line and gets it back, fifty "
    .. "times. How many system calls does the reference server make for one such exchange?",
  run = function(t)
    local clients = t:known(100)
    t:mark("begin")
    for _ = 1, 50 do clients[50]:echo("a line\n") end
    t:mark("end")
  end,
  answer = function(m)
    local talk = m:between("begin", "end")
    return (talk:calls("@wait") + talk:calls("epoll_ctl") + talk:calls("@receive")
      + talk:calls("@send")) / 50
  end,
  within = 0.2,
  unit = "calls",
  why = "`epoll_wait`, `recv`, `send`: as many as `select` makes. What differs is not the number "
    .. "of calls but what each has to do. `epoll_wait` takes one entry from the ready list, while "
    .. "`select` looks at a hundred descriptors.",
  source = "./iolab bench --claims --only epoll-constant; ./iolab show 05/43 --plain",
}

card {
  id = "two-lists",
  front = "Which two lists does an epoll set keep, and which call changes which?",
  back = "The interest list: who is watched, for what, with which data; `epoll_ctl` changes it. "
    .. "The ready list: who of them is ready; the kernel fills it as things happen, and "
    .. "`epoll_wait` hands out what is in it.",
  source = "epoll(7), DESCRIPTION",
}

card {
  id = "no-descriptors",
  front = "`accept` says EMFILE, and the listener is level-triggered. How does an epoll server "
    .. "keep from spinning?",
  back = "EPOLL_CTL_MOD with events 0 for the listener, and EPOLLIN again when a descriptor is "
    .. "free or a second has gone by. Both conditions: perhaps nobody leaves.",
  source = "accept(2), EMFILE; ./iolab grade 05 --check 44",
}

card {
  id = "like-select",
  front = "In figure 6.6 of UNIX Network Programming, where does epoll stand?",
  back = "Under I/O multiplexing, beside select and poll: blocked in one call during the wait for "
    .. "data, and in `recv` for the copy. It is neither asynchronous nor signal-driven.",
  source = "UNIX Network Programming 1, section 6.2, figures 6.3 and 6.6",
}
