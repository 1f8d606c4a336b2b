// SQL functions that misbehave on purpose, to test the border between C++ and PostgreSQL.
// Built into a library of its own by test/tap/boundary.pl; never part of lad_ext.
#include <cstdio>
#include <new>
#include <random>
#include <stdexcept>

#include "core/error.hpp"
#include "core/int128.hpp"
#include "pg/args.hpp"
#include "pg/numeric.hpp"
#include "pg/result.hpp"
#include "pg/savepoint.hpp"
#include "pg/spi.hpp"

extern "C" {
PG_MODULE_MAGIC;
}

namespace {

using lad::Error;
using lad::pg::Args;

[[noreturn]] void misbehave(const std::string& how) {
  if (how == "bad_alloc") throw std::bad_alloc{};
  if (how == "overflow") throw std::overflow_error{"too much"};
  if (how == "runtime") throw std::runtime_error{"something broke"};
  if (how == "foreign") throw 42;
  if (how == "long") throw std::runtime_error{std::string(100000, 'x')};
  if (how == "utf8") {
    std::string text;
    while (text.size() < 3000) text += "\xE2\x82\xAC";  // euro signs, to be cut between characters
    throw Error{lad::ErrorCode::invalid_argument, text};
  }
  if (how == "checked") {
    lad::Int128 large = 1;
    for (int i = 0; i < 200; ++i) large *= 10;
  }
  throw Error{lad::ErrorCode::internal, "unknown misbehaviour"};
}

std::int64_t resident_kilobytes() {
  long pages = 0;
  long resident = 0;
  if (FILE* file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%ld %ld", &pages, &resident) != 2) resident = 0;
    std::fclose(file);
  }
  return resident * 4;
}

std::string random_decimal(std::mt19937_64& random, int scale, int integer_digits) {
  std::string text = random() % 2 == 0 ? "" : "-";
  const int digits = static_cast<int>(random() % (integer_digits + 1));
  for (int i = 0; i < digits; ++i) text += static_cast<char>('0' + random() % 10);
  if (digits == 0) text += '0';
  const int decimals = static_cast<int>(random() % (scale + 1));
  if (decimals > 0) text += '.';
  // Runs of zeros exercise the digits that the layout leaves out.
  const bool zeros = random() % 3 == 0;
  for (int i = 0; i < decimals; ++i) {
    text += zeros && random() % 4 != 0 ? '0' : static_cast<char>('0' + random() % 10);
  }
  return text;
}

Datum numeric_in_datum(const char* text) {
  return DirectFunctionCall3(numeric_in, CStringGetDatum(text), ObjectIdGetDatum(InvalidOid),
                             Int32GetDatum(-1));
}

/// The server's own binary form, without the display scale: numbers equal by it are equal.
bool same_by_send(Datum a, Datum b) {
  bytea* const left = DatumGetByteaPP(DirectFunctionCall1(numeric_send, a));
  bytea* const right = DatumGetByteaPP(DirectFunctionCall1(numeric_send, b));
  const auto body = [](bytea* image) {
    std::string text{VARDATA_ANY(image), VARSIZE_ANY_EXHDR(image)};
    text.erase(6, 2);  // int16 count, weight, sign, display scale, digits
    return text;
  };
  return body(left) == body(right);
}

template <class Fixed>
bool survives_layout(const std::string& text) {
  const Datum original = lad::pg::guard([&] { return numeric_in_datum(text.c_str()); });
  const Fixed read = Fixed::from_native(lad::pg::read_numeric_units(original, Fixed::kScale));
  if (read != Fixed::parse(text)) return false;
  const Datum built =
      lad::pg::guard([&] { return lad::pg::build_numeric(read.native_units(), Fixed::kScale); });
  return same_by_send(original, built);
}

}  // namespace

LAD_FUNCTION(probe_raise) {
  const int number = Args{fcinfo}.get<std::int32_t>(0, "number");
  const lad::ErrorInfo& info = lad::error_catalog()[number];
  throw Error{info.code, "raised " + std::string{info.name}, "A detail.", "A hint."};
}

LAD_FUNCTION(probe_errors) {
  lad::pg::RowSet rows{fcinfo};
  std::int32_t number = 0;
  for (const lad::ErrorInfo& info : lad::error_catalog()) {
    rows.add(number++, std::string{info.name}, std::string{info.sqlstate});
  }
  return rows.done();
}

LAD_FUNCTION(probe_misbehave) {
  misbehave(Args{fcinfo}.get<std::string>(0, "how"));
}

LAD_FUNCTION(probe_run) {
  const auto sql = Args{fcinfo}.get<std::string>(0, "sql");
  const std::string owned(1000, 'o');  // must be destroyed when the statement fails
  return Int64GetDatum(lad::pg::with_spi(
      [&] { return static_cast<std::int64_t>(lad::pg::run_once(sql.c_str()).processed()); }));
}

LAD_FUNCTION(probe_survive) {
  const auto sql = Args{fcinfo}.get<std::string>(0, "sql");
  const auto survived = lad::pg::Savepoint::attempt(
      [&] { lad::pg::with_spi([&] { lad::pg::run_once(sql.c_str()); }); });
  return lad::pg::to_datum(survived ? survived->sqlstate + ": " + survived->message
                                    : std::string{"fine"});
}

LAD_FUNCTION(probe_survive_throw) {
  const auto how = Args{fcinfo}.get<std::string>(0, "how");
  const auto survived = lad::pg::Savepoint::attempt([&] { misbehave(how); });
  return lad::pg::to_datum(survived->sqlstate + ": " + survived->message);
}

LAD_FUNCTION(probe_resident) {
  return Int64GetDatum(resident_kilobytes());
}

LAD_FUNCTION(probe_spin) {
  for (;;) lad::pg::poll_interrupts();
}

LAD_FUNCTION(probe_numerics) {
  const Args args{fcinfo};
  const auto count = args.get<std::int32_t>(0, "count");
  std::mt19937_64 random{static_cast<std::uint64_t>(args.get<std::int64_t>(1, "seed"))};
  std::int64_t wrong = 0;
  MemoryContext const scratch = lad::pg::guard(
      [] { return AllocSetContextCreate(CurrentMemoryContext, "probe", ALLOCSET_DEFAULT_SIZES); });
  MemoryContext const outer = MemoryContextSwitchTo(scratch);
  for (int i = 0; i < count; ++i) {
    const std::string money = random_decimal(random, lad::Decimal::kScale, 14);
    const std::string rate = random_decimal(random, lad::Rate::kScale, 10);
    wrong += !survives_layout<lad::Decimal>(money) + !survives_layout<lad::Rate>(rate);
    MemoryContextReset(scratch);
  }
  MemoryContextSwitchTo(outer);
  return Int64GetDatum(wrong);
}
