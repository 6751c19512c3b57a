#!/usr/bin/env bats
# iolab list --objectives: what a student has proved of what is to be learnt.
load common.bash
load terminal.bash

objectives() { "$iolab" list --objectives; }

# A student who has passed all checks of these labs and answered all their questions.
student() { (cd "$root" && "$root/build/tests/aid_student" "$@" >/dev/null 2>&1); }

# The line of the sum, and one number of it.
sum() { grep -E '^[0-9]+ items: ' "$1"; }
how_many() { sum "$1" | sed -E "s/.*$2 ([0-9]+).*/\1/"; }

# The lines of the item that says so.
item() { # file, how it begins
    awk -v says="$2" '/^ *[0-9]+ / { mine = index($0, says) > 0 } /^[^ ]|^$/ { mine = 0 } mine' "$1"
}

# Lists of the document: how many items, the section with the part of it, how the list is called.
lists() {
    cat <<'END'
8|'Learning Objectives'|Learning objectives
7|'Self-Assessment Checklist'|Self-assessment
5|'Practical Competencies'|Practical competencies
7|'Optimization Checklist', Application Level|Optimization: the application
7|'Optimization Checklist', System Level|Optimization: the system
7|'Optimization Checklist', Network Level|Optimization: the network
5|'Assessment Checklist', Theoretical Understanding|Assessment: theory
6|'Assessment Checklist', Practical Implementation Skills|Assessment: practice
6|'Assessment Checklist', System Integration Knowledge|Assessment: system integration
5|'Assessment Checklist', Performance Analysis|Assessment: performance
5|'Assessment Checklist', Advanced Topics|Assessment: advanced topics
5|'Assessment Checklist', Real-world Application|Assessment: applications
END
}

@test "every item of the document is there, with its place, in the document's lists" {
    objectives >"$work/out"
    while IFS='|' read -r count section list; do
        grep -qx "$list: 0 of $count proved" "$work/out"
        for ((i = 1; i <= count; i++)); do
            grep -qF "place = book .. \"section $section, item $i\"," "$root/labs/objectives.lua"
        done
    done < <(lists)
    total=$(lists | awk -F '|' '{ sum += $1 } END { print sum }')
    [ "$(grep -c '^  place = ' "$root/labs/objectives.lua")" -eq "$total" ]
    [ "$(sum "$work/out" | cut -d " " -f 1)" -eq "$total" ]
}

@test "a student who has done nothing: what is open, and where to begin" {
    objectives >"$work/out" 2>"$work/err"
    [ ! -s "$work/err" ]
    [ "$(how_many "$work/out" proved)" -eq 0 ]
    [ "$(how_many "$work/out" 'in part')" -eq 0 ]
    [ "$(how_many "$work/out" 'not yet')" -gt 30 ]
    [ "$(grep -c 'shown:' "$work/out")" -eq 0 ]
    [ "$(grep -c '^ *next: ' "$work/out")" -eq "$(how_many "$work/out" 'not yet')" ]
    item "$work/out" 'A server with poll' | tee "$work/item"
    grep -q 'next: iolab grade 04; iolab quiz 04$' "$work/item"
    item "$work/out" 'Move large data' | grep -q 'lab 18, zero-copy, will teach it'
}

@test "half: what is proved, in part, and not yet" {
    student 01-blocking 02-nonblocking 03-select
    objectives >"$work/out"
    item "$work/out" 'Write a server that blocks' | tee "$work/item"
    grep -q '^  2 proved ' "$work/item"
    grep -q 'shown: checks 01/24 ' "$work/item"
    [ "$(grep -c 'open:\|next:' "$work/item")" -eq 0 ]
    item "$work/out" 'Wait for many descriptors' | tee "$work/item"
    grep -q '^  4 in part ' "$work/item"
    grep -qE '\([1-9][0-9]* of [0-9]+\)$' "$work/item"
    grep -q 'shown: checks 03/01 ' "$work/item"
    grep -q 'open: checks 04/01 ' "$work/item"
    grep -q 'next: iolab grade 04; iolab quiz 04$' "$work/item"
    item "$work/out" 'Write a protocol' | grep -q '^  1 not yet '
    [ "$(how_many "$work/out" proved)" -gt 0 ]
    [ "$(how_many "$work/out" 'not yet')" -gt 0 ]
    [ "$(how_many "$work/out" proved)" -eq "$(grep -cE '^ *[0-9]+ proved ' "$work/out")" ]
}

