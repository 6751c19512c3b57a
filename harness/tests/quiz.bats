#!/usr/bin/env bats
# iolab quiz: sessions through pipes and on terminals, what is remembered, exports. Questions about
# facts are taken from the labs; a quiz of this test's own has one of each kind.
load common.bash
load terminal.bash

quiz() { "$iolab" quiz "$@"; }
kept() { echo "$XDG_STATE_HOME/iolab/01-blocking/quiz.json"; }

# Questions of every kind that need no server.
own_quiz() {
    cat >"$work/quiz.lua" <<'END'
choice { id = "one", ask = [[
    What comes?

        n = a->b ? '\n' : {0}; // ~ # = "x"
  ]], answers = { right "a: `#include <x>`", wrong("b", "why not b") }, why = "w1", source = "s1" }
several { id = "some", ask = "Which?", answers = { right "a", right "b", wrong "c" },
  why = "w2", source = "s2" }
number { id = "number", ask = "How many?", answer = 12, within = "25%", unit = "calls",
  why = "w3", source = "s3" }
order { id = "order", ask = "In which order?", items = { "x", "y", "z" }, why = "w4", source = "s4" }
truth { id = "truth", ask = "Is it?", answer = true, because = { right "so", wrong "not so" },
  why = "w5", source = "s5" }
card { id = "card", front = "#include?", back = "yes", source = "s6" }
END
}

own() { quiz 01 --file "$work/quiz.lua" --seed 5 "$@"; }

@test "all right: each moves to box 2 and is due tomorrow" {
    own_quiz
    own --answers right >"$work/lines"
    own <"$work/lines" >"$work/said"
    cat "$work/said"
    grep -q '6 of 6 answered: 6 right at once, 0 not' "$work/said"
    grep -q 'The next 6 questions are due tomorrow' "$work/said"
    grep -q 'source: s5' "$work/said"
    jq -e '.schema == "iolab-quiz/1" and (.questions | length == 6 and all(.[]; .box == 2
        and .right == 1 and .due == .seen + 86400))' "$(kept)"
    own </dev/null | grep -q 'Nothing is due'
    own --list | tee "$work/list"
    [ "$(grep -c '^box 2 *tomorrow' "$work/list")" -eq 6 ]
    nothing_left
}

@test "all wrong: each is asked three times, explained, and due today" {
    own_quiz
    own --answers wrong >"$work/lines"
    own <"$work/lines" >"$work/said"
    cat "$work/said"
    grep -q '6 of 6 answered: 0 right at once, 6 not' "$work/said"
    [ "$(grep -c '^\[again\]' "$work/said")" -eq 12 ]
    grep -q 'why not b' "$work/said"
    grep -q 'It is true, because: so' "$work/said"
    jq -e '.questions | all(.[]; .box == 1 and .wrong == 3 and .due <= .seen)' "$(kept)"
    [ "$(own --list | grep -c '^box 1 *due')" -eq 6 ]
}

@test "the end of the input keeps what was answered; so does a clock that is set back" {
    own_quiz
    own --answers right >"$work/lines"
    printf '?\n' | own --only one >"$work/said"
    grep -q 'So you will know it now' "$work/said"
    own --only number,card </dev/null >"$work/said"
    grep -q '0 of 2 answered' "$work/said"
    own --only number <<<12 | grep -q Right
    jq -e '.questions | keys == ["number", "one"]' "$(kept)"
    jq '.questions.number.seen += 1e9 | .questions.number.due += 1e9 |
        .questions.number |= map_values(if type == "number" then floor else . end)' \
        "$(kept)" >"$work/later"
    cp "$work/later" "$(kept)"
    own --only number <<<12 | grep -q Right
    own --only number </dev/null | grep -q 'Nothing is due'
}

@test "Ctrl-C keeps what was answered, and ends with the signal" {
    own_quiz
    mkfifo "$work/pipe"
    own --only number,one --answers right | head -n 1 >"$work/first"
    own --only number,one <"$work/pipe" >"$work/said" &
    pid=$!
    exec 8>"$work/pipe"
    cat "$work/first" >&8
    for try in $(seq 200); do
        ! grep -q '^\[2 of 2\]' "$work/said" || break
        [ ! -s "$(kept)" ] || break
        sleep 0.05 # polled: the answer has been kept
    done
    kill -INT "$(pgrep -P "$pid" || echo "$pid")"
    wait "$pid" || status=$?
    exec 8>&-
    cat "$work/said"
    [ "$status" -eq 130 ]
    grep -q '1 of 2 answered: 1 right at once' "$work/said"
    jq -e '.questions | length == 1' "$(kept)"
    nothing_left
}

