#include "core/error.hpp"
#include "partitions/conversion_step_store.hpp"
#include "partitions/conversion_store.hpp"
#include "partitions/preflight_store.hpp"
#include "pg/args.hpp"
#include "pg/journal.hpp"
#include "pg/name.hpp"
#include "pg/result.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"
#include "pg/worker.hpp"

namespace lad::partitions {
namespace {

using pg::Args;
using pg::TableId;

/// What a preflight supposes; only far keys depend on it.
constexpr Step kMonth{Step::Unit::month, 1};

struct Request {
  TableId table;
  std::string column;
  pg::Interval step;
  std::int32_t batch_rows;
  std::optional<std::int32_t> max_rows_per_second;
};

std::int32_t positive(std::int32_t value, const char* name) {
  if (value > 0) return value;
  throw Error{ErrorCode::invalid_argument, std::string(name) + " must be positive"};
}

Request read_request(const Args& args) {
  Request request{};
  request.table = args.get<TableId>(0, "table_name");
  request.column = args.get<pg::NameText>(1, "column_name").text;
  request.step = args.get<pg::Interval>(2, "step");
  request.batch_rows = positive(args.get<std::int32_t>(3, "batch_rows"), "batch_rows");
  request.max_rows_per_second = args.get_optional<std::int32_t>(4);
  if (request.max_rows_per_second) positive(*request.max_rows_per_second, "max_rows_per_second");
  return request;
}

std::string text_of(const pg::Interval& step) {
  return std::to_string(step.months) + " months " + std::to_string(step.days) + " days " +
         std::to_string(step.us) + " microseconds";
}

[[noreturn]] void refuse(const std::vector<store::ConversionBlocker>& blockers) {
  std::string detail;
  for (const auto& blocker : blockers) {
    if (detail.size() + blocker.detail.size() > 900) {
      detail += " And more.";
      break;
    }
    detail += (detail.empty() ? "" : " ") + blocker.detail;
  }
  throw Error{ErrorCode::conversion_refused, "the table cannot be converted", detail,
              "Follow the remedies of lad.convert_preflight."};
}

Uuid start_conversion(const Request& request) {
  store::require_job_tables();
  const store::PlainTable table = store::read_plain_table(request.table, request.column);
  const Step step = read_step(request.step.months, request.step.days, request.step.us, table.kind);
  store::lock_starts();
  if (const auto open = store::open_job_of(table.schema, table.name)) {
    store::resume_job(*open);
    pg::start_long_job(*open);
    return *open;
  }
  const auto blockers = store::blockers_of(table, request.column, step);
  if (!blockers.empty()) refuse(blockers);
  store::Conversion conversion;
  conversion.schema = table.schema;
  conversion.table = table.name;
  conversion.column = request.column;
  conversion.batch_rows = request.batch_rows;
  conversion.max_rows_per_second = request.max_rows_per_second;
  conversion.original = table.id.oid;
  conversion.shape = store::shape_of(table.id);
  const Uuid job = store::add_job(conversion, text_of(request.step));
  pg::start_long_job(job);
  return job;
}

}  // namespace

/// lad.convert_preflight: everything that forbids to convert a table.
LAD_FUNCTION(lad_convert_preflight) {
  const Args args{fcinfo};
  const auto id = args.get<TableId>(0, "table_name");
  const std::string column = args.get<pg::NameText>(1, "column_name").text;
  const auto blockers = pg::with_spi(
      [&] { return store::blockers_of(store::read_plain_table(id, column), column, kMonth); });
  pg::RowSet set{fcinfo};
  for (const auto& blocker : blockers) set.add(blocker.kind, blocker.detail, blocker.remedy);
  return set.done();
}

/// lad.convert_to_partitioned: start the job, or go on with it.
LAD_FUNCTION(lad_convert_to_partitioned) {
  const Request request = read_request(Args{fcinfo});
  return pg::to_datum(pg::with_spi([&] { return start_conversion(request); }));
}

/// lad.convert_status: how far the conversions are.
LAD_FUNCTION(lad_convert_status) {
  const auto statuses = pg::with_spi([] { return store::statuses(); });
  pg::RowSet set{fcinfo};
  for (const store::Status& s : statuses) {
    set.add(s.job, s.parent, s.phase, s.pid, s.done, s.total, s.rate, s.eta, s.error);
  }
  return set.done();
}

/// lad.convert_step: what the background worker does.
LAD_FUNCTION(lad_convert_step) {
  const Uuid job = Args{fcinfo}.get<Uuid>(0, "job");
  if (!pg::is_superuser()) {
    throw Error{ErrorCode::privilege, "permission denied to work on a conversion", "",
                "The background worker does it."};
  }
  const store::StepResult result = pg::with_spi([&] { return store::do_step(job); });
  return pg::to_row(fcinfo, result.phase, result.state, result.pause_ms);
}

/// lad.convert_abort: leave the plain table as it was.
LAD_FUNCTION(lad_convert_abort) {
  const Uuid job = Args{fcinfo}.get<Uuid>(0, "job");
  pg::with_spi([&] { store::abort_conversion(job); });
  return pg::void_datum();
}

/// lad.convert_finish: drop the kept table.
LAD_FUNCTION(lad_convert_finish) {
  const Uuid job = Args{fcinfo}.get<Uuid>(0, "job");
  pg::with_spi([&] { store::finish_conversion(job); });
  return pg::void_datum();
}

/// lad.hash_row: what copies of a row are compared by.
LAD_FUNCTION(lad_hash_row) {
  return pg::to_datum(pg::hash_row(Args{fcinfo}.datum(0)));
}

/// lad.journal_change: the trigger that notes keys of changed rows.
LAD_FUNCTION(lad_journal_change) {
  pg::journal_change(fcinfo);
  return pg::void_datum();
}

/// lad.keep_original: the trigger on a kept table.
LAD_FUNCTION(lad_keep_original) {
  throw Error{ErrorCode::conversion_refused, "the table was converted and is kept as it was",
              "Its rows live in the partitioned table.",
              "Write to the partitioned table; lad.convert_finish drops this one."};
}

}  // namespace lad::partitions
