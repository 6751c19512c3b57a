#!/usr/bin/env bats
# iolab bench: what it says of servers whose behaviour is known. No figure is judged here.
load common.bash
load terminal.bash

quick=(--rounds 2 --seconds 0.2 --warm-up 0.05 --connections 5)

# On a busy machine the generator doubts its figures, on an idle one it may be the bottleneck: both
# are status 1, and all is written.
bench() { "$iolab" bench "$@" || [ $? -eq 1 ]; }

@test "reference servers side by side: a table, medians, the ratio to the first" {
    # Due: so that the generator has time to spare, unless the machine is busy.
    run "$iolab" bench --solution 03 05 "${quick[@]}" --rate 500
    echo "$output"
    [ "$status" -eq 0 ] || [[ $output == *"this machine is too busy"* ]]
    [[ $output == *"5 connections, 64 B, open loop, 500/s; medians of 2 rounds of 0.2 s"* ]]
    [[ $(grep -c '^0[35]-' <<<"$output") = 4 ]]
    [[ $output =~ 03-select\ +[0-9]+\ +[0-9]+%\ +1\.00 ]]
    [ "$(awk '{ print length }' <<<"$output" | sort -n | tail -1)" -le 80 ]
}

@test "JSON and CSV hold every load, every round and the machine" {
    # On a busy machine the generator may find itself late: then it doubts, and says so.
    run "$iolab" bench --solution 04 "${quick[@]}" --size 64,4096 --connections 1,10 --rate 400 \
        --format json --output "$work/all.json"
    [ "$status" -le 1 ]
    jq -e --argjson status "$status" '.schema == "iolab-bench/1" and .machine.cores >= 1
        and .complete == ($status == 0)
        and (.results | length) == 4
        and all(.results[]; (.figures.messages_per_second.rounds | length) == 2
                and .figures.corrected_p99_us.median > 0 and .rounds == 2
                and (.doubt == "" or (.doubt | contains("late"))))
        and .machine.descriptors > 0 and .machine.compiler != ""
        and ([.results[].load | [.size, .connections]] | sort) == [[64,1],[64,10],[4096,1],[4096,10]]' \
        "$work/all.json" || { jq . "$work/all.json"; false; }
    bench --solution 04 "${quick[@]}" --format csv >"$work/all.csv"
    [ "$(wc -l <"$work/all.csv")" -eq 2 ]
    [ "$(awk -F , '{ print NF }' "$work/all.csv" | sort -u | wc -l)" -eq 1 ]
}

