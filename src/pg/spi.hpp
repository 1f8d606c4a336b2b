#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "core/error.hpp"
#include "pg/boundary.hpp"
#include "pg/values.hpp"

/// SQL from C++: kept plans, run inside one guard a statement, rows read after it.
namespace lad::pg {

/// The rows of one statement: deformed and detoasted, so reading them cannot ERROR.
/// Valid until the enclosing with_spi ends.
class Rows {
 public:
  struct Storage {
    TupleDesc shape = nullptr;
    Datum* values = nullptr;
    bool* nulls = nullptr;
    int columns = 0;
    std::uint64_t count = 0;      // rows in `values`
    std::uint64_t processed = 0;  // rows the statement touched
  };
  explicit Rows(const Storage& storage) : storage_(storage) {}

  std::uint64_t size() const { return storage_.count; }
  bool empty() const { return storage_.count == 0; }
  std::uint64_t processed() const { return storage_.processed; }

  /// Column numbers count from 0, in the order of the SELECT or RETURNING list.
  bool is_null(std::uint64_t row, int column) const {
    return storage_.nulls[row * storage_.columns + column];
  }
  template <class T>
  T get(std::uint64_t row, int column) const {
    check(row, column, SqlType<T>::kOid);
    if (is_null(row, column)) throw Error{ErrorCode::internal, "unexpected null in a result"};
    return SqlType<T>::from_datum(storage_.values[row * storage_.columns + column]);
  }
  template <class T>
  std::optional<T> get_optional(std::uint64_t row, int column) const {
    check(row, column, SqlType<T>::kOid);
    if (is_null(row, column)) return std::nullopt;
    return SqlType<T>::from_datum(storage_.values[row * storage_.columns + column]);
  }

 private:
  void check(std::uint64_t row, int column, Oid type) const;

  Storage storage_;
};

/// Connects to SPI for the body. Return values, not Datums: SPI memory dies with it.
/// On an exception the connection is left to the (sub)transaction's abort.
template <class Body>
auto with_spi(Body&& body) {
  guard([] { SPI_connect(); });
  if constexpr (std::is_void_v<std::invoke_result_t<Body&>>) {
    body();
    guard([] { SPI_finish(); });
  } else {
    auto result = body();
    guard([] { SPI_finish(); });
    return result;
  }
}

/// Runs the body with a snapshot of this moment, also in a transaction that keeps its first one;
/// its plans run in it by run_in_snapshot.
template <class Body>
auto with_latest_snapshot(Body&& body) {
  guard([] { PushActiveSnapshot(GetLatestSnapshot()); });
  auto result = with_spi(std::forward<Body>(body));
  guard([] { PopActiveSnapshot(); });
  return result;
}

namespace detail {
/// Prepares and keeps a plan (inside a guard).
SPIPlanPtr keep_plan(const char* sql, const Oid* types, int count);
/// Runs a kept plan and deforms what it returned (inside a guard).
Rows::Storage execute_plan(SPIPlanPtr plan, Datum* values, const char* nulls, bool read_only);
/// Runs one statement that nobody keeps, such as DDL (inside a guard).
Rows::Storage execute_once(const char* sql);
/// The same with parameters (inside a guard).
Rows::Storage execute_once_with(const char* sql, int count, Oid* types, Datum* values,
                                const char* nulls);
}  // namespace detail

/// One statement with typed parameters, planned at first use and kept for the session.
/// `static constinit Plan<Uuid, Decimal> kPay{"UPDATE … WHERE id = $1"};`
template <class... Args>
class Plan {
 public:
  constexpr explicit Plan(const char* sql) : sql_(sql) {}

  /// Runs with a fresh snapshot that sees this transaction's own changes.
  Rows run(const Args&... args) { return execute(false, args...); }

  /// Runs with the snapshot of the calling statement: several reads of a STABLE function then
  /// agree with each other. The statement must not write.
  Rows run_in_snapshot(const Args&... args) { return execute(true, args...); }

 private:
  Rows execute(bool read_only, const Args&... args) {
    return Rows{guard([&] {
      if (plan_ == nullptr) {
        const std::array<Oid, sizeof...(Args) + 1> types{kSqlOid<Args>..., InvalidOid};
        plan_ = detail::keep_plan(sql_, types.data(), sizeof...(Args));
      }
      const std::array<Parameter, sizeof...(Args) + 1> parameters{to_parameter(args)..., {}};
      Datum values[sizeof...(Args) + 1];
      char nulls[sizeof...(Args) + 1];
      for (std::size_t i = 0; i < sizeof...(Args); ++i) {
        values[i] = parameters[i].value;
        nulls[i] = parameters[i].is_null ? 'n' : ' ';
      }
      return detail::execute_plan(plan_, values, nulls, read_only);
    })};
  }

  const char* sql_;
  SPIPlanPtr plan_ = nullptr;
};

/// Runs one statement that nobody keeps, such as DDL.
inline Rows run_once(const char* sql) {
  return Rows{guard([sql] { return detail::execute_once(sql); })};
}

/// Runs one statement with parameters that nobody keeps, because it names a table or a column that
/// the caller chose. Names in it must be quoted.
template <class... Args>
Rows run_once_with(const std::string& sql, const Args&... args) {
  return Rows{guard([&] {
    const std::array<Parameter, sizeof...(Args)> parameters{to_parameter(args)...};
    Oid types[] = {kSqlOid<Args>...};
    Datum values[sizeof...(Args)];
    char nulls[sizeof...(Args)];
    for (std::size_t i = 0; i < sizeof...(Args); ++i) {
      values[i] = parameters[i].value;
      nulls[i] = parameters[i].is_null ? 'n' : ' ';
    }
    return detail::execute_once_with(sql.c_str(), sizeof...(Args), types, values, nulls);
  })};
}

}  // namespace lad::pg
