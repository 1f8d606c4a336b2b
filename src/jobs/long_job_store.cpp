#include "jobs/long_job_store.hpp"

#include "pg/spi.hpp"

namespace lad::jobs::store {
namespace {

constinit pg::Plan<> kIsInstalled{
    "SELECT to_regclass('lad_data.long_jobs') IS NOT NULL"
    " AND to_regclass('lad_data.maintenance_jobs') IS NOT NULL"};

// What is done is told over the time since the first start, so a job that was resumed looks slower
// than it is, never faster.
constinit pg::Plan<> kProgress{
    "SELECT concat_ws(' ', kind, nullif(relation, '')),"
    " CASE state WHEN 'running' THEN phase ELSE state END, done, total, rate,"
    " CASE WHEN state = 'running' AND rate > 0 AND total >= done"
    "  THEN clock_timestamp() + (total - done) / rate * interval '1 second' END"
    " FROM lad_data.long_jobs, LATERAL (SELECT round(done / nullif(extract(epoch FROM"
    "  coalesce(finished_at, clock_timestamp()) - started_at), 0), 1) AS rate) AS r"
    " ORDER BY created_at, id"};

constinit pg::Plan<std::string> kAlone{
    "SELECT pg_advisory_xact_lock(hashtextextended('lad_ext long job ' || $1, 0))::text"};

constinit pg::Plan<std::string> kUnfinished{
    "SELECT id FROM lad_data.long_jobs WHERE kind = $1 AND state IN ('queued', 'running')"
    " ORDER BY created_at LIMIT 1"};

constinit pg::Plan<> kUnsettled{
    "SELECT count(*) FROM lad_data.billing_usage_events WHERE status IN ('pending', 'failed')"};

constinit pg::Plan<> kSettle{"SELECT count(*) FROM lad.settle_usage(500)"};

}  // namespace

void require_installed() {
  if (kIsInstalled.run().get<bool>(0, 0)) return;
  throw Error{ErrorCode::not_in_state, "the tables of jobs are not installed", "",
              "Run SELECT lad.install_schema()."};
}

std::vector<Progress> read_progress() {
  const pg::Rows rows = kProgress.run();
  std::vector<Progress> progress;
  for (std::uint64_t i = 0; i < rows.size(); ++i) {
    progress.push_back({rows.get<std::string>(i, 0), rows.get<std::string>(i, 1),
                        rows.get<std::int64_t>(i, 2), rows.get_optional<std::int64_t>(i, 3),
                        rows.get_optional<Decimal>(i, 4), rows.get_optional<pg::Timestamp>(i, 5)});
  }
  return progress;
}

std::optional<Uuid> find_unfinished(const std::string& kind) {
  kAlone.run(kind);
  const pg::Rows rows = kUnfinished.run(kind);
  if (rows.empty()) return std::nullopt;
  return rows.get<Uuid>(0, 0);
}

std::int64_t count_unsettled() {
  return kUnsettled.run().get<std::int64_t>(0, 0);
}

std::int64_t settle_some() {
  return kSettle.run().get<std::int64_t>(0, 0);
}

}  // namespace lad::jobs::store
