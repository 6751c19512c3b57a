# A failed check of a report as lines of a slide: what failed, the message, where the server was,
# and the last calls before.
.checks[] | select(.number == $check and .status == "fail")
| "FAIL \(.number)  \(.name)", .message,
  (.evidence
   | (select(.asleep // [] | length > 0) | "where the server was at that moment", (.asleep[] | "  " + .text)),
     (select(.calls // [] | length > 0) | "the calls", (.calls[-5:][] | "  " + .text)))
