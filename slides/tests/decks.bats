# The decks as they are read: their figures come from data, and what may not be said is refused.
# Only text is made here; slides/tests/browser.bats opens them in a browser.

load ../../harness/tests/common.bash

# A tree of its own whose decks and data may be changed: $tree.
make_tree() {
    tree=$work/tree
    mkdir -p "$tree/build"
    cp -r "$root/slides" "$tree/slides"
    ln -s "$root/build/iolab-main" "$tree/iolab"
    ln -s "$root/labs" "$root/harness" "$tree/"
    mkdir "$tree/visualizer"
    cp -r "$root/visualizer/recordings" "$tree/visualizer/"
}

build() { run "$tree/slides/tools/build" --text "$@"; } # NN…

deck() { # body of one slide: slides/99-try.md
    rm -f "$tree/build/slides/99-try.txt"
    printf -- '---\ntitle: A try\nsubtitle: "Of a deck"\n---\n\n## One slide\n\n%s\n\n::: notes\n2 min. So.\n:::\n' \
        "$1" >"$tree/slides/99-try.md"
}

refused() { # pattern: building 99 fails, and names deck and slide
    build 99
    echo "$output"
    [ "$status" -ne 0 ]
    [[ $output == *'slides/99-try.md, slide "One slide": '*$1* ]]
    [ ! -e "$tree/build/slides/99-try.txt" ]
}

says() { # pattern: the text of deck 99 has it
    build 99
    echo "$output"
    [ "$status" -eq 0 ]
    grep -qE "$1" "$tree/build/slides/99-try.txt" || { cat "$tree/build/slides/99-try.txt"; return 1; }
}

change() { # file of data, jq program
    jq "$2" "$tree/slides/data/$1" >"$work/changed.json"
    mv "$work/changed.json" "$tree/slides/data/$1"
}

@test "every deck is read, lasts 20 to 40 minutes, and fits a terminal" {
    make_tree
    build
    echo "$output"
    [ "$status" -eq 0 ]
    local text
    for text in "$tree"/build/slides/*.txt; do
        awk -v file="$(basename "$text")" '
            match($0, /\(([0-9.]+) minutes\)/) { minutes = substr($0, RSTART + 1) + 0 }
            /[{][a-z]+:/ { print file ":" NR ": a value was not filled in: " $0; bad = 1 }
            END { if (minutes < 20 || minutes > 40) { print file ": " minutes " minutes"; bad = 1 }
                  exit bad }' "$text"
        # Prose is broken for 80 columns; figures are as they are, and so are commands.
        if LC_ALL=C.UTF-8 grep -nE '^.{91}|^ {0,3}[^ ].{80}' "$text" | grep -v '^[0-9]*: *\./iolab'; then
            echo "$text is too wide"
            return 1
        fi
    done
}

@test "there is a deck for each lab, and an introduction" {
    local lab
    [ -e "$root/slides/00-io-models.md" ]
    for lab in "$root"/labs/[0-9][0-9]-*/; do
        [ -e "$root/slides/$(basename "$lab").md" ] || { echo "no lecture slides/$(basename "$lab").md (slides/README.md)"; return 1; }
    done
}

@test "a figure in the text follows its data" {
    make_tree
    deck 'It is {claim:stack-memory}, which {claim:stack-memory|outcome}.'
    change claims.json '(.claims[] | select(.id == "stack-memory")) |= (.median = 123456 | .outcome = "holds")'
    says '123,456 KiB.* holds'
    change claims.json '(.claims[] | select(.id == "stack-memory")).median = 3.25'
    says 'It is 3.2 KiB'

    deck '{bench:05/1000|rate}, {ratio:05:04/1000|cpu}, {bench:05/1+999|p50}.'
    change bench.json '(.results[] | select(.server == "05-epoll-level" and .load.connections == 1000)
        .figures) |= (.messages_per_second.median = 54321 | .server_cpu_us_per_message.median = 3)'
    change bench.json '(.results[] | select(.server == "04-poll" and .load.connections == 1000)
        .figures.server_cpu_us_per_message.median) = 4'
    change idle.json '(.results[] | select(.server == "05-epoll-level" and .load.idle == 999)
        .figures.latency_p50_us.median) = 77'
    change bench.json '(.results[] | select(.server == "05-epoll-level")).doubts = 0'
    says '54,321 messages/s, 0\.75, 77 µs'
    change bench.json '(.results[] | select(.server == "05-epoll-level")).doubts = 1'
    says '≥ 54,321 messages/s, 0\.75,'
}

