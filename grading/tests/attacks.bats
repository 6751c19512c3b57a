#!/usr/bin/env bats
# What is known of attacks on graders does not succeed on this one: see attacks.sh. As root every
# second attack, as an ordinary user the others, which ones goes by the commit; make attacks: all,
# both ways.

half() { # 0 or 1
    local file name commit
    commit=$(git -C "$BATS_TEST_DIRNAME" rev-parse HEAD 2>/dev/null || echo none)
    for file in "$BATS_TEST_DIRNAME"/attacks/*.{c,py}; do
        name=$(basename "${file%.*}")
        [ $(($(cksum <<<"$commit$name" | cut -d ' ' -f 1) % 2)) != "$1" ] || echo "$name"
    done
}

try_all() { # option or name…
    run "$BATS_TEST_DIRNAME/attacks.sh" "$@"
    echo "$output"
    [ "$status" -eq 0 ]
}

@test "no attack succeeds" {
    # shellcheck disable=SC2046
    try_all $(half 0)
}

@test "no attack succeeds on an ordinary user's grading" {
    # shellcheck disable=SC2046
    try_all --user $(half 1)
}
