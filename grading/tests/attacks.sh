#!/bin/bash
# attacks.sh [--user] [NAME…]: what is known of attacks on graders, tried on this one. Prints a
# table, a line for each attack in attacks/, and ends with status 1 if one has succeeded:
#
#   gained      points over honest work: the same server without the attack (its base; none: 0)
#   stands      whether it is graded for good: no check is for the machine to be blamed
#   survivors   processes of it that are left
#   outside     files, messages and changes of it that are left
#   neighbour   points that an honest submission lost or won while it ran
#   evidence    what it could find out, in recordings, in messages and in the report
#
# In an attack's first comment stand lab:, checks: (numbers, or whole), and perhaps base:, before:
# (it stands before its base), compiles: no, twice:, heavy: (it runs with nothing beside it but a
# neighbour), neighbour: (the lab whose solution is beside it; none: an echo of lab 01).
# --user: as an ordinary user, when root runs it. JOBS attacks run side by side (3).
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
attacks=$here/attacks

prepare() { # a tree of its own, with words planted where tests and solutions are
    work=$(mktemp -d "${TMPDIR:-/tmp}/iolab-attacks-XXXXXX") || exit 3
    secret=planted-$(basename "$work" | tr -d -)
    tree=$work/tree
    mkdir -p "$tree/build" "$tree/harness" "$work/home" "$work/victim" "$work/neighbour"
    cp "$here"/../../build/iolab-* "$tree/build/"
    cp -r "$here/../../labs" "$here/../../solutions" "$tree/"
    cp -r "$here/../../harness/support" "$tree/harness/"
    for file in "$tree"/labs/*/scenarios/*.lua "$tree"/labs/*/lab.lua \
        "$tree"/solutions/*/hidden/*.lua; do
        echo "-- $secret" >>"$file"
    done
    for file in "$tree"/labs/*/scenarios/*.c "$tree"/solutions/*/*.c; do
        echo "// $secret" >>"$file"
    done
    echo "precious" >"$work/victim/precious"
    echo "// $secret" >"$work/neighbour/server.c"
    chmod -R a+rX "$work"
}

# --- one grading ---

field() { sed -n "s/^[ *]*$2: *//p;/\*\//q" "$1" | head -n 1; } # file, name

base_of() { # attack: the text of honest work, "" when there is none
    local base
    for base in $(field "$1" base); do cat "$attacks/bases/$base"; done
}

fill_in() { sed -e "s|@TREE@|$tree|g" -e "s|@WORK@|$work|g" -e "s|@MARK@|$mark|g"; }

source_of() { # attack: its text, whole
    if [ "$(field "$1" before)" = yes ]; then
        cat "$1" && base_of "$1"
    else
        base_of "$1" && cat "$1"
    fi | fill_in
}

# Grades a file (or what an archive's script has made); leaves report.json in its folder.
grade() { # folder, lab, checks, path
    local folder=$1 lab=$2 checks=$3 path=$4
    mkdir -p "$folder/tmp" "$folder/home"
    local set="HOME=$folder/home XDG_STATE_HOME=$folder/home/state TMPDIR=$folder/tmp"
    set="$set IOLAB_SECRET=$secret IOLAB_TEST_MARK=$mark"
    if [ "$checks" = whole ]; then
        # shellcheck disable=SC2086
        env $set "$tree/build/iolab-submission" "$lab" "$path" --result "$folder/result.json" \
            --seed 7 --recordings "$folder/recordings" >"$folder/said" 2>&1
        jq '.report // {checks: []} | .state = $state' --arg state \
            "$(jq -r .state "$folder/result.json")" "$folder/result.json" >"$folder/report.json"
    else
        # shellcheck disable=SC2086
        env $set "$tree/build/iolab-grade" "$lab" --source "$path" --box --hidden --seed 7 \
            --time-scale 1 --check "$checks" --recordings "$folder/recordings" --format json \
            --output "$folder/report.json" >"$folder/said" 2>&1
    fi
}

points() { jq '[.checks[]?.points] | add // 0' "$1/report.json" 2>/dev/null || echo none; }

