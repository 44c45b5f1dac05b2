#!/usr/bin/env bash
# What a job array loses to a single process on the same processors: two tasks of one processor each against one of two
# threads, over the same images, in turn, on a Slurm that is started for it (Tests/Slurm/cluster.sh).
#
#     Benchmarks/shards.sh MODEL WEIGHTS IMAGES [ROUNDS]
#
# Prints, for each round and in the median, seconds from the first start to the last end, starting up included, and images a
# second.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
model=$1 weights=$2 images=$(realpath "$3") rounds=${4:-3}
program=$(realpath "${ACTIVATION_DUMP:-$here/.build/release/activation-dump}")
folder=$(mktemp -d)
trap 'exec 3>&-; wait; rm -rf "$folder"' EXIT
mkfifo "$folder/stop" "$folder/started"
"$here/Tests/Slurm/cluster.sh" "$folder/slurm" 2 <"$folder/stop" >"$folder/started" &
exec 3>"$folder/stop"
read -r _ <"$folder/started"
export SLURM_CONF=$folder/slurm/slurm.conf

cat >"$folder/timed" <<'JOB'
#!/usr/bin/env bash
times=$1
shift
date +%s.%N >>"$times"
"$@" && date +%s.%N >>"$times"
JOB
# Runs a job to its end; prints the seconds it took.
timed() {
  local times=$folder/times
  rm -f "$times"
  sbatch --wait --output=/dev/null --mem=4G "$@" >/dev/null
  sort -n "$times" | awk 'NR == 1 { first = $1 } { last = $1 } END { printf "%.2f\n", last - first }'
}
dump=("$folder/timed" "$folder/times" "$program" dump --model "$model" --weights "$weights" --images "$images" --overwrite)
count=$("$program" dump --model "$model" --weights "$weights" --images "$images" --output "$folder/none" --dry-run \
  --json 2>/dev/null | sed -n 's/^ *"images" : \([0-9]*\),*$/\1/p')
echo "$model, $count images; $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)"
for ((round = 1; round <= rounds; round++)); do
  single=$(timed --cpus-per-task=2 "${dump[@]}" --output "$folder/single")
  array=$(timed --cpus-per-task=1 --array=0-1 "${dump[@]}" --output "$folder/parts")
  echo "$single" >>"$folder/singles"
  echo "$array" >>"$folder/arrays"
  echo "round $round: one process of 2 threads $single s, two tasks of 1 thread $array s"
done
"$program" merge "$folder/parts" --output "$folder/merged" >/dev/null
diff -rq --exclude=manifest.json "$folder/single" "$folder/merged" && echo "the merged files are those of the single process"
median() { sort -n "$1" | awk '{ a[NR] = $1 } END { print NR % 2 ? a[(NR + 1) / 2] : (a[NR / 2] + a[NR / 2 + 1]) / 2 }'; }
awk -v a="$(median "$folder/singles")" -v b="$(median "$folder/arrays")" -v n="$count" 'BEGIN {
  printf "median: %.2f s (%.1f images/s) and %.2f s (%.1f images/s): %.1f %%\n", a, n / a, b, n / b, 100 * a / b }'
