#include "jobs/long_job_store.hpp"
#include "pg/as_owner.hpp"
#include "pg/result.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"
#include "pg/worker.hpp"

namespace pg = lad::pg;
namespace store = lad::jobs::store;
using lad::Uuid;

LAD_FUNCTION(lad_progress) {
  pg::RowSet set{fcinfo};
  const auto progress = pg::with_spi([] {
    const pg::ActAsOwner owner{"lad_owner"};
    store::require_installed();
    return store::read_progress();
  });
  for (const store::Progress& row : progress) {
    set.add(row.what, row.phase, row.done, row.total, row.rate, row.eta);
  }
  return set.done();
}

LAD_FUNCTION(lad_settle_in_background) {
  return pg::to_datum(pg::with_spi([] {
    const pg::ActAsOwner owner{"lad_owner"};
    store::require_installed();
    if (const auto job = store::find_unfinished("settle")) return *job;
    return pg::request_long_job("settle", "", "{}");
  }));
}
