# What the tests of labs share: grade something, compare the checks that failed. Sourced, in the
# root of the tree.

# Limits as they stand in the scripts, however idle the machine is when a grading begins.
export IOLAB_TIME_SCALE=1

# Half of the time that a grading takes of a processor is compiling, and much of it is the same
# again: the solution, the support library, drivers. ($CC is cut at blanks.)
case $PWD in
*' '*) ;;
*) export CC="env CCACHE_DIR=$PWD/build/ccache ccache gcc" ;;
esac

# Numbers of the checks that did not pass, sorted, on one line; "none" when all passed.
failing() { # report
    jq -r '[.checks[] | select(.status != "pass") | .number] | sort | map(tostring) | join(" ")
           | if . == "" then "none" else . end' "$1"
}

# Grades; leaves $report (JSON). Status of the command.
grade() { # lab, option…
    local lab=$1
    shift
    local work
    work=$(mktemp -d "${TMPDIR:-/tmp}/iolab-grading-XXXXXX") || exit 3
    report=$work/report.json
    XDG_STATE_HOME=$work/state build/iolab-grade --format json --output "$report" "$@" "$lab" \
        2>"$work/err"
}

forget() { rm -rf "$(dirname "$report")"; }

say() { # condition's status, name, explanation: one write, so that lines of others do not mix
    if [ "$1" = 0 ]; then
        printf 'ok - %s\n' "$2"
    else
        printf 'not ok - %s\n# %s\n' "$2" "${3//$'\n'/$'\n# '}"
    fi
}

why() { # what the report says of the checks that did not pass
    jq -r '.checks[] | select(.status != "pass") | "\(.number) \(.status): \(.message)"' "$report" 2>&1
    jq -r '"seed \(.seed)"' "$report" 2>&1
    cat "$(dirname "$report")/err"
}

# Did what had to fail, and nothing but that and what luck may add?
as_wanted() { # failed, wanted, perhaps
    local number
    for number in $2; do [[ " $1 " == *" $number "* ]] || return 1; done
    for number in $1; do [[ " $2 $3 " == *" $number "* ]] || return 1; done
}

expect_failing() { # name, wanted numbers, perhaps further ones, lab, option…
    local name=$1 wanted=$2 perhaps=$3
    shift 3
    grade "$@"
    local got
    got=$(failing "$report" 2>&1)
    as_wanted "$got" "$wanted" "$perhaps"
    say $? "$name" "wanted to fail: $wanted${perhaps:+ (perhaps $perhaps)}; failed: $got"$'\n'"$(why)"
    forget
}

# A wrong server meets limits again and again: they are halved for it. Where that makes a
# difference, as it may on a busy machine, or where not all checks were asked for, the verdict of
# all of them under whole limits counts.
expect_wrong() { # name, wanted numbers, perhaps further ones, pattern of checks, lab, option…
    IOLAB_TIME_SCALE=0.5 grade "${@:5}" --check "$4"
    if as_wanted "$(failing "$report" 2>&1)" "$2" "$3"; then
        say 0 "$1" ""
        forget
    else
        forget
        expect_failing "${@:1:3}" "${@:5}"
    fi
}

test_solution() { # lab: the solution gets full marks, hidden checks too
    grade "$1" --solution --hidden
    local score
    score=$(jq -r '[.checks[] | select(.hidden | not) | .points] | add' "$report" 2>&1)
    [ "$(failing "$report" 2>&1)" = none ] && [ "$score" = 100 ]
    say $? "$1: the solution gets 100 (got $score)" "$(why)"
    forget
}

test_skeleton() { # lab: as committed, builds without a warning, gets under 20
    local made=build/skeletons/$1
    diff -r "$made" "labs/$1" 2>&1 | grep -v '^Only in labs'
    [ "${PIPESTATUS[1]}" != 0 ]
    say $? "$1: the skeleton is the committed one" "run make skeletons"
    grade "$1" --source "$made"
    local score build
    score=$(jq -r .score "$report")
    build=$(jq -r '.build // ""' "$report")
    jq -e '.score < 20 and .built and ((.build // "") == "")' "$report" >/dev/null 2>&1
    say $? "$1: the skeleton builds without a warning and gets under 20 (got $score)" "$build"
    forget
}

