#include "ledger/chain_store.hpp"

#include <algorithm>

#include "ledger/both_tables.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"

namespace lad::ledger::store {
namespace {

using OptionalUuid = std::optional<Uuid>;
using pg::Bytes;
using pg::Timestamp;

constinit pg::Plan<Uuid, Uuid, OptionalUuid, std::int32_t> kHeads{
    "SELECT w.tenant_id, w.id, w.current_balance, w.reserved_balance,"
    " (SELECT coalesce(sum(h.amount), 0)::numeric(20,6) FROM lad_data.billing_holds h"
    "  WHERE h.tenant_id = w.tenant_id AND h.wallet_id = w.id AND h.status = 'open'),"
    " w.last_seq, w.last_hash, c.seq, c.row_hash, c.balance_after, c.reserved_after"
    " FROM lad_data.billing_wallets w LEFT JOIN LATERAL ("
    " SELECT k.seq, k.row_hash, k.balance_after, k.reserved_after"
    " FROM lad_data.billing_ledger_checkpoints k"
    " WHERE k.tenant_id = w.tenant_id AND k.wallet_id = w.id ORDER BY k.seq DESC LIMIT 1) c ON true"
    " WHERE (w.tenant_id, w.id) > ($1, $2) AND ($3 IS NULL OR w.id = $3)"
    " ORDER BY w.tenant_id, w.id LIMIT $4"};

constinit pg::Plan<Uuid, Uuid, std::int64_t, std::int32_t> kChain{
    "SELECT id, tenant_id, wallet_id, seq, transaction_type, amount, balance_before, balance_after,"
    " reserved_delta, counter_account, currency, reference_type, reference_id, idempotency_key,"
    " reverses_id, created_by, description, metadata::text, effective_at, created_at, request_hash,"
    " prev_hash, row_hash"
    " FROM " LAD_WHOLE_LEDGER
    " WHERE tenant_id = $1 AND wallet_id = $2 AND seq > $3 ORDER BY seq LIMIT $4"};

constinit pg::Plan<OptionalUuid> kOrphans{
    "SELECT DISTINCT l.wallet_id FROM " LAD_WHOLE_LEDGER
    " WHERE ($1 IS NULL OR l.wallet_id = $1) AND NOT EXISTS ("
    " SELECT FROM lad_data.billing_wallets w WHERE w.tenant_id = l.tenant_id"
    " AND w.id = l.wallet_id) ORDER BY 1"};

constinit pg::Plan<Uuid, Uuid, std::int64_t> kHash{
    "SELECT row_hash FROM " LAD_WHOLE_LEDGER
    " WHERE tenant_id = $1 AND wallet_id = $2 AND seq = $3"};

constinit pg::Plan<Uuid, Uuid, std::int64_t, Bytes, Decimal, Decimal> kStoreCheckpoint{
    "INSERT INTO lad_data.billing_ledger_checkpoints"
    " (tenant_id, wallet_id, seq, row_hash, balance_after, reserved_after)"
    " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant_id, wallet_id, seq) DO NOTHING"};

crypto::Digest to_digest(const std::optional<Bytes>& bytes) {
  crypto::Digest digest{};
  if (bytes && bytes->size() == digest.size()) {
    std::copy(bytes->begin(), bytes->end(), digest.begin());
  }
  return digest;
}

Entry to_entry(const pg::Rows& rows, std::uint64_t row) {
  Entry entry;
  entry.id = rows.get<Uuid>(row, 0);
  entry.tenant_id = rows.get<Uuid>(row, 1);
  entry.wallet_id = rows.get<Uuid>(row, 2);
  entry.seq = rows.get<std::int64_t>(row, 3);
  entry.type = rows.get<std::string>(row, 4);
  entry.amount = rows.get<Decimal>(row, 5);
  entry.balance_before = rows.get<Decimal>(row, 6);
  entry.balance_after = rows.get<Decimal>(row, 7);
  entry.reserved_delta = rows.get<Decimal>(row, 8);
  entry.counter_account = rows.get_optional<std::string>(row, 9).value_or("");
  entry.currency = rows.get<std::string>(row, 10);
  entry.reference_type = rows.get_optional<std::string>(row, 11);
  entry.reference_id = rows.get_optional<Uuid>(row, 12);
  entry.idempotency_key = rows.get<std::string>(row, 13);
  entry.reverses_id = rows.get_optional<Uuid>(row, 14);
  entry.created_by = rows.get_optional<Uuid>(row, 15);
  entry.description = rows.get_optional<std::string>(row, 16);
  entry.metadata = rows.get_optional<std::string>(row, 17).value_or("");
  entry.effective_at_us = pg::unix_us(rows.get<Timestamp>(row, 18));
  entry.created_at_us = pg::unix_us(rows.get<Timestamp>(row, 19));
  entry.request_hash = to_digest(rows.get<Bytes>(row, 20));
  entry.prev_hash = to_digest(rows.get_optional<Bytes>(row, 21));
  entry.row_hash = to_digest(rows.get<Bytes>(row, 22));
  return entry;
}

}  // namespace

std::vector<WalletHead> read_heads(const Uuid& after_tenant, const Uuid& after_wallet,
                                   const std::optional<Uuid>& only, int limit) {
  const pg::Rows rows = kHeads.run_in_snapshot(after_tenant, after_wallet, only, limit);
  std::vector<WalletHead> heads(rows.size());
  for (std::uint64_t row = 0; row < rows.size(); ++row) {
    WalletHead& head = heads[row];
    head.tenant_id = rows.get<Uuid>(row, 0);
    head.wallet_id = rows.get<Uuid>(row, 1);
    head.point = {rows.get<std::int64_t>(row, 5), to_digest(rows.get_optional<Bytes>(row, 6)),
                  rows.get<Decimal>(row, 2), rows.get<Decimal>(row, 3)};
    head.open_holds = rows.get<Decimal>(row, 4);
    if (const auto seq = rows.get_optional<std::int64_t>(row, 7)) {
      head.checkpoint = ChainPoint{*seq, to_digest(rows.get<Bytes>(row, 8)),
                                   rows.get<Decimal>(row, 9), rows.get<Decimal>(row, 10)};
    }
  }
  return heads;
}

std::vector<Entry> read_chain(const Uuid& tenant_id, const Uuid& wallet_id, std::int64_t after_seq,
                              int limit) {
  const pg::Rows rows = kChain.run_in_snapshot(tenant_id, wallet_id, after_seq, limit);
  std::vector<Entry> entries;
  entries.reserve(rows.size());
  for (std::uint64_t row = 0; row < rows.size(); ++row) entries.push_back(to_entry(rows, row));
  return entries;
}

std::vector<Uuid> read_orphans(const std::optional<Uuid>& only) {
  const pg::Rows rows = kOrphans.run_in_snapshot(only);
  std::vector<Uuid> orphans;
  for (std::uint64_t row = 0; row < rows.size(); ++row) orphans.push_back(rows.get<Uuid>(row, 0));
  return orphans;
}

std::optional<crypto::Digest> read_hash(const Uuid& tenant_id, const Uuid& wallet_id,
                                        std::int64_t seq) {
  const pg::Rows rows = kHash.run_in_snapshot(tenant_id, wallet_id, seq);
  if (rows.empty()) return std::nullopt;
  return to_digest(rows.get<Bytes>(0, 0));
}

void store_checkpoint(const WalletHead& head) {
  const ChainPoint& point = head.point;
  kStoreCheckpoint.run(head.tenant_id, head.wallet_id, point.seq,
                       {point.hash.begin(), point.hash.end()}, point.balance, point.reserved);
}

}  // namespace lad::ledger::store