# Points of honest work, graded once for each base and set of checks.
honest_points() { # attack
    local lab checks folder
    lab=$(field "$1" lab) checks=$(field "$1" checks)
    [ -n "$(field "$1" base)" ] || { echo 0; return; }
    folder=$work/honest/$(echo "$lab $checks $(field "$1" base)" | tr -c 'a-z0-9\n' _)
    mkdir -p "$work/honest"
    (
        flock 9
        if [ ! -e "$folder/report.json" ]; then
            mkdir -p "$folder/source"
            base_of "$1" >"$folder/source/server.c"
            grade "$folder" "$lab" "$checks" "$folder/source/server.c"
        fi
    ) 9>"$folder.lock"
    points "$folder"
}

# --- what is left ---

# Processes that are the attack's: their program or folder is in the run's own folder, they bear
# its mark, or they are of a user that was made for a server of a worker of ours.
survivors() { # folder
    {
        find /proc/[0-9]*/exe /proc/[0-9]*/cwd -maxdepth 0 -lname "*$1/tmp*" 2>/dev/null
        grep -lsaF "$mark" /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null
    } | cut -d / -f 3 | sort -u | grep -cvxF -e "$$" -e "$BASHPID"
}

all_gone() { # folder: how many are left when they have had time to be gone
    local tries=100 count
    while count=$(survivors "$1") && [ "$count" != 0 ] && [ $((tries--)) -gt 0 ]; do
        sleep 0.05 # polled: nobody here is the parent of them
    done
    echo "$count"
}

manifest() { # everything that is nobody's to change
    find "$tree" "$work/victim" "$work/neighbour" -printf '%p %y %m %s %T@ %l\n' | sort
}

outside() { # folder: names of what is left behind or was changed
    manifest | comm -3 - "$work/manifest"
    find "$1/tmp" "$1/home" -mindepth 1 -not -path "$1/home/state*"
    find / /tmp /var/tmp /dev/shm /run "$HOME" "$work" -xdev -maxdepth 3 -name "*$mark*" 2>/dev/null
    grep -hs 1096043297 /proc/sysvipc/* # the key 0x41544b21
}

evidence() { # folder
    grep -rhoa -m 1 -e 'SUCCEEDED: [^"\\]*' -e "$secret" "$1/recordings" "$1/report.json" "$1/said" \
        2>/dev/null | head -n 1
}

stands() { # folder: no check is the machine's fault
    [ "$(jq '[.checks[]? | select(.status == "error" or .status == "not_observed")] | length' \
        "$1/report.json" 2>/dev/null)" = 0 ] &&
        [ "$(jq -r '.state // "graded"' "$1/report.json")" != infrastructure ]
}

# --- one attack ---

neighbour() { # folder, kind: an honest submission beside it
    case $2 in
    light) grade "$1" 01 11,21 "$work/honest-neighbour.c" ;;
    heavy) grade "$1" 01 whole "$work/honest-neighbour.c" ;;
    *) grade "$1" "$2" '[1-4]?' "$(echo "$tree/solutions/$2"-*/server.c)" ;;
    esac
}

neighbour_of() { # attack: a lab, or how much of lab 01 is graded
    local lab
    lab=$(field "$1" neighbour)
    echo "${lab:-$(kind_of "$1")}"
}

kind_of() { # attack
    if [ "$(field "$1" heavy)" = yes ]; then echo heavy; else echo light; fi
}

