#!/usr/bin/env bats
# Exports, read by the programs that they are for.

. "$BATS_TEST_DIRNAME/terminal.sh"

teardown() { terminal_close; }

export_to() { # format, recording; the file is $made
    made=$BATS_TEST_TMPDIR/made.$1
    "$iolab" show --export "$1" --output "$made" "$recordings/$2.iorec"
}

@test "svg for a room: larger, the same spans, without what is not read there" {
    for recording in "$recordings"/0[158]*.iorec; do
        "$iolab" show --export svg --output "$BATS_TEST_TMPDIR/paper.svg" "$recording"
        "$iolab" show --present --export svg --output "$BATS_TEST_TMPDIR/room.svg" "$recording"
        rsvg-convert -o "$BATS_TEST_TMPDIR/made.png" "$BATS_TEST_TMPDIR/room.svg"
        ! grep -q 'polls in vain</text>\|begun' "$BATS_TEST_TMPDIR/room.svg"
        grep -q 'thread 1</text>' "$BATS_TEST_TMPDIR/room.svg"
        # Wide spans are what both draw alike.
        [ "$(grep -c 'class="k1"><title>blocked' "$BATS_TEST_TMPDIR/room.svg")" -ge 1 ]
        width() { grep -o 'viewBox="0 0 [0-9]*' "$1" | cut -d' ' -f3; }
        [ "$(width "$BATS_TEST_TMPDIR/room.svg")" -lt "$(width "$BATS_TEST_TMPDIR/paper.svg")" ]
    done
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

# A gnuplot that draws nothing: it says what it was asked for.
show_script() {
    mkdir -p "$BATS_TEST_TMPDIR/bin"
    printf '#!/bin/sh\ncat\n' >"$BATS_TEST_TMPDIR/bin/gnuplot"
    chmod +x "$BATS_TEST_TMPDIR/bin/gnuplot"
    PATH=$BATS_TEST_TMPDIR/bin:$PATH "$iolab" show --export chart "$@"
}

@test "chart: gnuplot draws PNG and SVG of several recordings, and what it draws are the totals" {
    "$iolab" show --export chart --output "$BATS_TEST_TMPDIR/made.png" "$recordings"/*.iorec
    [ "$(head -c 4 "$BATS_TEST_TMPDIR/made.png" | tail -c 3)" = PNG ]
    "$iolab" show --export chart-svg --output "$BATS_TEST_TMPDIR/made.svg" "$recordings"/0[123]*.iorec
    xmllint --noout "$BATS_TEST_TMPDIR/made.svg"
    rsvg-convert -o "$BATS_TEST_TMPDIR/drawn.png" "$BATS_TEST_TMPDIR/made.svg"
    for name in 01-blocking 02-nonblocking 03-select 'polls in vain' running; do
        grep -q "$name" "$BATS_TEST_TMPDIR/made.svg"
    done
    "$iolab" show --export csv --output "$BATS_TEST_TMPDIR/spans" "$recordings/03-select.iorec"
    blocked=$(awk -F , '$3 == "blocked" { ns += $7 - $6 } END { printf "%.6f", ns / 1e9 }' \
        "$BATS_TEST_TMPDIR/spans")
    show_script "$recordings"/0[123]*.iorec | grep '^"0' >"$BATS_TEST_TMPDIR/rows"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/rows")" = 3 ]
    [ "$(awk '/select/ { print $3 }' "$BATS_TEST_TMPDIR/rows")" = "$blocked" ]
    awk '/nonblocking/ { exit !($7 > 10) }' "$BATS_TEST_TMPDIR/rows"
    awk '/select/ { exit !($7 < 1) }' "$BATS_TEST_TMPDIR/rows"
}

@test "chart: hostile names stay names; a gnuplot that is missing or fails is said" {
    sed '1s|"lab":"03-select"|"lab":"a\\"\\u001b\\\\b"|' "$recordings/03-select.iorec" \
        >"$BATS_TEST_TMPDIR/odd.iorec"
    show_script "$BATS_TEST_TMPDIR/odd.iorec" >"$BATS_TEST_TMPDIR/script"
    grep -q "^\"a'?'b\" " "$BATS_TEST_TMPDIR/script"
    run env PATH=/nowhere "$iolab" show --export chart "$recordings/03-select.iorec"
    [ "$status" = 3 ]
    [[ $output == *"apt install gnuplot-nox"* ]]
    printf '#!/bin/sh\nexit 1\n' >"$BATS_TEST_TMPDIR/bin/gnuplot"
    run env PATH="$BATS_TEST_TMPDIR/bin:$PATH" "$iolab" show --export chart \
        --output "$BATS_TEST_TMPDIR/none.png" "$recordings/03-select.iorec"
    [ "$status" = 3 ]
    [ ! -e "$BATS_TEST_TMPDIR/none.png" ]
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