# Another right server gets everything. The run under sanitizers takes a third of all the time, and
# is left to a third of them, unless WHOLE is set.
test_style() { # lab, file
    local name checks='*'
    name=$(basename "$2")
    [ -n "${WHOLE:-}" ] || [ "$(third_of "$name")" = 0 ] || checks='[1-9],[1-8]?'
    expect_failing "$1: $name is right in another style" none '' "$1" --source "$2" --check "$checks"
}

test_wrong_model() { # lab, file: right answers, wrong model; the first line names what fails
    local wanted perhaps
    wanted=$(sed -n '1s/.*Fails: \([0-9 ]*[0-9]\).*/\1/p' "$2")
    perhaps=$(sed -n '1s/.*perhaps \([0-9 ]*[0-9]\).*/\1/p' "$2")
    expect_wrong "$1: $(basename "$2") fails on the model: $wanted" "${wanted:-?}" "$perhaps" \
        "$(some_checks "$2" "$wanted")" "$1" --source "$2"
}

# One of three, by its name, the same each time.
third_of() { echo $(($(cksum <<<"$1" | cut -d ' ' -f 1) % 3)); } # name

# A wrong server is graded with the checks that it names and, of the others in the tens, twenties and
# thirties, a third: those whose last digit is of the class that its name falls into, so that each
# check meets a third of the wrong servers. Where it names a rule, which reads the recordings of all
# checks, with all of those three tens. With all checks where WHOLE is set.
some_checks() { # name, numbers
    local number only digits=('[0369]' '[147]' '[258]')
    only="[1-3]${digits[$(third_of "$1")]}"
    for number in $2; do
        if [ "$number" -lt 10 ]; then only+=",[1-9],[1-3]?"; else only+=",$number"; fi
    done
    if [ -n "${WHOLE:-}" ]; then echo '*'; else echo "$only"; fi
}

# The solution with a patch, or the file that its line "Of:" names, as server.c: $source, a folder
# that others may use at the same time. It stays, under a name that goes with its contents, and so
# does what the compiler made of it.
mutated() { # lab, patch
    local made of files=(solutions/"$1"/*.[ch])
    of=$(sed -n 's/^Of: *//p' "$2")
    [ -z "$of" ] || files=(solutions/"$1/$of")
    source=build/mutants/$1/$(basename "$2" .patch)-$(cat "${files[@]}" "$2" | cksum | cut -d ' ' -f 1)
    [ ! -d "$source" ] || return 0
    mkdir -p "build/mutants/$1" && made=$(mktemp -d "build/mutants/$1/XXXXXX") || return 1
    chmod 755 "$made"
    cp "${files[@]}" "$made"/
    [ -z "$of" ] || mv "$made/$(basename "$of")" "$made/server.c"
    if patch -s -p1 -d "$made" <"$2" && mv -T "$made" "$source" 2>&-; then return 0; fi
    rm -rf "$made"
    [ -d "$source" ]
}

wanted_of() { sed -n 's/^Fails: *//p' "$1" | tr ' ' '\n' | sort -n | xargs; } # patch
perhaps_of() { sed -n 's/^Perhaps: *//p' "$1"; }

test_mutant() { # lab, patch: fails exactly the checks that it names
    local wanted source name
    name=$(basename "$2" .patch)
    wanted=$(wanted_of "$2")
    if mutated "$1" "$2"; then
        expect_wrong "$1: mutant $name fails $wanted" "${wanted:-?}" "$(perhaps_of "$2")" \
            "$(some_checks "$name" "$wanted")" "$1" --source "$source"
    else
        say 1 "$1: mutant $name" "the patch does not apply to the solution"
    fi
}

test_papers() { # lab: README, hints, TODOs, figures
    local readme=labs/$1/README.md lines
    for what in 'iolab grade' 'iolab show' 'ours: '; do
        grep -q "$what" "$readme"
        say $? "$1: its README has '$what'" "$readme"
    done
    lines=$(awk -f harness/tools/solution.awk solutions/"$1"/*.c | wc -l)
    grep -q -- "<!-- ours -->$lines<!-- end -->" "$readme"
    say $? "$1: its README says how long ours is" "ours has $lines lines; run make figures"
    grep -q TODO "labs/$1"/*.c
    say $? "$1: its skeleton says what to do" ""
}
