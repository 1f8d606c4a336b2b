#!/usr/bin/env bash
# Run every fuzzer of test/fuzz for some seconds (LAD_LONG=1: a minute), from its seeds and from
# what earlier runs found. An input that breaks a property is kept in build/check/fuzz/.
# With COUNTS set, "PASSED FAILED" (fuzzers) goes to that file.
set -uo pipefail
. "$(dirname "$0")/lib.sh"
cd "$root" || exit 1

seconds=5
[ "${LAD_LONG:-}" != 1 ] || seconds=60
cmake -G Ninja -S . -B "$build/fuzz" -DCMAKE_CXX_COMPILER=clang++ -DLAD_FUZZ=ON \
    -DCMAKE_CXX_FLAGS_RELWITHDEBINFO="-O1 -g1" >/dev/null &&
  ninja -C "$build/fuzz" -j2 || exit 1

out=$build/check/fuzz
mkdir -p "$out"

# fuzz NAME: its verdict goes to NAME.verdict.
fuzz() {
  local name=$1
  mkdir -p "$build/fuzz/corpus/$name"
  if timeout --foreground $((seconds + 120)) "$build/fuzz/$name" -max_total_time="$seconds" \
      -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix="$out/$name." \
      "$build/fuzz/corpus/$name" "test/fuzz/seeds/${name%_fuzz}" > "$out/$name.log" 2>&1; then
    echo "ok $name: $(sed -n 's/^stat::number_of_executed_units: //p' "$out/$name.log") inputs"
  else
    echo "not ok $name"
    grep -E 'does not hold|runtime error|ERROR|SUMMARY|Test unit written' "$out/$name.log"
  fi > "$out/$name.verdict"
}

# Two at a time.
started=0
for source in test/fuzz/*_fuzz.cpp; do
  fuzz "$(basename "$source" .cpp)" &
  [ $((++started % 2)) = 1 ] || wait
done
wait

passed=0 failed=0
for source in test/fuzz/*_fuzz.cpp; do
  verdict=$out/$(basename "$source" .cpp).verdict
  cat "$verdict"
  if grep -q '^ok ' "$verdict"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
done
[ -z "${COUNTS:-}" ] || echo "$passed $failed" > "$COUNTS"
[ "$failed" = 0 ]
