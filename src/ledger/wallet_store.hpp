#pragma once

#include <string>

#include "core/uuid.hpp"
#include "wallet/wallet.hpp"

/// SQL of wallets. It lives with the ledger, because both lock the same row.
namespace lad::ledger::store {

/// Throws privilege (42501) unless the caller is a service or the acting person may administer
/// money (lad.has_capability of billing.admin); inside with_spi.
void require_billing_admin(const char* action);

/// A new wallet of the current tenant; duplicate (23505) when the owner has one.
Uuid create_wallet(const wallet::NewWallet& wanted);

/// The wallet as visible now; throws wallet_not_found (LD205).
wallet::Wallet read_wallet(const Uuid& wallet_id);

/// The wallet under its row lock, for a posting; throws wallet_not_found (LD205).
wallet::Wallet lock_wallet(const Uuid& tenant_id, const Uuid& wallet_id);

/// Writes the status, and a domain event with the reason.
void set_wallet_status(const Uuid& tenant_id, const wallet::Wallet& locked, wallet::Status status,
                       const std::string& reason);

}  // namespace lad::ledger::store
