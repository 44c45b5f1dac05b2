#!/usr/bin/env bash
# A Slurm of its own on this machine: controller and one node daemon, with munge, in a new folder. Prints "ready" and runs
# until its standard input ends; then it stops every job and every daemon.
#
#     Tests/Slurm/cluster.sh FOLDER [CPUS]        and in another shell:  export SLURM_CONF=FOLDER/slurm.conf
#
# FOLDER must not exist, and its path has to be short enough for a socket. Logs are in the folder.
set -uo pipefail
PATH=$PATH:/usr/sbin:/sbin

folder=${1:?usage: cluster.sh FOLDER [CPUS]}
cpus=${2:-2}
for tool in munged slurmctld slurmd scancel squeue sinfo; do
  type -P $tool >/dev/null || {
    echo "cluster: there is no $tool; on Debian, 'scripts/setup.sh test' installs it" >&2
    exit 69
  }
done
# The daemons run as whoever starts them, and only for them.
user=$(id -un)
host=$(uname -n)
host=${host%%.*}
mkdir "$folder" && mkdir "$folder"/{state,spool,munge} && chmod 755 "$folder" "$folder/munge" || exit 73
folder=$(cd "$folder" && pwd)
(umask 077 && head -c 1024 /dev/urandom >"$folder/munge/key")
export SLURM_CONF=$folder/slurm.conf

configure() {
  local ports
  # Two ports that nobody answers on; if somebody takes one in the meantime, another try follows.
  ports=()
  while [ ${#ports[@]} -lt 2 ]; do
    local port=$((20000 + RANDOM % 12000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || ports+=("$port")
  done
  cat >"$SLURM_CONF" <<TEXT
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=${ports[0]}
SlurmdPort=${ports[1]}
SlurmUser=$user
SlurmdUser=$user
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
# No control groups: they need more of a machine than tests may ask for.
ProctrackType=proctrack/linuxproc
TaskPlugin=task/affinity
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=sched_interval=2,bf_interval=2
SlurmdParameters=config_overrides
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
ReturnToService=2
JobRequeue=1
KillWait=10
MailProg=/bin/true
NodeName=node NodeHostname=$host NodeAddr=127.0.0.1 CPUs=$cpus RealMemory=16000 State=UNKNOWN
PartitionName=all Nodes=node Default=YES MaxTime=INFINITE State=UP
TEXT
  # Named, since what it would find out by itself may need systemd. Nothing here uses it.
  echo "CgroupPlugin=cgroup/v1" >"$folder/cgroup.conf"
}

daemons=()
stop() {
  trap '' HUP INT TERM
  scancel --user "$user" --signal=KILL --full >/dev/null 2>&1
  scancel --user "$user" >/dev/null 2>&1
  for _ in {1..50}; do
    [ -n "$(squeue --noheader 2>/dev/null)" ] || break
    sleep 0.1
  done
  [ ${#daemons[@]} -eq 0 ] || kill "${daemons[@]}" 2>/dev/null
  # Whatever jobs left: it has this cluster in its environment.
  local process
  for process in /proc/[0-9]*; do
    process=${process#/proc/}
    [ "$process" != $$ ] && [ "$process" != "$BASHPID" ] || continue
    grep -qzxF "SLURM_CONF=$SLURM_CONF" "/proc/$process/environ" 2>/dev/null || continue
    grep -qzE '^SLURM_JOB_ID=' "/proc/$process/environ" 2>/dev/null && kill -KILL "$process" 2>/dev/null
  done
  for _ in {1..50}; do
    kill -0 "${daemons[@]}" 2>/dev/null || break
    sleep 0.1
  done
  [ ${#daemons[@]} -eq 0 ] || kill -KILL "${daemons[@]}" 2>/dev/null
}
trap 'stop; exit 143' HUP INT TERM
trap stop EXIT

munged --foreground --force --key-file="$folder/munge/key" --socket="$folder/munge/socket" \
  --pid-file="$folder/munge/pid" --seed-file="$folder/munge/seed" --num-threads=2 \
  >"$folder/munge/log" 2>&1 </dev/null &
daemons+=($!)
for attempt in 1 2 3; do
  configure
  slurmctld -D -i >"$folder/slurmctld.out" 2>&1 </dev/null &
  controller=$!
  slurmd -D -N node >"$folder/slurmd.out" 2>&1 </dev/null &
  node=$!
  daemons=("${daemons[0]}" "$controller" "$node")
  for _ in {1..150}; do
    sleep 0.1
    kill -0 "$controller" && kill -0 "$node" || break
    [ "$(sinfo --noheader --format %t 2>/dev/null)" = idle ] || continue
    echo ready
    # Until whoever started this closes the other end, by whatever end it meets.
    while read -r _; do :; done
    exit 0
  done
  kill -KILL "$controller" "$node"
  wait "$controller" "$node"
done 2>/dev/null
echo "cluster: Slurm does not start after $attempt tries; see the logs:" >&2
tail -n 20 "$folder/munge/log" "$folder/slurmctld.out" "$folder/slurmd.out" >&2
exit 69
