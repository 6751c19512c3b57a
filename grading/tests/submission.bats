#!/usr/bin/env bats
# iolab submission: one submission, one result file; with the engine and the box as they are.
bats_require_minimum_version 1.5.0
load ../../harness/tests/common.bash

result() { jq -r "$1" "$work/result.json"; }

submit() { # option…
    run "$iolab" submission --result "$work/result.json" --seed 1 "$@"
    echo "$output"
}

@test "a lab of several files: they come from an archive, headers are the course's own" {
    mkdir "$work/handed-in"
    cp "$root"/solutions/04-poll/*.c "$work/handed-in/"
    echo '#error "not the course'"'"'s"' >"$work/handed-in/client.h"
    (cd "$work/handed-in" && zip -q "$work/ada.zip" ./*)
    submit 04 "$work/ada.zip" --recordings "$work/recordings"
    [ "$status" -eq 0 ]
    [ "$(result '[.state, .student, .official, .points, .max_points, .box] | @tsv')" = \
        $'graded\tada.zip\ttrue\t100\t100\tbubblewrap' ]
    ! grep -q "$work" "$work/result.json" || [ "$(grep -c "$work" "$work/result.json")" -eq 1 ] # its recordings
    [ -z "$(ls "$work/recordings")" ] # nothing failed
    nothing_left
}

@test "what cannot be graded is refused with a sentence; what does not compile has 0 points" {
    mkdir "$work/empty"
    submit 05 "$work/empty"
    [ "$status" -eq 1 ]
    [ "$(result .state)" = refused ]
    [[ $(result .why) == *server.c* ]]
    echo 'int main(' >"$work/server.c"
    submit 05 "$work/server.c"
    [ "$status" -eq 1 ]
    [ "$(result '[.state, .points, .report.built] | @tsv')" = $'graded\t0\tfalse' ]
    nothing_left
}

@test "within its time a submission gets what it had earned by then" {
    submit 05 "$root/solutions/05-epoll-level" --seconds 3 --jobs 2
    [ "$status" -eq 1 ]
    [ "$(result .state)" = graded ]
    jq -e '.points > 0 and .points < 100 and .tries == 1' "$work/result.json"
}

@test "ended by a signal it leaves no result and nothing else" {
    "$iolab" submission 05 "$root/solutions/05-epoll-level" --result "$work/result.json" &
    pid=$!
    for try in $(seq 400); do
        [ -z "$(find "$TMPDIR" -name '*.iorec' 2>/dev/null)" ] || break
        sleep 0.05 # polled, until checks are running
    done
    kill -TERM $pid
    status=0
    wait $pid || status=$?
    [ "$status" -eq 3 ]
    [ ! -e "$work/result.json" ]
    nothing_left
}

@test "wrong calls say what is wrong" {
    submit 99 "$work"
    [ "$status" -eq 2 ]
    [[ $output == *01-blocking* ]]
    submit 05 "$work/nobody"
    [ "$status" -ne 0 ]
    submit 05 "$work" --submitted yesterday
    [ "$status" -eq 2 ]
    run "$iolab" submission --from "$work/none.json" --export tap
    [ "$status" -ne 0 ]
    [[ $output == *none.json* ]]
}
