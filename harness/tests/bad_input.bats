#!/usr/bin/env bats
# Broken servers, broken scripts, broken machines: each gets a clear message, and nothing is left
# running or lying about.
load common.bash

@test "a server that does not compile: the compiler's own words, exit 1" {
    grade_broken does-not-compile.c
    [ "$status" -eq 1 ]
    jq -e '.built == false and (.build | test("does-not-compile.c:4"))' "$report"
    nothing_left
}

@test "a server that compiles for ever is stopped" {
    grade_broken compiles-for-a-minute.c
    [ "$status" -eq 1 ]
    jq -e '.build | test("CPU time limit exceeded|not done after 60 s")' "$report"
    nothing_left
}

@test "a server that does not listen" {
    grade_broken does-not-listen.c --check 11
    [ "$status" -eq 1 ]
    message 11 | grep -qi listen
    nothing_left
}

@test "a server that listens late is waited for" {
    grade_broken listens-late.c --check 11
    [ "$(status_of 11)" = pass ]
    nothing_left
}

@test "a server that crashes at once: the signal" {
    grade_broken crashes-at-once.c --check 11
    [ "$status" -eq 1 ]
    message 11 | grep -q SIGSEGV
    nothing_left
}

@test "a server that crashes in the middle: the signal and its last calls" {
    grade_broken crashes-in-the-middle.c --check 11
    [ "$status" -eq 1 ]
    message 11 | grep -q SIGSEGV
    jq -e '.checks[] | select(.number == 11) | .evidence.calls | tostring | test("recv")' "$report"
    nothing_left
}

@test "a server that hangs: what was expected, and where it is asleep" {
    grade_broken hangs.c --check 11
    [ "$status" -eq 1 ]
    jq -e '.checks[] | select(.number == 11) | .evidence.asleep | tostring | test("accept")' "$report"
    nothing_left
}

@test "a server that ignores TERM is killed" {
    grade_broken ignores-term.c --check 11
    nothing_left
}

@test "daemons are ended with the server" {
    grade_broken leaves-daemons.c --check 11
    nothing_left
}

@test "a fork bomb is ended" {
    grade_broken forks-without-end.c --check 11
    [ "$status" -eq 1 ]
    nothing_left
}

@test "a server that prints gigabytes is cut off, and judged by what it answers" {
    grade_broken prints-gigabytes.c --check 11
    [ "$(status_of 11)" = pass ]
    nothing_left
}

@test "a server that fills its memory and dies" {
    grade_broken fills-its-memory.c --check 11
    [ "$status" -eq 1 ]
    nothing_left
}

# A copy of the tree's labs, with the programs, so that scripts can be broken in it.
copy_of_tree() {
    mkdir -p "$work/tree/harness" "$work/tree/build"
    cp "$root/build"/iolab-* "$work/tree/build/"
    cp -r "$root/labs" "$root/solutions" "$work/tree/"
    cp -r "$root/harness/support" "$work/tree/harness/"
    tree=$work/tree
}

