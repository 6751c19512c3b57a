#!/usr/bin/env bats
# A lab that is shown while it runs, and checks that failed, on a real terminal.

. "$BATS_TEST_DIRNAME/terminal.sh"

setup() {
    export XDG_STATE_HOME=$BATS_TEST_TMPDIR/state TMPDIR=$BATS_TEST_TMPDIR/tmp
    mkdir -p "$TMPDIR"
    chmod 711 "$BATS_TEST_TMPDIR" "$TMPDIR"
}

teardown() { terminal_close; }

root=$BATS_TEST_DIRNAME/../..

@test "a lab is built, run and drawn while it runs; at its end it can be gone through" {
    terminal_open 80 24 "$iolab show --solution 05"
    terminal_wait ' live$'
    terminal_wait 'to be\|hello\|conn 2 fd 6  open'
    terminal_wait 'The run is over'
    terminal_keys Left
    terminal_wait 'pause'
    terminal_keys q
    terminal_ended
    [ -z "$(ls "$TMPDIR")" ]
}

@test "who quits a live run leaves no process and no file" {
    terminal_open 80 24 "$iolab show --solution 03"
    terminal_wait ' live$'
    grading=$(pgrep -f -- "--recordings $TMPDIR")
    [ -n "$grading" ]
    terminal_keys q
    terminal_ended
    ! pgrep -f -- "--recordings $TMPDIR"
    [ -z "$(ls "$TMPDIR")" ]
}

@test "held, the time stands while the run goes on; it catches up when it is let go" {
    terminal_open 80 24 "$iolab show --solution 03"
    terminal_wait ' live$'
    terminal_keys Space
    terminal_wait 'live, held'
    terminal_keys Space
    terminal_wait ' live$'
    terminal_keys q
}

@test "a server that does not compile: the compiler's words" {
    mkdir "$BATS_TEST_TMPDIR/broken"
    echo 'int main(void) { return x; }' >"$BATS_TEST_TMPDIR/broken/server.c"
    terminal_open 80 24 "$iolab show --source $BATS_TEST_TMPDIR/broken 05"
    terminal_wait "undeclared"
    [ -z "$(ls "$TMPDIR")" ]
}

# A mutant that fails one check which a script decides, of each lab: where it failed is shown.
failing_mutant() { # lab
    grep -lE '^Fails: [123][0-9]$' "$root/solutions/$1"/mutants/*.patch | head -1
}

@test "a check that failed opens at its failure, with its message, in every lab" {
    . "$root/harness/tests/grading.sh"
    cd "$root"
    for lab in labs/[0-9][0-9]-*; do
        lab=$(basename "$lab")
        patch=$(failing_mutant "$lab")
        number=$(sed -n 's/^Fails: //p' "$patch")
        mutated "$lab" "$patch"
        IOLAB_TIME_SCALE=0.5 build/iolab-grade --source "$source" --check "$number" \
            --format json --output "$BATS_TEST_TMPDIR/report" "$lab" || true
        message=$(jq -r '.checks[0].message' "$BATS_TEST_TMPDIR/report" | cut -c 1-30)
        terminal_open 80 24 "$iolab show $lab/$number"
        terminal_wait "The check failed here: ${message//[\[\]*.]/.}"
        terminal_wait "check $number"
        terminal_keys q
        terminal_close
    done
}
