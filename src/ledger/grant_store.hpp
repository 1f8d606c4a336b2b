#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ledger/grants.hpp"

/// SQL of credit grants. What writes runs under the lock of the wallet, which guards its grants
/// too.
namespace lad::ledger::store {

/// Grants of the wallets of which something remains.
std::vector<Grant> read_open_grants(const Uuid& tenant_id, const std::vector<Uuid>& wallet_ids);

/// The grants that a row and its reversals have spent; those that were taken back are left out.
std::vector<SpentGrant> read_spent(const Uuid& tenant_id, const Uuid& transaction_id);

/// Sum of the grants that a row brought.
Decimal read_brought(const Uuid& tenant_id, const Uuid& transaction_id);

/// Writes new grants, what rows have spent of grants, and what remains of these.
void save_grants(const Uuid& tenant_id, const GrantBook& book);

/// Notes that the grants which a row brought were taken back.
void void_grants(const Uuid& tenant_id, const Uuid& transaction_id);

/// A wallet with expired credits that no row of the ledger has taken yet.
struct DueWallet {
  Uuid tenant_id;
  Uuid wallet_id;
};

/// In key order, of one tenant or of all.
std::vector<DueWallet> read_due(const std::optional<Uuid>& tenant_id, int limit);

/// Where grants contradict their burns or their wallet; one wallet, or all that are visible.
struct GrantProblem {
  Uuid wallet_id;
  std::string what;
  std::string detail;
};
std::vector<GrantProblem> read_grant_problems(const std::optional<Uuid>& only);

}  // namespace lad::ledger::store