try() { # attack: a line of the table
    local attack=$1 name folder mark lab checks beside path begin=$SECONDS
    name=$(basename "$attack") name=${name%.*}
    folder=$work/runs/$name
    mark=mark-$name-$(basename "$work")
    lab=$(field "$attack" lab) checks=$(field "$attack" checks) beside=$(neighbour_of "$attack")
    mkdir -p "$folder/source"
    case $attack in
    *.py) checks=whole path=$(python3 "$attack" "$mark" "$work" "$folder/source/handed-in") ;;
    *) path=$folder/source/server.c && source_of "$attack" >"$path" ;;
    esac
    local honest
    honest=$(honest_points "$attack")
    neighbour "$folder/neighbour" "$beside" &
    grade "$folder" "$lab" "$checks" "$path"
    if [ "$(field "$attack" twice)" = yes ]; then
        rm -rf "$folder/recordings"
        grade "$folder" "$lab" "$checks" "$path"
    fi
    wait
    compiles_as_said "$attack" "$folder" || {
        printf '%-32s BROKEN: it does not compile, or does so\n' "$name"
        return
    }
    judge_run "$name" "$folder" "$honest" "$beside" $((SECONDS - begin))
    rm -rf "$folder/recordings" "$folder/neighbour/recordings"
}

# An attack that is not what it says proves nothing.
compiles_as_said() { # attack, folder
    case $1 in
    *.py) return 0 ;;
    esac
    [ "$(jq -r .built "$2/report.json" 2>/dev/null)" = "$([ "$(field "$1" compiles)" = no ] &&
        echo false || echo true)" ]
}

judge_run() { # name, folder, honest, neighbour, seconds
    local got gained left found lost told stand=yes verdict=ok usual=$work/usual-$4
    got=$(points "$2")
    gained=$(jq -n "$got - $3" 2>/dev/null || echo "?")
    left=$(all_gone "$2")
    outside "$2" >"$2/outside"
    found=$(wc -l <"$2/outside")
    lost=$(jq -n "$(points "$2/neighbour") - $(points "$usual")" 2>/dev/null || echo "?")
    told=$(evidence "$2")
    stands "$2" || stand=no
    if [ "${gained:0:1}" != - ] && [ "$gained" != 0 ]; then verdict=SUCCEEDED; fi
    [ "$stand$left$found$lost$told" = yes000 ] || verdict=SUCCEEDED
    printf '%-32s %6s %6s %6s %6s %5s %5s %5s  %-9s %3ss %s\n' "$1" "$3" "$got" "$gained" "$stand" \
        "$left" "$found" "$lost" "$verdict" "$5" "$told"
}

# --- all of them ---

list() { # heavy or light
    local attack
    for attack in "$attacks"/*.c "$attacks"/*.py; do
        [ "$(kind_of "$attack")" = "$1" ] || continue
        [ -z "$names" ] || [[ " $names " == *" $(basename "${attack%.*}") "* ]] || continue
        echo "$attack"
    done
}

run_all() {
    cp "$attacks/bases/echo.c" "$work/honest-neighbour.c"
    mark='mark-honest'
    for attack in $(list light) $(list heavy); do neighbour_of "$attack"; done | sort -u |
        while read -r kind; do neighbour "$work/usual-$kind" "$kind"; done
    manifest >"$work/manifest"
    printf '%-32s %6s %6s %6s %6s %5s %5s %5s  %-9s\n' attack honest points gained stands left \
        outs. neigh. verdict
    list light | xargs -r -P "${JOBS:-3}" -I{} "$0" --try {} | tee "$work/table"
    list heavy | xargs -r -P 1 -I{} "$0" --try {} | tee -a "$work/table"
    local all bad
    all=$(wc -l <"$work/table") bad=$(grep -c -e SUCCEEDED -e BROKEN "$work/table")
    echo "$all attacks, $bad succeeded, $SECONDS s as $(id -un)"
    [ "$bad" = 0 ] && [ "$all" -gt 0 ]
}

case ${1:-} in
--try)
    try "$2"
    exit
    ;;
--inside)
    shift
    names="$*"
    run_all
    exit
    ;;
--user) user=yes && shift ;;
esac
prepare
trap 'rm -rf "$work"' EXIT
export work secret tree
if [ "${user:-}" = yes ] && [ "$(id -u)" = 0 ]; then
    chown -R nobody "$work"
    cp -r "$here" "$work/tests" && chown -R nobody "$work/tests" # the tree may be out of reach
    setpriv --reuid=65534 --regid=65534 --clear-groups env HOME="$work/home" \
        "$work/tests/attacks.sh" --inside "$@"
else
    "$0" --inside "$@"
fi
