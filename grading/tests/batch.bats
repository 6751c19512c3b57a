#!/usr/bin/env bats
# iolab batch on this machine: what is graded, exactly once, whatever happens meanwhile. The
# gradings themselves are pretended (see pretend-submission).
bats_require_minimum_version 1.5.0
load class.bash
load ../../harness/tests/terminal.bash

setup_class() {
    make_tree
    student ada "points 100"
    student bob "points 40"
    student cleo "machine 2"
}

@test "a class is graded once; the same call again has nothing to do" {
    setup_class
    grade
    [ "$status" -eq 0 ]
    [[ $output == *"4 submissions: 3 graded (2 with full points), 1 refused, 0 were done already"* ]]
    [ "$(attempts ada)" = graded ]
    [ "$(attempts empty)" = refused ]
    [ "$(attempts cleo)" = "infrastructure graded" ]
    [ -s "$out/results/ada/1.json" ]
    [ -s "$out/results/cleo/2.json" ]
    [ -s "$out/submissions/bob/server.c" ]
    [ -n "$(marks_of bob)" ]
    [ -s "$out/pages/bob/index.html" ]
    [ -s "$out/overview/index.html" ]
    [ "$(stat -c %a "$out")" = 700 ]

    grade
    [ "$status" -eq 0 ]
    [[ $output == *"0 graded (0 with full points), 0 refused, 4 were done already"* ]]
    [ "$(wc -l <"$work/calls")" -eq 4 ]
    nothing_left
}

@test "what is new or was changed is graded, and nothing else" {
    setup_class
    grade
    student dan "points 80"
    student bob "points 90"
    grade
    [ "$status" -eq 0 ]
    [[ $output == *"2 graded"*"3 were done already"* ]]
    [ "$(attempts bob)" = "graded graded" ]
    [ "$(marks "$out")" = $'ada|100.0\nbob|90.0\ncleo|100.0\ndan|80.0\nempty|0.0' ]
}

@test "--only, --failed and --again choose" {
    setup_class
    grade --only '[ae]*'
    [ "$status" -eq 0 ]
    [ "$(cut -d' ' -f1 "$work/calls")" = ada ]
    grade
    : >"$work/calls"
    grade --failed
    [ "$(cut -d' ' -f1 "$work/calls")" = bob ]
    : >"$work/calls"
    grade --again --only '[ab]*'
    [ "$(cut -d' ' -f1 "$work/calls" | sort | xargs)" = "ada bob" ]
    run -2 "$batch" 05 "$class" --out "$out" --unofficial --only nobody
    [[ $output == *"--only nobody"* ]]
}

@test "--dry-run says what would be done and changes nothing" {
    setup_class
    grade --dry-run
    [ "$status" -eq 0 ]
    [[ $output == *"4 submissions: 4 to be graded, 0 need nothing"* ]]
    [ ! -e "$out" ]
    [ ! -e "$work/calls" ]
    grade
    student bob "points 90"
    before=$(cd "$out" && find . -printf '%p %T@ %s\n' | sort)
    grade --dry-run
    [[ $output == *"bob"*"to be graded"*"4 submissions: 1 to be graded, 3 need nothing"* ]]
    [ "$before" = "$(cd "$out" && find . -printf '%p %T@ %s\n' | sort)" ]
    nothing_left
}

@test "what this machine fails is tried three times, recorded each time, and ends with 3" {
    setup_class
    student dan "machine"
    student eve "die"
    student fay "junk"
    grade
    [ "$status" -eq 3 ]
    [[ $output == *"not graded: 3"* ]]
    [[ $output == *"dan could not be graded"* ]]
    for key in dan eve fay; do
        [ "$(attempts $key)" = "infrastructure infrastructure infrastructure" ]
    done
    [[ $(jq -r .why "$out/results/eve/3.json") == *"status 3"*"no room at the inn"* ]]
    [ "$(attempts bob)" = graded ]
}

@test "students' failures are no failure of the batch" {
    make_tree
    student ada "points 0"
    grade
    [ "$status" -eq 0 ]
}

@test "SIGKILL at any moment: the next call goes on, and nothing is counted twice" {
    make_tree
    for key in a b c d e f g h; do student $key "slow 70"; done
    export SLOW=0.2
    for begun in 1 3 5; do
        # Its gradings end with it: a result that comes all the same is as good as any.
        "$batch" 05 "$class" --out "$out" --unofficial --jobs 2 >"$work/said" 2>&1 3>&- &
        wait_until calls_reach $begun
        kill -9 $!
        wait $! || true
    done
    echo '{"half": ' >"$out/pending/results/b.1.json.123.new"
    grade --jobs 4
    [ "$status" -eq 0 ]
    for key in a b c d e f g h; do [ "$(attempts $key)" = graded ]; done
    [ -z "$(ls -A "$out/pending/results")" ]
    nothing_left
}

