#!/usr/bin/env bash
# Feeds the readers of files from anywhere with what breaks them, under AddressSanitizer and UBSan.
#
#   fuzz.sh [SECONDS [TARGET…]]    fuzz every target, or some, for so many seconds each (60)
#   fuzz.sh corpora [TARGET…]      keep in corpora/ what an earlier run found and the seeds do not reach, if it is small
#
# Inputs that are found stay in .build/work/<target> and are where the next run goes on. A finding is in
# .build/findings, and the exit code is then 1.
set -euo pipefail
cd "$(dirname "$0")"

swift=${SWIFT:-swift}
program=.build/release/Fuzz
# The last -sanitize is the only one Swift's compiler heeds, and the package manager gives one for each.
"$swift" build -c release --sanitize address --sanitize fuzzer \
  -Xswiftc -enable-testing -Xswiftc -sanitize=address,fuzzer \
  -Xcc -fsanitize=undefined -Xcc -fno-sanitize-recover=undefined \
  -Xcc "-fsanitize-ignorelist=$PWD/ignore.txt" >.build.log 2>&1 || {
  cat .build.log >&2
  exit 1
}
rm .build.log
python3 corpora.py .build/seeds
mkdir -p .build/findings

# What a target does is bounded here: memory, one input, its length.
export ASAN_OPTIONS=allocator_may_return_null=1:${ASAN_OPTIONS:-} SWIFT_BACKTRACE=enable=no
limits=(-rss_limit_mb=2048 -malloc_limit_mb=1024 -timeout=20)

dictionary() {
  case $1 in
    zip | torch | npz | checkpoint | extremes | baselines) echo zip ;;
    pickle | torch-legacy) echo pickle ;;
    safetensors | manifest | index) echo json ;;
    journal | units | list | layers | labels) echo lines ;;
    mat) echo mat ;;
    *) echo "$1" ;;
  esac
}

length() {
  case $1 in
    journal | units | list | layers | npy | index) echo 1024 ;;
    torch | jpeg | png | tar | mat | extremes) echo 9216 ;;
    *) echo 4096 ;;
  esac
}

fuzz() {
  local target=$1 seconds=$2 status=0
  mkdir -p ".build/work/$target" "corpora/$target"
  FUZZ_TARGET=$target "$program" "${limits[@]}" -max_total_time="$seconds" -max_len="$(length "$target")" \
    -dict="dictionaries/$(dictionary "$target").dict" -artifact_prefix=".build/findings/$target-" \
    -print_final_stats=1 ".build/work/$target" "corpora/$target" ".build/seeds/$target" \
    >".build/$target.log" 2>&1 || status=$?
  local last
  last=$(grep -E '^#[0-9]+.*cov: ' ".build/$target.log" | tail -n 1)
  printf '%-14s %11s %8s %8s %8s %8s  %s\n' "$target" \
    "$(sed -n 's/^stat::number_of_executed_units: *//p' ".build/$target.log")" "$seconds" \
    "$(sed -E 's/.*cov: ([0-9]+).*/\1/' <<<"$last")" "$(sed -E 's/.*ft: ([0-9]+).*/\1/' <<<"$last")" \
    "$(sed -E 's/.*corp: ([0-9]+).*/\1/' <<<"$last")" "$([ $status = 0 ] && echo none || echo "FOUND, see Fuzz/.build/$target.log")"
  return $((status != 0))
}

keep() {
  local target=$1
  [ -d ".build/work/$target" ] || return 0
  # What the seeds reach is not kept twice; of the rest, the smallest inputs up to 4 KiB in all, and 40 of those.
  rm -rf ".build/merged/$target"
  mkdir -p ".build/merged/$target" "corpora/$target"
  cp -r ".build/seeds/$target/." ".build/merged/$target/"
  FUZZ_TARGET=$target "$program" "${limits[@]}" -merge=1 -max_len=768 ".build/merged/$target" \
    "corpora/$target" ".build/work/$target" >".build/$target.merge.log" 2>&1
  local kept=0 size file number small=()
  rm -rf "corpora/$target"
  mkdir -p "corpora/$target"
  while read -r size file; do
    [ -e ".build/seeds/$target/$file" ] && continue
    kept=$((kept + size))
    [ $kept -le 4096 ] || break
    small+=("$file")
  done < <(cd ".build/merged/$target" && stat -c '%s %n' ./* | sed 's# \./# #' | sort -n)
  for ((number = 0; number < 40 && number < ${#small[@]}; number++)); do
    file=${small[number * ${#small[@]} / (${#small[@]} < 40 ? ${#small[@]} : 40)]}
    cp ".build/merged/$target/$file" "corpora/$target/"
  done
}

mode=${1:-60}
shift || true
targets=("$@")
mapfile -t all < <(FUZZ_TARGET=list-targets "$program")
[ ${#targets[@]} -gt 0 ] || targets=("${all[@]}")
for target in "${targets[@]}"; do
  [[ " ${all[*]} " = *" $target "* ]] || {
    echo "fuzz: there is no target $target; there are: ${all[*]}" >&2
    exit 64
  }
done

if [ "$mode" = corpora ]; then
  for target in "${targets[@]}"; do keep "$target"; done
  exit 0
fi
printf '%-14s %11s %8s %8s %8s %8s  %s\n' target executions seconds edges features inputs findings
export -f fuzz dictionary length
export program limits_text="${limits[*]}"
run() { read -ra limits <<<"$limits_text"; fuzz "$@"; }
export -f run
printf '%s\n' "${targets[@]}" | xargs -P "${JOBS:-$(nproc)}" -I{} bash -c 'run "$@"' _ {} "$mode" || exit 1
