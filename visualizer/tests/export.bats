#!/usr/bin/env bats
# Exports, read by the programs that they are for.

. "$BATS_TEST_DIRNAME/terminal.sh"

teardown() { terminal_close; }

export_to() { # format, recording; the file is $made
    made=$BATS_TEST_TMPDIR/made.$1
    "$iolab" show --export "$1" --output "$made" "$recordings/$2.iorec"
}

@test "svg: a picture that rsvg draws, of every shipped recording" {
    for recording in "$recordings"/*.iorec; do
        export_to svg "$(basename "$recording" .iorec)"
        xmllint --noout "$made"
        rsvg-convert -o "$BATS_TEST_TMPDIR/made.png" "$made"
        [ "$(head -c 4 "$BATS_TEST_TMPDIR/made.png" | tail -c 3)" = PNG ]
        [ "$(stat -c %s "$BATS_TEST_TMPDIR/made.png")" -gt 10000 ]
    done
}

@test "asciicast: asciinema plays it, and the last screen is that of the end" {
    export_to asciicast 03-select
    terminal_open 80 24 "asciinema cat $made; sleep 60"
    terminal_wait 'APPLICATION'
    terminal_wait '186 ms\|18[0-9] ms'
    terminal_wait 'I/O multiplexing'
}

@test "perfetto: JSON in which spans nest in each lane, and the totals are the recording's" {
    for recording in "$recordings"/*.iorec; do
        export_to perfetto "$(basename "$recording" .iorec)"
        python3 - "$made" <<'EOF'
import json, sys
trace = json.load(open(sys.argv[1]))
lanes = {}
for event in trace["traceEvents"]:
    if event["ph"] == "X":
        lanes.setdefault((event["pid"], event["tid"]), []).append((event["ts"], -event["dur"]))
assert len(lanes) >= 2, "fewer than two lanes"
for lane, spans in lanes.items():
    open_ends = []
    for begin, length in sorted(spans):
        end = begin - length
        while open_ends and open_ends[-1] <= begin + 1e-6:
            open_ends.pop()
        assert not open_ends or end <= open_ends[-1] + 1e-6, (lane, begin)
        open_ends.append(end)
EOF
    done
}

@test "csv: every row has as many fields as the head, and begins before it ends" {
    export_to csv 07-signal-driven
    python3 - "$made" <<'EOF'
import csv, sys
rows = list(csv.DictReader(open(sys.argv[1], newline=""), strict=True))
assert len(rows) > 20
assert all(None not in row and None not in row.values() for row in rows)
assert all(int(row["begin_ns"]) <= int(row["end_ns"]) for row in rows)
EOF
}

# Of what both tell: the names of calls on files, in order, with their results.
calls() {
    sed -nE 's/^([0-9]+ +|\[pid +[0-9]+\] )?(openat|read|write|close|pread64)\(.* = (-?[0-9]+).*/\2 \3/p' "$1"
}

@test "strace: the same calls with the same results as strace's own, in the same order" {
    strace -f -o "$BATS_TEST_TMPDIR/real" cat /etc/passwd >/dev/null || skip "strace may not trace here"
    "$iolab" trace -o "$BATS_TEST_TMPDIR/ours.iorec" -- cat /etc/passwd >/dev/null
    "$iolab" show --export strace --output "$BATS_TEST_TMPDIR/ours" "$BATS_TEST_TMPDIR/ours.iorec"
    calls "$BATS_TEST_TMPDIR/real" | grep -v 'openat\|close' >"$BATS_TEST_TMPDIR/real.calls"
    calls "$BATS_TEST_TMPDIR/ours" | grep -v 'openat\|close' >"$BATS_TEST_TMPDIR/our.calls"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/real.calls")" -ge 3 ]
    diff "$BATS_TEST_TMPDIR/real.calls" "$BATS_TEST_TMPDIR/our.calls"
}

@test "a full disk is said, and no half of a file is left" {
    run "$iolab" show --export svg --output /dev/full "$recordings/03-select.iorec"
    [ "$status" = 3 ]
    [[ $output == *"No space left"* ]]
    [ -c /dev/full ]
    run "$iolab" show --export nothing "$recordings/03-select.iorec"
    [ "$status" = 2 ]
    run "$iolab" show --export csv --output /nowhere/x "$recordings/03-select.iorec"
    [ "$status" = 2 ]
    [[ $output == *"/nowhere/x"* ]]
}
