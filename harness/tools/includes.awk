# Checks which way includes point: a stage includes itself, base, event and earlier stages; a
# folder of grading/ itself, earlier folders and base.
# usage: awk -f includes.awk FILES (paths from the root)
BEGIN {
    count = split("base event scenario load client server trace run judge report grade bench claims quiz objectives cmd", stages)
    for (i = 1; i <= count; i++) rank[stages[i]] = i
    count = split("result intake one book pages export batch cmd", folders)
    for (i = 1; i <= count; i++) place[folders[i]] = i
}
/^#include "/ {
    split($2, quoted, "\""); split(quoted[2], parts, "/"); split(FILENAME, own, "/")
    target = parts[1]
    if (own[1] == "visualizer") {
        if (target != "visualizer" && target != "event" && target != "base") bad()
    } else if (own[1] == "grading" && own[2] in place) {
        if (target == "grading" ? place[parts[2]] > place[own[2]] : target != "base") bad()
    } else if (own[1] == "harness" && own[2] in rank && own[2] != "cmd") {
        if (!(target in rank) || rank[target] > rank[own[2]]) bad()
        if ((own[2] == "judge" || own[2] == "report") && target == "run") bad()
    }
}
function bad() {
    printf "%s:%d: includes %s, which is a later stage (or none)\n", FILENAME, FNR, quoted[2]
    wrong = 1
}
END { exit wrong }
