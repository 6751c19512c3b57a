#!/usr/bin/env bats
# The students' archive: works by itself, and holds nothing of the solutions.
load common.bash

# Made once for all tests: the reference servers are recorded for it.
setup_file() {
    "$(cd "$BATS_TEST_DIRNAME/../.." && pwd)/harness/tools/dist" "$BATS_FILE_TMPDIR/students.tar.gz" >/dev/null
}

unpack() {
    tar -C "$work" -xzf "$BATS_FILE_TMPDIR/students.tar.gz"
    tree=$work/iolab
}

# Lines of a solution that say something and stand in no skeleton.
telling_lines() {
    export LC_ALL=C
    cat "$root"/solutions/*/*.c "$root"/solutions/*/hidden/*.lua "$root"/solutions/*/styles/*.c |
        sed 's/^[ \t]*//; s/[ \t]*$//' | awk 'length > 24' | sort -u >"$work/told"
    cat "$root"/labs/*/*.c "$root"/labs/*/*.md "$root"/labs/*/*.lua "$root"/labs/*/scenarios/* \
        "$root"/harness/*/*.[ch] "$root"/harness/claims/probes/*.[ch] | sed 's/^[ \t]*//; s/[ \t]*$//' | sort -u >"$work/public"
    comm -23 "$work/told" "$work/public"
}

@test "nothing of the solutions is in it" {
    unpack
    [ ! -e "$tree/solutions" ]
    [ -z "$(find "$tree" -name hidden -o -name mutants -o -name '*.patch')" ]
    telling_lines >"$work/lines"
    [ "$(wc -l <"$work/lines")" -gt 200 ]
    find "$tree" -type f ! -name '*.iorec' -exec cat {} + | sed 's/^[ \t]*//; s/[ \t]*$//' |
        sort -u >"$work/shipped"
    comm -12 "$work/lines" "$work/shipped" | tee "$work/leaked"
    [ ! -s "$work/leaked" ]
}

@test "make demo in it replays the shipped recordings; grade and reset work" {
    unpack
    cd "$tree"
    run make -s demo EXTRA_CFLAGS=-O0
    echo "$output"
    [ "$status" -eq 0 ]
    [[ $output == *01-blocking* ]]
    run ./iolab grade 01
    [ "$status" -eq 1 ]
    run ./iolab reset 01
    [ "$status" -eq 0 ]
    run ./iolab grade --solution 01
    [ "$status" -eq 2 ]
}

@test "its recordings tell nothing of the machine that made them" {
    unpack
    for recording in "$tree"/labs/*/recordings/*.iorec; do
        run grep -e "$root" -e "$work" "$recording"
        echo "$output"
        [ -z "$output" ]
        head -n 1 "$recording" | jq -e 'has("host") or has("user") | not'
    done
}
