#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/uuid.hpp"
#include "ledger/ledger.hpp"
#include "ledger/verify.hpp"

/// SQL of the ledger.
namespace lad::ledger::store {

/// A posting found by its key, with the fingerprint of the request it answered. What is available
/// now is not its business.
struct Known {
  Posting posting;
  crypto::Digest request_hash;
};

std::optional<Known> find(const Uuid& tenant_id, const std::string& idempotency_key);

/// Writes the row and moves the wallet to it. False, with nothing written, when another
/// transaction has posted the key meanwhile.
bool save(const Entry& entry);

/// Whether the row being inserted comes from save(): the ledger's guard lets nothing else in.
bool is_saving();

/// What lad.statement prints.
struct StatementLine {
  std::optional<std::int64_t> seq;
  std::int64_t created_at_us = 0;
  std::string type;
  Decimal amount;
  Decimal balance_after;
  std::optional<std::string> reference_type;
  std::optional<Uuid> reference_id;
  std::optional<std::string> description;
  std::optional<std::string> idempotency_key;
};

/// Balance after the last row before the instant; zero when there is none.
Decimal balance_before(const Uuid& wallet_id, std::int64_t at_us);

/// At most `limit` rows of [from, to) after a sequence number, in order.
std::vector<StatementLine> read_statement(const Uuid& wallet_id, std::int64_t from_us,
                                          std::int64_t to_us, std::int64_t after_seq, int limit);

/// Wallets in key order after (tenant, wallet), with the sum of their open holds; one only, if
/// `only` names it.
std::vector<WalletHead> read_heads(const Uuid& after_tenant, const Uuid& after_wallet,
                                   const std::optional<Uuid>& only, int limit);

/// At most `limit` full rows of a wallet after a sequence number, in order.
std::vector<Entry> read_chain(const Uuid& tenant_id, const Uuid& wallet_id, std::int64_t after_seq,
                              int limit);

/// Wallet identifiers that the ledger names and no wallet bears.
std::vector<Uuid> read_orphans(const std::optional<Uuid>& only);

/// One line of lad.trial_balance.
struct AccountBalance {
  std::string account;
  std::string currency;
  Decimal balance;
};

std::vector<AccountBalance> read_accounts();

}  // namespace lad::ledger::store
