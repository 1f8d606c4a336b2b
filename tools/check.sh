#!/usr/bin/env bash
# check.sh [STAGE...]: set up, build and run the tests; without arguments all stages but crash, asan
# and valgrind. The last line is `N passed, N failed` over all stages. No server is left behind, however
# the run ends. LAD_LONG=1 runs the same tests at their long sizes.
set -uo pipefail
. "$(dirname "$0")/lib.sh"
cd "$root" || exit 1

all_stages="lint unit docs regress pgtap isolation tap fuzz"
extra_stages="crash asan valgrind"
stages=${*:-$all_stages}
out=$build/check
total_passed=0 total_failed=0
running=
export PYTHONDONTWRITEBYTECODE=1

has_stage() { [[ " $stages " == *" $1 "* ]]; }

# ---- ending --------------------------------------------------------------------------------------
finish() {
  local status=$? tree
  # make passes a signal on a second time; the clean-up must not die of it.
  trap - EXIT
  trap '' INT TERM
  if [ -n "$running" ]; then
    kill -TERM -- "-$running" 2>/dev/null
    sleep 0.5
    kill -KILL -- "-$running" 2>/dev/null
  fi
  for tree in "$root" "$server/sanitized"; do
    [ ! -e "$tree/build/server" ] || bash "$tree/tools/cluster.sh" stop-all check
  done
  exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# ---- bookkeeping ---------------------------------------------------------------------------------
# A stage writes "PASSED FAILED" to $out/NAME.count and what it has to say to $out/NAME.log.
record() { echo "$2 $3" > "$out/$1.count"; }

# The stage runs in the background, as a process group of its own (set -m), so that a signal is
# answered at once and ends everything the stage started.
run_stage() {
  local stage=$1 started=$SECONDS passed failed skipped=
  rm -f "$out/$stage.count" "$out/$stage.why"
  set -m
  "stage_$stage" > "$out/$stage.log" 2>&1 < /dev/null &
  running=$!
  set +m
  wait "$running"
  running=
  if ! read -r passed failed skipped 2>/dev/null < "$out/$stage.count"; then
    passed=0 failed=1
    echo "could not be run, see build/check/$stage.log" > "$out/$stage.why"
  fi
  [ "${skipped:-0}" = 0 ] ||
    { echo "$skipped not run:"; sed -n 's/.*# skip skipped: //Ip' "$out/$stage.log" | sort -u; } |
    paste -sd ' ' > "$out/$stage.why"
  total_passed=$((total_passed + passed))
  total_failed=$((total_failed + failed))
  local note=
  [ ! -e "$out/$stage.why" ] || note=" ($(cat "$out/$stage.why"))"
  echo "stage $stage: $passed passed, $failed failed$note [$((SECONDS - started)) s]"
  [ "$failed" = 0 ] || excerpt "$stage"
}

excerpt() {
  local stage=$1 diffs=$out/$1/regression.diffs
  if [ -s "$diffs" ]; then
    sed 's/^/    /' "$diffs" | head -n 80
    grep -E 'FAILED|no expected' "$out/$stage.log" | sed 's/^/    /'
  else
    grep -vE '^ok |^\s*(Start +[0-9]+:|[0-9]+/[0-9]+ Test .* Passed)' "$out/$stage.log" | tail -n 60 |
      sed 's/^/    /'
  fi
}

# timeout in the group of the stage, so that the signal which ends the stage ends its command too.
limit() {
  local seconds=$1
  [ "${LAD_LONG:-}" != 1 ] || seconds=$((10 * seconds))
  timeout --foreground "$seconds" "${@:2}"
}

nothing() {
  echo "no tests" > "$out/$1.why"
  record "$1" 0 0
}

# ---- stages --------------------------------------------------------------------------------------
stage_lint() { COUNTS=$out/lint.count bash tools/lint.sh; }

stage_unit() {
  compgen -G 'test/unit/*_test.cpp' >/dev/null || { nothing unit; return; }
  cmake -G Ninja -S . -B "$build/unit" && ninja -C "$build/unit" -j2 || return 1
  local all log=$build/unit/Testing/Temporary/LastTest.log passed
  all=$(ctest --test-dir "$build/unit" -N | sed -n 's/^Total Tests: //p')
  limit 600 ctest --test-dir "$build/unit" -j2 --output-on-failure --limit 120
  passed=$(grep -c '^Test Passed\.' "$log")
  record unit "$passed" $((all - passed))
}

stage_docs() {
  PGDATABASE=lad_extension python3 tools/docs.py --check
  case $? in
    0) record docs 1 0 ;;
    1) record docs 0 1 ;;
  esac
}

# Files without their expected output would make pg_regress stop; they count as failures instead.
with_expected() {
  local expected=$1 name
  ready=() missing=0
  shift
  for name in "$@"; do
    if [ -e "$expected/$name.out" ]; then
      ready+=("$name")
    else
      echo "$name: no expected output $expected/$name.out"
      missing=$((missing + 1))
    fi
  done
}

