# What the tests of the commands share. Each test has a folder of its own; everything that it
# starts can be told by it: TMPDIR and state lie in there, and a mark in the environment.

setup() {
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    iolab=$root/build/iolab-main
    work=$(mktemp -d "${BATS_TMPDIR:-/tmp}/iolab-bats-XXXXXX")
    mkdir "$work/tmp"
    export TMPDIR=$work/tmp XDG_STATE_HOME=$work/state IOLAB_TEST_MARK=$work NO_COLOR=1
    broken=$root/harness/tests/broken
}

teardown() {
    for pid in $(left_over); do kill -9 "$pid" 2>/dev/null || true; done
    chmod -R u+w "$work"
    rm -rf "$work"
}

# Pids of processes that this test has started and that are still there: by the mark in their
# environment, or because their program or folder lies in the test's own folder.
left_over() {
    {
        find /proc/[0-9]*/exe /proc/[0-9]*/cwd -maxdepth 0 -lname "*$work*" 2>/dev/null
        grep -lsxzF "IOLAB_TEST_MARK=$work" /proc/[0-9]*/environ |
            sed 's/environ$/exe/' | xargs -r -I{} find {} -maxdepth 0 -lname "$root/build/iolab-*" \
            2>/dev/null
    } | cut -d/ -f3 | grep -vx $$ | sort -u
}

# Nothing may be left: no process (so no namespace, which lives as long as one is in it), no
# temporary file, no lock of a port. Ended processes may take a moment to be gone.
nothing_left() {
    local try
    for try in $(seq 100); do
        [ -n "$(left_over)" ] || break
        sleep 0.05 # polled: processes that nobody here is the parent of
    done
    [ -z "$(left_over)" ] || { echo "left: $(left_over | xargs ps -o pid,args -p)"; return 1; }
    [ -z "$(ls -A "$TMPDIR")" ] || { echo "left in TMPDIR: $(ls -AR "$TMPDIR")"; return 1; }
}

# Grades a broken server; $status, $output and $report (JSON) are set.
grade_broken() { # file, option…
    local file=$1
    shift
    cp "$broken/common.h" "$work"/
    report=$work/report.json
    run "$iolab" grade --seed 7 --format json --output "$report" --source "$broken/$file" "$@" 01
}

message() { jq -r ".checks[] | select(.number == $1) | .message" "$report"; }
status_of() { jq -r ".checks[] | select(.number == $1) | .status" "$report"; }