@test "a broken file is explained and kept aside" {
    own_quiz
    mkdir -p "$(dirname "$(kept)")"
    printf '{"schema": "iolab-quiz/1", "questions": {"one": {"bo' >"$(kept)"
    cp "$(kept)" "$work/before"
    own --only number <<<12 >"$work/said" 2>"$work/told"
    cat "$work/told"
    grep -q 'could not be read: line 1' "$work/told"
    grep -q "kept as $(kept).broken-1" "$work/told"
    cmp "$work/before" "$(kept).broken-1"
    jq -e '.questions.number.box == 2' "$(kept)"
}

@test "what cannot be kept is told, and the session goes on" {
    own_quiz
    own --only number,one --answers right >"$work/lines"
    run bash -c "trap '' XFSZ; ulimit -f 0; '$iolab' quiz 01 --file '$work/quiz.lua' --seed 5 \
        --only number,one <'$work/lines' 2>&1 | cat; exit \${PIPESTATUS[0]}"
    echo "$output"
    [ "$status" -eq 3 ]
    [[ $output == *'cannot keep'* ]]
    [[ $output == *'2 of 2 answered'* ]]
}

@test "wrong calls, wrong quizzes" {
    for wrong in '99' '01 02' '01 --export pdf' '01 --seed x' '01 --list --key' '--file x' \
        '01 --answers maybe'; do
        # shellcheck disable=SC2086
        run quiz $wrong </dev/null
        echo "$wrong: $output"
        [ "$status" -eq 2 ]
    done
    printf 'number {\n id = "x", ask = "q", anser = 1 }\n' >"$work/quiz.lua"
    run own
    [ "$status" -eq 3 ]
    [[ $output == *'01-blocking/quiz.lua:'*'has no key anser; did you mean answer?'* ]]
    printf 'while true do end\n' >"$work/quiz.lua"
    run own
    [ "$status" -eq 3 ]
    [[ $output == *'01-blocking/quiz.lua:1:'*'ran for 2 s'* ]]
    own_quiz
    run bash -c "'$iolab' quiz 01 --file '$work/quiz.lua' --key >/dev/full"
    [ "$status" -eq 3 ]
}

@test "noise in the pipe ends a session" {
    own_quiz
    run timeout 20 bash -c "yes | '$iolab' quiz 01 --file '$work/quiz.lua' --only one"
    [ "$status" -eq 0 ]
    [[ $output == *'That is not understood: a to b'* ]]
    run timeout 20 bash -c "head -c 300000 /dev/urandom |
        '$iolab' quiz 01 --file '$work/quiz.lua' | tr -d '[:print:]\n' | wc -c"
    [ "$output" = 0 ]
}

# Opens a terminal, answers a question for a number, leaves the screen in $work/screen.
on_a_terminal() { # columns, environment…
    local columns=$1
    shift
    terminal_open "$columns" 24 \
        "env XDG_STATE_HOME=$XDG_STATE_HOME $* $iolab quiz 01 --file $work/quiz.lua --only number \
        --all --seed 5; cat"
    terminal_wait '\[a number'
    terminal_keys 13 Enter
    terminal_wait 'source: s3'
    terminal_text -e >"$work/screen"
    terminal_close
}

@test "terminals: 80 columns in colour, without it, without UTF-8; 20 columns" {
    own_quiz
    on_a_terminal 80 TERM=xterm-256color NO_COLOR=
    grep -q $'\033\[32m.*Right' "$work/screen"
    on_a_terminal 80 TERM=xterm-256color NO_COLOR=1
    grep -q 'Right' "$work/screen"
    [ "$(grep -c $'\033\[32m' "$work/screen")" = 0 ]
    on_a_terminal 80 TERM=vt100 LC_ALL=C
    LC_ALL=C grep -q 'Right' "$work/screen"
    [ "$(LC_ALL=C grep -c '[^[:print:][:cntrl:]]' "$work/screen")" = 0 ]
    on_a_terminal 20 TERM=vt100
    cat "$work/screen"
    grep -q '^  It is 12 calls\.' "$work/screen"
}

# Reads a text file of Anki: quoted columns, comments; prints the number of columns of each note.
anki_columns() {
    awk 'BEGIN { FS = "\t" } !quoted && /^#/ { next }
        { text = text (text == "" ? "" : "\n") $0; count = gsub(/"/, "\"", text); quoted = count % 2 }
        !quoted { gsub(/"([^"]|"")*"/, "q", text); print split(text, columns, "\t"); text = "" }' "$1"
}

