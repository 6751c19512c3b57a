# Makes a skeleton from a solution. A region
#
#     /* SOLUTION 3: What is to be done. */      (the comment may go over several lines)
#     …the solution…
#     /* SKELETON                                (optional: lines that stand in the skeleton)
#     (void)fd;
#     */
#     /* END */
#
# becomes the comment with TODO in the place of SOLUTION, and the lines of SKELETON. Anything
# else is copied. A region that is not closed is an error.

function fail(message) {
    printf "%s:%d: %s\n", FILENAME, FNR, message > "/dev/stderr"
    failed = 1
    exit 1
}

/\/\* SOLUTION [0-9]+:/ {
    if (state != "") fail("a SOLUTION inside another")
    sub(/SOLUTION/, "TODO")
    print
    state = /\*\// ? "solution" : "comment"
    next
}
state == "comment" {
    print
    if (/\*\//) state = "solution"
    next
}
/\/\* SKELETON *$/ {
    if (state != "solution") fail("SKELETON outside of a SOLUTION")
    state = "skeleton"
    next
}
state == "skeleton" && /^[ \t]*\*\/ *$/ { state = "solution"; next }
/\/\* END \*\// {
    if (state != "solution") fail("END without SOLUTION")
    state = ""
    next
}
state == "solution" { next }
{ print }

END { if (!failed && state != "") fail("a SOLUTION is not closed with /* END */") }
