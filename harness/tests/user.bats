#!/usr/bin/env bats
# The same as an ordinary user. Run by root, these tests become one; run by a user, they are it.
load common.bash

# The tree may lie where only its owner can go: users get a copy.
as_user() { # command…
    local tree=$work/tree
    mkdir -p "$tree/build" "$tree/harness"
    cp "$root"/build/iolab-* "$tree/build/"
    cp -r "$root/labs" "$root/solutions" "$tree/"
    cp -r "$root/harness/support" "$tree/harness/"
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
    run as_user "$work/tree/build/iolab-main" grade --solution --format json --output "$report" 01
    echo "$output"
    [ "$status" -eq 0 ]
    jq -e '.tier == "ptrace" and .score == 100' "$report"
    nothing_left
}

@test "an ordinary user records a program" {
    run as_user "$work/tree/build/iolab-main" trace -o "$work/true.iorec" -- true
    [ "$status" -eq 0 ]
}

@test "an ordinary user without namespaces" {
    report=$work/report.json
    run as_user env IOLAB_ISOLATION=group "$work/tree/build/iolab-main" grade --solution --check '1?' 01
    echo "$output"
    [ "$status" -eq 0 ]
    nothing_left
}

@test "an ordinary user grades a server of files, in namespaces and without" {
    run as_user "$work/tree/build/iolab-main" grade --solution --check 41,43 08
    echo "$output"
    [ "$status" -eq 0 ]
    run as_user env IOLAB_ISOLATION=group "$work/tree/build/iolab-main" grade --solution --check 41,43 08
    echo "$output"
    [ "$status" -eq 0 ]
    nothing_left
}

# Three quarters of what all of a user's programs may lock: two such servers cannot run at once.
@test "servers of an ordinary user that lock much memory run alone where they must" {
    ulimit -l 8192
    sed 's|^    ring_based_echo_server(server_fd);|    static char locked[6 << 20];\
    struct iovec all = {locked, sizeof locked};\
    if (io_uring_register_buffers(\&ring, \&all, 1) < 0)\
        return 1;\
&|' "$root/solutions/09-io-uring/server.c" >"$work/server.c"
    report=$work/report.json
    run as_user "$work/tree/build/iolab-main" grade --source "$work/server.c" --jobs 8 \
        --format json --output "$report" 09
    echo "$output"
    jq -r '.checks[] | select(.status != "pass") | "\(.number) \(.message)"' "$report"
    [ "$status" -eq 0 ]
    nothing_left
}
