#include "ledger/store.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "ledger/archive_store.hpp"
#include "pg/known_reference.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"

namespace lad::ledger::store {
namespace {

using OptionalText = std::optional<std::string>;
using OptionalUuid = std::optional<Uuid>;
using pg::Bytes;
using pg::Timestamp;

#define KNOWN_COLUMNS                                                                       \
  "id, wallet_id, seq, transaction_type, amount, balance_before, balance_after, currency, " \
  "created_at, request_hash, idempotency_key FROM lad_data."

// A row that is being archived is in one of the two tables, whenever the statement looks.
constinit pg::Plan<Uuid, std::string> kFind{
    "SELECT " KNOWN_COLUMNS
    "billing_ledger_transactions WHERE tenant_id = $1 AND idempotency_key = $2"
    " UNION ALL SELECT " KNOWN_COLUMNS
    "billing_ledger_archive WHERE tenant_id = $1 AND idempotency_key = $2"};

constinit pg::Plan<Uuid, std::vector<std::string>> kFindAll{
    "SELECT " KNOWN_COLUMNS
    "billing_ledger_transactions WHERE tenant_id = $1 AND idempotency_key = ANY ($2)"
    " UNION ALL SELECT " KNOWN_COLUMNS
    "billing_ledger_archive WHERE tenant_id = $1 AND idempotency_key = ANY ($2)"};

#undef KNOWN_COLUMNS

#define ORIGINAL_COLUMNS                                                                    \
  "o.id, o.wallet_id, o.transaction_type, o.amount, o.counter_account, o.idempotency_key, " \
  "(SELECT coalesce(sum(abs(r.amount)), 0)::numeric(20,6)"                                  \
  " FROM lad_data.billing_ledger_transactions r"                                            \
  " WHERE r.tenant_id = o.tenant_id AND r.reverses_id = o.id) "                             \
  "FROM lad_data.billing_ledger_transactions o "

constinit pg::Plan<Uuid, Uuid> kOriginal{"SELECT " ORIGINAL_COLUMNS
                                         "WHERE o.tenant_id = $1 AND o.id = $2 FOR KEY SHARE OF o"};

constinit pg::Plan<Uuid, std::string> kOriginalByKey{
    "SELECT " ORIGINAL_COLUMNS
    "WHERE o.tenant_id = $1 AND o.idempotency_key = $2"
    " FOR KEY SHARE OF o"};

#undef ORIGINAL_COLUMNS

#define INSERT_ENTRY                                                                          \
  "INSERT INTO lad_data.billing_ledger_transactions"                                          \
  " (id, tenant_id, wallet_id, seq, transaction_type, amount, balance_before, balance_after," \
  " reserved_delta, counter_account, currency, reference_type, reference_id,"                 \
  " idempotency_key, reverses_id, created_by, description, metadata, effective_at,"           \
  " created_at, request_hash, prev_hash, row_hash) "

constinit pg::Plan<Uuid, Uuid, Uuid, std::int64_t, std::string, Decimal, Decimal, Decimal, Decimal,
                   OptionalText, std::string, OptionalText, OptionalUuid, std::string, OptionalUuid,
                   OptionalUuid, OptionalText, pg::Json, Timestamp, Timestamp, Bytes,
                   std::optional<Bytes>, Bytes>
    kInsert{INSERT_ENTRY
            "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,"
            " $18, $19, $20, $21, $22, $23) ON CONFLICT (tenant_id, idempotency_key) DO NOTHING"};

// Without ON CONFLICT, which costs a look at the key's index for each row: the caller has looked
// for all of them, and undoes the statement when one was taken meanwhile.
constinit pg::Plan<Uuid, OptionalUuid, std::vector<Uuid>, std::vector<Uuid>,
                   std::vector<std::int64_t>, std::vector<std::string>, std::vector<Decimal>,
                   std::vector<Decimal>, std::vector<Decimal>, std::vector<Decimal>,
                   std::vector<OptionalText>, std::vector<std::string>, std::vector<OptionalText>,
                   std::vector<OptionalUuid>, std::vector<std::string>, std::vector<OptionalUuid>,
                   std::vector<OptionalText>, std::vector<std::string>, std::vector<Timestamp>,
                   std::vector<Timestamp>, std::vector<Bytes>, std::vector<std::optional<Bytes>>,
                   std::vector<Bytes>>
    kInsertAll{INSERT_ENTRY
               "SELECT r.id, $1, r.wallet_id, r.seq, r.transaction_type, r.amount,"
               " r.balance_before, r.balance_after, r.reserved_delta, r.counter_account,"
               " r.currency, r.reference_type, r.reference_id, r.idempotency_key, r.reverses_id,"
               " $2, r.description, r.metadata::jsonb, r.effective_at, r.created_at,"
               " r.request_hash, r.prev_hash, r.row_hash"
               " FROM unnest($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,"
               " $18, $19, $20, $21, $22, $23) AS r (id, wallet_id, seq, transaction_type,"
               " amount, balance_before, balance_after, reserved_delta, counter_account, currency,"
               " reference_type, reference_id, idempotency_key, reverses_id, description,"
               " metadata, effective_at, created_at, request_hash, prev_hash, row_hash)"};

#undef INSERT_ENTRY

constinit bool saving = false;

/// Opens the ledger's guard for one statement, and closes it on an exception too.
class SavingScope {
 public:
  SavingScope() { saving = true; }
  ~SavingScope() { saving = false; }
  void close() { tenant_.close(); }

