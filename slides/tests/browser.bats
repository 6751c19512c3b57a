# Decks in a real browser, and as PDF: what a room will see. `make slides-test` builds them first.

load ../../harness/tests/common.bash

setup_file() {
    cd "$BATS_TEST_DIRNAME/../.." || exit 3
    . slides/tools/common.sh
    install_modules build/slides
}

look() { # part: of every deck
    cd "$root" || return 3
    . slides/tools/common.sh
    # shellcheck disable=SC2046 # names of decks are words
    node slides/tests/browser.mjs "$1" $(decks)
}

@test "no slide hangs out, every figure is there, nothing is loaded, the console is silent" {
    look fits
}

@test "keys go on, back, to both ends and to the overview" {
    look keys
}

@test "the speaker's view shows the notes" {
    look speaker
}

@test "axe-core finds no serious fault" {
    look access
}

@test "the PDF has a page for each slide, and figures on them" {
    local deck slides
    look count >"$work/count"
    while read -r deck slides; do
        [ "$(pdfinfo "$root/build/slides/$deck.pdf" | awk '/^Pages:/ { print $2 }')" = "$slides" ] ||
            { echo "$deck: $slides slides"; pdfinfo "$root/build/slides/$deck.pdf"; return 1; }
        pdftotext -layout "$root/build/slides/$deck.pdf" - | grep -c 'from .*recordings\|from slides/data' >"$work/figures"
        pdftotext "$root/build/slides/$deck.pdf" - | grep -qE 'thread 1|[0-9] ms|connections' ||
            { echo "$deck: no letters of a figure in its PDF"; return 1; }
    done <"$work/count"
    [ -s "$work/count" ]
}

@test "the index leads to every deck, PDF and text that is there" {
    local link
    for link in $(grep -oE 'href="[^"]+"' "$root/build/slides/index.html" | cut -d'"' -f2); do
        [ -s "$root/build/slides/$link" ] || { echo "no $link"; return 1; }
    done
    [ "$(grep -c '\.pdf"' "$root/build/slides/index.html")" -ge 11 ]
}

@test "a deck is one file: it is the same elsewhere, without what it was made of" {
    local deck=05-epoll-level
    [ "$(grep -cE '(src|href)="(https?:|/|node_modules|[a-z]+/)' "$root/build/slides/$deck.html")" = 0 ]
}

@test "programs that slides quote are clean under AddressSanitizer and UBSan" {
    # shellcheck disable=SC2016
    ls "$root"/slides/code/*.c | WORK=$work ROOT=$root xargs -P 2 -I{} bash -c '
        name=$(basename {} .c)
        libraries=$(sed -n "1,8s|^/\* needs: \(.*\) \*/$|-l\1|p" {})
        gcc -std=gnu17 -D_GNU_SOURCE -O1 -g -fsanitize=address,undefined -fno-sanitize-recover \
            -I "$ROOT/harness" -I "$ROOT/slides/code" -o "$WORK/$name" {} $libraries &&
            timeout 30 "$WORK/$name" </dev/null || { echo "$name: status $?"; exit 1; }' >"$work/said" 2>&1 || {
        cat "$work/said"
        return 1
    }
}

@test "GIFT is read by gift-pegjs: each question, its right answers, its code" {
    cd "$root" || return 3
    "$iolab" quiz --export gift >"$work/quiz.gift"
    "$iolab" quiz --key >"$work/key"
    node slides/tests/gift.mjs "$work/quiz.gift" "$work/key" >"$work/count" || { cat "$work/count"; return 1; }
    cat "$work/count"
    [ "$(cat "$work/count")" = "$(grep -c '^::' "$work/quiz.gift")" ]
}
