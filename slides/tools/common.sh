# shellcheck shell=bash
# What the scripts of the decks share; in the project's folder, $out is build/slides.

# Names of the decks whose names begin with one of the words; all without words.
decks() {
    local word deck found
    for word in "${@:-[0-9]}"; do
        found=
        for deck in slides/$word*.md; do
            [ -e "$deck" ] || continue
            found=yes
            basename "$deck" .md
        done
        [ -n "$found" ] || { echo "there is no deck slides/$word*.md" >&2; return 2; }
    done
}

# What npm brings, as the lock file has it, into a folder; only when that has changed.
install_modules() { # folder, option…
    local folder=$1
    shift
    if cmp -s slides/package-lock.json "$folder/installed$*"; then return; fi
    cp slides/package.json slides/package-lock.json "$folder/"
    (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error "$@") >&2 || {
        echo "npm could not bring what slides/package-lock.json names: is its registry reachable?" >&2
        return 3
    }
    cp slides/package-lock.json "$folder/installed$*"
}