break_script() { # Lua for the body of check 11
    copy_of_tree
    rm "$tree"/labs/01-blocking/scenarios/*.lua
    cat >"$tree/labs/01-blocking/scenarios/10-basic.lua"
    run "$tree/build/iolab-grade" --solution 01
}

@test "a script with a syntax error: file and line, exit 3" {
    break_script <<<'check "x" { points = 1, hints = {"a", "b"}, run = function(t) t:sleep(0.1 end }'
    [ "$status" -eq 3 ]
    [[ $output == *10-basic.lua:1* ]]
    nothing_left
}

@test "a script with an endless loop: file and line, exit 3" {
    break_script <<<'check "x" { points = 1, hints = {"a", "b"}, run = function(t)
        while true do end end }'
    [ "$status" -eq 3 ]
    [[ $output == *10-basic.lua:2* ]]
    nothing_left
}

@test "a script with an unknown verb: file and line, exit 3" {
    break_script <<<'check "x" { points = 1, hints = {"a", "b"}, run = function(t)
        local c = t:connect()
        c:sendd("x") end }'
    [ "$status" -eq 3 ]
    [[ $output == *10-basic.lua:3* ]]
    [[ $output == *sendd* ]]
    nothing_left
}

@test "ptrace forbidden: what needs it is not observed, the rest is graded" {
    report=$work/report.json
    run "$root/build/tests/aid_forbid" ptrace,pidfd_getfd "$iolab" grade --solution --seed 7 \
        --format json --output "$report" 01
    jq -e '.tier == "behaviour"' "$report"
    [ "$(status_of 11)" = pass ]
    [ "$(status_of 1)" = not_observed ]
    jq -e '[.checks[] | select(.status == "fail")] | length == 0' "$report"
    nothing_left
}

@test "ptrace forbidden, and only a rule asked for: nothing can be said, exit 3" {
    run "$root/build/tests/aid_forbid" ptrace,pidfd_getfd "$iolab" grade --solution --check 1 01
    [ "$status" -eq 3 ]
}

@test "ptrace forbidden: doctor names it" {
    run "$root/build/tests/aid_forbid" ptrace "$iolab" doctor
    [[ $output == *ptrace* ]]
    [[ $output == *behaviour* ]]
}

@test "rings forbidden: a lab that needs them is not observed, exit 3, and it says what to do" {
    copy_of_tree
    sed -i 's/^lab {/lab {\n  needs = { "io_uring" },/' "$tree/labs/01-blocking/lab.lua"
    report=$work/report.json
    run "$root/build/tests/aid_forbid" io_uring_setup "$tree/build/iolab-grade" --solution \
        --format json --output "$report" 01
    echo "$output"
    [ "$status" -eq 3 ]
    jq -e '[.checks[] | select(.status != "not_observed")] | length == 0' "$report"
    [[ $(message 11) == *seccomp* ]]
    run "$tree/build/iolab-grade" --solution --check 11 01
    [ "$status" -eq 0 ]
    nothing_left
}

@test "rings forbidden: doctor names it" {
    run "$root/build/tests/aid_forbid" io_uring_setup "$iolab" doctor
    [[ $output == *"rings cannot be made"* ]]
}

@test "namespaces forbidden: process groups and a free port do" {
    run "$root/build/tests/aid_forbid" unshare,setns "$iolab" grade --solution --seed 7 01
    echo "$output"
    [ "$status" -eq 0 ]
    run "$root/build/tests/aid_forbid" unshare "$iolab" grade --check 11 --source \
        "$broken/leaves-daemons.c" 01
    nothing_left
}

@test "a kernel without sock_diag: that the server listens is learned from /proc" {
    run "$root/build/tests/aid_forbid" sock_diag "$iolab" grade --solution --check 11 01
    [ "$status" = 0 ]
    run "$root/build/tests/aid_forbid" sock_diag,unshare,setns "$iolab" grade --solution --check 11 01
    [ "$status" = 0 ]
    nothing_left
}

@test "namespaces forbidden: a fork bomb is ended too" {
    run "$root/build/tests/aid_forbid" unshare "$iolab" grade --check 11 --source \
        "$broken/forks-without-end.c" 01
    [ "$status" -eq 1 ]
    nothing_left
}

# Runs a script with mounts of its own, as whoever may; a chroot allows nobody.
with_mounts() { # script
    if unshare -Urm true 2>/dev/null; then
        run unshare -Urm sh -c "$1"
    elif unshare -m true 2>/dev/null; then
        run unshare -m sh -c "$1"
    else
        skip "nobody may mount here"
    fi
}

@test "disk full: a clear error, nothing hangs" {
    with_mounts "
        mount -t tmpfs -o size=24k none '$TMPDIR' &&
        '$iolab' grade --solution --check 11 01"
    echo "$output"
    [ "$status" -eq 3 ]
    [[ $output == *pace* ]]
    nothing_left
}

@test "disk full where recordings are kept: a clear error" {
    mkdir -p "$XDG_STATE_HOME"
    with_mounts "
        mount -t tmpfs -o size=16k none '$XDG_STATE_HOME' &&
        '$iolab' grade --solution 01"
    echo "$output"
    [ "$status" -ne 0 ]
    [[ $output == *pace* ]]
    nothing_left
}

@test "Ctrl-C at any time leaves nothing" {
    for delay in 0.05 0.2 0.4 0.6 0.8 1.0 1.4; do
        timeout -s INT "$delay" "$iolab" grade --solution 01 >"$work/out" 2>&1 || status=$?
        [ "$status" -eq 124 ]
        nothing_left
    done
}

@test "the harness killed with KILL takes the servers with it" {
    "$iolab" grade --solution 01 >"$work/out" 2>&1 &
    pid=$!
    for try in $(seq 100); do
        [ "$(left_over | wc -l)" -lt 4 ] || break
        sleep 0.05
    done
    kill -9 "$pid"
    wait "$pid" || true
    rm -rf "${TMPDIR:?}"/* # a killed program cannot remove its files
    nothing_left
}

@test "a recording cut anywhere reads up to the cut" {
    "$iolab" grade --solution --check 11 01
    recording=$(ls "$XDG_STATE_HOME"/iolab/01-blocking/runs/*/11.iorec)
    size=$(stat -c %s "$recording")
    for part in $(seq 1 40); do
        head -c $((size * part / 41)) "$recording" >"$work/cut.iorec"
        run "$iolab" show --plain "$work/cut.iorec"
        [ "$status" -eq 0 ] || { [ "$status" -eq 3 ] && [ -n "$output" ]; }
    done
    head -c 3 "$recording" >"$work/cut.iorec"
    run "$iolab" show --plain "$work/cut.iorec"
    [ "$status" -ne 0 ]
    [[ $output == *cut.iorec* ]]
}
