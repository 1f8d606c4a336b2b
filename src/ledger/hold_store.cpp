#include "ledger/hold_store.hpp"

#include "core/error.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"

namespace lad::ledger::store {
namespace {

using OptionalText = std::optional<std::string>;
using OptionalUuid = std::optional<Uuid>;
using pg::Timestamp;

#define HOLD_COLUMNS                                                                 \
  "id, wallet_id, amount, captured, status, expires_at, idempotency_key, currency, " \
  "reference_type, reference_id, created_at FROM lad_data.billing_holds "

constinit pg::Plan<Uuid, Uuid> kRead{"SELECT " HOLD_COLUMNS "WHERE tenant_id = $1 AND id = $2"};

constinit pg::Plan<Uuid, std::string> kReadByKey{"SELECT " HOLD_COLUMNS
                                                 "WHERE tenant_id = $1 AND idempotency_key = $2"};

constinit pg::Plan<Uuid, std::vector<Uuid>, Timestamp> kReadExpired{
    "SELECT " HOLD_COLUMNS
    "WHERE tenant_id = $1 AND wallet_id = ANY ($2) AND status = 'open' AND expires_at <= $3 "
    "ORDER BY wallet_id, expires_at, id"};

#undef HOLD_COLUMNS

constinit pg::Plan<Uuid, Uuid, Uuid, Decimal, Timestamp, std::string, std::string, OptionalText,
                   OptionalUuid, pg::Json, Timestamp>
    kInsert{
        "INSERT INTO lad_data.billing_holds (tenant_id, id, wallet_id, amount, expires_at,"
        " idempotency_key, currency, reference_type, reference_id, metadata, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"};

constinit pg::Plan<Uuid, Uuid, std::string, Decimal> kClose{
    "UPDATE lad_data.billing_holds SET status = $3, captured = $4"
    " WHERE tenant_id = $1 AND id = $2"};

constinit pg::Plan<Uuid, std::vector<Uuid>> kExpire{
    "UPDATE lad_data.billing_holds SET status = 'expired' WHERE tenant_id = $1 AND id = ANY ($2)"};

constinit pg::Plan<OptionalUuid, std::int32_t> kWithExpired{
    "SELECT DISTINCT tenant_id, wallet_id FROM lad_data.billing_holds"
    " WHERE status = 'open' AND expires_at <= clock_timestamp() AND ($1 IS NULL OR tenant_id = $1)"
    " ORDER BY tenant_id, wallet_id LIMIT $2"};

Hold to_hold(const pg::Rows& rows, std::uint64_t row) {
  Hold hold;
  hold.id = rows.get<Uuid>(row, 0);
  hold.wallet_id = rows.get<Uuid>(row, 1);
  hold.amount = rows.get<Decimal>(row, 2);
  hold.captured = rows.get<Decimal>(row, 3);
  hold.status = parse_hold_status(rows.get<std::string>(row, 4));
  hold.expires_at_us = pg::unix_us(rows.get<Timestamp>(row, 5));
  hold.idempotency_key = rows.get<std::string>(row, 6);
  hold.currency = rows.get<std::string>(row, 7);
  hold.reference_type = rows.get_optional<std::string>(row, 8);
  hold.reference_id = rows.get_optional<Uuid>(row, 9);
  hold.created_at_us = pg::unix_us(rows.get<Timestamp>(row, 10));
  return hold;
}

Hold only_hold(const pg::Rows& rows) {
  if (rows.empty()) throw Error{ErrorCode::hold_not_open, "hold not found"};
  return to_hold(rows, 0);
}

}  // namespace

Hold read_hold(const Uuid& tenant_id, const Uuid& hold_id) {
  return only_hold(kRead.run(tenant_id, hold_id));
}

Hold read_hold_by_key(const Uuid& tenant_id, const std::string& idempotency_key) {
  return only_hold(kReadByKey.run(tenant_id, idempotency_key));
}

void insert_hold(const Uuid& tenant_id, const Hold& hold) {
  kInsert.run(tenant_id, hold.id, hold.wallet_id, hold.amount, pg::from_unix_us(hold.expires_at_us),
              hold.idempotency_key, hold.currency, hold.reference_type, hold.reference_id,
              pg::Json{hold.metadata}, pg::from_unix_us(hold.created_at_us));
}

void close_hold(const Uuid& tenant_id, const Hold& hold) {
  kClose.run(tenant_id, hold.id, std::string{to_string(hold.status)}, hold.captured);
}

std::vector<Hold> read_expired(const Uuid& tenant_id, const std::vector<Uuid>& wallet_ids,
                               std::int64_t now_us) {
  const pg::Rows rows = kReadExpired.run(tenant_id, wallet_ids, pg::from_unix_us(now_us));
  std::vector<Hold> holds;
  for (std::uint64_t row = 0; row < rows.size(); ++row) holds.push_back(to_hold(rows, row));
  return holds;
}

void set_expired(const Uuid& tenant_id, const std::vector<Uuid>& hold_ids) {
  kExpire.run(tenant_id, hold_ids);
}

std::vector<HoldingWallet> read_with_expired(const std::optional<Uuid>& tenant_id, int limit) {
  const pg::Rows rows = kWithExpired.run(tenant_id, limit);
  std::vector<HoldingWallet> wallets;
  for (std::uint64_t row = 0; row < rows.size(); ++row) {
    wallets.push_back({rows.get<Uuid>(row, 0), rows.get<Uuid>(row, 1)});
  }
  return wallets;
}

}  // namespace lad::ledger::store
