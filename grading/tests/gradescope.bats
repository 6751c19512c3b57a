#!/usr/bin/env bats
# The autograder for Gradescope, in a folder of its own instead of /autograder.
load ../../harness/tests/common.bash

gradescope=$BATS_TEST_DIRNAME/../gradescope
schema=$BATS_TEST_DIRNAME/schemas/gradescope.jq

# A folder as Gradescope has it. The engine in it is what stand_in or real_engine puts there.
platform() {
    export AUTOGRADER_ROOT=$work/autograder
    mkdir -p "$AUTOGRADER_ROOT/source/harness/support" "$AUTOGRADER_ROOT/submission"
    cat >"$AUTOGRADER_ROOT/source/autograder.conf" <<'END'
lab=01-blocking
seed=7
seconds=30
time_scale=3
hidden=no
hidden_detail=none
hints=no
END
    cat >"$AUTOGRADER_ROOT/submission_metadata.json" <<'END'
{"id": 123456, "created_at": "2026-11-28T14:22:32.365935-07:00",
 "assignment": {"due_date": "2026-11-28T23:00:00.000000-07:00"},
 "users": [{"email": "ada@example.org", "id": 1234, "name": "Ada \"=1+1\" Lovelace"}]}
END
}

real_engine() { ln -s "$root/build/iolab-main" "$AUTOGRADER_ROOT/source/iolab"; }

# An engine of which only the outcome is played: $1 is a shell script; $output_file is where the
# export is wanted.
stand_in() {
    cat >"$AUTOGRADER_ROOT/source/iolab" <<END
#!/bin/sh
echo "called with: \$*" >&2
for word; do [ "\$before" != --output ] || output_file=\$word; before=\$word; done
$1
END
    chmod +x "$AUTOGRADER_ROOT/source/iolab"
}

autograde() {
    run "$gradescope/run_autograder"
    echo "$output"
    [ "$status" -eq 0 ]
    written=$AUTOGRADER_ROOT/results/results.json
    run jq -n -c -f "$schema" "$written"
    echo "schema: $output"
    [ "$output" = "[]" ]
}

is_sorry() {
    jq -e '.score == 0 and .tests == [] and (.output | contains("no fault of your program"))' \
        "$written"
}

@test "a submission that does not compile gets its mark and the compiler's words" {
    platform
    real_engine
    cp "$broken/does-not-compile.c" "$AUTOGRADER_ROOT/submission/server.c"
    autograde
    jq -e '.score == 0 and (.output | contains("does not compile"))' "$written"
    jq -e 'any(.tests[]; .output | contains("expected expression"))' "$written"
    jq -e '.extra_data | .state == "graded" and has("tier") and has("box")' "$written"
    nothing_left
}

@test "a submission without the file is refused in a sentence" {
    platform
    real_engine
    echo hello >"$AUTOGRADER_ROOT/submission/notes.txt"
    autograde
    jq -e '.score == 0 and (.output | contains("server.c"))' "$written"
    nothing_left
}

@test "who handed it in and when is in extra_data; a broken file of it costs nothing" {
    platform
    stand_in "cp '$BATS_TEST_DIRNAME/gradescope.json' \"\$output_file\""
    autograde
    jq -e '.score == 42 and .extra_data.submission.id == 123456 and
        .extra_data.submission.users[0].email == "ada@example.org" and
        .extra_data.state == "graded"' "$written"
    echo '{"users": ' >"$AUTOGRADER_ROOT/submission_metadata.json"
    autograde
    jq -e '.score == 42' "$written"
    rm "$AUTOGRADER_ROOT/submission_metadata.json"
    autograde
    jq -e '.score == 42' "$written"
}

@test "the options of autograder.conf go to the engine" {
    platform
    sed -i 's/^hidden=.*/hidden=yes/; s/^hints=.*/hints=yes/' \
        "$AUTOGRADER_ROOT/source/autograder.conf"
    stand_in "exit 3"
    run "$gradescope/run_autograder"
    [[ $output == *"submission 01-blocking $AUTOGRADER_ROOT/submission "*"--seed 7 --seconds 30 --time-scale 3"* ]]
    [[ $output == *"--hidden-detail none"*" --hidden --hints"* ]]
}

@test "an engine that fails, says nothing, or writes rubbish: a sentence, and details on stdout" {
    platform
    for script in 'echo "no such thing" >&2; exit 3' 'exit 0' 'echo rubbish >"$output_file"' \
        'printf "{\"score\": 1" >"$output_file"' 'kill -9 $$' ': >"$output_file"'; do
        stand_in "$script"
        run "$gradescope/run_autograder"
        [[ $output == *"ended with status"* ]]
        autograde
        is_sorry
    done
    nothing_left
}

