#!/usr/bin/env bats
# The students' archive: works by itself, and holds nothing of the solutions.
load common.bash

unpack() {
    "$root/harness/tools/dist" "$work/students.tar.gz" >/dev/null
    tar -C "$work" -xzf "$work/students.tar.gz"
    tree=$work/iolab
}

# Lines of a solution that say something and stand in no skeleton.
telling_lines() {
    cat "$root"/solutions/*/*.c "$root"/solutions/*/hidden/*.lua "$root"/solutions/*/styles/*.c |
        sed 's/^[ \t]*//; s/[ \t]*$//' | awk 'length > 24' | sort -u >"$work/told"
    cat "$root"/labs/*/*.c "$root"/labs/*/*.md "$root"/labs/*/*.lua "$root"/labs/*/scenarios/* \
        "$root"/harness/*/*.[ch] | sed 's/^[ \t]*//; s/[ \t]*$//' | sort -u >"$work/public"
    comm -23 "$work/told" "$work/public"
}

@test "nothing of the solutions is in it" {
    unpack
    [ ! -e "$tree/solutions" ]
    [ -z "$(find "$tree" -name hidden -o -name mutants -o -name '*.patch')" ]
    telling_lines >"$work/lines"
    [ "$(wc -l <"$work/lines")" -gt 200 ]
    run grep -rFf "$work/lines" "$tree"
    echo "$output" | head
    [ -z "$output" ]
}

@test "make demo in it replays the shipped recordings; grade and reset work" {
    unpack
    cd "$tree"
    run make -s demo
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
    run grep -l -e "$root" -e "$(hostname)" "$tree"/labs/*/recordings/*.iorec
    [ -z "$output" ]
}
