#include "pg/result.hpp"
#include "pg/session.hpp"
#include "pg/statistics.hpp"

using lad::pg::Counter;

LAD_FUNCTION(lad_read_ledger_stats) {
  const lad::pg::Statistics read = lad::pg::read_statistics();
  lad::pg::RowSet rows{fcinfo};
  rows.add(read[Counter::posts], read[Counter::replays], read[Counter::conflicts],
           read[Counter::refusals], read[Counter::lock_waits], read[Counter::early_releases],
           read[Counter::shared_flushes], read[Counter::durable_flushes], read[Counter::batches],
           read[Counter::batch_items], read[Counter::largest_batch], read.reset_at);
  return rows.done();
}

LAD_FUNCTION(lad_reset_ledger_stats) {
  lad::pg::reset_statistics();
  return lad::pg::void_datum();
}
