#!/usr/bin/env bats
# Strangers' programs: the box, the time for a whole grading, what stays hidden.
load common.bash

@test "in a box a right server earns all points, and the report is the same" {
    "$iolab" grade 05 --solution --box --seed 3 --check '1*,3*,90' --format json --output "$work/boxed"
    "$iolab" grade 05 --solution --seed 3 --check '1*,3*,90' --format json --output "$work/plain"
    [ "$(jq .score "$work/boxed")" = "$(jq .max_score "$work/boxed")" ]
    diff <(jq -c '.checks[] | [.number, .status, .points]' "$work/boxed") \
        <(jq -c '.checks[] | [.number, .status, .points]' "$work/plain")
}

@test "drivers, rings and files that a script makes work in a box" {
    for lab_and_checks in 01:27 09:11 08:41 21:11; do
        run "$iolab" grade "${lab_and_checks%:*}" --solution --box --check "${lab_and_checks#*:}"
        echo "$output"
        [ "$status" -eq 0 ]
        [[ $output == *" 1 of 1 checks passed"* ]]
    done
}

@test "a program in a box finds nothing of the course, and cannot write but into its own room" {
    cat >"$work/server.c" <<END
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
int main(void)
{
    const char *hidden[] = {"$root/labs", "$root/solutions", "$root/build", "/root", "/home", "/etc/shadow"};
    const char *sealed[] = {"/x", "/dev/x", "/usr/x", "/etc/x", "/proc/sys/kernel/hostname"};
    for (int i = 0; i < 6; i++)
        if (access(hidden[i], F_OK) == 0)
            return 20 + i;
    for (int i = 0; i < 5; i++)
        if (open(sealed[i], O_WRONLY | O_CREAT, 0600) >= 0)
            return 40 + i;
    char block[65536] = "";
    long long written = 0;
    for (int file = 0; file < 8192; file++) {
        char name[64];
        snprintf(name, sizeof name, "/tmp/%d", file);
        int out = open(name, O_WRONLY | O_CREAT, 0600);
        for (int i = 0; out >= 0 && i < 128 && write(out, block, sizeof block) > 0; i++)
            written += sizeof block;
        close(out);
    }
    return written > 65 << 20 ? 60 : 9;
}
END
    mkdir "$work/recordings"
    "$iolab" grade 05 --source "$work/server.c" --box --check 11 --recordings "$work/recordings" || true
    run cat "$work"/recordings/11.iorec
    echo "$output"
    [[ $output == *'"verb":"exit"'*'"ret":9'* ]]
    [ ! -e /tmp/8191 ]
}

@test "without namespaces there is no box, and that is the machine's matter" {
    IOLAB_ISOLATION=group run "$iolab" grade 05 --solution --box --check 11
    [ "$status" -eq 3 ]
    [[ $output == *"no box for strangers' programs"* ]]
}

@test "a grading that must be done in time says what it did not do" {
    run "$iolab" grade 05 --solution --seconds 2 --time-scale 1 --jobs 2 --format json --output "$work/report"
    [ "$status" -eq 1 ]
    jq -e '[.checks[] | select(.status == "pass")] | length > 0' "$work/report"
    jq -e '[.checks[] | select(.message // "" | test("no time left"))] | length > 5' "$work/report"
    jq -e '.checks | map(.max_points) | add == 100' "$work/report"
}

@test "checks that are hidden are marked so, also of a program that does not compile" {
    echo 'int main(' >"$work/server.c"
    "$iolab" grade 05 --source "$work/server.c" --hidden --format json --output "$work/report" || true
    [ "$(jq '[.checks[] | select(.number >= 50 and .number < 60) | .hidden] | all' "$work/report")" = true ]
    [ "$(jq '[.checks[] | select(.number < 50) | .hidden] | any' "$work/report")" = false ]
}

@test "a program in a box has no more memory than its limit, and leaves no control group" {
    cat >"$work/server.c" <<'END'
#include <stdlib.h>
#include <string.h>
int main(void)
{
    for (int i = 0; i < 64; i++) {
        char *piece = malloc(64 << 20);
        if (piece)
            memset(piece, 1, 64 << 20);
    }
    return 9;
}
END
    "$iolab" grade 05 --source "$work/server.c" --box --check 11 --format json --output "$work/report" || true
    jq -e '.checks[0].message | test("died of SIGKILL")' "$work/report"
    jq -e '.limits | IN("cgroup1", "cgroup2", "rlimits")' "$work/report"
    for group in $(find /sys/fs/cgroup -maxdepth 4 -type d -name 'iolab-*' 2>/dev/null); do
        kill -0 "${group##*-}" # of somebody else's grading
    done
}