# What did not pass has failed, also when pg_regress was stopped before it got there.
count_regress() {
  local stage=$1 log=$2 passed
  passed=$(grep -cE '\.\.\. ok ' "$log")
  record "$stage" "$passed" $((${#ready[@]} + missing - passed))
}

regress_program() { echo "$pg_home/lib/pgxs/src/test/$1"; }

stage_regress() {
  local names
  names=$(make -s --no-print-directory list-regress) && [ -n "$names" ] || { nothing regress; return; }
  with_expected test/expected $names
  mkdir -p "$out/regress"
  limit 1200 "$(regress_program regress/pg_regress)" --bindir="$pg_home/bin" --inputdir=test \
    --outputdir="$out/regress" --dbname=contrib_regression ${ready[@]+"${ready[@]}"} |
    tee "$out/regress.run"
  count_regress regress "$out/regress.run"
}

stage_isolation() {
  local names
  names=$(cd test/isolation/specs 2>/dev/null && ls -- *.spec 2>/dev/null | sed 's/\.spec$//')
  [ -n "$names" ] || { nothing isolation; return; }
  with_expected test/isolation/expected $names
  make_database isolation && psql -Xqd isolation -f test/isolation/setup.sql || return 1
  limit 900 "$(regress_program isolation/pg_isolation_regress)" --bindir="$pg_home/bin" \
    --inputdir=test/isolation --outputdir="$out/isolation" --use-existing --dbname=isolation \
    ${ready[@]+"${ready[@]}"} | tee "$out/isolation.run"
  count_regress isolation "$out/isolation.run"
}

stage_pgtap() {
  compgen -G 'test/pgtap/*.sql' >/dev/null || { nothing pgtap; return; }
  make_database pgtap && psql -Xqd pgtap -c 'CREATE EXTENSION pgtap' || return 1
  PGDATABASE=pgtap limit 1200 perl tools/prove.pl "$out/pgtap.count" test/pgtap/*.sql
}

stage_tap() {
  compgen -G 'test/tap/*.pl' >/dev/null || { nothing tap; return; }
  limit 1200 perl tools/prove.pl "$out/tap.count" test/tap/*.pl
}

stage_crash() {
  export LAD_CRASH_CYCLES=${LAD_CRASH_CYCLES:-20}
  limit 3000 perl tools/prove.pl "$out/crash.count" test/tap/ledger_crash.pl
}

stage_fuzz() { COUNTS=$out/fuzz.count bash tools/fuzz.sh; }

stage_asan() { COUNTS=$out/asan.count bash tools/memory_check.sh asan; }

stage_valgrind() { COUNTS=$out/valgrind.count bash tools/memory_check.sh valgrind; }

# ---- set-up --------------------------------------------------------------------------------------
# Databases are copies: lad_extension has the extension, lad_template also the schema.
make_extension_database() {
  createdb lad_extension &&
    psql -Xq -d lad_extension -v ON_ERROR_STOP=1 \
      -c 'SET client_min_messages = warning; CREATE EXTENSION lad_ext CASCADE'
}

# make_database NAME: a copy of lad_template, which the first call makes.
make_database() {
  if ! psql -Xqd lad_template -c 'SELECT 1' >/dev/null 2>&1; then
    createdb -T lad_extension lad_template || return 1
    psql -Xqd lad_template -v ON_ERROR_STOP=1 -o /dev/null -c 'SELECT lad.install_schema()' ||
      { dropdb lad_template; return 1; }
  fi
  createdb -T lad_template "$1"
}

needs_server() { [[ " docs regress pgtap isolation tap crash " == *" $1 "* ]]; }

prepare_server() {
  echo "building lad_ext into a private PostgreSQL $pg_version tree"
  bash tools/server_tree.sh || return 1
  echo "starting a throw-away cluster"
  eval "$(bash tools/cluster.sh start check)" || return 1
  make_extension_database || { echo "the extension could not be created"; return 1; }
}

# Each step of the set-up is taken once, by the first stage that needs it.
packages=unknown server_state=unknown
prepare() {
  if [ "$packages" = unknown ]; then
    local extra=
    [[ " $stages " != *" valgrind "* ]] || extra=valgrind
    if bash tools/setup.sh $extra; then packages=ready; else packages=failed; fi
  fi
  [ "$packages" = ready ] || return 1
  needs_server "$1" || return 0
  if [ "$server_state" = unknown ]; then
    if prepare_server; then server_state=ready; else server_state=failed; fi
  fi
  [ "$server_state" = ready ]
}

mkdir -p "$out"
rm -rf "${out:?}"/*
for stage in $stages; do
  [[ " $all_stages $extra_stages " == *" $stage "* ]] ||
    die "no stage $stage; there are: $all_stages $extra_stages"
done
for stage in $stages; do
  if prepare "$stage"; then
    run_stage "$stage"
  else
    echo "stage $stage: 0 passed, 1 failed (did not run: set-up failed)"
    total_failed=$((total_failed + 1))
  fi
done
[ "$total_failed" = 0 ]
status=$?
echo "$total_passed passed, $total_failed failed" | tee "$out/total"
exit $status