@test "a figure of a recording follows it, and so does the time line" {
    make_tree
    deck $'It made {recording:05|calls} calls.\n\n![So it was.](timeline:05)'
    local calls
    calls=$("$iolab" show --plain --summary --width 1000 "$root"/visualizer/recordings/05-*.iorec |
        grep -o '[0-9]* calls')
    says "It made $calls\."
    cp "$tree"/visualizer/recordings/02-*.iorec "$tree"/visualizer/recordings/05-epoll-level.iorec
    says 'polls in vain'
    ! grep -q "It made $calls\." "$tree/build/slides/99-try.txt"
}

@test "numbers that are typed are refused, names are not" {
    make_tree
    local wrong
    for wrong in 'It takes 50 ms.' 'At 1,000 clients.' '| a | b |
| --- | --- |
| x | 12 |' '![Takes 7 calls.](timeline:05)' '*Half of 3*' '[of 5](timeline:05)' '- 90 %'; do
        deck "$wrong"
        refused 'is a typed number'
    done
    deck 'C10K, IPv4, HTTP/1.1, epoll(7), lab 05, figure 6.2 and section 6.2 of the book, labs 01 and 02,
[1,024]{.fact from="select(2)"}, `write(fd, 5)`, 05-epoll-level.'
    says 'C10K'
    deck '[1,024]{.fact}'
    refused 'a fact without from='
}

@test "what is not there is named" {
    make_tree
    deck 'It is {claim:no-such-claim}.'
    refused 'has no claim no-such-claim'
    deck 'It is {bench:05/777|rate}.'
    refused 'has no rate of 05 with 777 connections'
    deck 'It is {bench:05/1000|colour}.'
    refused 'nothing of a server is called "colour"'
    deck 'It is {weather:today}.'
    refused 'names no data'
    deck '![So.](timeline:77)'
    refused 'there is no recording 77'
    deck '![So.](photo.png)'
    refused 'is no source of a figure'
    deck $'~~~ {.c file="05-none.c" cut="x"}\nx\n~~~'
    refused 'there is no slides/code/05-none.c'
    deck $'~~~ {.c file="show.h" cut="x"}\nx\n~~~'
    refused 'has no piece "x"'
    deck $'~~~ {.verdict of="99-none"}\nx\n~~~'
    refused 'there is no slides/recordings/99-none.txt'
    deck $'~~~\nint typed = 1;\n~~~'
    refused 'a block of code is c, verdict, dot or sh'
}

@test "an excerpt that does not fit a slide is refused" {
    make_tree
    deck $'~~~ {.c file="99-long.c" cut="all"}\nx\n~~~'
    { echo '/* cut: all */'; seq 17; echo '/* end */'; } >"$tree/slides/code/99-long.c"
    refused 'has 17 lines, and a slide takes 16'
    { echo '/* cut: all */'; printf 'x%.0s' {1..73}; printf '\n/* end */\n'; } >"$tree/slides/code/99-long.c"
    refused 'a line has over 72 columns'
    printf '/* cut: all */\nint x;\n' >"$tree/slides/code/99-long.c"
    refused 'has no end'
}

@test "a slide needs notes with minutes, and only ## begins one" {
    make_tree
    deck 'Text.'
    sed -i '/^:::/,$d' "$tree/slides/99-try.md"
    refused 'it has no notes'
    deck 'Text.'
    sed -i 's/^2 min\. //' "$tree/slides/99-try.md"
    refused 'its notes do not begin with minutes'
    deck $'### A level below\n\nText.'
    build 99
    [ "$status" -ne 0 ]
    [[ $output == *'only ## begins a slide'* ]]
}

@test "a deck that is not there is named; without pandoc it is said what is missing" {
    make_tree
    build 98
    [ "$status" -eq 2 ]
    [[ $output == *'there is no deck slides/98*.md'* ]]
}

@test "every program that slides quote compiles without a warning, and shows what it says" {
    local flags="-std=gnu17 -D_GNU_SOURCE -Wall -Wextra -Wshadow -Wpointer-arith -Wstrict-prototypes
        -Wmissing-prototypes -Wold-style-definition -Wvla -Wformat=2 -Wundef -Werror"
    # shellcheck disable=SC2016
    ls "$root"/slides/code/*.c | FLAGS=$flags WORK=$work ROOT=$root xargs -P 2 -I{} bash -c '
        name=$(basename {} .c)
        libraries=$(sed -n "1,5s|^/\* needs: \(.*\) \*/$|\1|p" {} | sed "s/\([a-z]*\)/-l\1/g")
        gcc $FLAGS ${SANITIZE:--O2} -I "$ROOT/harness" -I "$ROOT/slides/code" -o "$WORK/$name" {} $libraries &&
            timeout 20 "$WORK/$name" </dev/null || { echo "$name: status $?"; exit 1; }' >"$work/said" 2>&1 || {
        cat "$work/said"
        return 1
    }
}
