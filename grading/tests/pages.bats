# The hostile page in a real browser: nothing in it runs, nothing is loaded, nothing hangs out of a
# narrow screen.

load ../../harness/tests/common.bash

# What the browser makes of a page, in $work/dom.
open_page() { # path
    chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage \
        --user-data-dir="$work/profile" --window-size=400,900 --dump-dom "file://$1" \
        >"$work/dom" 2>"$work/said" </dev/null
    [ -s "$work/dom" ] || { tail -5 "$work/said"; return 1; }
}

has() { grep -qE "$1" "$work/dom"; } # pattern

lacks() { # pattern
    if grep -oiE "$1" "$work/dom" | head -3 | grep .; then return 1; fi
}

hostile_page() { # leaves $page
    command -v chromium >/dev/null || skip "chromium is not installed"
    PAGES_KEPT=$work "$root/build/tests/test_pages" >"$work/said" 2>&1
    page=$work/pages/ada/index.html
    [ -s "$page" ]
}

# Puts something before the end of the page, and takes what the page forbids itself away if asked.
with() { # markup [free]
    sed "s|</main>|$1&|${2:+;s|<meta http-equiv=\"Content-Security-Policy\"[^>]*>||}" \
        "$page" >"$work/changed.html"
    open_page "$work/changed.html"
}

@test "in the hostile page nothing runs" {
    hostile_page
    open_page "$page"
    has '<title>a\\x00'
    lacks '<title>(HARM|1)</title>'
    lacks '<(script|iframe|object|embed|form|link|base)[ >]'
    lacks '<[a-z][^<>]* on[a-z]+='
    lacks '<img [^<>]*src="[^d]'
}

@test "the browser would run it if it could" {
    hostile_page
    with '<script>document.title="HARM"</script>' free
    has '<title>HARM</title>'
}

@test "a script that got in all the same does not run" {
    hostile_page
    with '<script>document.title="HARM"</script><img src="x" onerror="document.title=1"/>'
    has '<script>'
    lacks '<title>(HARM|1)</title>'
}

@test "on a narrow screen no text hangs out" {
    hostile_page
    with '<p id="asked"></p><script>document.getElementById("asked").textContent = innerWidth + " " + document.documentElement.scrollWidth</script>' free
    read -r window text < <(sed -n 's/.*id="asked">\([0-9]* [0-9]*\)<.*/\1/p' "$work/dom")
    echo "the window has $window pixels, the text $text"
    [ "$window" -le 500 ]
    [ "$text" -le "$window" ]
}
