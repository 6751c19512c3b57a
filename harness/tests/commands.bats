#!/usr/bin/env bats
# The commands as people type them: what they print, what they say of wrong calls, how they end.
load common.bash

@test "iolab alone says what to do next" {
    run "$iolab"
    [ "$status" -eq 0 ]
    [[ $output == *"iolab grade 01"* ]]
}

@test "an unknown command is a wrong call and names those that there are" {
    run "$iolab" grad
    [ "$status" -eq 2 ]
    [[ $output == *"'grad'"*grade* ]]
}

@test "every command has --help and refuses an unknown option with status 2" {
    for program in "$root"/build/iolab-*; do
        [ "$(basename "$program")" != iolab-main ] || continue
        run "$program" --help
        echo "$program: $output"
        [ "$status" -eq 0 ]
        [ -n "$output" ]
        run "$program" --no-such-option
        [ "$status" -eq 2 ]
    done
}

@test "a number that is none, or is out of its range, is refused by the command and option that were typed" {
    for wrong in 'grade --jobs nan' 'grade --jobs 1e300' 'grade --jobs 0' 'grade --jobs 65' \
        'grade --jobs 2.5' 'grade --seed -1' 'grade --seed 9223372036854775808' \
        'grade --time-scale nan' 'grade --seconds inf' 'grade --seconds 9s' 'quiz --most -1'; do
        # shellcheck disable=SC2086
        run "$iolab" $wrong 01
        echo "$wrong: $output"
        [ "$status" -eq 2 ]
        read -r command option number <<<"$wrong"
        [[ $output == "iolab $command: $option must be a "*"number from "*", not '$number'"* ]]
    done
}

@test "no command names a lab that is not there without saying which are" {
    for command in grade hint reset watch; do
        run "$iolab" "$command" 99
        [ "$status" -eq 2 ]
        [[ $output == *01-blocking* ]]
    done
}

@test "a lab has three names" {
    for name in 1 01 blocking 01-blocking labs/01-blocking/; do
        run "$iolab" hint "$name"
        [[ $output == *"01-blocking"* ]]
    done
}

@test "list shows every lab found by glob, and the best score once there is one" {
    run "$iolab" list
    [ "$status" -eq 0 ]
    for lab in "$root"/labs/[0-9][0-9]-*; do [[ $output == *$(basename "$lab")* ]]; done
    [[ $output == *"not yet graded"* ]]
    run "$iolab" grade 01
    [ "$status" -eq 1 ]
    run "$iolab" list
    [[ $output == *"best "*" of 100"* ]]
}

@test "grading the reference does not count as the student's score" {
    run "$iolab" grade --solution --check 11 01
    [ "$status" -eq 0 ]
    run "$iolab" list
    [[ $output != *"best 100"* ]]
}

@test "hints go from gentle to telling, and stay at the last" {
    "$iolab" grade 01 >/dev/null || true
    run "$iolab" hint 01 11
    [[ $output == *"hint 1 of"* ]]
    run "$iolab" hint 01 11
    [[ $output == *"hint 2 of"* ]]
    for _ in 1 2 3 4 5 6; do run "$iolab" hint 01 11; done
    [[ $output == *"last one"* ]]
}

@test "hint before the first grading says what to run" {
    run "$iolab" hint 01
    [ "$status" -eq 2 ]
    [[ $output == *"iolab grade 01"* ]]
}

@test "the formats: JSON, TAP and JUnit are well formed" {
    "$iolab" grade --solution --check '1?' --format json 01 | jq -e '.schema == "iolab-report/1"'
    "$iolab" grade --solution --check '11,2*' --format json 01 |
        jq -e '[.checks[].number | select(. >= 10)] | index(11) and index(21) and (index(12) | not)'
    "$iolab" grade --solution --check '1?' --format tap 01 >"$work/tap"
    head -n 1 "$work/tap" | grep -qx "TAP version 14"
    grep -q '^ok 1 - ' "$work/tap"
    "$iolab" grade --solution --check '1?' --format junit --output "$work/junit.xml" 01
    xmllint --noout "$work/junit.xml"
}

@test "the same seed gives the same script; the seed is printed" {
    run "$iolab" grade --solution --check 11 --seed 4242 01
    [[ $output == *4242* ]]
}

@test "in a pipe: no colour, no progress" {
    "$iolab" grade --solution --check 11 01 >"$work/out"
    run grep -c $'\033' "$work/out"
    [ "$output" = 0 ]
}

