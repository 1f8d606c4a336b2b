#include "ledger/store.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"

namespace lad::ledger::store {
namespace {

using OptionalText = std::optional<std::string>;
using OptionalUuid = std::optional<Uuid>;
using pg::Bytes;
using pg::Timestamp;

constinit pg::Plan<Uuid, std::string> kFind{
    "SELECT id, wallet_id, seq, transaction_type, amount, balance_before, balance_after, currency,"
    " created_at, request_hash"
    " FROM lad_data.billing_ledger_transactions WHERE tenant_id = $1 AND idempotency_key = $2"};

constinit pg::Plan<Uuid, Uuid, Uuid, std::int64_t, std::string, Decimal, Decimal, Decimal, Decimal,
                   std::string, std::string, OptionalText, OptionalUuid, std::string, OptionalUuid,
                   OptionalUuid, OptionalText, pg::Json, Timestamp, Timestamp, Bytes,
                   std::optional<Bytes>, Bytes>
    kInsert{
        "INSERT INTO lad_data.billing_ledger_transactions"
        " (id, tenant_id, wallet_id, seq, transaction_type, amount, balance_before, balance_after,"
        " reserved_delta, counter_account, currency, reference_type, reference_id,"
        " idempotency_key, reverses_id, created_by, description, metadata, effective_at,"
        " created_at, request_hash, prev_hash, row_hash)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,"
        " $19, $20, $21, $22, $23)"
        " ON CONFLICT (tenant_id, idempotency_key) DO NOTHING"};

constinit pg::Plan<Uuid, Uuid, Decimal, std::int64_t, Bytes> kMoveWallet{
    "UPDATE lad_data.billing_wallets SET current_balance = $3, last_seq = $4, last_hash = $5"
    " WHERE tenant_id = $1 AND id = $2"};

constinit pg::Plan<Uuid, Timestamp> kBalanceBefore{
    "SELECT balance_after FROM lad_data.billing_ledger_transactions"
    " WHERE wallet_id = $1 AND created_at < $2 ORDER BY seq DESC LIMIT 1"};

constinit pg::Plan<Uuid, Timestamp, Timestamp, std::int64_t, std::int32_t> kStatement{
    "SELECT seq, created_at, transaction_type, amount, balance_after, reference_type,"
    " reference_id, description, idempotency_key"
    " FROM lad_data.billing_ledger_transactions"
    " WHERE wallet_id = $1 AND created_at >= $2 AND created_at < $3 AND seq > $4"
    " ORDER BY seq LIMIT $5"};

constinit pg::Plan<Uuid, Uuid, OptionalUuid, std::int32_t> kHeads{
    "SELECT w.tenant_id, w.id, w.current_balance, w.reserved_balance,"
    " (SELECT coalesce(sum(h.amount), 0)::numeric(20,6) FROM lad_data.billing_holds h"
    "  WHERE h.tenant_id = w.tenant_id AND h.wallet_id = w.id AND h.status = 'open'),"
    " w.last_seq, w.last_hash"
    " FROM lad_data.billing_wallets w"
    " WHERE (w.tenant_id, w.id) > ($1, $2) AND ($3 IS NULL OR w.id = $3)"
    " ORDER BY w.tenant_id, w.id LIMIT $4"};

constinit pg::Plan<Uuid, Uuid, std::int64_t, std::int32_t> kChain{
    "SELECT id, tenant_id, wallet_id, seq, transaction_type, amount, balance_before, balance_after,"
    " reserved_delta, counter_account, currency, reference_type, reference_id, idempotency_key,"
    " reverses_id, created_by, description, metadata::text, effective_at, created_at, request_hash,"
    " prev_hash, row_hash"
    " FROM lad_data.billing_ledger_transactions"
    " WHERE tenant_id = $1 AND wallet_id = $2 AND seq > $3 ORDER BY seq LIMIT $4"};

constinit pg::Plan<OptionalUuid> kOrphans{
    "SELECT DISTINCT l.wallet_id FROM lad_data.billing_ledger_transactions l"
    " WHERE ($1 IS NULL OR l.wallet_id = $1) AND NOT EXISTS ("
    " SELECT FROM lad_data.billing_wallets w WHERE w.tenant_id = l.tenant_id"
    " AND w.id = l.wallet_id) ORDER BY 1"};

constinit pg::Plan<> kAccounts{
    "SELECT 'wallets', currency::text, sum(current_balance)::numeric(20,6)"
    " FROM lad_data.billing_wallets GROUP BY currency"
    " UNION ALL"
    " SELECT counter_account::text, currency::text, -sum(amount)::numeric(20,6)"
    " FROM lad_data.billing_ledger_transactions WHERE amount <> 0"
    " GROUP BY counter_account, currency ORDER BY 2, 1"};

constinit bool saving = false;

/// Opens the ledger's guard for one statement, and closes it on an exception too.
class SavingScope {
 public:
  SavingScope() { saving = true; }
  ~SavingScope() { saving = false; }
};

Timestamp to_timestamp(std::int64_t unix_us) {
  return pg::from_unix_us(unix_us);
}

Bytes to_bytes(const crypto::Digest& digest) {
  return {digest.begin(), digest.end()};
}

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

std::optional<Known> find(const Uuid& tenant_id, const std::string& idempotency_key) {
  const pg::Rows rows = kFind.run(tenant_id, idempotency_key);
  if (rows.empty()) return std::nullopt;
  Known known;
  Posting& posting = known.posting;
  posting.transaction_id = rows.get<Uuid>(0, 0);
  posting.wallet_id = rows.get<Uuid>(0, 1);
  posting.seq = rows.get<std::int64_t>(0, 2);
  posting.type = rows.get<std::string>(0, 3);
  posting.amount = rows.get<Decimal>(0, 4);
  posting.balance_before = rows.get<Decimal>(0, 5);
  posting.balance_after = rows.get<Decimal>(0, 6);
  posting.currency = rows.get<std::string>(0, 7);
  posting.created_at_us = pg::unix_us(rows.get<Timestamp>(0, 8));
  posting.replayed = true;
  known.request_hash = to_digest(rows.get<Bytes>(0, 9));
  return known;
}

bool save(const Entry& entry) {
  const auto previous = entry.seq == 1 ? std::nullopt : std::optional{to_bytes(entry.prev_hash)};
  {
    const SavingScope scope;
    const pg::Rows inserted = kInsert.run(
        entry.id, entry.tenant_id, entry.wallet_id, entry.seq, entry.type, entry.amount,
        entry.balance_before, entry.balance_after, entry.reserved_delta, entry.counter_account,
        entry.currency, entry.reference_type, entry.reference_id, entry.idempotency_key,
        entry.reverses_id, entry.created_by, entry.description, pg::Json{entry.metadata},
        to_timestamp(entry.effective_at_us), to_timestamp(entry.created_at_us),
        to_bytes(entry.request_hash), previous, to_bytes(entry.row_hash));
    if (inserted.processed() == 0) return false;
  }
  kMoveWallet.run(entry.tenant_id, entry.wallet_id, entry.balance_after, entry.seq,
                  to_bytes(entry.row_hash));
  return true;
}

bool is_saving() {
  return saving;
}

Decimal balance_before(const Uuid& wallet_id, std::int64_t at_us) {
  const pg::Rows rows = kBalanceBefore.run_in_snapshot(wallet_id, to_timestamp(at_us));
  return rows.empty() ? Decimal{} : rows.get<Decimal>(0, 0);
}

std::vector<StatementLine> read_statement(const Uuid& wallet_id, std::int64_t from_us,
                                          std::int64_t to_us, std::int64_t after_seq, int limit) {
  const pg::Rows rows = kStatement.run_in_snapshot(wallet_id, to_timestamp(from_us),
                                                   to_timestamp(to_us), after_seq, limit);
  std::vector<StatementLine> lines(rows.size());
  for (std::uint64_t row = 0; row < rows.size(); ++row) {
    StatementLine& line = lines[row];
    line.seq = rows.get<std::int64_t>(row, 0);
    line.created_at_us = pg::unix_us(rows.get<Timestamp>(row, 1));
    line.type = rows.get<std::string>(row, 2);
    line.amount = rows.get<Decimal>(row, 3);
    line.balance_after = rows.get<Decimal>(row, 4);
    line.reference_type = rows.get_optional<std::string>(row, 5);
    line.reference_id = rows.get_optional<Uuid>(row, 6);
    line.description = rows.get_optional<std::string>(row, 7);
    line.idempotency_key = rows.get<std::string>(row, 8);
  }
  return lines;
}

std::vector<WalletHead> read_heads(const Uuid& after_tenant, const Uuid& after_wallet,
                                   const std::optional<Uuid>& only, int limit) {
  const pg::Rows rows = kHeads.run_in_snapshot(after_tenant, after_wallet, only, limit);
  std::vector<WalletHead> heads(rows.size());
  for (std::uint64_t row = 0; row < rows.size(); ++row) {
    WalletHead& head = heads[row];
    head.tenant_id = rows.get<Uuid>(row, 0);
    head.wallet_id = rows.get<Uuid>(row, 1);
    head.current = rows.get<Decimal>(row, 2);
    head.reserved = rows.get<Decimal>(row, 3);
    head.open_holds = rows.get<Decimal>(row, 4);
    head.last_seq = rows.get<std::int64_t>(row, 5);
    head.last_hash = to_digest(rows.get_optional<Bytes>(row, 6));
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

std::vector<AccountBalance> read_accounts() {
  const pg::Rows rows = kAccounts.run_in_snapshot();
  std::vector<AccountBalance> accounts;
  for (std::uint64_t row = 0; row < rows.size(); ++row) {
    accounts.push_back(
        {rows.get<std::string>(row, 0), rows.get<std::string>(row, 1), rows.get<Decimal>(row, 2)});
  }
  return accounts;
}

}  // namespace lad::ledger::store