@test "everything: all is proved that the labs teach, and no more" {
    # shellcheck disable=SC2046
    student $(cd "$root/labs" && echo [0-9][0-9]-*)
    objectives >"$work/out"
    sum "$work/out"
    [ "$(how_many "$work/out" 'not yet')" -eq 0 ]
    [ "$(grep -c 'open:\|next:' "$work/out")" -eq 0 ]
    [ "$(how_many "$work/out" 'in part')" -eq "$(grep -c '^ *no lab yet: ' "$work/out")" ]
    [ "$(how_many "$work/out" proved)" -gt 20 ]
    item "$work/out" 'Serve many clients' | tee "$work/item"
    grep -qE '^  2 in part .*\(([0-9]+) of \1\)$' "$work/item"
    grep -q 'no lab yet: kqueue (lab 10' "$work/item"
}

# A tree with one lab, whose server is the reference of lab 01, and with objectives of its own.
small_tree() {
    tree=$work/tree lab=$work/tree/labs/98-small
    mkdir -p "$tree/build" "$tree/harness" "$lab/scenarios"
    cp "$root"/build/iolab-{grade,quiz,list} "$tree/build/"
    cp -r "$root/harness/support" "$tree/harness/"
    cp "$root/solutions/01-blocking/server.c" "$lab/"
    cat >"$lab/lab.lua" <<'END'
lab { title = "Small", model = "blocking", summary = "An echo", files = { "server.c" }, arguments = { "PORT", "30" },
      libraries = { "-pthread" } }
END
    cat >"$lab/scenarios/10-basic.lua" <<'END'
local hints = { "one", "two" }
check "an echo" { points = 50, hints = hints, run = function(t) t:connect():echo("a line\n") end }
check "a miracle" { points = 50, hints = hints, run = function(t) t:fail("no miracle came") end }
END
    cat >"$lab/quiz.lua" <<'END'
number { id = "twelve", ask = "How many?", answer = 12, why = "w", source = "s" }
END
    cat >"$tree/labs/objectives.lua" <<'END'
list "Small"
item { id = "echo", says = "Echo", place = "p", proof = { checks = { "98/11" }, quiz = { "98/twelve" } } }
item { id = "miracle", says = "Work miracles", place = "p", proof = { checks = { "98/12" } } }
item { id = "absent", says = "Be elsewhere", place = "p", proof = { checks = { "97/11" } } }
END
}

@test "iolab grade and iolab quiz prove; a part of the checks, and another's server, do not" {
    small_tree
    "$tree/build/iolab-grade" --check 11 98 >"$work/graded"
    "$tree/build/iolab-grade" --source "$lab/server.c" 98 >"$work/graded" || [ $? -eq 1 ]
    "$tree/build/iolab-quiz" 98 --seed 1 <<<13 >"$work/said"
    "$tree/build/iolab-list" --objectives >"$work/out"
    sum "$work/out" | grep -qx '3 items: proved 0, in part 0, not yet 3, no lab yet 0'
    "$tree/build/iolab-quiz" 98 --seed 1 <<<12 >"$work/said"
    "$tree/build/iolab-list" --objectives | grep -q '^  1 in part     Echo (1 of 2)$'
    "$tree/build/iolab-grade" 98 >"$work/graded" || [ $? -eq 1 ]
    "$tree/build/iolab-list" --objectives >"$work/out"
    cat "$work/out"
    item "$work/out" Echo | grep -q '^  1 proved '
    item "$work/out" miracles | grep -q '^  2 not yet '
    item "$work/out" elsewhere | grep -q 'not in this tree: check 97/11$'
    [ "$(item "$work/out" elsewhere | grep -c next:)" -eq 0 ]
    echo 'int main(void) { return 0; }' >"$lab/server.c" # it was passed, and stays so
    "$tree/build/iolab-grade" 98 >"$work/graded" || [ $? -eq 1 ]
    "$tree/build/iolab-list" --objectives | grep -q '^  1 proved '
    nothing_left
}

