#!/usr/bin/env bash
# Each rule must be able to fail: a tree that breaks exactly one rule is refused by that rule, and
# the untouched tree is accepted by all of them.
# Fix: a rule that cannot fail protects nothing; repair the rule, or give it a bad example here.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# The self-test is itself one of the rules: the others must not be misled by its own examples.
[ $# = 0 ] || exit 0
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
status=0 covered=" selftest "

fresh() {
  rm -rf "${tree:?}"/*
  mkdir -p "$tree/src/core" "$tree/src/pg" "$tree/src/wallet" "$tree/src/ledger" "$tree/sql/lad" \
    "$tree/tools" "$tree/test" "$tree/lexicon"
  cp "$here/../../.clang-format" "$tree/"
  echo 'SQL_PARTS := sql/lad/10_x.sql' > "$tree/Makefile"
  printf '#include "pg/spi.hpp"\n#include "wallet/store.hpp"\n' > "$tree/src/wallet/functions.cpp"
  printf '#include "wallet/wallet.hpp"\n' > "$tree/src/ledger/ledger.cpp"
  printf '#include <postgres.h>\n' > "$tree/src/pg/spi.cpp"
  printf 'set -eu\n' > "$tree/tools/a.sh"
  printf 'a b\tc\tnarrower\t0.7\ttitle\t\n' > "$tree/lexicon/b2b.tsv"
  cat > "$tree/sql/lad/10_x.sql" <<'SQL'
CREATE FUNCTION lad.f(a text) RETURNS int LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
  SET search_path = pg_catalog, lad, pg_temp AS $$ SELECT 1; $$;
COMMENT ON FUNCTION lad.f(text) IS 'one';
SQL
}

# refuses RULE FILE TEXT: TEXT appended to FILE must make RULE fail.
refuses() {
  local rule=$1 file=$2 text=$3
  covered="$covered$rule "
  fresh
  if ! bash "$here/$rule.sh" "$tree" >/dev/null 2>&1; then
    echo "$rule refuses a tree that keeps it"
    status=1
  fi
  printf '%b' "$text" >> "$tree/$file"
  if bash "$here/$rule.sh" "$tree" >/dev/null 2>&1; then
    echo "$rule accepts: $file: $text"
    status=1
  fi
}

refuses rooms src/core/a.cpp '#include "pg/spi.hpp"\n'
refuses rooms src/core/a.cpp '#include <openssl/evp.h>\n'
refuses rooms src/pg/a.cpp '#include "wallet/wallet.hpp"\n'
refuses rooms src/wallet/wallet.cpp '#include "ledger/ledger.hpp"\n'
refuses rooms src/ledger/ledger.cpp '#include "pg/spi.hpp"\n'
refuses rooms src/ledger/ledger.cpp '#include "ledger/store.hpp"\n'
refuses rooms src/ledger/functions.cpp '#include "wallet/store.hpp"\n'
refuses rooms src/ledger/store.cpp '#include "ledger/functions.hpp"\n'
refuses rooms src/wallet/store.cpp '#include "attic/attic.hpp"\n'
refuses server_calls src/ledger/ledger.cpp 'void f() { SPI_connect(); }\n'
refuses server_calls src/ledger/store.cpp 'try { g(); } catch (...) {}\n'
refuses server_calls src/core/a.cpp '#include <postgres.h>\n'
refuses sql_script sql/lad/10_x.sql 'CREATE OR REPLACE FUNCTION lad.f() RETURNS int LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT 1 $$;\n'
refuses sql_script sql/lad/10_x.sql 'CREATE FUNCTION lad.g() RETURNS int LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT 1 $$;\n'
refuses sql_script sql/lad/10_x.sql 'CREATE FUNCTION lad.f() RETURNS int LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER AS $$ SELECT 1 $$;\n'
refuses sql_script sql/lad/10_x.sql 'CREATE FUNCTION lad.f() RETURNS int LANGUAGE sql PARALLEL SAFE AS $$ SELECT 1 $$;\n'
refuses sql_script sql/lad/10_x.sql 'CREATE FUNCTION lad.f() RETURNS int LANGUAGE sql STABLE AS $$ SELECT 1 $$;\n'
refuses sql_script sql/lad/20_y.sql 'SELECT 1;\n'
refuses sizes src/core/a.cpp "$(printf '// x\\n%.0s' $(seq 501))"
refuses sizes src/core/a.cpp "int f() {\n$(printf '  g();\\n%.0s' $(seq 60))}\n"
refuses format src/core/a.cpp 'int  f( ) {return 1 ;}\n'
refuses shell tools/a.sh 'if true; then\n'
refuses machine_paths tools/a.sh "cd /ho""me/me/lad_ext\n"
for line in 'd\td\tsynonym\t1\ttitle\t' 'a b\tc\tsynonym\t1\ttitle\t' 'D\te\tsynonym\t1\ttitle\t' \
  'd\te\tantonym\t1\ttitle\t' 'd\te\tsynonym\t0\ttitle\t' 'd\te\tsynonym\t1\tsports\t' 'd\te\tsynonym\t1\ttitle' \
  'c\td\tnarrower\t1\ttitle\t\nd\ta b\tnarrower\t1\ttitle\t' 'c\ta b\tnarrower\t1\tgeneral\t' \
  'd\tlong d\tabbreviation\t1\ttitle\t' "$(printf 'd\\te%s\\tsynonym\\t1\\ttitle\\t\\n' {1..25})"; do
  refuses vocabulary lexicon/b2b.tsv "$line\n"
done
refuses unfinished src/core/a.cpp "// TO""DO later\n"

for rule in "$here"/*.sh; do
  rule=$(basename "$rule" .sh)
  [[ $covered == *" $rule "* ]] || { echo "$rule has no bad example in the self-test"; status=1; }
done
exit $status
