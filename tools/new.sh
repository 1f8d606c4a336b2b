#!/usr/bin/env bash
# new.sh CAPABILITY [NUMBER]: skeletons of a new capability, which build and pass as they are, and
# its entries in the Makefile and in the room list. NUMBER orders its part of the script (90).
set -euo pipefail
cap=${1:-} number=${2:-90}
cd "$(dirname "$0")/.."
[[ $cap =~ ^[a-z][a-z0-9]*$ ]] || { echo "usage: make new CAP=name [N=90]" >&2; exit 2; }
[ ! -e "src/$cap" ] || { echo "new: src/$cap exists" >&2; exit 1; }

mkdir -p "src/$cap" test/unit test/sql expected

cat > "sql/lad/${number}_$cap.sql" <<SQL
-- ${cap}: what this capability is for.

CREATE FUNCTION lad.add_to_$cap(amount numeric) RETURNS numeric
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'lad_add_to_$cap';
REVOKE ALL ON FUNCTION lad.add_to_$cap(numeric) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.add_to_$cap(numeric) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.add_to_$cap(numeric) IS
    'Adds amount to the base; 22023 when it is negative.';
SQL

cat > "src/$cap/$cap.hpp" <<CPP
#pragma once

#include "core/decimal.hpp"

/// Rules of $cap.
namespace lad::$cap {

/// base + amount. Throws invalid_argument (22023) for a negative amount.
Decimal add(const Decimal& base, const Decimal& amount);

}  // namespace lad::$cap
CPP

cat > "src/$cap/$cap.cpp" <<CPP
#include "$cap/$cap.hpp"

#include "core/error.hpp"

namespace lad::$cap {

Decimal add(const Decimal& base, const Decimal& amount) {
  if (amount.is_negative()) {
    throw Error{ErrorCode::invalid_argument, "amount must not be negative"};
  }
  return base + amount;
}

}  // namespace lad::$cap
CPP

cat > "src/$cap/store.hpp" <<CPP
#pragma once

#include "core/decimal.hpp"

/// SQL of $cap.
namespace lad::$cap::store {

Decimal read_base();

}  // namespace lad::$cap::store
CPP

cat > "src/$cap/store.cpp" <<CPP
#include "$cap/store.hpp"

#include "pg/numeric.hpp"
#include "pg/spi.hpp"

namespace lad::$cap::store {
namespace {

constinit pg::Plan<> kReadBase{"SELECT 1::numeric"};

}  // namespace

Decimal read_base() {
  return kReadBase.run().get<Decimal>(0, 0);
}

}  // namespace lad::$cap::store
CPP

cat > "src/$cap/functions.cpp" <<CPP
#include "$cap/$cap.hpp"
#include "$cap/store.hpp"
#include "pg/args.hpp"
#include "pg/result.hpp"
#include "pg/spi.hpp"

namespace store = lad::$cap::store;
using lad::Decimal;

/// lad.add_to_$cap
LAD_FUNCTION(lad_add_to_$cap) {
  const Decimal amount = lad::pg::Args{fcinfo}.get<Decimal>(0, "amount");
  const Decimal base = lad::pg::with_spi([] { return store::read_base(); });
  return lad::pg::to_datum(lad::$cap::add(base, amount));
}
CPP

cat > "test/unit/${cap}_test.cpp" <<CPP
#include "$cap/$cap.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace lad::$cap {
namespace {

TEST(Add, AddsToTheBase) {
  EXPECT_EQ(add(Decimal::parse("1"), Decimal::parse("2.5")), Decimal::parse("3.5"));
}

TEST(Add, RefusesNegativeAmounts) {
  EXPECT_THROW(add(Decimal::parse("1"), Decimal::parse("-1")), Error);
}

}  // namespace
}  // namespace lad::$cap
CPP

cat > "test/sql/$cap.sql" <<SQL
SELECT lad.add_to_$cap(2.5);
SELECT lad.add_to_$cap(-1);
SQL

cat > "expected/$cap.out" <<OUT
SELECT lad.add_to_$cap(2.5);
$(printf ' add_to_%s ' "$cap")
$(printf -- '-%.0s' $(seq $((${#cap} + 9))))
$(printf '%*s' $((${#cap} + 8)) 3.500000)
(1 row)

SELECT lad.add_to_$cap(-1);
ERROR:  amount must not be negative
OUT

# The order of includes depends on the name.
if command -v clang-format >/dev/null; then
  clang-format -i "src/$cap"/*.cpp "src/$cap"/*.hpp "test/unit/${cap}_test.cpp"
fi

# The last entry of each list is followed by the new one.
perl -0pi -e 's{(SQL_PARTS := (?:.*\\\n)*.*\S)(\s*\n)}{$1 \\\n\tsql/lad/'"${number}_$cap"'.sql$2}' Makefile
perl -pi -e 's/(qw\(crypto [^)]*)\)/$1 '"$cap"')/' test/lint/rooms.sh

echo "new capability $cap: sql/lad/${number}_$cap.sql, src/$cap/, test/unit/${cap}_test.cpp, test/sql/$cap.sql, expected/$cap.out"
echo "next: make check-unit, then make docs check; and a line in CHANGELOG.md"
