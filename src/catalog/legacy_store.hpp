#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/decimal.hpp"
#include "core/uuid.hpp"

/// Credits from before wallets: their tables, and the views that take their place.
namespace lad::catalog::store {

/// Whether the table has become a view by lad.migrate_credits.
bool is_migrated(const std::string& schema, const std::string& table);

/// Keeps the history read-only, also after the extension came back. Does nothing before the
/// migration.
void guard_history();

/// Moves every member's balance into a wallet, then puts the views in the tables' place. The
/// installation must be locked; runs as lad_owner.
void migrate_credits();

/// What the report of lad.migrate_credits says of a member; without a tenant, the sums.
struct MemberReport {
  std::optional<Uuid> tenant_id;
  std::optional<Uuid> user_id;
  std::optional<Uuid> wallet_id;
  Decimal balance;
  Decimal opening;
  std::int64_t transactions = 0;
  Decimal transaction_total;
  Decimal difference;
};
std::vector<MemberReport> read_report();

}  // namespace lad::catalog::store
