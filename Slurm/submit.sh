#!/usr/bin/env bash
# Submits what is missing of a recording in shards, the merge of the shards and a check of the whole to Slurm.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: Slurm/submit.sh --shards N --output FOLDER [options] -- DUMP-OPTIONS

Records N shards in FOLDER.shards as a Slurm job array, merges them into FOLDER and checks it. Run the same command again
after anything went wrong: it submits only the shards that are missing or not complete and not in the queue, and these
go on where they stopped.

  --shards N          the shards, one task each
  --output FOLDER     the recording to make
  --cpus N            processors a task (4)
  --mem SIZE          memory a task, as sbatch takes it; by default what 'dump --dry-run' says, and some room
  --time T            time limit of every job, as sbatch takes it
  --at-once N         run at most so many tasks at the same time
  --sbatch OPTION     one more option for every sbatch, --sbatch --partition=long say; may be repeated
  --max-requeues N    how often a job may start again by itself (50)
  --no-merge          only the shards
  --dry-run           print what would be submitted, and do nothing

DUMP-OPTIONS are those of 'activation-dump dump' but for --output, --shard, --threads, --resume and --overwrite. The program
is $ACTIVATION_DUMP, or activation-dump on the PATH; the jobs run the same file. See docs/clusters.md.
TEXT
}

fail() {
  local code=$1
  shift
  printf 'submit: %s\n' "$*" >&2
  exit "$code"
}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
shards='' output='' cpus=4 mem='' time='' at_once='' requeues=50 merge=yes dry_run='' extra=()
while [ $# -gt 0 ]; do
  case $1 in
    --help | -h) usage && exit ;;
    --no-merge) merge='' && shift && continue ;;
    --dry-run) dry_run=yes && shift && continue ;;
    --) break ;;
    --shards | --output | --cpus | --mem | --time | --at-once | --max-requeues | --sbatch) ;;
    *) fail 64 "unknown option '$1'; the options of dump follow a --; see --help" ;;
  esac
  [ $# -ge 2 ] || fail 64 "$1 needs a value"
  case $1 in
    --shards) shards=$2 ;;
    --output) output=$2 ;;
    --cpus) cpus=$2 ;;
    --mem) mem=$2 ;;
    --time) time=$2 ;;
    --at-once) at_once=$2 ;;
    --max-requeues) requeues=$2 ;;
    --sbatch) extra+=("$2") ;;
  esac
  shift 2
done
[ "${1:-}" = -- ] || fail 64 "the options of dump are missing; they follow a --; see --help"
shift
[ -n "$output" ] || fail 64 "give --output, the folder of the recording"
for number in "--shards $shards" "--cpus $cpus" "--max-requeues $requeues" ${at_once:+"--at-once $at_once"}; do
  [[ $number =~ \ (0|[1-9][0-9]{0,5})$ ]] || fail 64 "${number% *} has to be a number, not '${number#* }'"
done
{ [ "$shards" -ge 1 ] && [ "$cpus" -ge 1 ]; } || fail 64 "--shards and --cpus have to be at least 1"
for option in "$@"; do
  case ${option%%=*} in
    --output | --shard | --threads | --resume | --overwrite | --dry-run | --explain | --json)
      fail 64 "${option%%=*} is not for you to give here: it follows from the other options, or stops the jobs" ;;
  esac
done
[[ $output != *$'\n'* ]] || fail 64 "the name of the output must not hold line ends: Slurm takes none"

program=${ACTIVATION_DUMP:-activation-dump}
program=$(type -P -- "$program") || fail 66 "there is no program '$program'; set ACTIVATION_DUMP to its path"
program=$(realpath -- "$program")
for tool in sbatch squeue scancel; do
  type -P $tool >/dev/null || fail 66 "there is no $tool here; run this where jobs are submitted"
