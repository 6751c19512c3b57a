# What tests of batches share: a tree whose `iolab submission` is pretend-submission, and classes.

load ../../harness/tests/common.bash

# $batch is the program in a tree of its own, with one small lab.
make_tree() {
    tree=$work/tree
    mkdir -p "$tree/build" "$tree/labs/05-epoll-level/scenarios"
    cp "$root/build/iolab-batch" "$tree/build/"
    cp "$BATS_TEST_DIRNAME/pretend-submission" "$tree/build/iolab-submission"
    printf '#!/bin/sh\n' >"$tree/build/iolab-grade"
    printf '#!/bin/sh\ncat "%s/doctor.json"\n' "$work" >"$tree/build/iolab-doctor"
    chmod +x "$tree"/build/iolab-*
    echo 'lab { files = { "server.c" } }' >"$tree/labs/05-epoll-level/lab.lua"
    echo 'one' >"$tree/labs/05-epoll-level/scenarios/10-basic.lua"
    batch=$tree/build/iolab-batch
    class=$work/class
    mkdir "$class" "$class/empty" # a folder without files is refused, see pretend-submission
    out=$work/out
}

student() { # key, words that say what comes of it
    mkdir -p "$class/$1"
    echo "// $2" >"$class/$1/server.c"
}

grade() { # option…
    run "$batch" 05 "$class" --out "$out" --unofficial "$@"
    echo "$output"
}

book() { sqlite3 -batch -noheader "$out/book.sqlite" "$1"; }

attempts() { # key: states of its attempts, in order
    book "SELECT group_concat(state, ' ') FROM (SELECT state FROM attempts
          WHERE student = '$1' ORDER BY number)"
}

# Points of each student's newest final attempt, from the gradebook.
marks() { # DIR
    sqlite3 -batch -noheader "$1/book.sqlite" \
        "SELECT student, points FROM attempts a WHERE state <> 'infrastructure' AND number =
         (SELECT max(number) FROM attempts WHERE student = a.student AND state <> 'infrastructure')
         ORDER BY student"
}

marks_of() { grep -E "^\"?$1\"?," "$out/marks.csv"; } # key: its line

wait_until() { # command…: polled, for at most 20 seconds (PATIENCE: twentieths)
    local try
    for try in $(seq "${PATIENCE:-400}"); do
        if "$@" 2>/dev/null; then return 0; fi
        sleep 0.05
    done
    echo "never: $*"
    return 1
}

calls_reach() { [ "$(wc -l <"$work/calls")" -ge "$1" ]; } # gradings that have begun
