#include "catalog/legacy_store.hpp"
#include "catalog/store.hpp"
#include "pg/as_owner.hpp"
#include "pg/event_trigger.hpp"
#include "pg/restore.hpp"
#include "pg/result.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"
#include "pg/trigger.hpp"

namespace lad::catalog {
namespace {

struct Migration {
  bool is_new = false;
  std::vector<store::MemberReport> members;
};

Migration migrate() {
  store::lock_installation();
  const pg::DdlHold hold;
  const pg::ActAsOwner owner{"lad_owner"};
  Migration migration;
  migration.is_new = !store::is_migrated("lad_data", "user_credits");
  if (migration.is_new) store::migrate_credits();
  migration.members = store::read_report();
  return migration;
}

}  // namespace

/// lad.migrate_credits: older balances into wallets and ledger.
LAD_FUNCTION(lad_migrate_credits) {
  pg::require_caller("lad_owner", "migrate credits");
  pg::require_caller("lad_service", "migrate credits");
  const Migration migration = pg::with_spi(migrate);
  pg::RowSet set{fcinfo};
  for (const store::MemberReport& member : migration.members) {
    set.add(member.tenant_id, member.user_id, member.wallet_id, member.balance, member.opening,
            member.transactions, member.transaction_total, member.difference,
            std::string{migration.is_new ? "migrated" : "exists"});
  }
  return set.done();
}

LAD_FUNCTION(lad_guard_history) {
  const pg::TriggerCall call{fcinfo};
  if (pg::is_restoring()) return call.proceed();
  throw Error{ErrorCode::immutable_record, "the table is kept for its history and never changes"};
}

}  // namespace lad::catalog