@test "a result that was written but not recorded is brought in, not made again" {
    setup_class
    grade
    cp "$out/results/ada/1.json" "$out/pending/results/ada.2.json"
    cp "$out/results/bob/1.json" "$out/results/bob/2.json"
    grade
    [ "$status" -eq 0 ]
    [ "$(attempts ada)" = "graded graded" ]
    [ "$(attempts bob)" = "graded graded" ]
    [ "$(wc -l <"$work/calls")" -eq 4 ]
}

@test "a lost gradebook is made again from the results" {
    setup_class
    grade
    marks "$out" >"$work/before"
    rm "$out"/book.sqlite*
    grade
    [ "$status" -eq 0 ]
    diff "$work/before" <(marks "$out")
    [ "$(wc -l <"$work/calls")" -eq 4 ]
}

@test "SIGINT ends the gradings, keeps what is done, says how to go on" {
    make_tree
    student ada "points 100"
    student bob "wait 50"
    # (What a shell starts in the background ignores SIGINT.)
    env --default-signal=INT "$batch" 05 "$class" --out "$out" --unofficial --jobs 1 \
        >"$work/said" 2>&1 3>&- &
    pid=$!
    wait_until calls_reach 2
    kill -INT $pid
    status=0
    wait $pid || status=$?
    cat "$work/said"
    [ "$status" -eq 130 ]
    grep -q "the same call again goes on" "$work/said"
    [ "$(attempts ada)" = graded ]
    [ -z "$(attempts bob)" ]
    nothing_left
    touch "$work/go"
    grade
    [ "$(attempts ada) $(attempts bob)" = "graded graded" ]
}

@test "one batch at a time works in a DIR; the other one says who has it" {
    make_tree
    student ada "wait 50"
    "$batch" 05 "$class" --out "$out" --unofficial >/dev/null 2>&1 3>&- &
    pid=$!
    wait_until calls_reach 1
    grade
    [ "$status" -eq 3 ]
    [[ $output == *"another iolab batch"*"$pid"* ]]
    touch "$work/go"
    wait $pid
    [ "$(attempts ada)" = graded ]
}

@test "a DIR of another lab, one that holds other things, one inside FOLDER: refused" {
    setup_class
    grade
    cp -r "$tree/labs/05-epoll-level" "$tree/labs/06-epoll-edge"
    run -2 "$batch" 06 "$class" --out "$out" --unofficial
    [[ $output == *"05-epoll-level"*"06-epoll-edge"* ]]
    mkdir "$work/home"
    touch "$work/home/thesis.tex"
    run -2 "$batch" 05 "$class" --out "$work/home" --unofficial
    [[ $output == *"other things"* ]]
    [ "$(ls -A "$work/home")" = thesis.tex ]
    run -2 "$batch" 05 "$class" --out "$class/out" --unofficial
    [ ! -e "$class/out" ]
    run -2 "$batch" 05 "$work/nowhere" --out "$work/new" --unofficial
    [ ! -e "$work/new" ]
    run -2 "$batch" 77 "$class" --out "$work/new" --unofficial
    [[ $output == *05-epoll-level* ]]
}

@test "wrong calls are told, with status 2" {
    setup_class
    run -2 "$batch"
    run -2 "$batch" 05 "$class"
    [[ $output == *--out* ]]
    run -2 "$batch" 05 --out "$out"
    run -2 "$batch" --out "$out"
    run -2 "$batch" --out "$out" --marks
    run -2 "$batch" 05 "$class" --out "$out" --marks
    run -2 "$batch" 05 "$class" --out "$out" --jobs 0
    run -2 "$batch" 05 "$class" --out "$out" --time-scale 0.5
    run -2 "$batch" 05 "$class" --out "$out" --time-scale nan
    run -2 "$batch" 05 "$class" --out "$out" --deadline tomorrow
    run -2 "$batch" 05 "$class" --out "$out" --engine steam
    run -2 "$batch" 05 "$class" --out "$out" --unboxed
    run -2 "$batch" --out "$out" --override ada=5
    [ ! -e "$out" ]
}

@test "without a machine for official marks nothing is graded, unless --unofficial" {
    setup_class
    echo '{"tier": "behaviour", "findings": [{"name": "box", "level": "missing",
           "said": "no bwrap", "found": "no bwrap", "remedy": "install bubblewrap"}]}' \
        >"$work/doctor.json"
    run -3 "$batch" 05 "$class" --out "$out"
    [[ $output == *"install bubblewrap"*"--unofficial"* ]]
    [ ! -e "$work/calls" ]
    grade
    [ "$status" -eq 0 ]
    [[ $output == *"not official: 3"* ]]
}

