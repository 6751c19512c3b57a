#!/usr/bin/env bats
# What is drawn is what happened: the screen is read back, and compared with the events of
# recordings that are made here. Each has pauses of its own.

. "$BATS_TEST_DIRNAME/terminal.sh"

setup() {
    export XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
}

teardown() { terminal_close; }

root=$BATS_TEST_DIRNAME/../..

# One client that speaks, is silent for so many ms while the server waits, and speaks again; the
# recording is $made.
record() { # ms
    mkdir "$BATS_TEST_TMPDIR/$1"
    cat >"$BATS_TEST_TMPDIR/$1/10-pause.lua" <<EOF
check "a pause of $1 ms" {
  points = 1,
  hints = { "This is for looking at.", "This is for looking at." },
  run = function(t)
    local c = t:connect()
    c:echo("first\n", { within = 10 })
    t.server:asleep{ call = "select" }
    t:sleep($1 / 1000)
    c:echo("second\n", { within = 10 })
  end,
}
EOF
    "$root/build/iolab-grade" --solution --scenario "$BATS_TEST_TMPDIR/$1/10-pause.lua" \
        --recordings "$BATS_TEST_TMPDIR/$1" --check 11 03 >"$BATS_TEST_TMPDIR/said"
    made=$BATS_TEST_TMPDIR/$1/11.iorec
}

# ms from when the server first looked in vain for the second message until the client sent it.
waited_by_events() {
    jq -s '[.[] | select(.k == "step" and .verb == "send")][1].t as $sent
        | [.[] | select(.k == "enter" and .call == "select" and .t < $sent)][-1].t as $looked
        | (($sent - $looked) / 1e6)' "$made"
}

# The same from view 3, where it stands as "50.1 ms" or "1.20 s" behind the picture of the message.
waited_on_screen() {
    terminal_text | sed -nE 's/^.03-select .*\| *([0-9.]+) (us|ms|s) +[0-9.]+ (us|ms).*/\1 \2/p' |
        head -1 | awk '$2 == "us" { print $1 / 1000 } $2 == "ms" { print $1 } $2 == "s" { print $1 * 1000 }'
}

@test "twenty recordings, twenty pauses: the wait on the screen is that of the events" {
    for i in $(seq 20); do
        record $((i * 15 + 10))
        terminal_open 80 24 "exec env TERM=vt100 LC_ALL=C $iolab show --view 3 $made"
        terminal_wait 'q quit'
        terminal_keys ']' # the first message
        terminal_keys ']' # the second
        terminal_wait ': 7 bytes have been copied' # that is told below what is read here
        screen=$(waited_on_screen)
        [ -n "$screen" ] || terminal_text
        events=$(waited_by_events)
        echo "pause $((i * 15 + 10)) ms: $screen ms on the screen, $events ms by the events"
        # The screen has three digits.
        awk -v a="$screen" -v b="$events" 'BEGIN { exit !(a > 0 && a - b < 0.006 * b + 0.1 && b - a < 0.006 * b + 0.1) }'
        # On a busy machine it is longer, and never shorter than the client was silent.
        awk -v a="$screen" -v low=$((i * 15 + 10)) 'BEGIN { exit !(a > 0.994 * low) }'
        terminal_close
    done
}
