#pragma once

#include <map>
#include <vector>

#include "ledger/batch.hpp"
#include "ledger/entry.hpp"
#include "ledger/grants.hpp"
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

  /// A row that brings a credit grant, and the grant.
  void give(GrantMade made);

  /// Takes what the new rows spend from the credit grants of their wallets, gives back what they
  /// reverse, and adds a row for each grant that has expired. `save` does it too; call it before
  /// when what is available is told.
  void settle();

 private:
  friend Change lock(const pg::TenantContext& context, const Uuid& wallet_id);
  friend Change lock_all(const pg::TenantContext& context, std::vector<Uuid> wallet_ids);
  friend bool save(Change& change);

  Change(const pg::TenantContext& context, std::vector<wallet::Wallet> locked);
  void expire_holds();
  void open_grants();
  void lapse(bool is_dated);
  void burn(std::size_t row);
  void carry(const Entry& taken, const Entry& given);
  void reverse(const Entry& reversal);

  Circumstances now_;
  std::vector<wallet::Wallet> before_;  ///< as locked
  std::vector<Uuid> expired_;           ///< holds that this change closes because they are over
  std::map<Uuid, GrantBook> books_;     ///< by wallet; none for a wallet without grants
  std::vector<Uuid> voided_;            ///< rows whose grants are taken back
  std::size_t settled_ = 0;             ///< rows that `settle` has seen
};

/// The wallet under its lock; throws wallet_not_found (LD205). Holds of it that have expired are
/// closed by the change, and so are credit grants. The time is read under the lock, so it does not
/// run against `seq`.
Change lock(const pg::TenantContext& context, const Uuid& wallet_id);

/// The same for those of the wallets that exist, locked in the order of their identifiers.
Change lock_all(const pg::TenantContext& context, std::vector<Uuid> wallet_ids);

/// Writes rows, expired holds, credit grants and wallets. False, with nothing written, when another
/// transaction has posted one of the keys meanwhile.
bool save(Change& change);

}  // namespace lad::ledger::store
