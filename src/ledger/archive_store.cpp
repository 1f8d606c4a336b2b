#include "ledger/archive_store.hpp"

#include <string>
#include <vector>

#include "ledger/both_tables.hpp"
#include "pg/horizon.hpp"
#include "pg/spi.hpp"

namespace lad::ledger::store {
namespace {

constinit pg::Plan<Uuid, std::string, std::int32_t> kChoose{
    "SELECT l.id FROM lad_data.billing_ledger_transactions l"
    " WHERE l.tenant_id = $1 AND l.transaction_type <> 'topup' AND l.reverses_id IS NULL"
    " AND l.reference_type IS DISTINCT FROM 'invoice'"
    " AND l.created_at < (SELECT max(i.period_end) FROM lad_data.billing_invoices i"
    "  WHERE i.tenant_id = $1 AND i.status = 'paid')"
    " AND age(l.xmin) > age($2::xid)"
    " AND NOT EXISTS (SELECT FROM lad_data.billing_ledger_transactions r"
    "  WHERE r.tenant_id = $1 AND r.reverses_id = l.id)"
    " AND NOT EXISTS (SELECT FROM lad_data.billing_grant_burns b"
    "  WHERE b.tenant_id = $1 AND b.transaction_id = l.id)"
    " AND NOT EXISTS (SELECT FROM lad_data.billing_invoices i"
    "  WHERE i.tenant_id = $1 AND i.payment_transaction_id = l.id)"
    " AND NOT EXISTS (SELECT FROM lad_data.billing_usage_events e"
    "  LEFT JOIN lad_data.billing_invoices i ON i.tenant_id = $1 AND i.id = e.invoice_id"
    "  WHERE e.tenant_id = $1 AND e.ledger_transaction_id = l.id"
    "  AND i.status IS DISTINCT FROM 'paid')"
    " ORDER BY l.created_at LIMIT $3 FOR UPDATE OF l SKIP LOCKED"};

// Asked of rows that are locked: nothing can come to refer to them any more, but something may have
// while they were chosen. Whoever has locked a usage event may be about to reverse its debit: the
// event comes before the row in the order of locks, so that one is left for another time.
constinit pg::Plan<Uuid, std::vector<Uuid>> kStillFree{
    "WITH locked AS MATERIALIZED (SELECT e.id FROM lad_data.billing_usage_events e"
    "  WHERE e.tenant_id = $1 AND e.ledger_transaction_id = ANY ($2)"
    "  FOR UPDATE OF e SKIP LOCKED)"
    " SELECT chosen.id FROM unnest($2) AS chosen (id)"
    " WHERE NOT EXISTS (SELECT FROM lad_data.billing_ledger_transactions r"
    "  WHERE r.tenant_id = $1 AND r.reverses_id = chosen.id)"
    " AND NOT EXISTS (SELECT FROM lad_data.billing_grant_burns b"
    "  WHERE b.tenant_id = $1 AND b.transaction_id = chosen.id)"
    " AND NOT EXISTS (SELECT FROM lad_data.billing_invoices i"
    "  WHERE i.tenant_id = $1 AND i.payment_transaction_id = chosen.id)"
    " AND NOT EXISTS (SELECT FROM lad_data.billing_usage_events e"
    "  WHERE e.tenant_id = $1 AND e.ledger_transaction_id = chosen.id"
    "  AND NOT EXISTS (SELECT FROM locked WHERE locked.id = e.id))"};

constinit pg::Plan<Uuid, std::vector<Uuid>> kRelease{
    "UPDATE lad_data.billing_usage_events"
    " SET archived_transaction_id = ledger_transaction_id, ledger_transaction_id = NULL"
    " WHERE tenant_id = $1 AND ledger_transaction_id = ANY ($2)"};

constinit pg::Plan<Uuid, std::vector<Uuid>> kMove{
    "WITH moved AS (DELETE FROM lad_data.billing_ledger_transactions"
    " WHERE tenant_id = $1 AND id = ANY ($2) RETURNING *)"
    " INSERT INTO lad_data.billing_ledger_archive (" LAD_LEDGER_COLUMNS
    ") SELECT " LAD_LEDGER_COLUMNS " FROM moved"};

// Before the row: whoever voids or corrects the use holds its event when it comes for the row.
constinit pg::Plan<Uuid, Uuid> kLockUse{
    "SELECT FROM lad_data.billing_usage_events"
    " WHERE tenant_id = $1 AND archived_transaction_id = $2 FOR NO KEY UPDATE"};

constinit pg::Plan<Uuid, Uuid> kMoveBack{
    "WITH moved AS (DELETE FROM lad_data.billing_ledger_archive"
    " WHERE tenant_id = $1 AND id = $2 RETURNING *)"
    " INSERT INTO lad_data.billing_ledger_transactions (" LAD_LEDGER_COLUMNS
    ") SELECT " LAD_LEDGER_COLUMNS " FROM moved"};

constinit pg::Plan<Uuid, Uuid> kRefer{
    "UPDATE lad_data.billing_usage_events"
    " SET ledger_transaction_id = archived_transaction_id, archived_transaction_id = NULL"
    " WHERE tenant_id = $1 AND archived_transaction_id = $2"};

std::vector<Uuid> read_ids(const pg::Rows& rows) {
  std::vector<Uuid> ids;
  for (std::uint64_t row = 0; row < rows.size(); ++row) ids.push_back(rows.get<Uuid>(row, 0));
  return ids;
}

constinit bool archiving = false;

/// Opens the ledger's guard for one statement, and closes it on an exception too.
class ArchivingScope {
 public:
  ArchivingScope() { archiving = true; }
  ~ArchivingScope() { archiving = false; }
};

}  // namespace

std::int64_t archive(const Uuid& tenant_id, std::int32_t max_rows) {
  const auto oldest = std::to_string(pg::oldest_unseen_transaction());
  const auto chosen = read_ids(kChoose.run(tenant_id, oldest, max_rows));
  if (chosen.empty()) return 0;
  const auto ids = read_ids(kStillFree.run(tenant_id, chosen));
  kRelease.run(tenant_id, ids);
  const ArchivingScope scope;
  return static_cast<std::int64_t>(kMove.run(tenant_id, ids).processed());
}

void recall(const Uuid& tenant_id, const Uuid& transaction_id) {
  kLockUse.run(tenant_id, transaction_id);
  {
    const ArchivingScope scope;
    if (kMoveBack.run(tenant_id, transaction_id).processed() == 0) return;
  }
  kRefer.run(tenant_id, transaction_id);
}

bool is_archiving() {
  return archiving;
}

}  // namespace lad::ledger::store
