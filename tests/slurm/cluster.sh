# A cluster of its own on this machine, to be read with `.`: munged, slurmctld and three slurmd, node1 to node3, all below $cluster, on ports
# and sockets that no other cluster uses. Debian's packages slurmctld, slurmd, slurm-client and munge; root. `cluster_start`, `cluster_stop`,
# `node_start N`, `node_kill N`; `pid_of NAME` is what the process wrote.
nodes=3

pid_of() {
    cat "$cluster/$1.pid"
}

# wait_for SECONDS COMMAND...: until it succeeds.
wait_for() {
    left=$((10 * $1))
    shift
    until "$@"; do
        left=$((left - 1))
        [ $left -gt 0 ] || return 1
        sleep 0.1
    done
}

write_config() {
    host=$(hostname -s)
    port=$((20000 + $$ % 20000))
    cat >"$cluster/slurm.conf" <<EOF
ClusterName=nestor
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$cluster/munge.socket,cred_expire=5
CredType=cred/munge
SlurmctldPort=$port
SlurmctldPidFile=$cluster/slurmctld.pid
SlurmdPidFile=$cluster/%n.pid
StateSaveLocation=$cluster/state
SlurmdSpoolDir=$cluster/spool-%n
SlurmctldLogFile=$cluster/slurmctld.log
SlurmdLogFile=$cluster/%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=2,batch_sched_delay=0
SlurmdTimeout=6
InactiveLimit=0
KillWait=2
MinJobAge=300
ReturnToService=2
JobRequeue=1
MpiDefault=none
SwitchType=switch/none
$(i=1
    while [ $i -le $nodes ]; do
        echo "NodeName=node$i NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + i)) CPUs=1 State=UNKNOWN"
        i=$((i + 1))
    done)
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
EOF
    export SLURM_CONF="$cluster/slurm.conf"
}

node_start() {
    mkdir -p "$cluster/spool-node$1"
    slurmd -N "node$1" -f "$SLURM_CONF"
}

# Process ids of what runs on a node of this cluster: they have its name and our configuration in their environments.
of_node() {
    for environment in /proc/[0-9]*/environ; do
        process=${environment#/proc/}
        variables=$(cat "$environment" 2>/dev/null | tr '\0' '\n')
        echo "$variables" | grep -qx "SLURM_CONF=$SLURM_CONF" && echo "$variables" | grep -qx "SLURMD_NODENAME=node$1" && echo "${process%/environ}"
    done
}

# As when the machine loses power: its slurmd, the steps that this has begun, and all that runs in them.
node_kill() {
    victims=$(pid_of "node$1")
    for process in $(of_node "$1"); do
        parent=$(sed 's/.*) . \([0-9]*\) .*/\1/' "/proc/$process/stat" 2>/dev/null) || continue
        victims="$victims $process"
        grep -qx slurmstepd "/proc/$parent/comm" && victims="$victims $parent"
    done
    # shellcheck disable=SC2086 # a list
    kill -9 $victims 2>/dev/null
}

nodes_idle() {
    [ "$(sinfo -h -N -o '%T' 2>/dev/null | grep -c '^idle$')" -eq "$nodes" ]
}

cluster_start() {
    mkdir -p "$cluster/state"
    chmod 700 "$cluster"
    head -c 1024 /dev/urandom >"$cluster/munge.key"
    chmod 400 "$cluster/munge.key"
    munged --force --key-file="$cluster/munge.key" --socket="$cluster/munge.socket" --pid-file="$cluster/munge.pid" \
        --log-file="$cluster/munge.log" --seed-file="$cluster/munge.seed" || return 1
    write_config
    slurmctld -f "$SLURM_CONF" || return 1
    i=1
    while [ $i -le $nodes ]; do
        node_start $i || return 1
        i=$((i + 1))
    done
    wait_for 30 nodes_idle
}

cluster_stop() {
    for name in node1 node2 node3 slurmctld munge; do
        [ ! -e "$cluster/$name.pid" ] || kill "$(pid_of $name)" 2>/dev/null || true
    done
    wait_for 20 sh -c "! ls '$cluster' | grep -q 'pid\$'" || true # each removes its own when it has ended
}
