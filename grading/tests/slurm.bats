#!/usr/bin/env bats
# iolab batch --engine slurm on a real Slurm: munge, slurmctld and two slurmd on this machine, with
# a configuration of their own, for root. The gradings are pretended (see pretend-submission).
bats_require_minimum_version 1.5.0
load class.bash

cluster() {
    [ "$(id -u)" = 0 ] || skip "only root starts a cluster"
    for program in munged slurmctld slurmd sbatch; do
        command -v $program >/dev/null || skip "$program is not installed (slurm-wlm, munge)"
    done
    make_tree
    slurm=$work/slurm
    mkdir "$slurm" "$slurm/state"
    chmod 755 "$work" "$slurm"
    head -c 128 /dev/urandom >"$slurm/munge.key"
    chmod 600 "$slurm/munge.key"
    munged --key-file="$slurm/munge.key" --socket="$slurm/munge.socket" \
        --pid-file="$slurm/munged.pid" --log-file="$slurm/munged.log" \
        --seed-file="$slurm/munge.seed"
    configure >"$slurm/slurm.conf"
    export SLURM_CONF=$slurm/slurm.conf
    slurmctld 3>&-
    slurmd -N node1 3>&-
    slurmd -N node2 3>&-
    wait_until nodes_are 2 idle
}

# A class of real submissions takes a quarter of an hour: only where CLASS names one (grading/tests/
# class makes it), and FIRST the folder in which the pool has graded it.
@test "real classes through two nodes, one of which is killed in each, have the marks of the pool" {
    [ -n "${CLASS:-}" ] || skip "CLASS and FIRST name no classes"
    cluster
    for lab in "$CLASS"/[0-9][0-9]-*; do
        name=$(basename "$lab")
        "$iolab" batch "$name" "$lab/submissions" --out "$work/$name" --engine slurm --seconds 600 \
            >"$work/said" 2>&1 3>&- &
        pid=$!
        PATIENCE=6000 wait_until results_reach "$work/$name" 10
        kill_node node1
        slurmd -N node1 3>&-
        status=0
        wait $pid || status=$?
        tail -n 6 "$work/said"
        [ "$status" -eq 0 ]
        diff <(marks "$FIRST/$name" | sure) <(marks "$work/$name" | sure)
    done
}

sure() { "$root/grading/tests/class" sure "$CLASS" "$name"; }

results_reach() { [ "$(find "$1/results" -name '*.json' | wc -l)" -ge "$2" ]; } # DIR, count

configure() {
    local host control first second
    host=$(hostname -s)
    read -r control first second <<<"$(free_ports 3)"
    cat <<END
ClusterName=iolab
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$control
AuthInfo=socket=$slurm/munge.socket
SlurmUser=root
StateSaveLocation=$slurm/state
SlurmdSpoolDir=$slurm/spool-%n
SlurmctldPidFile=$slurm/slurmctld.pid
SlurmdPidFile=$slurm/slurmd-%n.pid
SlurmctldLogFile=$slurm/slurmctld.log
SlurmdLogFile=$slurm/slurmd-%n.log
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ProctrackType=proctrack/pgid
TaskPlugin=task/none
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
ReturnToService=2
SlurmdTimeout=5
MinJobAge=5
MaxArraySize=8
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=1,batch_sched_delay=0,sched_min_interval=0
NodeName=node1 NodeHostname=$host NodeAddr=127.0.0.1 Port=$first CPUs=2
NodeName=node2 NodeHostname=$host NodeAddr=127.0.0.1 Port=$second CPUs=2
PartitionName=all Nodes=ALL Default=YES State=UP
END
}

free_ports() { # how many
    local port found=()
    while [ "${#found[@]}" -lt "$1" ]; do
        port=$((20000 + RANDOM % 10000))
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || found+=("$port")
    done
    echo "${found[@]}"
}

nodes_are() { [ "$(sinfo -h -N -o %t | grep -cx "$2")" -ge "$1" ]; } # how many, state