@test "a broken tree: no engine, no configuration, no tree at all" {
    platform
    autograde
    is_sorry
    rm "$AUTOGRADER_ROOT/source/autograder.conf"
    autograde
    is_sorry
    rm -r "$AUTOGRADER_ROOT/source"
    autograde
    is_sorry
    nothing_left
}

@test "an older result is not taken for this one's" {
    platform
    mkdir "$AUTOGRADER_ROOT/results"
    echo '{"score": 100}' >"$AUTOGRADER_ROOT/results/results.json"
    stand_in "exit 3"
    autograde
    is_sorry
}

@test "ended from outside, it still leaves a result, and no process" {
    platform
    stand_in 'echo started >"$TMPDIR/started"; sleep 600'
    "$gradescope/run_autograder" >"$work/said" 2>&1 &
    pid=$!
    for _ in $(seq 200); do
        ! ls "$TMPDIR"/autograder-*/started 2>/dev/null || break
        sleep 0.05 # polled: the script says nothing when it gets there
    done
    kill -TERM "$pid"
    wait "$pid"
    written=$AUTOGRADER_ROOT/results/results.json
    is_sorry
    nothing_left
}

@test "the tree is for nobody but root, save the library of servers" {
    [ "$(id -u)" = 0 ] || skip "needs root"
    platform
    mkdir -p "$AUTOGRADER_ROOT/source/labs"
    echo secret >"$AUTOGRADER_ROOT/source/labs/scenario.lua"
    echo shared >"$AUTOGRADER_ROOT/source/harness/support/support.h"
    chmod -R a+rX "$work"
    stand_in "exit 3"
    autograde
    as_nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
    as_nobody cat "$AUTOGRADER_ROOT/source/harness/support/support.h"
    run as_nobody cat "$AUTOGRADER_ROOT/source/labs/scenario.lua"
    [ "$status" -ne 0 ]
    run as_nobody ls "$AUTOGRADER_ROOT/source"
    [ "$status" -ne 0 ]
}

@test "without a box the compiler reads nothing that is root's" {
    [ "$(id -u)" = 0 ] || skip "needs root"
    compile=$gradescope/compile
    mkdir "$work/source"
    cd "$work/source"
    (umask 077 && echo 'int secret;' >"$work/secret.h")
    printf '#include <stdio.h>\n#include "own.h"\nint main(void) { puts(OWN); }\n' >server.c
    echo '#define OWN "own"' >own.h
    "$compile" -std=gnu17 -c server.c -o "$work/1.o"
    "$compile" "$work/1.o" -o "$work/server"
    [ "$("$work/server")" = own ]
    printf '#include "%s/secret.h"\nint main(void) { return secret; }\n' "$work" >server.c
    run "$compile" -c server.c -o "$work/2.o"
    [ "$status" -ne 0 ]
    [[ $output == *"Permission denied"* ]]
    [ ! -e "$work/2.o" ]
    printf '__asm__(".incbin \\"%s/secret.h\\"");\n' "$work" >server.c
    run "$compile" -c server.c -o "$work/2.o"
    [ "$status" -ne 0 ]
    [ ! -e "$work/2.o" ]
}

@test "the archive has what grading needs, and nothing of solutions" {
    "$gradescope/build" 05 "$work/plain.zip"
    unzip -qq "$work/plain.zip" -d "$work/plain"
    [ -x "$work/plain/setup.sh" ]
    [ -x "$work/plain/run_autograder" ]
    [ -f "$work/plain/labs/05-epoll-level/lab.lua" ]
    [ "$(ls "$work/plain/labs")" = 05-epoll-level ]
    [ ! -e "$work/plain/solutions" ]
    [ -z "$(find "$work/plain" -path '*/tests' -o -name '*.patch' -o -name '.git')" ]
    [ "$(. "$work/plain/autograder.conf" && echo "$lab $hidden $seconds")" = "05-epoll-level no 540" ]
    "$gradescope/build" --hidden epoll-level "$work/hidden.zip"
    unzip -qq "$work/hidden.zip" -d "$work/hidden"
    [ "$(ls "$work/hidden/solutions/05-epoll-level")" = hidden ]
    run "$gradescope/build" 99 "$work/none.zip"
    [ "$status" -eq 2 ]
    [[ $output == *01-blocking* ]]
}
