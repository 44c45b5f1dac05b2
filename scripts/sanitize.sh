#!/usr/bin/env bash
# Looks for data races in the pipeline and for errors of memory in the C code.
#
#   sanitize.sh thread     ThreadSanitizer: every command that has threads, on a small network
#   sanitize.sh address    AddressSanitizer and UBSan: the tests of kernels, images and layers
set -euo pipefail
cd "$(dirname "$0")/.."
swift=${SWIFT:-swift}

thread() {
  "$swift" build -c release --product activation-dump --sanitize thread --scratch-path .build-thread
  program=$PWD/.build-thread/release/activation-dump
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  # The first race ends the program with a code that is none of its own.
  export TSAN_OPTIONS="halt_on_error=1 exitcode=99 ${TSAN_OPTIONS:-}"
  network=(--model squeezenet1_1 --weights seeded:1)
  images=(--images Tests/Fixtures/images/files --on-error skip --batch-size 2 --threads 4
    --layers "features.*,classifier.1")
  run() {
    echo "sanitize: activation-dump $*" >&2
    "$program" "$@" >"$folder/output" 2>&1 || {
      cat "$folder/output" >&2
      exit 1
    }
  }
  dump() { run dump "${network[@]}" "${images[@]}" "$@"; }
  dump --output "$folder/whole"
  # Stopped and resumed, without a race on the way out.
  "$program" dump "${network[@]}" "${images[@]}" --output "$folder/stopped" >"$folder/output" 2>&1 &
  sleep 1
  kill -TERM $! 2>/dev/null || true
  wait $! || [ $? -ne 99 ] || { cat "$folder/output" >&2; exit 1; }
  dump --output "$folder/stopped" --resume
  for shard in 0 1 2; do dump --output "$folder/shards/$shard" --shard "$shard/3"; done
  run merge "$folder/shards" --output "$folder/merged" --threads 4
  for dump in whole stopped merged; do run check "$folder/$dump"; done
  cmp "$folder/whole/logits.npy" "$folder/stopped/logits.npy"
  cmp "$folder/whole/logits.npy" "$folder/merged/logits.npy"
  run verify "${network[@]}" --reference Tests/Fixtures/references/squeezenet1_1.safetensors
  run bench "${network[@]}" --threads 4 --batch-size 2 --seconds 1
  run bench "${network[@]}" --threads 4 --latency --seconds 1
  echo "sanitize: no races" >&2
}

address() {
  build=(-c release --scratch-path .build-address --sanitize address -Xswiftc -enable-testing
    -Xcc -fsanitize=undefined -Xcc -fno-sanitize-recover=undefined)
  "$swift" build --build-tests "${build[@]}"
  # The C library's loader allocates what it never frees.
  ASAN_OPTIONS=detect_leaks=0:${ASAN_OPTIONS:-} "$swift" test --skip-build "${build[@]}" \
    --filter 'CKernelsTests|ImagesTests|LayersTests'
}

case ${1:-} in
  thread) thread ;;
  address) address ;;
  *)
    sed -n 's/^# \{0,1\}//p' "$0" | sed -n '2,5p' >&2
    exit 64
    ;;
esac
