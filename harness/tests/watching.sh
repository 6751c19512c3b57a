# What must hold of every solution under the tracer: that being watched changes nothing for its
# clients, and what it does while all of them are silent. Sourced; needs grading.sh.

# For each check that ran to its end: what each client did, was given and saw, in its own order.
# Receives are left out: how bytes are cut into them is a matter of luck.
transcripts() { # recordings…
    local recording
    for recording in "$@"; do
        # A driver's answers tell how long its calls took, which is never the same twice.
        head -n 1 "$recording" | jq -e '.source | test(" with ") | not' >/dev/null || continue
        basename "$recording" .iorec
        grep '"k":"step"' "$recording" |
            jq -r 'select(.verb | IN("receive", "end", "reset") | not)
                   | [.client, .verb, .outcome, (.bytes // 0), (.detail // "")] | @tsv' |
            sort -s -n -k 1,1
    done
}

of_check() { awk -v number="$1" 'NF == 1 { on = ($1 == number) } on' "$2"; } # number, transcripts

# How many bytes each client sent, whatever the pieces.
sent() { awk '$2 == "send" { bytes[$1] += $4 } END { for (client in bytes) print client, bytes[client] }' "$1" | sort; }

# A check whose script did something else because of the time it took has no twin: how much a server
# takes before it stops (try_send), or who is greeted again because no answer came at once.
led_by_time() { # one transcript, the other
    grep -q try_send "$1" "$2" || ! diff <(sent "$1") <(sent "$2") >/dev/null
}

# Checks that need the tracer end where it is asked for; the others must be the same.
compare() { # folder: prints what differs, and last how many were compared and how many have no twin
    local number count=0 single=0
    for number in $(jq -r '.checks[] | select(.status == "pass" and .number >= 10) | .number' "$1/report.json"); do
        of_check "$number" "$1/watched" >"$1/one"
        of_check "$number" "$1/unwatched" >"$1/other"
        if led_by_time "$1/one" "$1/other"; then
            single=$((single + 1))
        else
            diff <(awk '$2 != "send"' "$1/one") <(awk '$2 != "send"' "$1/other")
            ! grep -q transcript "$1/one" || count=$((count + 1))
        fi
    done
    echo "$count $single"
}

# Where every check has a driver there is nothing to compare: then each holds without the tracer too,
# or needs it.
test_transparent() { # lab
    local folder watched differences
    if grep -q '^ *client = true' "labs/$1/lab.lua"; then
        grade "$1" --solution --unwatched
        jq -e '.checks | length > 0 and all(.status == "pass" or .status == "not_observed")' "$report" >/dev/null 2>&1
        say $? "$1: its checks hold unwatched as well" "$(why)"
        forget
        return
    fi
    grade "$1" --solution --seed 11 --verbose
    watched=$(dirname "$report")
    grade "$1" --solution --seed 11 --unwatched
    folder=$(dirname "$report")
    transcripts "$watched"/state/iolab/*/runs/*/[0-9]*.iorec >"$folder/watched"
    transcripts "$folder"/state/iolab/*/runs/*/[0-9]*.iorec >"$folder/unwatched"
    differences=$(compare "$folder")
    [[ $differences =~ ^([0-9]+)\ ([0-9]+)$ ]] &&
        [ "${BASH_REMATCH[1]}" -ge 2 ] && [ "${BASH_REMATCH[1]}" -ge "${BASH_REMATCH[2]}" ]
    say $? "$1: clients see the same watched and unwatched" "$differences"
    rm -rf "$watched" "$folder"
}

# System calls in the last second and a half of two silent ones, and ms of processor time in all.
silence() { # recording
    jq -s -r '(.[] | select(.k == "quiet" and .verb == "begin") | .t) as $from
        | (.[] | select(.k == "quiet" and .verb == "end") | .t) as $until
        | [.[] | select(.k == "server" and .verb == "measure" and .detail == "cpu") | .ret] as $cpu
        | ([.[] | select((.k == "enter" or .k == "submit") and .t > $from + 5e8 and .t < $until)] | length) as $calls
        | "\($calls) calls, \(($cpu[1] - $cpu[0]) / 1e6 | round) ms"' "$1"
}

# Labs that wait cost nothing while nobody speaks; one that asks says what it costs.
test_silence() { # lab
    local name='*hundred silent clients*' recording found
    grade "$1" --solution --check "$name"
    recording=$(ls "$(dirname "$report")"/state/iolab/*/runs/*/[0-9]*.iorec 2>/dev/null | head -1)
    if [ -z "$recording" ]; then
        grep -q '^ *model = "blocking"' "labs/$1/lab.lua"
        say $? "$1: a check about a hundred silent clients, or a model that sleeps with each" "$name"
    elif grep -q '"k":"quiet"' "$recording"; then
        found=$(silence "$recording")
        [[ $found =~ ^0\ calls,\ [0-9]\ ms$ ]]
        say $? "$1: a hundred silent clients cost nothing ($found)" "$(why)"
    else
        found=$(jq -r 'select(.k == "mark") | .detail' "$recording")
        [ -n "$found" ]
        say $? "$1: a hundred silent clients cost $found" "$(why)"
    fi
    forget
}
