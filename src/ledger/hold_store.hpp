#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ledger/holds.hpp"

/// SQL of holds. All but read_hold run under the lock of the wallet, which guards its holds too.
namespace lad::ledger::store {

/// Throws hold_not_open (LD203) when the tenant has no such hold: its wallet is not known then.
Hold read_hold(const Uuid& tenant_id, const Uuid& hold_id);

/// The hold that a key has made.
Hold read_hold_by_key(const Uuid& tenant_id, const std::string& idempotency_key);

void insert_hold(const Uuid& tenant_id, const Hold& hold);

/// Writes status and captured amount.
void close_hold(const Uuid& tenant_id, const Hold& hold);

/// Open holds of the wallets that are over at the instant.
std::vector<Hold> read_expired(const Uuid& tenant_id, const std::vector<Uuid>& wallet_ids,
                               std::int64_t now_us);
void set_expired(const Uuid& tenant_id, const std::vector<Uuid>& hold_ids);

/// A wallet with open holds that are over.
struct HoldingWallet {
  Uuid tenant_id;
  Uuid wallet_id;
};

/// In key order, of one tenant or of all.
std::vector<HoldingWallet> read_with_expired(const std::optional<Uuid>& tenant_id, int limit);

}  // namespace lad::ledger::store
