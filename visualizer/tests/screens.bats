#!/usr/bin/env bats
# Golden screens: what stands on a real terminal for every view, on the terminals that people have.
# After a change that is meant, `make screens` records them again; look at the difference.

. "$BATS_TEST_DIRNAME/terminal.sh"

golden=$BATS_TEST_DIRNAME/golden

teardown() { terminal_close; }

# Shows the recordings, presses keys, and compares the screen with the golden one; with RECORD it
# becomes the golden one. Colours are compared too, as the sequences that the terminal was sent.
screen() { # name, columns, rows, environment, options of show and recordings, keys…
    local name=$1 columns=$2 rows=$3 environment=$4 what=$5 tries
    shift 5
    terminal_open "$columns" "$rows" "exec env $environment $iolab show $what"
    terminal_wait "$(pattern_of "$columns")"
    for key; do terminal_keys "$key"; done
    if [ -n "${RECORD:-}" ]; then
        record "$golden/$name.txt"
        return
    fi
    for tries in $(seq 200); do
        terminal_text -e >"$BATS_TEST_TMPDIR/now"
        if cmp -s "$BATS_TEST_TMPDIR/now" "$golden/$name.txt"; then return 0; fi
        sleep 0.05
    done
    echo "after $tries looks the screen is not golden/$name.txt:"
    diff -u "$golden/$name.txt" "$BATS_TEST_TMPDIR/now"
}

# What stands on the last row when a screen is complete.
pattern_of() { if [ "$1" -ge 80 ]; then echo 'q quit'; else echo 'space pause'; fi; }

# When it does not change any more.
record() { # file
    local last=
    while terminal_text -e >"$1" && [ "$(cat "$1")" != "$last" ]; do
        last=$(cat "$1")
        sleep 0.5
    done
}

# Every view, of one recording where something happens, and of five side by side.
views() { # name, columns, rows, environment, options
    local view
    local five="$recordings/01-blocking.iorec $recordings/02-nonblocking.iorec
        $recordings/03-select.iorec $recordings/07-signal-driven.iorec
        $recordings/09-io-uring.iorec"
    for view in 1 2 4 5; do
        screen "$1-view$view" "$2" "$3" "$4" "$5 --view $view $recordings/05-epoll-level.iorec" \
            ']' ']' Right Right Right
        terminal_close
    done
    # shellcheck disable=SC2086
    screen "$1-view3" "$2" "$3" "$4" "$5 --view 3 $(echo $five)" ']'
}

@test "80x24, vt100, ASCII" { views vt100 80 24 "TERM=vt100 LC_ALL=C" ""; }

@test "80x24, C locale" { views c-locale 80 24 "TERM=xterm-256color LC_ALL=C" ""; }

@test "80x24, NO_COLOR" { views no-color 80 24 "TERM=xterm-256color LC_ALL=C.UTF-8 NO_COLOR=1" ""; }

@test "200x60, UTF-8" { views large 200 60 "TERM=xterm-256color LC_ALL=C.UTF-8" ""; }

@test "80x24, palette light" {
    views light 80 24 "TERM=xterm-256color LC_ALL=C.UTF-8" "--palette light"
}

@test "80x24, palette for colour-blind people" {
    views colour-blind 80 24 "TERM=xterm-256color LC_ALL=C.UTF-8" "--palette colour-blind"
}

@test "80x24, palette for a projector" {
    views projector 80 24 "TERM=xterm-256color LC_ALL=C.UTF-8" "--palette projector"
}

@test "40x12 is the smallest" {
    screen smallest 40 12 "TERM=vt100 LC_ALL=C" "$recordings/03-select.iorec" ']' Right
}

@test "help" {
    screen help 80 24 "TERM=vt100 LC_ALL=C" "$recordings/03-select.iorec" '?'
}

@test "presenting" {
    screen presenting 80 24 "TERM=vt100 LC_ALL=C" "$recordings/03-select.iorec" p ')' ')' Right
}

@test "presenting to a room: the stage in large letters" {
    local large="TERM=xterm-256color LC_ALL=C.UTF-8"
    screen presenting-large 110 36 "$large" "--palette projector $recordings/03-select.iorec" p ']'
    terminal_close
    screen presenting-ascii 80 30 "TERM=vt100 LC_ALL=C" "$recordings/06-epoll-edge.iorec" p ']' Left
}
