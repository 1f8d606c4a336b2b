#pragma once

#include <vector>

#include "ledger/batch.hpp"
#include "ledger/entry.hpp"
#include "pg/context.hpp"

/// What one call changes: wallets under their locks, and the rows it adds to them.
namespace lad::ledger::store {

class Change {
 public:
  Wallets wallets;             ///< they stand at the last row of `entries`
  std::vector<Entry> entries;  ///< in the order they were decided

  /// A wallet of the change; throws wallet_not_found (LD205).
  wallet::Wallet& wallet(const Uuid& wallet_id);

  /// Who posts and when, with the identifier of the next row.
  Circumstances next() const;
  std::int64_t now_us() const { return now_.now_us; }

 private:
  friend Change lock(const pg::TenantContext& context, const Uuid& wallet_id);
  friend Change lock_all(const pg::TenantContext& context, std::vector<Uuid> wallet_ids);
  friend bool save(const Change& change);

  Change(const pg::TenantContext& context, std::vector<wallet::Wallet> locked);
  void expire_holds();

  Circumstances now_;
  std::vector<wallet::Wallet> before_;  ///< as locked
  std::vector<Uuid> expired_;           ///< holds that this change closes because they are over
};

/// The wallet under its lock; throws wallet_not_found (LD205). Holds of it that have expired are
/// closed by the change. The time is read under the lock, so it does not run against `seq`.
Change lock(const pg::TenantContext& context, const Uuid& wallet_id);

/// The same for those of the wallets that exist, locked in the order of their identifiers.
Change lock_all(const pg::TenantContext& context, std::vector<Uuid> wallet_ids);

/// Writes rows, expired holds and wallets. False, with nothing written, when another transaction
/// has posted one of the keys meanwhile.
bool save(const Change& change);

}  // namespace lad::ledger::store
