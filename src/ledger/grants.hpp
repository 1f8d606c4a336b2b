#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/decimal.hpp"
#include "core/uuid.hpp"
#include "ledger/ledger.hpp"

/// Credit grants: credits that were given, are spent before other money, and may expire.
///
/// What remains of a wallet's grants is part of its balance and never more than it. Money without
/// a grant is spent last. An open hold counts on granted credits first, as its capture spends them
/// first: what it counts on outlives its expiry until the hold is closed.
namespace lad::ledger {

/// A grant as stored. Times in µs since 1970-01-01 UTC.
struct Grant {
  Uuid id;
  Uuid wallet_id;
  Uuid transaction_id;  ///< ledger row that brought the credits
  std::string source;
  Decimal amount;
  Decimal remaining;
  std::int32_t priority = 50;
  std::int64_t effective_at_us = 0;
  std::optional<std::int64_t> expires_at_us = {};
  std::int64_t created_at_us = 0;
  std::string idempotency_key = {};
};

bool is_expired(const Grant& grant, std::int64_t now_us);

/// Order of spending: lower priority number, then earlier expiry, then older.
bool spends_before(const Grant& a, const Grant& b);

/// Of expired credits, what is lost now: open holds count on the rest.
Decimal lapsed(Decimal expired, Decimal reserved);

/// Of `amount` reversed after `before`, the part that concerns grants, where the original moved
/// `total` and `granted` of it by grants. The money that moved last goes back first: what was no
/// grant's before what was.
Decimal granted_part(Decimal total, Decimal granted, Decimal before, Decimal amount);

/// What lad.grant_credits asks for.
struct GrantRequest {
  Uuid wallet_id;
  Decimal amount;
  std::string idempotency_key;
  std::int32_t priority = 50;
  std::optional<std::int64_t> effective_at_us = {};  ///< empty: when granted
  std::optional<std::int64_t> expires_at_us = {};    ///< empty: never
};

/// Throws what lad.post refuses, and invalid_argument (22023) for an expiry that is not after the
/// effective time.
void require_valid(const GrantRequest& request, std::int64_t now_us);

crypto::Digest fingerprint(const GrantRequest& request);

/// The grant and the row that brings its credits; both bear one identifier. Throws what decide
/// throws, and invalid_argument (22023) when the grant has expired already.
struct GrantMade {
  Grant grant;
  Entry entry;
};
GrantMade grant(const GrantRequest& request, wallet::Wallet& wallet, const Circumstances& now);

/// How much of a grant a ledger row spent; below zero where it gave credits back.
struct Burn {
  Uuid transaction_id;
  Uuid grant_id;
  Decimal amount;
};

/// A grant, how much of it a posting spent, and what of that its reversals have left.
struct SpentGrant {
  Grant grant;
  Decimal at_first;
  Decimal spent;
};

/// The grants of one wallet under its lock, and what rows take from them. Feed it the wallet's rows
/// in order, each once, through the function that fits it.
class GrantBook {
 public:
  void add(Grant grant);

  Decimal remaining() const { return remaining_; }
  Decimal expired(std::int64_t now_us) const;

  /// A row that brings a grant. What the balance owed is paid from it at once. The grant is written
  /// even if nothing of it remains.
  void give(Grant grant, const Entry& entry);

  /// A row that takes money. One that closes a hold takes expired credits first.
  void spend(const Entry& entry);

  /// A reversal of a row that brought grants: takes `part` back from what remains of them.
  void take_back(const Entry& reversal, Decimal part);

  /// A reversal of a row that spent grants: gives `part` back to them, last spent first. What the
  /// balance owes stays paid.
  void restore(const Entry& reversal, std::vector<SpentGrant> spent, Decimal part);

  /// The next row of expired credits that are lost, the wallet then standing at it; nothing when
  /// none are due. `is_dated`: they were lost when they expired, not only now.
  std::optional<Entry> expire_next(wallet::Wallet& wallet, const Circumstances& now, bool is_dated);

  const std::vector<Grant>& given() const { return given_; }
  const std::vector<Burn>& burns() const { return burns_; }
  const std::vector<Grant>& grants() const { return grants_; }

  /// What a row has spent, in order.
  std::vector<Burn> burns_of(const Uuid& transaction_id) const;
  const Grant& grant(const Uuid& grant_id) { return *at(grant_id); }

 private:
  Grant* at(const Uuid& grant_id);
  Decimal take(Grant& grant, const Entry& entry, Decimal at_most);
  void burn(Grant& grant, const Entry& entry, Decimal amount);
  void take_in_order(const Entry& entry, Decimal& left, bool expired);
  void keep_within_balance(const Entry& entry);

  std::vector<Grant> grants_;  ///< in order of spending
  Decimal remaining_;
  std::vector<Grant> given_;
  std::vector<Burn> burns_;
};

}  // namespace lad::ledger
