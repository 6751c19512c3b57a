# Every command of the speaker's notes, as a lecturer types it: on a real terminal (tmux), from the
# project's folder. A view is looked at and left by `q`; the status is what the notes say.

load ../../harness/tests/common.bash

# Commands of a deck's notes, a line each.
commands_of() { # deck
    awk '/^~~~ *sh|^~~~ *\{\.sh\}/ { inside = 1; next } /^~~~/ { inside = 0 } inside && NF' "$1"
}

wait_until() { # command…: polled, for at most a minute
    local try
    for try in $(seq 400); do
        if "$@" 2>/dev/null; then return 0; fi
        sleep 0.15
    done
    return 1
}

ended() { [ -s "$work/status" ]; }
seen() { ended || tmux -L "$socket" capture-pane -p -t show | grep -q '[[:alnum:]]'; }

# Types a command; leaves its status in $work/status, its last screen in $work/screen.
type_command() { # command
    rm -f "$work/status"
    tmux -L "$socket" new-session -d -s show -x 120 -y 36 -c "$root" \
        "export XDG_STATE_HOME='$XDG_STATE_HOME'; $1; echo \$? >'$work/status.new'; mv '$work/status.new' '$work/status'"
    wait_until seen || return 1
    case $1 in
    *' show '*) ended || { tmux -L "$socket" capture-pane -p -t show >"$work/screen"
                           tmux -L "$socket" send-keys -t show q; } ;;
    *' quiz '*) tmux -L "$socket" send-keys -t show C-d ;;
    esac
    wait_until ended || { tmux -L "$socket" capture-pane -p -t show; tmux -L "$socket" kill-session -t show; return 1; }
}

@test "every command of the speaker's notes" {
    local deck command expected count=0
    socket=iolab-$$
    for deck in "$root"/slides/[0-9][0-9]-*.md; do
        while IFS= read -r command; do
            expected=0
            [[ $command =~ \#\ exit\ ([0-9]+)$ ]] && expected=${BASH_REMATCH[1]}
            echo "$(basename "$deck"): $command"
            type_command "$command" || { echo "it does not end"; return 1; }
            [ "$(cat "$work/status")" = "$expected" ] ||
                { echo "status $(cat "$work/status"), not $expected"; bash -c "cd '$root'; $command" </dev/null 2>&1 | tail -20; return 1; }
            count=$((count + 1))
        done < <(commands_of "$deck")
    done
    echo "$count commands"
    [ "$count" -ge 30 ]
}