done
output=$(realpath -m -- "$output")
folder=$output.shards
logs=$folder/logs
# Slurm replaces %j and the like in the names of logs, and nothing in one with a backslash.
pattern=${logs//%/%%}
[[ $pattern != *\\* ]] || fail 64 "the name of the output must not hold backslashes: Slurm reads them in another way"
# One name for all jobs of one output, by which they are found again.
name=$(basename -- "$output" | tr -d '\n' | tr -c 'A-Za-z0-9._-' _ | cut -c 1-40)
name=dump-$name-$(printf %s "$output" | cksum | cut -d ' ' -f 1)

run() {
  printf '%q ' "$@"
  echo
}
# Prints the number of the submitted job.
submit() {
  local answer
  if [ -n "$dry_run" ]; then
    run sbatch "$@" >&2
    echo "$name"
    return
  fi
  answer=$(sbatch "$@") || fail 75 "sbatch refused; what was submitted before stays; run this again"
  echo "${answer%%;*}"
}
# The jobs of a name that are not over: number and index in the array, one a line. What is ending may be about to wait again or
# to be over for good: that shows in less than a minute.
queue() {
  local found _
  for _ in {1..60}; do
    found=$(squeue --noheader --array --user "$(id -un)" --name "$1" --format '%i %K %T') || return
    [[ $found == *COMPLETING* ]] || break
    sleep 1
  done
  awk 'NF && $3 != "COMPLETING" { print $1, $2 }' <<<"$found" | sort -V
}

if "$program" inspect --json "$output" 2>/dev/null | grep -q '^ *"state" : "complete"'; then
  echo "submit: $output is complete; nothing to do"
  exit
fi
missing=$("$program" inspect --missing "$shards" "$folder")
queued=$(queue "$name") || fail 75 "squeue does not answer; run this again"
# Both as one number a line; what is missing and not in the queue is to be submitted.
numbers() { awk -F - -v RS='[,\n]' 'NF { for (i = $1; i <= $NF; i++) print i }'; }
new=$(numbers <<<"$missing" | awk 'NR == FNR { if (NF) queued[$2]; next } !($1 in queued)' <(cat <<<"$queued") -)
waiting=$(awk 'NF { print $1 }' <<<"$queued")

settings=(--parsable --export=ALL --requeue --open-mode=append --signal=B:USR1@120)
[ -z "$time" ] || settings+=("--time=$time")
export ACTIVATION_DUMP=$program ACTIVATION_DUMP_SHARDS=$shards ACTIVATION_DUMP_MAX_REQUEUES=$requeues

depends=()
if [ -n "$new" ]; then
  # What the jobs would refuse is refused here.
  preview=$("$program" dump "$@" --output "$folder/preview" --shard "0/$shards" --threads "$cpus" --dry-run --json) ||
    fail $? "the jobs would fail in the same way; nothing was submitted"
  if [ -z "$mem" ]; then
    bytes=$(sed -n 's/^ *"memory_bytes" : \([0-9][0-9]*\),*$/\1/p' <<<"$preview")
    [ -n "$bytes" ] || fail 70 "dump --dry-run does not say how much memory it takes; give --mem"
    mem=$((bytes * 5 / 4 / 1048576 + 256))M
  fi
  [ -n "$dry_run" ] || mkdir -p -- "$logs"
  list=$(paste -s -d , <<<"$new")
  array=$(submit "${settings[@]}" --job-name="$name" --array="$list${at_once:+%$at_once}" --cpus-per-task="$cpus" \
    --mem="$mem" --output="$pattern/%A_%a.log" ${extra[@]+"${extra[@]}"} "$here/job.sbatch" \
    dump "$@" --output "$folder" --resume)
  depends+=("$array")
  echo "submit: shards $list of $shards: job $array, $cpus processors and $mem each, logs in $logs"
fi
[ -z "$waiting" ] || echo "submit: in the queue already: $(paste -s -d ' ' <<<"$waiting")"
for number in $waiting; do depends+=("$number"); done

[ -n "$merge" ] || exit 0
merging=$(queue "$name-merge")
if [ -z "$new" ] && [ -n "$merging" ]; then
  echo "submit: and so is the merge: ${merging%% *}; nothing to do"
  exit
fi
# A merge that waits for what is over does not know of what was submitted now.
cancel=(scancel --state=PENDING --user "$(id -un)" --name "$name-merge,$name-check")
if [ -n "$dry_run" ]; then run "${cancel[@]}" >&2; else "${cancel[@]}"; fi
dependency=$(IFS=: && echo "${depends[*]}")
settings+=(--kill-on-invalid-dep=yes --mem=1G)
merge=$(submit "${settings[@]}" --job-name="$name-merge" ${dependency:+"--dependency=afterok:$dependency"} \
  --cpus-per-task="$cpus" --output="$pattern/%j-merge.log" ${extra[@]+"${extra[@]}"} "$here/job.sbatch" \
  merge "$folder" --output "$output" --resume)
check=$(submit "${settings[@]}" --job-name="$name-check" --dependency="afterok:$merge" --cpus-per-task="$cpus" \
  --output="$pattern/%j-check.log" ${extra[@]+"${extra[@]}"} "$here/job.sbatch" check "$output")
echo "submit: merge into $output: job $merge; check: job $check"
