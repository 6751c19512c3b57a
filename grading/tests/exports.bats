#!/usr/bin/env bats
# Results in the forms of other systems, by the command, held against the schemas in schemas/.
bats_require_minimum_version 1.5.0
load ../../harness/tests/common.bash

results=$BATS_TEST_DIRNAME/results
schemas=$BATS_TEST_DIRNAME/schemas

# What the runner of Classroom 50 gives.
export CLASSROOM=networks ASSIGNMENT=lab-01 OWNER=ada ASSIGNMENT_TYPE=individual \
    SUBMISSION_TAG=submit/2026-11-28T22-10-00Z-a1b2c3d COMMIT_URL=https://git.example.org/c/a1b2c3d \
    RELEASE_URL=https://git.example.org/r/1

export_to() { # format, result's name, further words…
    "$iolab" submission --from "$results/$2.json" --export "$1" --output "$work/$1.$2" "${@:3}"
}

every_result() { # format
    local name
    for name in right wrong hangs does-not-compile out-of-time refused infrastructure; do
        export_to "$1" "$name"
    done
}

holds() { # schema, file…
    run jq -n -c -f "$schemas/$1.jq" "${@:2}"
    echo "$1: $output"
    [ "$status" -eq 0 ]
    [ "$output" = "[]" ]
}

@test "gradescope: every kind of result is as its specification says" {
    every_result gradescope
    holds gradescope "$work"/gradescope.*
    jq -e '.score == 150 and all(.tests[]; .status == "passed")' "$work/gradescope.right"
    jq -e '.score == 87 and any(.tests[]; .status == "failed")' "$work/gradescope.wrong"
    jq -e '[.tests[].max_score // 0] | add | . > 149.99 and . < 150.01' "$work"/gradescope.hangs
    jq -e '.score == 0 and (.output | contains("graded again"))' "$work/gradescope.infrastructure"
}

@test "gradescope: nothing of hidden checks is in it but one visible test with their points" {
    export_to gradescope hangs
    run ! grep -q '50-more.lua' "$work/gradescope.hangs"
    jq -e '[.tests[] | select(.name == "hidden checks")] |
        length == 1 and .[0].max_score == 50 and .[0].visibility == "visible"' \
        "$work/gradescope.hangs"
    export_to gradescope hangs --hidden-detail names
    run ! grep -q '50-more.lua' "$work/gradescope.hangs"
    jq -e '[.tests[] | select(.number // "" | startswith("5"))] | length == 5' \
        "$work/gradescope.hangs"
    export_to gradescope hangs --hidden-detail full
    grep -q '50-more.lua' "$work/gradescope.hangs"
    holds gradescope "$work/gradescope.hangs"
}

@test "classroom50: every kind of result is a result-v1, and its sums are right" {
    every_result classroom50
    holds classroom50 "$work"/classroom50.*
    jq -e '.score == 150 and .["max-score"] == 150' "$work/classroom50.right"
    jq -e '.score == 0 and .["max-score"] == 0 and .tests == []' "$work/classroom50.infrastructure"
    jq -e '.datetime == "2026-11-28T22:10:00Z"' "$work/classroom50.right"
}

@test "classroom50: what the environment does not say is a wrong call" {
    unset RELEASE_URL
    run export_to classroom50 right
    [ "$status" -eq 2 ]
    [[ $output == *RELEASE_URL* ]]
}

@test "prairielearn: every kind of result is as its documentation says" {
    every_result prairielearn
    holds prairielearn "$work"/prairielearn.*
    jq -e '.score == 1' "$work/prairielearn.right"
    for name in does-not-compile refused infrastructure; do
        jq -e '.gradable == false and (has("score") | not)' "$work/prairielearn.$name"
    done
    for file in "$work"/prairielearn.*; do [ "$(wc -c <"$file")" -le 1000000 ]; done
}

@test "autolab: the last line is the mark, the line before it the view, without colons" {
    every_result autolab
    for file in "$work"/autolab.*; do tail -n 2 "$file"; done >"$work/lines"
    [ "$(wc -l <"$work/lines")" -eq 14 ]
    holds autolab "$work/lines"
    tail -n 1 "$work/autolab.wrong" | jq -e '.scores == {"01-blocking": 87}'
    tail -n 1 "$work/autolab.infrastructure" | jq -e '.scores == {}'
    # Of all that comes before, nothing can be taken for one of these lines.
    [ -z "$(head -n -2 "$work/autolab.hangs" | grep '^[^ ]')" ]
}

@test "junit: every kind of result is valid, and its counts are right" {
    every_result junit
    xmllint --noout --schema "$schemas/junit.xsd" "$work"/junit.*
    for file in "$work"/junit.*; do
        for pair in "tests testcase" "failures testcase/failure" "errors testcase/error"; do
            xmllint --xpath "number(//testsuite/@${pair% *}) = count(//testsuite/${pair#* })" \
                "$file" | grep -x true
        done
    done
    xmllint --xpath '//testcase/error/@message' "$work/junit.infrastructure" | grep 'held up'
}

@test "tap: every kind of result is TAP 14" {
    every_result tap
    awk -f "$schemas/tap.awk" "$work"/tap.*
    grep -q '^not ok' "$work/tap.wrong"
    run ! grep -q '^not ok' "$work/tap.right"
    grep -q '^Bail out!' "$work/tap.infrastructure"
}

@test "the schemas refuse what is wrong" {
    export_to gradescope right
    export_to prairielearn wrong
    export_to classroom50 wrong
    spoil() { # schema, file, jq program
        jq "$3" "$2" >"$work/spoilt"
        run jq -n -c -f "$schemas/$1.jq" "$work/spoilt"
        echo "$3: $output"
        [ "$output" != "[]" ]
    }
    spoil gradescope "$work/gradescope.right" '.score = "150"'
    spoil gradescope "$work/gradescope.right" '.tests[3].visibility = "hidden"'
    spoil gradescope "$work/gradescope.right" '.tests[3].score = 1000'
    spoil gradescope "$work/gradescope.right" '.tests[3].status = "ok"'
    spoil prairielearn "$work/prairielearn.wrong" '.score = 1.01'
    spoil prairielearn "$work/prairielearn.wrong" '.gradable = false'
    spoil classroom50 "$work/classroom50.wrong" '.score += 1'
    spoil classroom50 "$work/classroom50.wrong" '.more = 1'
    spoil classroom50 "$work/classroom50.wrong" '.tests[1].score += 0.5'
    spoil classroom50 "$work/classroom50.wrong" '.submission = "main"'
    export_to tap wrong
    sed 's/^1\.\.\([0-9]*\)/1..1\1/' "$work/tap.wrong" >"$work/spoilt"
    run awk -f "$schemas/tap.awk" "$work/spoilt"
    [ "$status" -eq 1 ]
    export_to junit wrong
    sed 's/ message="[^"]*"//' "$work/junit.wrong" >"$work/spoilt"
    run xmllint --noout --schema "$schemas/junit.xsd" "$work/spoilt"
    [ "$status" -ne 0 ]
}

@test "a file that cannot be written, and a result that is none, are told" {
    run "$iolab" submission --from "$results/right.json" --export tap --output /dev/full
    [ "$status" -eq 3 ]
    [[ $output == *space* ]]
    echo '{}' >"$work/none.json"
    run "$iolab" submission --from "$work/none.json" --export tap
    [ "$status" -ge 2 ]
    [[ $output == *none.json* ]]
    run "$iolab" submission --from "$results/right.json" --export yaml
    [ "$status" -eq 2 ]
    [[ $output == *gradescope*tap* ]]
}