@test "an override, with reason and name, and taken back" {
    setup_class
    grade
    run -0 "$batch" --out "$out" --override bob=77.5 --reason "ill, see mail" --by "Dr. Who"
    [[ $output == *"bob has 77.5 points"* ]]
    [[ $(marks_of bob) == *77.5* ]]
    grep -q "ill, see mail" "$out/pages/bob/index.html"
    run -0 "$batch" --out "$out" --override bob=none --reason "better" --by "Dr. Who"
    [[ $(marks_of bob) != *77.5* ]]
    [ "$(book "SELECT count(*) FROM overrides")" = 2 ]
    run -2 "$batch" --out "$out" --override zoe=5 --reason r --by b
    [[ $output == *zoe* ]]
    run -2 "$batch" --out "$out" --override bob=101 --reason r --by b
    run -2 "$batch" --out "$out" --override bob --reason r --by b
    [ "$(book "SELECT count(*) FROM overrides")" = 2 ]
}

@test "late days: given once, kept in the book, changed later" {
    setup_class
    printf 'student,name,extension\nada,Ada Lovelace,0\nzoe,Zoe,0\n' >"$work/roster.csv"
    grade --deadline 2020-01-01T00:00Z --penalty 10 --penalty-most 30 --roster "$work/roster.csv"
    [ "$status" -eq 0 ]
    [ "$(book "SELECT penalty, most FROM policy")" = "10.0|30.0" ]
    [ -n "$(marks_of zoe)" ]
    run -0 "$batch" --out "$out" --penalty 0
    [ "$(book "SELECT penalty, most FROM policy")" = "0.0|30.0" ]
    [ "$(book "SELECT deadline IS NOT NULL FROM policy")" = 1 ]
    run -0 "$batch" --out "$out" --deadline none --marks
    [ "$(book "SELECT deadline IS NULL FROM policy")" = 1 ]
}

@test "pages are written again when what they show has changed" {
    setup_class
    grade
    touch -d 2001-01-01 "$out"/pages/*/index.html
    grade
    [ "$(stat -c %Y "$out/pages/bob/index.html")" = "$(date -d 2001-01-01 +%s)" ]
    student bob "points 41"
    grade
    [ "$(stat -c %Y "$out/pages/bob/index.html")" != "$(date -d 2001-01-01 +%s)" ]
    [ "$(stat -c %Y "$out/pages/ada/index.html")" = "$(date -d 2001-01-01 +%s)" ]
    run -0 "$batch" --out "$out" --pages
    [ "$(stat -c %Y "$out/pages/ada/index.html")" != "$(date -d 2001-01-01 +%s)" ]
}

@test "checks that changed: all are graded again, and who gains and loses is told" {
    setup_class
    student bob "points 40"
    grade
    echo two >"$tree/labs/05-epoll-level/scenarios/10-basic.lua"
    sed -i 's/points=\$count ;;/points=$((count \/ 2)) ;;/' "$tree/build/iolab-submission"
    grade
    [ "$status" -eq 0 ]
    [[ $output == *"3 graded"* ]]
    [[ $output == *"0 gain and 2 lose"*"ada"*"100.0 ->   50.0"*"bob"*"40.0 ->   20.0"* ]]
    run -0 "$batch" --out "$out" --changes
    [[ $output == *"0 gain and 2 lose"* ]]
}

@test "--export writes each student's result, and Moodle's list" {
    setup_class
    grade
    run -0 "$batch" --out "$out" --export gradescope
    jq -e .tests "$out/export/gradescope/ada.json" >/dev/null
    jq -e .tests "$out/export/gradescope/empty.json" >/dev/null
    run -0 "$batch" --out "$out" --export moodle
    [ -s "$out/export/moodle.csv" ]
    run -2 "$batch" --out "$out" --export papyrus
    [[ $output == *junit*moodle* ]]
}

@test "names of any bytes reach terminal and files as harmless text" {
    make_tree
    hostile=$(printf '\033[2J\033]0;owned\007=cmd|calc <script>alert(1)</script>\xff\n../..')
    hostile=${hostile//\//_}
    mkdir "$class/$hostile"
    echo "// points 10" >"$class/$hostile/server.c"
    grade --dry-run
    [ "$status" -eq 0 ]
    [[ $output != *$'\033'* ]]
    [[ $output != *$'\007'* ]]
    grade
    [ "$status" -eq 0 ]
    [[ $output != *$'\033'* ]]
    [ "$(ls "$out/submissions" | wc -l)" -eq 1 ]
    [[ $(ls "$out/submissions") =~ ^[a-z0-9._-]+$ ]]
    run -1 grep -q '<script>alert' "$out"/pages/*/index.html "$out/overview/index.html"
}

