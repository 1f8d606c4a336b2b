#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/uuid.hpp"
#include "ledger/entry.hpp"
#include "ledger/verify.hpp"

/// SQL of chains and their checkpoints.
namespace lad::ledger::store {

/// Wallets in key order after (tenant, wallet), with the sum of their open holds; one only, if
/// `only` names it.
std::vector<WalletHead> read_heads(const Uuid& after_tenant, const Uuid& after_wallet,
                                   const std::optional<Uuid>& only, int limit);

/// At most `limit` full rows of a wallet after a sequence number, in order.
std::vector<Entry> read_chain(const Uuid& tenant_id, const Uuid& wallet_id, std::int64_t after_seq,
                              int limit);

/// Wallet identifiers that the ledger names and no wallet bears.
std::vector<Uuid> read_orphans(const std::optional<Uuid>& only);

/// Hash of a row; nothing when the wallet has no such row.
std::optional<crypto::Digest> read_hash(const Uuid& tenant_id, const Uuid& wallet_id,
                                        std::int64_t seq);

/// Notes that a chain was found sound up to its head.
void store_checkpoint(const WalletHead& head);

}  // namespace lad::ledger::store
