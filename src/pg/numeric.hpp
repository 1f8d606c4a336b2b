#pragma once

#include "core/decimal.hpp"
#include "pg/postgres.hpp"

/// Reading and building `numeric` through its on-disk layout (src/backend/utils/adt/numeric.c:
/// base-10000 digits behind a short or long header). Several times faster than the send/in
/// functions, which stay as the test oracle.
namespace lad::pg {

/// Units of 10^-scale of a detoasted numeric. NaN and infinity: invalid_argument (22023); more
/// significant decimals than the scale: inexact_amount (LD302); too large: out_of_range (22003).
detail::NativeInt128 read_numeric_units(Datum numeric, int scale);

Decimal read_decimal(Datum numeric);
Rate read_rate(Datum numeric);

/// A palloc'd numeric; call it inside a guard.
Datum build_numeric(detail::NativeInt128 units, int scale);

}  // namespace lad::pg