@test "reset brings the skeleton back and keeps what was there" {
    mkdir -p "$work/tree"
    cp -r "$root/labs" "$work/tree/"
    mkdir -p "$work/tree/build"
    cp "$root"/build/iolab-* "$work/tree/build/"
    cp -r "$root/build/skeletons" "$work/tree/build/"
    echo "mine" >"$work/tree/labs/01-blocking/server.c"
    run "$work/tree/build/iolab-reset" 01
    [ "$status" -eq 0 ]
    cmp "$work/tree/labs/01-blocking/server.c" "$root/build/skeletons/01-blocking/server.c"
    grep -qx mine "$work"/tree/labs/01-blocking/server.c.20*
}

@test "--source takes a file or a folder; a missing one is a wrong call" {
    run "$iolab" grade --source "$root/solutions/01-blocking/server.c" --check 11 01
    [ "$status" -eq 0 ]
    run "$iolab" grade --source "$root/solutions/01-blocking" --check 11 01
    [ "$status" -eq 0 ]
    run "$iolab" grade --source "$work/nothing.c" 01
    [ "$status" -eq 2 ]
    [[ $output == *nothing.c* ]]
}

@test "--recordings makes the folder that it is given; one that cannot be is a wrong call" {
    run "$iolab" grade --solution --check 11 --recordings "$work/kept" 01
    [ "$status" -eq 0 ]
    [ -s "$work/kept/11.iorec" ]
    run "$iolab" grade --solution --check 11 --recordings "$work/kept/11.iorec" 01
    [ "$status" -eq 2 ]
    [[ $output == *"cannot keep recordings in $work/kept/11.iorec: Not a directory"* ]]
    run "$iolab" grade --solution --check 11 --recordings "$work/a/b" 01
    [ "$status" -eq 2 ]
    [[ $output == *"$work/a/b: No such file or directory"* ]]
}

@test "ten gradings side by side, same lab, same port: no collision" {
    for i in 1 2 3 4 5 6 7 8 9 10; do
        "$iolab" grade --solution --check '1?' --jobs 1 --format json --output "$work/$i.json" 01 &
    done
    wait
    for i in 1 2 3 4 5 6 7 8 9 10; do
        jq -e '[.checks[] | select(.status != "pass")] | length == 0' "$work/$i.json"
    done
    nothing_left
}

@test "ten gradings side by side without namespaces: no collision" {
    for i in 1 2 3 4 5 6 7 8 9 10; do
        IOLAB_ISOLATION=group "$iolab" grade --solution --check '1?' --jobs 1 --format json \
            --output "$work/$i.json" 01 &
    done
    wait
    for i in 1 2 3 4 5 6 7 8 9 10; do
        jq -e '[.checks[] | select(.status != "pass")] | length == 0' "$work/$i.json"
    done
    nothing_left
}

@test "trace records a program that nobody here wrote, and passes its status on" {
    run "$iolab" trace -o "$work/sh.iorec" -- sh -c 'sleep 0.1; exit 7'
    [ "$status" -eq 7 ]
    run "$iolab" show --plain "$work/sh.iorec"
    [ "$status" -eq 0 ]
}

@test "watch grades again at each save" {
    mkdir -p "$work/tree/harness" "$work/tree/build"
    cp -r "$root/labs" "$work/tree/"
    cp -r "$root/harness/support" "$work/tree/harness/"
    cp "$root"/build/iolab-* "$work/tree/build/"
    "$work/tree/build/iolab-watch" 01 >"$work/out" 2>&1 &
    pid=$!
    await 1 "Waiting for a save"
    cp "$root/solutions/01-blocking/server.c" "$work/tree/labs/01-blocking/server.c"
    await 2 "Waiting for a save"
    kill "$pid"
    wait "$pid"
    grep -q "100" "$work/out"
    nothing_left
}

# Waits until the output holds `text` so many times.
await() { # times, text
    for _ in $(seq 400); do
        [ "$(grep -c "$2" "$work/out")" -lt "$1" ] || return 0
        sleep 0.1
    done
    cat "$work/out"
    return 1
}

@test "doctor says what this machine can do" {
    run "$iolab" doctor
    [ "$status" -eq 0 ]
    [[ $output == *tier* ]]
    "$iolab" doctor --json | jq -e .
}