# Reads GIFT: blocks between empty lines; prints "name kind" of each.
gift_kinds() {
    awk 'BEGIN { RS = ""; FS = "::" } /^\$CATEGORY/ || /^\/\// { next }
        { body = $0; gsub(/\\./, "", body); open = gsub(/[{]/, "{", body); shut = gsub(/[}]/, "}", body)
          match(body, /[{].*/); answer = substr(body, RSTART + 1)
          kind = answer ~ /^####/ ? "essay" : answer ~ /^#/ ? "number" : answer ~ /^(TRUE|FALSE)/ ? "truth" \
              : answer ~ /->/ ? "matching" : answer ~ /\n~%/ ? "several" : answer ~ /\n=/ ? "choice" : "?"
          print $2, open == 1 && shut == 1 ? kind : "broken" }' "$1"
}

@test "exports: GIFT and Anki can be read again, code as it is" {
    own_quiz
    own --export gift >"$work/quiz.gift"
    cat "$work/quiz.gift"
    [ "$(gift_kinds "$work/quiz.gift")" = "01-blocking one choice
01-blocking some several
01-blocking number number
01-blocking order matching
01-blocking truth truth
01-blocking card essay" ]
    grep -qF '{#12:3' "$work/quiz.gift"
    own --export anki >"$work/quiz.txt"
    cat "$work/quiz.txt"
    [ "$(anki_columns "$work/quiz.txt" | sort -u)" = 4 ]
    [ "$(anki_columns "$work/quiz.txt" | wc -l)" = 6 ]
    quiz --export gift >"$work/all.gift" 2>"$work/told"
    grep -q 'left out: --measure' "$work/told"
    [ "$(gift_kinds "$work/all.gift" | grep -cE ' (broken|[?])$')" = 0 ]
    quiz --export anki >"$work/all.txt" 2>"$work/told"
    [ "$(anki_columns "$work/all.txt" | sort -u)" = 4 ]
}

@test "a prediction is measured now, and its recording is kept" {
    line=$(quiz 02 --only asked-in-a-sweep --answers right)
    awk -v said="$line" 'BEGIN { exit !(said > 20 && said < 23) }'
    run quiz 02 --only asked-in-a-sweep <<<21
    echo "$output"
    [ "$status" -eq 0 ]
    [[ $output == *'Right.'*'Measured: 21'*'3 runs of the reference server'* ]]
    show=$(sed -n 's/^ *See it: iolab //p' <<<"$output")
    # shellcheck disable=SC2086
    "$iolab" $show --summary | grep -q '^ 02-nonblocking'
    run quiz 02 --only asked-in-a-sweep --all --mine <<<21
    echo "$output"
    [[ $output == *'This could not be measured, and does not count: your server did not'* ]]
    jq -e '.questions["asked-in-a-sweep"].right == 1' "$XDG_STATE_HOME/iolab/02-nonblocking/quiz.json"
    mkdir "$work/kept"
    quiz 02 --only asleep-in-recv --record "$work/kept" | grep -q ': 0 calls'
    [ "$(ls "$work/kept")" = "quiz-asleep-in-recv-1.iorec
quiz-asleep-in-recv-2.iorec
quiz-asleep-in-recv-3.iorec" ]
    nothing_left
}

@test "a prediction of a student's own server is of that server, right or changed" {
    local tree=$work/tree lab=labs/06-epoll-edge
    mkdir -p "$tree/build" "$tree/labs"
    cp "$root"/build/iolab-quiz "$tree/build/"
    cp -r "$root/$lab" "$tree/labs/"
    ln -s "$root/harness" "$root/solutions" "$tree/"
    mine() { "$tree/build/iolab-quiz" 06 --only receives-a-message --all --mine <<<2; }
    cp "$root/solutions/06-epoll-edge/server.c" "$tree/$lab/"
    run mine
    echo "$output"
    [[ $output == *'Right.'*'Measured: 2 times'*'your server'* ]]
    patch -s -p1 -d "$tree/$lab" <"$root/solutions/06-epoll-edge/mutants/one-receive-an-edge.patch"
    run mine
    echo "$output"
    [[ $output == *'Measured: 1 time, '*'your server'* ]]
    [[ $output != *'Right.'* ]]
    nothing_left
}

@test "without solutions recordings of the reference server are counted in" {
    lab=labs/02-nonblocking
    mkdir -p "$work/tree/build" "$work/tree/$lab/recordings"
    cp "$root/build/iolab-quiz" "$work/tree/build/"
    cp "$root/$lab/lab.lua" "$root/$lab/quiz.lua" "$work/tree/$lab/"
    quiz 02 --only asleep-in-recv --record "$work/tree/$lab/recordings"
    run "$work/tree/build/iolab-quiz" 02 --only asleep-in-recv,backpressure --seed 1 <<<0
    echo "$output"
    [ "$status" -eq 0 ]
    [[ $output == *'1 prediction is left out:'*'--mine'* ]]
    [[ $output == *'1 question, seed 1.'* ]]
    [[ $output == *'Measured: 0 calls, in recordings of the reference server that came with'* ]]
}
