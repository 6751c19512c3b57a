# TAP version 14, one document or several on end: awk -f tap.awk FILE... prints what is wrong, and
# ends with status 1 then. https://testanything.org/tap-version-14-specification.html
# Ours besides: the plan comes first, points are numbered, YAML is one scalar a line.
function fault(what) { print FILENAME ":" FNR ": " what ": " substr($0, 1, 100); wrong = 1 }
function end_of_document() {
    if (inside) fault("a YAML block is not closed")
    if (open && !bailed && seen != planned) fault(seen " points, not " planned)
}
/^TAP version 14$/ { end_of_document(); open = 1; seen = planned = bailed = inside = 0; plan = 0; next }
!open { fault("no version"); next }
inside && /^  \.\.\.$/ { inside = 0; next }
inside {
    if ($0 !~ /^  [a-z_]+: ([-0-9.e+]+|fail|"([^"\\]|\\["\\nt])*")$/) fault("no YAML of ours")
    next
}
/^1\.\.[0-9]+$/ {
    if (plan++) fault("a second plan")
    planned = substr($0, 4) + 0
    next
}
bailed { fault("goes on after Bail out!"); next }
/^Bail out! ./ { bailed = 1; next }
/^(not )?ok [0-9]+ - ./ {
    number = $0
    sub(/^(not )?ok /, "", number)
    if (number + 0 != ++seen) fault("not point " seen)
    rest = $0
    gsub(/\\\\/, "", rest); gsub(/\\#/, "", rest)
    if (split(rest, parts, "#") > 2) fault("two directives")
    if (parts[2] != "" && parts[2] !~ /^ SKIP ./) fault("no directive of ours")
    failed = /^not /
    next
}
/^  ---$/ && failed { inside = 1; failed = 0; next }
{ fault("no line of TAP") }
END { end_of_document(); exit wrong }