@test "a lab without a quiz, without a table: what is missing is said" {
    small_tree
    rm "$lab/quiz.lua"
    "$tree/build/iolab-list" --objectives >"$work/out"
    item "$work/out" Echo | grep -q 'not in this tree: question 98/twelve$'
    printf 'list "L"\nitem { id = "a", say = "s" }\n' >"$tree/labs/objectives.lua"
    run "$tree/build/iolab-list" --objectives
    echo "$output"
    [ "$status" -eq 3 ]
    [[ $output == 'iolab list: objectives.lua:2: item{} has no key say; did you mean says?'* ]]
    rm "$tree/labs/objectives.lua"
    run "$tree/build/iolab-list" --objectives
    [ "$status" -eq 3 ]
    [[ $output == *"cannot read $tree/labs/objectives.lua: No such file"* ]]
    echo 'number {' >"$lab/quiz.lua"
    echo 'list "L" item { id = "a", says = "s", place = "p", untaught = "u" }' \
        >"$tree/labs/objectives.lua"
    run "$tree/build/iolab-list" --objectives
    [ "$status" -eq 3 ]
    [[ $output == *'98-small/quiz.lua:'* ]]
}

@test "broken files of the student are told of, and nothing in them is lost" {
    student 01-blocking 04-poll
    kept=$XDG_STATE_HOME/iolab
    echo '{"lab": "04-poll", "bes' | tee "$kept/04-poll/score.json" >"$work/score"
    echo '{"schema": "iolab-quiz/1", "que' | tee "$kept/01-blocking/quiz.json" >"$work/quiz"
    objectives >"$work/out" 2>"$work/err"
    cat "$work/err"
    [ "$(wc -l <"$work/err")" -eq 2 ]
    grep -q "^iolab list: $kept/04-poll/score.json cannot be read: .*iolab grade 04-poll" "$work/err"
    grep -q "^iolab list: 01-blocking: .*kept as $kept/01-blocking/quiz.json.broken-1" "$work/err"
    cmp "$work/score" "$kept/04-poll/score.json"
    cmp "$work/quiz" "$kept/01-blocking/quiz.json.broken-1"
    item "$work/out" 'Write a server that blocks' | tee "$work/item"
    grep -q 'shown: checks 01/24 ' "$work/item"
    grep -q 'open: questions 01/timeout-errno ' "$work/item"
    item "$work/out" 'A server with poll' | tee "$work/item"
    grep -q 'shown: questions 04/' "$work/item"
    grep -q 'open: checks 04/01 ' "$work/item"
    XDG_STATE_HOME=/proc/none run "$iolab" list --objectives
    [ "$status" -eq 3 ]
    [[ $output == *'set HOME or XDG_STATE_HOME'* ]]
}

@test "in a pipe: 80 columns, no colour, whatever the terminal is called" {
    student 01-blocking 05-epoll-level
    TERM=xterm-256color NO_COLOR='' COLUMNS=200 objectives >"$work/out"
    awk 'length > 80 { print; wide = 1 } END { exit wide }' "$work/out"
    [ "$(tr -d '\n -~' <"$work/out" | wc -c)" -eq 0 ]
}

# The list on a terminal of so many columns, with colours as escape sequences, in $work/screen.
on_a_terminal() { # columns, environment…
    local columns=$1
    shift
    terminal_open "$columns" 600 "env XDG_STATE_HOME=$XDG_STATE_HOME $* $iolab list --objectives; cat"
    terminal_wait ' items: '
    terminal_text -e >"$work/screen"
    terminal_close
}

@test "on a terminal: states in colour, and without it the same text" {
    student 01-blocking 05-epoll-level
    objectives >"$work/out"
    on_a_terminal 80 TERM=xterm-256color NO_COLOR=
    grep -q $'\033\[32mproved' "$work/screen"
    grep -q $'\033\[33min part' "$work/screen"
    sed $'s/\033\[[0-9;]*m//g; s/ *$//' "$work/screen" | grep . | diff - <(grep . "$work/out")
    on_a_terminal 80 TERM=xterm-256color NO_COLOR=1
    [ "$(grep -c $'\033\[3' "$work/screen")" -eq 0 ]
    sed 's/ *$//' "$work/screen" | grep . | diff - <(grep . "$work/out")
}
