#!/usr/bin/env bats
# Whatever ends `iolab show`, the terminal is as it was: its settings, and what stood on it.

. "$BATS_TEST_DIRNAME/terminal.sh"

setup() {
    work=$(mktemp -d "${BATS_TMPDIR:-/tmp}/iolab-terminal-XXXXXX")
    terminal_open 80 24 "exec env PS1='ready> ' HISTFILE= bash --norc --noprofile -i"
    terminal_wait 'ready>'
    terminal_keys "stty -a >$work/before; echo BEFORE" Enter
    terminal_wait '^BEFORE'
    terminal_keys "$iolab show $recordings/03-select.iorec" Enter
    terminal_wait 'APPLICATION'
    shower=$(pgrep -P "$(terminal list-panes -F '#{pane_pid}')" iolab-show)
}

teardown() {
    terminal_close
    rm -rf "$work"
}

as_before() { # word that has not been on the screen
    terminal_wait '^BEFORE'
    terminal_keys "stty -a >$work/after; echo AFTER$1" Enter
    terminal_wait "^AFTER$1"
    diff "$work/before" "$work/after"
    ! terminal_text | grep APPLICATION
    [ "$(terminal display-message -p '#{alternate_on}')" = 0 ]
    [ "$(terminal display-message -p '#{cursor_flag}')" = 1 ]
}

@test "q quits, and the terminal is as before" {
    terminal_keys q
    as_before
}

@test "Ctrl-C ends it, and the terminal is as before" {
    terminal_keys C-c
    as_before
}

@test "SIGTERM ends it, and the terminal is as before" {
    kill -TERM "$shower"
    as_before
}

@test "SIGHUP ends it, and the terminal is as before" {
    kill -HUP "$shower"
    as_before
}

@test "a crash ends it as a crash, and the terminal is as before" {
    kill -SEGV "$shower"
    terminal_wait 'Segmentation fault'
    as_before
}

@test "SIGABRT ends it, and the terminal is as before" {
    kill -ABRT "$shower"
    terminal_wait 'Aborted'
    as_before
}

@test "suspended, the terminal is as before; continued, the screen is back" {
    terminal_keys C-z
    terminal_wait 'Stopped'
    as_before ONCE
    terminal_keys fg Enter
    terminal_wait 'APPLICATION'
    terminal_keys q
    as_before TWICE
}

@test "a terminal that is closed ends it" {
    terminal kill-session
    for _ in $(seq 200); do
        kill -0 "$shower" 2>&- || return 0
        sleep 0.05
    done
    false
}

@test "a resized terminal is drawn anew, and one that is too small says so" {
    terminal resize-window -x 20 -y 6
    terminal_wait 'is too small'
    terminal resize-window -x 100 -y 30
    terminal_wait 'APPLICATION'
    terminal_wait '? help'
    terminal_keys q
}