# What a table and a CSV of --read hold is what was measured then; no server is needed for it.
@test "results of an earlier run are read again: all servers or some, as text, CSV and charts" {
    saved=$root/slides/data/bench.json
    "$iolab" bench --read "$saved" --format csv >"$work/all.csv"
    [ "$(($(wc -l <"$work/all.csv") - 1))" -eq "$(jq '.results | length' "$saved")" ]
    number=$(jq '.results[] | select(.server == "05-epoll-level" and .load.connections == 100)
        | .figures.messages_per_second.median | round' "$saved")
    "$iolab" bench --read "$saved" 05 libuv --charts "$work/charts" >"$work/table"
    cat "$work/table"
    grep -qE "^05-epoll-level +$number " "$work/table"
    ! grep -q '^0[1-46-9]-' "$work/table"
    rsvg-convert -o "$work/drawn.png" "$work/charts/rate-room.svg"
    grep -q libuv "$work/charts/rate-room.svg"
    ! grep -q 03-select "$work/charts/rate-room.svg"
}

@test "results that cannot be read are named, and --read measures nothing" {
    saved=$root/slides/data/bench.json
    refused() { # pattern, option…
        pattern=$1
        shift
        run "$iolab" bench "$@"
        echo "$output"
        [ "$status" -eq 2 ]
        [[ $output == *$pattern* ]]
    }
    head -c 2000 "$saved" >"$work/cut.json"
    refused 'cut.json:' --read "$work/cut.json"
    echo '{"schema": "iolab-claims/1"}' >"$work/other.json"
    refused 'no schema iolab-bench/1' --read "$work/other.json"
    jq '.results[1].rounds = 1000000' "$saved" >"$work/forged.json"
    refused 'result 2 is none' --read "$work/forged.json"
    jq '.results[0].figures = 7' "$saved" >"$work/odd.json"
    "$iolab" bench --read "$work/odd.json" >"$work/table" # nothing was measured of it
    refused 'no server 77 was measured there' --read "$saved" 77
    refused 'writes text or csv' --read "$saved" --format json
    refused 'leave out --claims' --read "$saved" --claims
    refused 'No such file' --read "$work/none.json"
}

@test "the patterns of the first exercise end when all is answered; long ones have to be wanted" {
    bench --solution 05 --rounds 1 --pattern low,medium,high,burst --format json \
        --output "$work/all.json"
    jq -e '[.results[].load | [.connections, .total]] == [[10,100],[100,50],[1000,10],[500,1]]
        and all(.results[]; .figures.connect_p99_us.median > 0
                and .figures.messages_per_second.median > 0)' "$work/all.json"
    run "$iolab" bench --solution 05 --pattern sustained
    [ "$status" -eq 2 ]
    [[ $output == *"300 s a round: say --long"* ]]
    run "$iolab" bench --solution 05 --pattern none
    [ "$status" -eq 2 ]
}

@test "a page that needs no other file, and charts in light and dark" {
    cp "$root/solutions/03-select/server.c" "$work/<b>&.c"
    bench --solution 05 "$work/<b>&.c" --rounds 1 --seconds 0.1 --warm-up 0 \
        --connections 1,20 --format html --output "$work/page.html" --charts "$work/charts"
    xmllint --html --noout "$work/page.html" 2>&1 | grep -v 'Tag picture\|Tag source' | tee "$work/said"
    ! grep -q error "$work/said"
    [ "$(grep -c 'src="data:image/svg+xml;base64' "$work/page.html")" -ge 5 ]
    ! grep -qE '(src|href)(set)?="(http|/|[a-z]+\.)' "$work/page.html"
    ! grep -q '<b>' "$work/page.html"
    for chart in rate cpu p50 p99 memory percentiles; do
        for theme in light dark; do
            xmllint --noout "$work/charts/$chart-$theme.svg"
            rsvg-convert -o "$work/drawn.png" "$work/charts/$chart-$theme.svg"
            [ "$(head -c 4 "$work/charts/$chart-$theme.png" | tail -c 3)" = PNG ]
        done
    done
    grep -q '05-epoll-level' "$work/charts/rate-light.svg"
    mkdir "$work/bin" # everything but gnuplot
    ln -s /usr/bin/* "$work/bin/"
    rm "$work/bin/gnuplot"
    PATH=$work/bin run "$iolab" bench --solution 05 --rounds 1 --seconds 0.1 --warm-up 0 \
        --format html --output "$work/none.html"
    [ "$status" -eq 3 ]
    [[ $output == *"apt install gnuplot-nox"* ]]
}

@test "slow readers, a ramp and several processes; calls of a further round that was watched" {
    bench --solution 05 --rounds 1 --seconds 0.5 --warm-up 0 --connections 10 --slow 5 \
        --slow-rate 2000 --ramp 0.2 --processes 2 --format json --output "$work/all.json"
    jq -e '.results[0].load.slow == 5 and .results[0].load.processes == 2
        and (.results[0].doubt | . == "" or contains("late") or contains("bottleneck")) and .results[0].unwatched == ""
        and (.results[0].figures | .messages_per_second.median > 0
            and .calls_per_message.median >= 2 and .wakeups_per_message.median >= 0
            and .switches_per_message.median > 0)' "$work/all.json" || { jq . "$work/all.json"; false; }
    run "$iolab" bench --solution 05 "${quick[@]}"
    [[ $output == *"for a message"*"calls"*"wake-ups"* ]]
    run "$iolab" bench --solution 05 "${quick[@]}" --unwatched
    [[ $output != *"calls  wake-ups"* ]]
}

@test "a server that sleeps for one slow reader serves nobody else, and that is seen" {
    faulty ''
    run "$iolab" bench "$work/faulty.c" --rounds 1 --seconds 0.3 --warm-up 0 --connections 3 \
        --slow 1 --unwatched
    echo "$output"
    [ "$status" -eq 1 ]
    [[ $output == *"3 messages were not answered within 10 s"* ]]
}

@test "latencies as .hgrm files" {
    mkdir "$work/hgrm"
    bench --solution 05 "${quick[@]}" --histograms "$work/hgrm"
    head -1 "$work/hgrm/05-epoll-level-5x64.hgrm" | grep -q 'Value.*Percentile.*TotalCount'
    grep -q '^#\[Max' "$work/hgrm/05-epoll-level-5x64.hgrm"
}

@test "HTTP of a server that runs already is measured by its address" {
    mkdir -m 755 "$work/web"
    echo hello >"$work/web/file.txt"
    python3 - "$work/web" >"$work/port" <<'EOF' &
import functools, http.server, os, sys
class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def log_message(self, *arguments): pass
os.chdir(sys.argv[1])
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
EOF
    web=$!
    until [ -s "$work/port" ]; do sleep 0.05; done # it says its port when it listens
    run "$iolab" bench "127.0.0.1:$(cat "$work/port")" --http /file.txt "${quick[@]}"
    echo "$output"
    [ "$status" -eq 0 ]
    [[ $output == *"5 connections, GET /file.txt"* ]]
    run "$iolab" bench "127.0.0.1:$(cat "$work/port")" --http /none "${quick[@]}"
    [ "$status" -eq 1 ]
    [[ $output == *"404"* ]]
    kill "$web"
    wait "$web" || true
    run "$iolab" bench "127.0.0.1:$(cat "$work/port")" "${quick[@]}"
    [ "$status" -eq 1 ]
    [[ $output == *"Connection refused"* ]]
}

# An epoll echo server of a few lines that does what $1 says with what it received.
faulty() { # C statements, with fd, got, bytes, number
    cat >"$work/faulty.c" <<EOF
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support.h"

int main(int argc, char **argv)
{
    int listener = support_listen(support_port(argc, argv)), set = epoll_create1(0);
    static char bytes[65536];
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
    epoll_ctl(set, EPOLL_CTL_ADD, listener, &event);
    for (int number = 0;; number++) {
        epoll_wait(set, &event, 1, -1);
        int fd = event.data.fd;
        if (fd == listener) {
            event.events = EPOLLIN;
            event.data.fd = accept(fd, NULL, NULL);
            epoll_ctl(set, EPOLL_CTL_ADD, event.data.fd, &event);
            continue;
        }
        ssize_t got = recv(fd, bytes, sizeof bytes, 0);
        if (got <= 0) {
            close(fd);
            continue;
        }
        $1
        send(fd, bytes, got, MSG_NOSIGNAL);
    }
}
EOF
}

@test "a server that changes a byte, dies, or does not answer is not believed; the rest is kept" {
    faulty 'if (number == 100) bytes[3] ^= 1;'
    run "$iolab" bench "$work/faulty.c" "${quick[@]}"
    echo "$output"
    [ "$status" -eq 1 ]
    [[ $output == *"do not rely on it (2 of 2 rounds): an answer was not what had been sent"* ]]
    faulty 'if (number == 100) exit(0);'
    run "$iolab" bench "$work/faulty.c" "${quick[@]}"
    echo "$output"
    [ "$status" -eq 1 ]
    [[ $output == *"do not rely on it"*"connections were lost"* ]]
    faulty ''
    sed -i 's/int listener = /return 1; &/' "$work/faulty.c"
    run "$iolab" bench --solution "$work/faulty.c" 03 "${quick[@]}"
    echo "$output"
    [ "$status" -eq 1 ]
    [[ $output == *"not measured: the server did not begin to listen"* ]]
    [[ $output =~ 03-select\ +[0-9]+ ]]
}

@test "wrong calls and servers that do not compile say what is wrong" {
    run "$iolab" bench
    [ "$status" -eq 2 ]
    for wrong in '--connections 0' '--connections 1,x' '--size -1' '--rounds 0' '--format xml' \
        '--seconds nan' '--connections 1,2,3,4,5,6,7,8,9'; do
        # shellcheck disable=SC2086
        run "$iolab" bench 03 $wrong
        echo "$wrong: $output"
        [ "$status" -eq 2 ]
    done
    run "$iolab" bench nothing
    [ "$status" -eq 2 ]
    [[ $output == *"01-blocking"* ]]
    echo 'int main(void) { return no; }' >"$work/broken.c"
    run "$iolab" bench "$work/broken.c"
    [ "$status" -eq 1 ]
    [[ $output == *"broken.c does not compile"* ]]
    run "$iolab" bench "$work/none.c"
    [ "$status" -eq 2 ]
    run "$iolab" bench --solution 03 "${quick[@]}" --output /dev/full
    [ "$status" -eq 3 ]
    [[ $output == *"No space left"* ]]
}

@test "Ctrl-C keeps the rounds that were played, and nothing runs on" {
    terminal_open 80 24 "'$iolab' bench --solution 03 --rounds 50 --seconds 0.2 --warm-up 0 \
        --format json --output '$work/part.json'; echo \"ended \$?\"; cat"
    terminal_wait '^round 2:'
    terminal_keys C-c
    terminal_wait '^ended 1'
    terminal_close
    jq -e '.complete == false and .results[0].rounds >= 2 and .results[0].rounds < 50' "$work/part.json"
    nothing_left
}

@test "a lab whose program is a client has no server: refused by name, left out of all" {
    run "$iolab" bench --solution 21 "${quick[@]}"
    [ "$status" -eq 2 ]
    [[ $output == *"21-compare is a client"* ]]
    run "$iolab" bench --solution all --rounds 1 --seconds 0.1 --warm-up 0 --connections 2
    [[ $output == *09-io-uring* ]]
    [[ $output != *21-compare* ]]
    run "$root/build/iolab-grade" --solution --scenario "$root/labs/live/10-live.lua" 21
    [ "$status" -eq 2 ]
    [[ $output == *"21-compare is a client"* ]]
}
