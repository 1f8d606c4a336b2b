#include "jobs/hooks.hpp"

#include "jobs/long_job_store.hpp"
#include "pg/as_owner.hpp"
#include "pg/context.hpp"
#include "pg/worker.hpp"

namespace lad::jobs {
namespace {

constexpr const char* kSettling = "settle";

/// Reads and writes the job itself, which services only read.
pg::LongJobRow own_row(const Uuid& job) {
  const pg::ActAsOwner owner{"lad_owner"};
  return pg::read_long_job(job);
}

void begin_settling(const Uuid& job) {
  const pg::LongJobRow row = own_row(job);
  const pg::ActAsOwner owner{"lad_owner"};
  const std::int64_t total = row.total ? *row.total : store::count_unsettled();
  pg::report_progress(job, kSettling, row.done, total);
}

/// How many events this transaction has settled, charged or failed.
std::int64_t settle_some(const Uuid& job) {
  pg::enter_service_context(Uuid{});
  const std::int64_t settled = store::settle_some();
  const pg::LongJobRow row = own_row(job);
  const pg::ActAsOwner owner{"lad_owner"};
  pg::report_progress(job, kSettling, row.done + settled, row.total);
  return settled;
}

}  // namespace

void settle(const Uuid& job) {
  pg::worker_transaction([&] { begin_settling(job); });
  pg::become("lad_service");
  while (pg::worker_transaction([&] { return settle_some(job); }) > 0) {
  }
}

}  // namespace lad::jobs
