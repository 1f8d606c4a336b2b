#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/uuid.hpp"
#include "wallet/wallet.hpp"

/// SQL of wallets. It lives with the ledger, because both lock the same row.
namespace lad::ledger::store {

/// Throws privilege (42501) unless the caller is a service or the acting person may administer
/// money (lad.has_capability of billing.admin); inside with_spi.
void require_billing_admin(const char* action);

/// The same refusal, not thrown; none when the caller may.
std::optional<Error> refusal_of_billing(const char* action);

/// A new wallet of the current tenant; duplicate (23505) when the owner has one.
Uuid create_wallet(const wallet::NewWallet& wanted);

/// The wallet as visible now; throws wallet_not_found (LD205).
wallet::Wallet read_wallet(const Uuid& wallet_id);

/// The wallet under its row lock, for a posting; throws wallet_not_found (LD205).
wallet::Wallet lock_wallet(const Uuid& tenant_id, const Uuid& wallet_id);

/// Those of the wallets that exist, under their row locks, taken in the order of their identifiers
/// so that two calls never wait for each other.
std::vector<wallet::Wallet> lock_wallets(const Uuid& tenant_id, std::vector<Uuid> wallet_ids);

/// Writes balances and heads of locked wallets.
void move_wallets(const Uuid& tenant_id, const std::vector<wallet::Wallet>& wallets);

/// Notes that a wallet has fallen below its threshold, and emits a domain event.
void emit_low_balance(const Uuid& tenant_id, const wallet::Wallet& wallet);

/// Writes the status, and a domain event with the reason.
void set_wallet_status(const Uuid& tenant_id, const wallet::Wallet& locked, wallet::Status status,
                       const std::string& reason);

}  // namespace lad::ledger::store