 private:
  // The wallet is locked, and has the same tenant by a foreign key of its own.
  pg::KnownReference tenant_{"billing_ledger_transactions", "tenants"};
};

Bytes to_bytes(const crypto::Digest& digest) {
  return {digest.begin(), digest.end()};
}

std::optional<Bytes> previous_hash(const Entry& entry) {
  return entry.seq == 1 ? std::nullopt : std::optional{to_bytes(entry.prev_hash)};
}

OptionalText counter_account(const Entry& entry) {
  return entry.counter_account.empty() ? std::nullopt : OptionalText{entry.counter_account};
}

Known to_known(const pg::Rows& rows, std::uint64_t row) {
  Known known;
  Posting& posting = known.posting;
  posting.transaction_id = rows.get<Uuid>(row, 0);
  posting.wallet_id = rows.get<Uuid>(row, 1);
  posting.seq = rows.get<std::int64_t>(row, 2);
  posting.type = rows.get<std::string>(row, 3);
  posting.amount = rows.get<Decimal>(row, 4);
  posting.balance_before = rows.get<Decimal>(row, 5);
  posting.balance_after = rows.get<Decimal>(row, 6);
  posting.currency = rows.get<std::string>(row, 7);
  posting.created_at_us = pg::unix_us(rows.get<Timestamp>(row, 8));
  posting.replayed = true;
  const auto hash = rows.get<Bytes>(row, 9);
  if (hash.size() == known.request_hash.size()) {
    std::copy(hash.begin(), hash.end(), known.request_hash.begin());
  }
  return known;
}

/// Nothing where there is no such row.
std::optional<Original> to_original(const pg::Rows& rows) {
  if (rows.empty()) return std::nullopt;
  return Original{.id = rows.get<Uuid>(0, 0),
                  .wallet_id = rows.get<Uuid>(0, 1),
                  .type = rows.get<std::string>(0, 2),
                  .amount = rows.get<Decimal>(0, 3),
                  .counter_account = rows.get_optional<std::string>(0, 4).value_or(""),
                  .idempotency_key = rows.get<std::string>(0, 5),
                  .reversed = rows.get<Decimal>(0, 6)};
}

/// One value of each entry, for a parameter of unnest.
template <class Read>
auto column(const std::vector<const Entry*>& entries, Read read) {
  std::vector<std::decay_t<decltype(read(*entries.front()))>> values;
  values.reserve(entries.size());
  for (const Entry* entry : entries) values.push_back(read(*entry));
  return values;
}

/// By key, so that two calls that share keys wait for each other in one direction only.
std::vector<const Entry*> in_key_order(const std::vector<Entry>& entries) {
  std::vector<const Entry*> sorted;
  sorted.reserve(entries.size());
  for (const Entry& entry : entries) sorted.push_back(&entry);
  std::sort(sorted.begin(), sorted.end(),
            [](const Entry* a, const Entry* b) { return a->idempotency_key < b->idempotency_key; });
  return sorted;
}

}  // namespace

std::optional<Known> find(const Uuid& tenant_id, const std::string& idempotency_key) {
  const pg::Rows rows = kFind.run(tenant_id, idempotency_key);
  if (rows.empty()) return std::nullopt;
  return to_known(rows, 0);
}

std::map<std::string, Known> find_all(const Uuid& tenant_id, const std::vector<std::string>& keys) {
  const pg::Rows rows = kFindAll.run(tenant_id, keys);
  std::map<std::string, Known> known;
  for (std::uint64_t row = 0; row < rows.size(); ++row) {
    known.emplace(rows.get<std::string>(row, 10), to_known(rows, row));
  }
  return known;
}

Original read_original(const Uuid& tenant_id, const Uuid& transaction_id) {
  if (auto found = to_original(kOriginal.run(tenant_id, transaction_id))) return *found;
  recall(tenant_id, transaction_id);
  if (auto found = to_original(kOriginal.run(tenant_id, transaction_id))) return *found;
  throw Error{ErrorCode::not_found, "transaction not found"};
}

Original read_original_by_key(const Uuid& tenant_id, const std::string& idempotency_key) {
  if (auto found = to_original(kOriginalByKey.run(tenant_id, idempotency_key))) return *found;
  const auto known = find(tenant_id, idempotency_key);
  if (!known) throw Error{ErrorCode::not_found, "transaction not found"};
  return read_original(tenant_id, known->posting.transaction_id);
}

bool insert(const Entry& entry) {
  SavingScope scope;
  const pg::Rows inserted = kInsert.run(
      entry.id, entry.tenant_id, entry.wallet_id, entry.seq, entry.type, entry.amount,
      entry.balance_before, entry.balance_after, entry.reserved_delta, counter_account(entry),
      entry.currency, entry.reference_type, entry.reference_id, entry.idempotency_key,
      entry.reverses_id, entry.created_by, entry.description, pg::Json{entry.metadata},
      pg::from_unix_us(entry.effective_at_us), pg::from_unix_us(entry.created_at_us),
      to_bytes(entry.request_hash), previous_hash(entry), to_bytes(entry.row_hash));
  scope.close();
  return inserted.processed() == 1;
}

void insert_all(const std::vector<Entry>& entries) {
  const auto rows = in_key_order(entries);
  const auto of = [&](auto member) {
    return column(rows, [member](const Entry& entry) { return entry.*member; });
  };
  const auto time_of = [&](auto member) {
    return column(rows, [member](const Entry& entry) { return pg::from_unix_us(entry.*member); });
  };
  const auto hash_of = [&](auto member) {
    return column(rows, [member](const Entry& entry) { return to_bytes(entry.*member); });
  };
  SavingScope scope;
  kInsertAll.run(entries.front().tenant_id, entries.front().created_by, of(&Entry::id),
                 of(&Entry::wallet_id), of(&Entry::seq), of(&Entry::type), of(&Entry::amount),
                 of(&Entry::balance_before), of(&Entry::balance_after), of(&Entry::reserved_delta),
                 column(rows, counter_account), of(&Entry::currency), of(&Entry::reference_type),
                 of(&Entry::reference_id), of(&Entry::idempotency_key), of(&Entry::reverses_id),
                 of(&Entry::description), of(&Entry::metadata), time_of(&Entry::effective_at_us),
                 time_of(&Entry::created_at_us), hash_of(&Entry::request_hash),
                 column(rows, previous_hash), hash_of(&Entry::row_hash));
  scope.close();
}

bool is_saving() {
  return saving;
}

}  // namespace lad::ledger::store
