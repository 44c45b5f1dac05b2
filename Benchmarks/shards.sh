#!/usr/bin/env bash
# What a job array loses to a single process on the same processors: two tasks of one processor each against one of two
# threads, over the same images, in turn, on a Slurm that is started for it (Tests/Slurm/cluster.sh).
#
#     Benchmarks/shards.sh MODEL WEIGHTS IMAGES [ROUNDS]
#
# Prints, for each round and in the median, seconds from the first start to the last end, starting up included, and images a
# second. A job that fails ends it with 1 and shows that job's log; SIGINT and SIGTERM stop the jobs and the cluster.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
[ $# -ge 3 ] || {
  echo "usage: Benchmarks/shards.sh MODEL WEIGHTS IMAGES [ROUNDS]" >&2
  exit 64
}
model=$1 weights=$2 images=$(realpath "$3") rounds=${4:-3}
[ ! -e "$weights" ] || weights=$(realpath "$weights")
program=$(realpath "${ACTIVATION_DUMP:-$here/.build/release/activation-dump}")
folder=$(mktemp -d)
mkdir "$folder/logs"
fail() {
  echo "shards: $*" >&2
  exit 1
}

# Whatever waits here waits in `wait`, where a signal is heeded at once; and the only other end of the cluster's standard
# input is this shell's descriptor 3, which no child may keep open.
cluster='' child=''
finish() {
  trap '' HUP INT TERM
  [ -z "$child" ] || kill "$child" 2>/dev/null || true
  exec 3>&-
  [ -z "$cluster" ] || wait "$cluster" || true
  rm -rf "$folder"
}
trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
# Runs a command to its end.
await() {
  "$@" 3>&- &
  child=$!
  local status=0
  wait "$child" || status=$?
  child=''
  return "$status"
}

mkfifo "$folder/stop"
# A process group of its own: what a terminal sends to this one must not end it before its jobs.
setsid "$here/Tests/Slurm/cluster.sh" "$folder/slurm" 2 <"$folder/stop" >"$folder/started" &
cluster=$!
exec 3>"$folder/stop"
until grep -qs ready "$folder/started"; do
  kill -0 "$cluster" 2>/dev/null || fail "the cluster did not start"
  await sleep 0.1
done
export SLURM_CONF=$folder/slurm/slurm.conf

cat >"$folder/timed" <<'JOB'
#!/usr/bin/env bash
times=$1
shift
date +%s.%N >>"$times"
"$@" && date +%s.%N >>"$times"
JOB
# Runs a job of so many tasks to its end; sets `seconds` to what it took.
timed() {
  local tasks=$1 times=$folder/times status=0
  shift
  rm -f "$times" "$folder"/logs/*
  await sbatch --wait --output="$folder/logs/%A_%a.log" --mem=4G "$@" >"$folder/sbatch" || status=$?
  if [ "$status" != 0 ] || [ "$(wc -l <"$times")" != $((2 * tasks)) ]; then
    cat "$folder/sbatch" "$folder"/logs/* >&2 || true
    fail "a job failed (sbatch ended with $status); its log is above"
  fi
  seconds=$(sort -n "$times" | awk 'NR == 1 { first = $1 } { last = $1 } END { printf "%.2f\n", last - first }')
}
dump=(dump --model "$model" --weights "$weights" --images "$images")
await "$program" "${dump[@]}" --output "$folder/none" --dry-run --json >"$folder/plan" 2>"$folder/errors" || {
  cat "$folder/errors" >&2
  fail "the dump cannot run"
}
count=$(sed -n 's/^  "images" : \([0-9]*\),*$/\1/p' "$folder/plan")
[ -n "$count" ] || fail "the plan of the dump says no number of images"
echo "$model, $count images; $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)"
job=("$folder/timed" "$folder/times" "$program" "${dump[@]}" --overwrite)
for ((round = 1; round <= rounds; round++)); do
  timed 1 --cpus-per-task=2 "${job[@]}" --output "$folder/single"
  single=$seconds
  timed 2 --cpus-per-task=1 --array=0-1 "${job[@]}" --output "$folder/parts"
  array=$seconds
  echo "$single" >>"$folder/singles"
  echo "$array" >>"$folder/arrays"
  echo "round $round: one process of 2 threads $single s, two tasks of 1 thread $array s"
done
await "$program" merge "$folder/parts" --output "$folder/merged" >"$folder/merge" 2>&1 || {
  cat "$folder/merge" >&2
  fail "the shards cannot be merged"
}
diff -rq --exclude=manifest.json "$folder/single" "$folder/merged" >&2 || fail "the merged files are others than the single process's"
echo "the merged files are those of the single process"
median() { sort -n "$1" | awk '{ a[NR] = $1 } END { print NR % 2 ? a[(NR + 1) / 2] : (a[NR / 2] + a[NR / 2 + 1]) / 2 }'; }
awk -v a="$(median "$folder/singles")" -v b="$(median "$folder/arrays")" -v n="$count" 'BEGIN {
  printf "median: %.2f s (%.1f images/s) and %.2f s (%.1f images/s): %.1f %%\n", a, n / a, b, n / b, 100 * a / b }'