@test "paths with blanks, quotes and dollars" {
    make_tree
    out="$work/it's \$HOME \"here\" & %d"
    mkdir "$work/the class's"
    mv "$class" "$work/the class's/\$(touch pwned)"
    class="$work/the class's/\$(touch pwned)"
    student ada "points 100"
    grade
    [ "$status" -eq 0 ]
    [ "$(attempts ada)" = graded ]
}

@test "a file system that is full, or read-only: told, with status 3, and nothing is lost" {
    [ "$(id -u)" = 0 ] || skip "only root mounts"
    setup_class
    mkdir "$work/small"
    mount -t tmpfs -o size=900k tmpfs "$work/small" || skip "no tmpfs can be mounted here"
    out=$work/small/out
    grade --only '[ae]*'
    dd if=/dev/zero of="$work/small/filler" bs=1k 2>/dev/null || true
    grade
    full=$status said=$output
    rm "$work/small/filler"
    grade
    healed=$status
    found="$(attempts ada) $(attempts bob)"
    mount -o remount,ro "$work/small"
    student ada "points 50"
    grade
    umount "$work/small"
    [ "$full" -eq 3 ]
    [[ $said == *"make room"* || $said == *"Make room"* ]]
    [ "$healed" -eq 0 ]
    [ "$found" = "graded graded" ]
    [ "$status" -eq 3 ]
    [[ $output == *[Rr]"ead-only"* ]]
}

@test "three hundred submissions: in one go, without a descriptor left over" {
    make_tree
    # (In a shell of its own: bats looks at every command.)
    bash -c 'cd "$1" && for i in $(seq 300); do
        mkdir "s$i" && echo "// points $((i % 101))" >"s$i/server.c"
    done' many "$class"
    (ulimit -n 64; "$batch" 05 "$class" --out "$out" --unofficial --jobs 4 >"$work/said" 2>&1)
    tail -n 9 "$work/said"
    grep -q "301 submissions: 300 graded" "$work/said"
    [ "$(book "SELECT count(*), count(DISTINCT student) FROM attempts")" = "301|301" ]
}

@test "on a terminal: one line of progress, at 80 columns and at 20" {
    make_tree
    student ada "points 100"
    student bob "wait 50"
    for columns in 80 20; do
        out=$work/out-$columns
        rm -f "$work/go" "$work/calls"
        terminal_open $columns 30 \
            "'$batch' 05 '$class' --out '$out' --unofficial --jobs 1; touch '$work/done'; cat"
        wait_until progress_shown $columns
        touch "$work/go"
        wait_until test -e "$work/done"
        screen=$(terminal_text)
        terminal_close
        rm "$work/done"
        echo "$screen"
        [[ $screen == *"submissions"* ]]
        [[ $screen != *"left"* ]]
    done
}

progress_shown() { # columns
    local shown
    shown=$(terminal_text)
    if [ "$1" = 80 ]; then [[ $shown == *"1/2  0."*" s left  bob"* ]]; else [[ $shown == *"1/2  0."* ]]; fi
}

@test "Moodle delivers names: who is on the roster by that name is not there twice" {
    make_tree
    for name in 'Ada Lovelace_123' 'Bob Ross_124' 'Bob Ross_125' 'Eve Stranger_126'; do
        mkdir -p "$class/${name}_assignsubmission_file_"
        echo "// points 70" >"$class/${name}_assignsubmission_file_/server.c"
    done
    mv "$class/empty" "$class/Em Pty_127_assignsubmission_file_" # see pretend-submission
    printf 'student,name\nal42,ada lovelace\nbr1,Bob Ross\nno1,\nempty,Em Pty\n' >"$work/roster.csv"
    grade --roster "$work/roster.csv"
    [ "$status" -eq 0 ]
    cut -d, -f1,2,4,14,15 "$out/marks.csv"
    [[ $(marks_of al42) == *'"ada lovelace"'*,70,* ]]
    [ "$(grep -ci lovelace "$out/marks.csv")" -eq 1 ]
    [ "$(grep -c 'Bob Ross' "$out/marks.csv")" -eq 3 ] # two who cannot be told apart, and the roster's
    [ "$(grep -c 'Stranger' "$out/marks.csv")" -eq 1 ]
}
