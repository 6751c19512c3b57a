#!/usr/bin/env bats
# Watching changes nothing: every reference server gives its clients the same with the tracer and
# without, byte for byte, and ends connections in the same way.
load common.bash

# For each check that ran to its end: what each client did, was given and saw, in its own order.
# Receives and sends are left out: how bytes are cut into them is a matter of luck.
transcripts() { # lab, option…
    local lab=$1 state=$work/state-$2 recording
    shift
    XDG_STATE_HOME=$state "$iolab" grade --solution --seed 11 "$@" --format json "$lab" >"$work/report" || true
    for recording in "$state"/iolab/*/runs/*/[0-9]*.iorec; do
        # A driver's answers tell how long its calls took, which is never the same twice.
        head -n 1 "$recording" | jq -e '.source | test(" with ") | not' >/dev/null || continue
        basename "$recording" .iorec
        jq -r 'select(.k == "step" and (.verb | IN("send", "receive", "end", "reset") | not))
               | [.client, .verb, .outcome, (.bytes // 0), (.detail // "")] | @tsv' "$recording" |
            sort -s -n -k 1,1
    done
}

# Checks that need the tracer end where it is asked for; the others must be the same.
comparable() { # report of the unwatched run
    jq -r '.checks[] | select(.status == "pass" and .number >= 10) | .number' "$1"
}

compare_lab() { # lab
    transcripts "$1" --verbose >"$work/watched"
    transcripts "$1" --unwatched >"$work/unwatched"
    local number count=0
    for number in $(comparable "$work/report"); do
        for kind in watched unwatched; do
            awk -v number="$number" 'NF == 1 { on = ($1 == number) } on' "$work/$kind" \
                >"$work/$kind.$number"
        done
        # How much a server takes before it stops is a matter of time, so these have no twin.
        grep -q 'try_send' "$work/watched.$number" "$work/unwatched.$number" && continue
        diff "$work/watched.$number" "$work/unwatched.$number"
        if grep -q transcript "$work/watched.$number"; then count=$((count + 1)); fi
    done
    [ "$count" -ge 10 ]
}

@test "01-blocking: the same watched and unwatched" { compare_lab 01; }
@test "02-nonblocking: the same watched and unwatched" { compare_lab 02; }
@test "03-select: the same watched and unwatched" { compare_lab 03; }
