#!/usr/bin/env bats
# A lab that was just stamped grades at once, and holds to everything that a lab must be.
load common.bash

@test "make new-lab stamps a lab that passes the tests of labs" {
    mkdir -p "$work/tree/build" "$work/tree/labs" "$work/tree/solutions"
    cp "$root"/build/iolab-* "$work/tree/build/"
    cp -r "$root/harness" "$work/tree/"
    cd "$work/tree"
    run harness/tools/new-lab 07-signal-driven
    echo "$output"
    [ "$status" -eq 0 ]
    run harness/tests/labs
    echo "$output"
    [ "$status" -eq 0 ]
    [[ $output != *"not ok"* ]]
    [ "$(grep -c '^ok' <<<"$output")" -ge 9 ]
}

@test "a lab is not stamped over another, nor under a bad name" {
    run "$root/harness/tools/new-lab" 01-blocking
    [ "$status" -eq 2 ]
    run "$root/harness/tools/new-lab" ../evil
    [ "$status" -eq 2 ]
}
