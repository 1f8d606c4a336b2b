#!/usr/bin/env bash
# memory_check.sh asan|valgrind: look for memory errors and undefined behaviour.
#
#   asan      the unit tests, then the server with lad_ext under AddressSanitizer and
#             UndefinedBehaviorSanitizer: the regression tests, test/tap/bad_input.pl and random_input.pl
#   valgrind  the regression tests against a server under valgrind
#
# A finding that names our library fails the run. With COUNTS set, "PASSED FAILED" goes to that file.
set -uo pipefail
. "$(dirname "$0")/lib.sh"
cd "$root" || exit 1

mode=${1:-}
passed=0 failed=0 out=$build/check/$mode
mkdir -p "$out"

ok() { passed=$((passed + 1)); echo "ok $1"; }
not_ok() { failed=$((failed + 1)); echo "not ok $1"; }

# verdict WHAT COMMAND...
verdict() {
  local what=$1
  shift
  if "$@"; then ok "$what"; else not_ok "$what"; fi
}

# The reports lie where the server's user can write.
make_reports() {
  reports=$server/memory
  rm -rf "$reports"
  mkdir -p "$reports"
  [ "$(id -u)" != 0 ] || chown "$server_user:" "$reports"
}

# write_wrapper TEXT: a program to be started in the place of postgres.
write_wrapper() {
  printf '#!/bin/sh\n%s\n' "$1" > "$reports.sh"
  chmod 755 "$reports.sh"
}

# The regression tests of the checkout in the current directory, against a cluster that runs in the
# wrapper.
run_regress() {
  local limit=$1 names cluster
  names=$(make -s --no-print-directory list-regress) || return 1
  cluster=$(bash tools/cluster.sh start check-memory --program "$reports.sh") || return 1
  eval "$cluster"
  timeout --foreground "$limit" "$pg_home/lib/pgxs/src/test/regress/pg_regress" \
    --bindir="$pg_home/bin" --inputdir=test --outputdir="$out" \
    --dbname=contrib_regression $names
  local status=$?
  timeout --foreground 300 bash tools/cluster.sh stop check-memory
  return "$status"
}

# ---- AddressSanitizer and UndefinedBehaviorSanitizer -----------------------------------------------
asan_unit() {
  cmake -G Ninja -S . -B "$build/asan" -DCMAKE_BUILD_TYPE=Debug -DLAD_SANITIZE=ON >/dev/null &&
    ninja -C "$build/asan" -j2 &&
    timeout --foreground 1200 "$build/asan/unit_tests" --gtest_brief=1
}

# A checkout of its own, with a server tree and clusters of its own: the instrumented library must
# never be installed where other tests find it.
make_copy() {
  make_server_area
  copy=$server/sanitized
  mkdir -p "$copy"
  git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -u -P -t "$copy"
}

sanitize=-fsanitize=address,undefined
build_copy() {
  # vptr needs type information of classes that only the server could have; -fno-wrapv lets the
  # overflow of a signed number be seen.
  LAD_CXXFLAGS="$sanitize -fno-sanitize=vptr -fno-sanitize-recover=undefined -fno-wrapv -g -O1
    -fno-omit-frame-pointer" LAD_SHLIB_LINK="$sanitize" \
    timeout --foreground 1800 bash "$copy/tools/server_tree.sh"
}

# The stock server is not instrumented, so the runtime comes first by LD_PRELOAD. The server looks
# gettext up while the runtime is not ready yet and hangs; the shim answers in its place.
write_asan_wrapper() {
  local shim=$reports.so home=$copy/build/server/pg/usr/lib/postgresql/$pg_version
  printf '%s\n' 'char *bindtextdomain(const char *d, const char *n) { (void)d; return (char *)n; }' \
    'char *bind_textdomain_codeset(const char *d, const char *c) { (void)d; return (char *)c; }' \
    'char *gettext(const char *t) { return (char *)t; }' \
    'char *dgettext(const char *d, const char *t) { (void)d; return (char *)t; }' \
    'char *ngettext(const char *s, const char *p, unsigned long n) { return (char *)(n == 1 ? s : p); }' \
    'char *dngettext(const char *d, const char *s, const char *p, unsigned long n) { (void)d; return (char *)(n == 1 ? s : p); }' |
    gcc -x c -w -fno-builtin -shared -fPIC -o "$shim" - || return 1
  write_wrapper "export LD_PRELOAD='$(gcc -print-file-name=libasan.so) $(gcc -print-file-name=libubsan.so) $shim'
export ASAN_OPTIONS=detect_leaks=0:abort_on_error=1:handle_segv=0:use_sigaltstack=0:log_path=$reports/asan
export UBSAN_OPTIONS=print_stacktrace=1:abort_on_error=1:log_path=$reports/ubsan
exec $home/bin/postgres \"\$@\""
}

no_findings() {
  local found=0 report
  for report in "$reports"/*; do
    [ -s "$report" ] || continue
    found=1
    head -n 30 "$report"
  done
  [ "$found" = 0 ]
}

check_asan() {
  verdict 'unit tests under ASan and UBSan' asan_unit
  make_copy
  make_reports
  if ! build_copy || ! write_asan_wrapper; then
    not_ok 'the instrumented library builds'
    return
  fi
  verdict 'regression tests under ASan and UBSan' in_copy run_regress 900
  LAD_PROGRAM=$reports.sh verdict 'bad input under ASan and UBSan' \
    timeout --foreground 1200 perl -I"$copy/test/tap" "$copy/test/tap/bad_input.pl"
  LAD_PROGRAM=$reports.sh LAD_RANDOM_CALLS=20000 verdict 'random input under ASan and UBSan' \
    timeout --foreground 1200 perl -I"$copy/test/tap" "$copy/test/tap/random_input.pl"
  verdict 'no report of the sanitizers' no_findings
}

in_copy() {
  (
    cd "$copy" || exit 1
    . tools/lib.sh
    "$@"
  )
}

# ---- valgrind --------------------------------------------------------------------------------------
# The server has findings of its own; ours are those whose stack names our library. A line with
# nothing but the process separates two of them.
no_own_findings() {
  local logs=("$reports"/*.log) own
  [ -e "${logs[0]}" ] || { echo "valgrind wrote no log"; return 1; }
  own=$(sed -E 's/^==[0-9]+== *$//' "${logs[@]}" | perl -00 -ne 'print if /lad_ext/')
  [ -z "$own" ] || { printf '%s\n' "$own" | head -n 120; return 1; }
}

check_valgrind() {
  bash tools/server_tree.sh || { not_ok 'the library builds'; return; }
  make_reports
  write_wrapper "exec valgrind --quiet --trace-children=yes --leak-check=no --undef-value-errors=yes \
--log-file=$reports/%p.log $pg_home/bin/postgres \"\$@\""
  verdict 'regression tests under valgrind' run_regress 1800
  verdict 'no finding of valgrind in lad_ext' no_own_findings
}

case $mode in
  asan | valgrind) "check_$mode" ;;
  *) die "usage: memory_check.sh asan|valgrind" ;;
esac
[ -z "${COUNTS:-}" ] || echo "$passed $failed" > "$COUNTS"
[ "$failed" = 0 ]
