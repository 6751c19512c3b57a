#!/usr/bin/env bats
# The same as an ordinary user. Run by root, these tests become one; run by a user, they are it.
load common.bash

as_user() { # command…
    if [ "$(id -u)" = 0 ]; then
        chmod 755 "$work"
        chown -R nobody "$work"
        setpriv --reuid=65534 --regid=65534 --clear-groups env HOME="$work" "$@"
    else
        "$@"
    fi
}

@test "an ordinary user grades a solution, watched, in namespaces" {
    report=$work/report.json
    run as_user "$iolab" grade --solution --format json --output "$report" 01
    echo "$output"
    [ "$status" -eq 0 ]
    jq -e '.tier == "ptrace" and .score == 100' "$report"
    nothing_left
}

@test "an ordinary user records a program" {
    run as_user "$iolab" trace -o "$work/true.iorec" -- true
    [ "$status" -eq 0 ]
}

@test "an ordinary user without namespaces" {
    report=$work/report.json
    run as_user env IOLAB_ISOLATION=group "$iolab" grade --solution --check '1?' 01
    echo "$output"
    [ "$status" -eq 0 ]
    nothing_left
}
