#include "pg/spi.hpp"

namespace lad::pg {

void Rows::check(std::uint64_t row, int column, Oid type) const {
  if (row >= storage_.count || column >= storage_.columns) {
    throw Error{ErrorCode::internal, "result row or column out of bounds"};
  }
  const Oid actual = TupleDescAttr(storage_.shape, column)->atttypid;
  const bool is_text = type == TEXTOID && (actual == VARCHAROID || actual == TEXTOID);
  if (actual != type && !is_text) {
    throw Error{ErrorCode::internal, "result column has an unexpected type",
                "Column " + std::to_string(column) + " has type " + std::to_string(actual) +
                    ", wanted " + std::to_string(type) + "."};
  }
}

namespace detail {
namespace {

Rows::Storage deform(SPITupleTable* table, std::uint64_t processed) {
  Rows::Storage storage;
  storage.processed = processed;
  if (table == nullptr) return storage;
  storage.shape = table->tupdesc;
  storage.columns = table->tupdesc->natts;
  storage.count = table->numvals;
  const std::size_t cells = storage.count * storage.columns;
  storage.values = static_cast<Datum*>(palloc(cells * sizeof(Datum) + 1));
  storage.nulls = static_cast<bool*>(palloc(cells * sizeof(bool) + 1));
  for (std::uint64_t row = 0; row < storage.count; ++row) {
    Datum* const values = storage.values + row * storage.columns;
    bool* const nulls = storage.nulls + row * storage.columns;
    heap_deform_tuple(table->vals[row], table->tupdesc, values, nulls);
    for (int column = 0; column < storage.columns; ++column) {
      if (!nulls[column] && TupleDescAttr(table->tupdesc, column)->attlen == -1) {
        values[column] = PointerGetDatum(PG_DETOAST_DATUM_PACKED(values[column]));
      }
    }
  }
  return storage;
}

void check_result(int code) {
  if (code < 0) elog(ERROR, "statement failed: %s", SPI_result_code_string(code));
}

}  // namespace

SPIPlanPtr keep_plan(const char* sql, const Oid* types, int count) {
  SPIPlanPtr plan = SPI_prepare(sql, count, const_cast<Oid*>(types));
  if (plan == nullptr) check_result(SPI_result);
  check_result(SPI_keepplan(plan));
  return plan;
}

Rows::Storage execute_plan(SPIPlanPtr plan, Datum* values, const char* nulls, bool read_only) {
  SPI_tuptable = nullptr;
  check_result(SPI_execute_plan(plan, values, nulls, read_only, 0));
  return deform(SPI_tuptable, SPI_processed);
}

Rows::Storage execute_once(const char* sql) {
  SPI_tuptable = nullptr;
  check_result(SPI_execute(sql, false, 0));
  return deform(SPI_tuptable, SPI_processed);
}

Rows::Storage execute_once_with(const char* sql, int count, Oid* types, Datum* values,
                                const char* nulls) {
  SPI_tuptable = nullptr;
  check_result(SPI_execute_with_args(sql, count, types, values, nulls, false, 0));
  return deform(SPI_tuptable, SPI_processed);
}

}  // namespace detail
}  // namespace lad::pg
