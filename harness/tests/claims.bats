#!/usr/bin/env bats
# iolab bench --claims: what it says of facts that are the same on each machine. No figure is
# judged here.
load common.bash

exact='edge-*,level-repeats,select-1024,epoll-files,epoll-only-sockets,empty-eagain'

@test "facts: an outcome, the statement and the figure in 80 columns, and why it does not hold" {
    run "$iolab" bench --claims --only "$exact"
    echo "$output"
    [ "$status" -eq 0 ]
    [[ $output == *"holds           select-1024: "* ]]
    [[ $output == *"-> 1024 descriptors; holds: 1024"* ]]
    [[ $output == *"does not hold   edge-until-read: "* ]]
    [[ $output == *"New data are a new edge"* ]]
    [[ $output == *"7 claims: holds 5, does not hold 2"* ]]
    [ "$(awk '{ print length }' <<<"$output" | sort -n | tail -1)" -le 80 ]
    nothing_left
}

@test "a page that needs no other file, beside the text" {
    run "$iolab" bench --claims --only "$exact,kqueue-latency" --format html \
        --output "$work/page.html"
    echo "$output"
    [ "$status" -eq 0 ]
    [[ $output == *"holds           select-1024: "* ]]
    xmllint --html --noout "$work/page.html" 2>"$work/said" || true
    cat "$work/said"
    ! grep -q error "$work/said"
    [ "$(grep -c '<tbody id=' "$work/page.html")" -eq 8 ]
    grep -q 'prefers-color-scheme: dark' "$work/page.html"
    grep -q '<p class="explained">New data are a new edge' "$work/page.html"
    grep -q 'class="outcome not_testable">not testable' "$work/page.html"
    ! grep -qE '(src|href)(set)?=' "$work/page.html"
}

@test "JSON has the machine, bounds, every round and the place of each claim" {
    "$iolab" bench --claims --only 'edge-*,switch-over-call,numa' --format json >"$work/all.json"
    jq -e '.schema == "iolab-claims/1" and .machine.cores != null and (.claims | length) == 4
        and all(.claims[]; (.place | length) > 0 and (.says | length) > 0)
        and (.claims[] | select(.id == "switch-over-call") | (.rounds | length) == 5
             and .median > 0 and .lower_quartile <= .median and .upper_quartile >= .median
             and .unit == "times" and .holds.least > 0 and .holds.most == null)
        and (.claims[] | select(.id == "numa") | .outcome == "not_testable" and .median == null)' \
        "$work/all.json" || { jq . "$work/all.json"; false; }
}

@test "servers under load: one measurement serves several claims, and nothing is left" {
    run "$iolab" bench --claims --only 'cpu-events-1000,cpu-blocking-1000'
    echo "$output"
    [ "$status" -eq 0 ]
    [ "$(grep -c '% of a core' <<<"$output")" -eq 2 ]
    nothing_left
}

@test "what the machine forbids is not testable, with the reason; the rest is tested" {
    run bash -c "ulimit -n 600; '$iolab' bench --claims --only 'poll-beyond-1024,epoll-files'"
    echo "$output"
    [ "$status" -eq 0 ]
    [[ $output == *"not testable    poll-beyond-1024"* ]]
    [[ $output == *"the hard limit is 600"* ]]
    [[ $output == *"holds           epoll-files"* ]]
    run bash -c "ulimit -n 600; '$iolab' bench --claims --only 'poll-beyond-1024,numa'"
    [ "$status" -eq 3 ]
}

@test "wrong calls say what is wrong" {
    for wrong in '--only x' '--claims 03' '--claims --format csv' '--claims --only nothing' \
        '--claims --only numa --output /none/file'; do
        # shellcheck disable=SC2086
        run "$iolab" bench $wrong
        echo "$wrong: $output"
        [ "$status" -eq 2 ]
    done
    [[ $output == *"/none/file"* ]]
    run "$iolab" bench --claims --only numa,select-1024 --format json --output /dev/full
    [ "$status" -eq 3 ]
    [[ $output == *"cannot write all of /dev/full"* ]]
    run "$iolab" bench --claims --only select-1024 --output /dev/full
    [ "$status" -eq 3 ]
}

@test "Ctrl-C keeps what was measured, and nothing runs on" {
    "$iolab" bench --claims --format json --output "$work/part.json" >"$work/said" &
    pid=$!
    for try in $(seq 200); do
        ! grep -q stack-size "$work/said" || break
        sleep 0.05 # polled: a line in a file tells that the first claim is tested
    done
    kill -INT "$pid"
    wait "$pid" || [ $? -eq 1 ]
    jq -e '(.claims[] | select(.id == "stack-size") | .median > 0)
        and any(.claims[]; .outcome == "not_measured")' "$work/part.json"
    nothing_left
}

@test "without io_uring its claims are not testable, and why" {
    run "$root/build/tests/aid_forbid" io_uring_setup "$iolab" bench --claims --only 'uring-*'
    echo "$output"
    [ "$status" -eq 3 ]
    [ "$(grep -c '^not testable    uring-' <<<"$output")" -eq 3 ]
    [ "$(grep -c 'seccomp=unconfined' <<<"$output")" -eq 3 ]
}