# The daemons end by the pids that they have written; what they had started by its mark.
teardown() {
    local file
    [ -z "${slurm:-}" ] || scancel --me 2>/dev/null || true
    for file in "$work"/slurm/*.pid; do
        if [ -s "$file" ]; then kill -9 "$(<"$file")" 2>/dev/null || true; fi
    done
    for pid in $(left_over); do kill -9 "$pid" 2>/dev/null || true; done
    rm -rf "$work" || { sleep 1 && rm -rf "$work"; }
}

# A node goes as if its power had: the daemon, what watches its jobs, and the jobs (told by their
# environment: of this test, on this node).
kill_node() { # name
    local job parent
    kill -9 "$(<"$slurm/slurmd-$1.pid")"
    for job in $(left_over_environ "SLURMD_NODENAME=$1"); do
        parent=$(ps -o ppid= -p "$job" | tr -d ' ') || continue
        if [ "$(ps -o comm= -p "$parent")" = slurmstepd ]; then kill -9 "$parent" || true; fi
        kill -9 "$job" 2>/dev/null || true
    done
}

left_over_environ() { # variable: pids of this test's processes that have it
    grep -lsxzF "IOLAB_TEST_MARK=$work" /proc/[0-9]*/environ |
        xargs -r grep -lsxzF "$1" | cut -d/ -f3
}

dozen() {
    local i
    for i in $(seq 12); do student "s$i" "slow $((i * 8))"; done
    student worn "machine 2"
}

list_is_not() { [ "$(stat -c %i "$out/pending/slurm/tasks")" != "$1" ]; } # inode: of the tasks

grade_by_slurm() { grade --engine slurm "$@"; }

@test "a class through two nodes, one of which is killed, has the marks of the pool" {
    cluster
    dozen
    export SLOW=2
    out=$work/by-slurm
    "$batch" 05 "$class" --out "$out" --unofficial --engine slurm >"$work/said" 2>&1 3>&- &
    pid=$!
    wait_until calls_reach 3
    kill_node node1
    status=0
    wait $pid || status=$?
    cat "$work/said"
    [ "$status" -eq 0 ]
    [ -n "$(sort "$work/calls" | uniq -d)" ] # what ran on the node has begun a second time
    [ "$(attempts worn)" = "infrastructure graded" ]
    for i in $(seq 12); do [ "$(attempts "s$i")" = graded ]; done

    export SLOW=0
    out=$work/by-pool
    grade --jobs 4
    [ "$status" -eq 0 ]
    diff <(marks "$work/by-slurm") <(marks "$work/by-pool")
    diff <(cut -d, -f1-4 "$work/by-slurm/marks.csv") <(cut -d, -f1-4 "$work/by-pool/marks.csv")
}

@test "a batch that is killed finds its array again; one that is interrupted cancels it" {
    cluster
    for key in a b c; do student $key "wait 50"; done
    "$batch" 05 "$class" --out "$out" --unofficial --engine slurm >"$work/said" 2>&1 3>&- &
    pid=$!
    wait_until calls_reach 3
    kill -9 $pid
    wait $pid || true
    jobs=$(squeue --me --noheader --format=%F | sort -u)
    [ "$(wc -w <<<"$jobs")" -eq 1 ]
    list=$(stat -c %i "$out/pending/slurm/tasks")

    "$batch" 05 "$class" --out "$out" --unofficial --engine slurm >"$work/said" 2>&1 3>&- &
    pid=$!
    wait_until list_is_not "$list"
    touch "$work/go"
    wait $pid
    cat "$work/said"
    grep -q "3 graded" "$work/said"
    [ "$(sort "$work/calls" | xargs)" = "a 1 b 1 c 1" ]

    rm "$work/go" "$work/calls"
    student d "wait 60"
    env --default-signal=INT "$batch" 05 "$class" --out "$out" --unofficial --engine slurm \
        >"$work/said" 2>&1 3>&- &
    pid=$!
    wait_until calls_reach 1
    kill -INT $pid
    status=0
    wait $pid || status=$?
    [ "$status" -eq 130 ]
    wait_until test -z "$(squeue --me --noheader --states=RUNNING,PENDING)"
    touch "$work/go"
    grade_by_slurm
    [ "$(attempts a) $(attempts d)" = "graded graded" ]
}

@test "a grading that ends without a result is given up after three submissions, and told" {
    cluster
    student ada "die"
    grade_by_slurm --jobs 1
    [ "$status" -eq 3 ]
    [ "$(attempts ada)" = "infrastructure infrastructure infrastructure" ]
    [[ $(jq -r .why "$out/results/ada/1.json") == *"3 times"*"no room at the inn"* ]]
}

@test "a path with blanks, quotes and dollars means nothing to the job's script" {
    cluster
    out="$work/it's \$HOME \"here\" & %d"
    student ada "points 100"
    grade_by_slurm
    [ "$status" -eq 0 ]
    [ "$(attempts ada)" = graded ]
}

@test "without Slurm's programs the engine says what is missing" {
    make_tree
    student ada "points 100"
    mkdir "$work/bin"
    PATH=$work/bin run -3 "$batch" 05 "$class" --out "$out" --unofficial --engine slurm
    [[ $output == *"scontrol"*"slurm-client"* ]]
}
