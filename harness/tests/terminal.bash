# A real terminal for tests, by tmux, on a server of its own. For .bats files.

# A server for each screen: one that has just ended leaves its socket behind for a moment.
terminal() { tmux -L "iolab-$BATS_ROOT_PID-$BATS_TEST_NUMBER-${opened:-0}" -f /dev/null "$@"; }

# Opens a terminal of this size with a command in it; it is of the type $TYPE (tmux's own).
terminal_open() { # columns, rows, command
    opened=$((${opened:-0} + 1))
    terminal new-session -d -x "$1" -y "$2" "$3"
    terminal set-option -g remain-on-exit on
}

terminal_close() { terminal kill-server 2>&- || true; }

terminal_keys() { terminal send-keys "$@"; }

terminal_text() { terminal capture-pane -p "$@"; }

# Waits until the screen has this text (grep's basic expression); shows it when it never does.
terminal_wait() { # expression
    local tries
    for tries in $(seq 300); do
        if terminal_text | grep -q -- "$1"; then return 0; fi
        sleep 0.05
    done
    echo "after $tries looks the screen still had no \"$1\":"
    terminal_text
    terminal_close
    return 1
}

# Waits until the command in it has ended.
terminal_ended() {
    local tries
    for tries in $(seq 300); do
        if [ "$(terminal display-message -p '#{pane_dead}')" = 1 ]; then return 0; fi
        sleep 0.05
    done
    echo "after $tries looks it still runs:"
    terminal_text
    return 1
}
