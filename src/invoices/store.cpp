#include "invoices/store.hpp"

#include "core/error.hpp"
#include "pg/json.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"

namespace lad::invoices::store {
namespace {

using OptionalText = std::optional<std::string>;
using OptionalUuid = std::optional<Uuid>;
using pg::Json;
using pg::JsonbDatum;
using pg::Timestamp;

constinit pg::Plan<> kMayAdminister{"SELECT lad.has_capability('billing.admin')"};

constinit pg::Plan<Uuid, std::int64_t> kCounter{
    "INSERT INTO lad_data.tenant_counters AS c (tenant_id, name, value) VALUES ($1, 'invoice', $2)"
    " ON CONFLICT (tenant_id, name) DO UPDATE SET value = c.value + EXCLUDED.value RETURNING "
    "value"};

#define INVOICE_COLUMNS                                                                    \
  "id, invoice_number, status, currency, total, payment_transaction_id, void_reason FROM " \
  "lad_data.billing_invoices "

constinit pg::Plan<Uuid, Timestamp, Timestamp, OptionalText> kFind{
    "SELECT " INVOICE_COLUMNS
    "WHERE tenant_id = $1 AND period_start = $2 AND period_end = $3 AND status <> 'voided'"
    " AND ($4 IS NULL OR currency = $4)"};

constinit pg::Plan<Uuid, Uuid> kLock{"SELECT " INVOICE_COLUMNS
                                     "WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE"};

#undef INVOICE_COLUMNS

constinit pg::Plan<Uuid, Timestamp, Timestamp, std::string> kOverlap{
    "SELECT invoice_number FROM lad_data.billing_invoices"
    " WHERE tenant_id = $1 AND currency = $4 AND status <> 'voided'"
    " AND tstzrange(period_start, period_end) && tstzrange($2, $3) ORDER BY period_start LIMIT 1"};

// Who has wallets is charged in their currencies alone; to ask the events is slow.
constinit pg::Plan<Uuid, Timestamp> kCurrencies{
    "WITH own AS MATERIALIZED ("
    " SELECT DISTINCT currency FROM lad_data.billing_wallets WHERE tenant_id = $1)"
    " SELECT currency FROM own WHERE (SELECT count(*) FROM own) = 1 OR EXISTS ("
    "  SELECT FROM lad_data.billing_usage_events e WHERE e.tenant_id = $1"
    "  AND e.invoice_id IS NULL AND e.occurred_at < $2 AND e.status = 'charged'"
    "  AND e.total_cost > 0 AND e.currency = own.currency)"
    " UNION SELECT currency FROM lad_data.billing_usage_events"
    " WHERE NOT EXISTS (SELECT FROM own) AND tenant_id = $1 AND invoice_id IS NULL"
    " AND occurred_at < $2 AND status = 'charged' AND total_cost > 0 ORDER BY 1"};

constinit pg::Plan<Uuid> kDefaultCurrency{
    "SELECT currency FROM lad_data.billing_wallets WHERE tenant_id = $1"
    " ORDER BY user_id NULLS FIRST LIMIT 1"};

constinit pg::Plan<Uuid, Uuid, std::string, Timestamp, Timestamp, std::string> kInsert{
    "INSERT INTO lad_data.billing_invoices (tenant_id, id, invoice_number, subtotal, total,"
    " period_start, period_end, currency, drafted_at)"
    " VALUES ($1, $2, $3, 0, 0, $4, $5, $6, clock_timestamp())"};

// Events of the tenant $1 that the draft $2 is about: charged before it was made, on no invoice,
// and not what an open draft of an earlier period is about.
#define IN_DRAFT(draft)    \
  "e.occurred_at < " draft \
  ".period_end"            \
  " AND coalesce(e.charged_at, e.created_at) <= " draft ".drafted_at"
#define IS_OF_DRAFT \
  "i.tenant_id = $1 AND i.id = $2 AND e.tenant_id = $1 AND e.invoice_id IS NULL"               \
  " AND e.status = 'charged' AND e.currency = i.currency AND " IN_DRAFT("i") " AND NOT EXISTS (" \
  " SELECT FROM lad_data.billing_invoices d WHERE d.tenant_id = $1 AND d.status = 'draft'"     \
  " AND d.currency = i.currency AND d.period_end < i.period_end AND " IN_DRAFT("d") ")"
#define OF_DRAFT "lad_data.billing_invoices i, lad_data.billing_usage_events e WHERE " IS_OF_DRAFT
#define OF_INVOICE                                         \
  "lad_data.billing_usage_events e WHERE e.tenant_id = $1" \
  " AND e.invoice_id = $2 AND e.status = 'charged'"

constinit pg::Plan<Uuid, Uuid> kClaim{
    "UPDATE lad_data.billing_usage_events e SET invoice_id = i.id FROM lad_data.billing_invoices i"
    " WHERE " IS_OF_DRAFT};

constinit pg::Plan<Uuid, Uuid> kFree{
    "UPDATE lad_data.billing_usage_events SET invoice_id = NULL"
    " WHERE tenant_id = $1 AND invoice_id = $2"};

// Components whose unit prices are many, as tiers make them, become one line without a price. The
// first component of an event carries what the event was charged; an event without any is a row
// without a category.
#define CHARGES(events)                                                                         \
  "WITH priced AS ("                                                                            \
  " SELECT e.feature_key, c.item->>'category' AS category, c.item->>'provider' AS provider,"    \
  "  c.item->>'model' AS model, c.item->>'unit' AS unit,"                                       \
  "  (c.item->>'unit_price')::numeric(20,10) AS unit_price,"                                    \
  "  sum((c.item->>'quantity')::numeric) AS quantity, sum((c.item->>'cost')::numeric) AS cost," \
  "  sum(e.total_cost) FILTER (WHERE coalesce(c.n, 1) = 1) AS charged"                          \
  " FROM (SELECT e.feature_key, e.usage_items, e.total_cost FROM " events                       \
  ") AS e"                                                                                      \
  " LEFT JOIN LATERAL jsonb_array_elements("                                                    \
  "  CASE jsonb_typeof(e.usage_items) WHEN 'array' THEN e.usage_items END)"                     \
  "  WITH ORDINALITY AS c (item, n) ON true"                                                    \
  " GROUP BY 1, 2, 3, 4, 5, 6),"                                                                \
  " counted AS (SELECT *, count(*) OVER"                                                        \
  "  (PARTITION BY feature_key, category, provider, model, unit) AS prices FROM priced)"        \
  " SELECT feature_key, category, coalesce(provider, ''), coalesce(model, ''),"                 \
  "  coalesce(unit, ''), CASE WHEN prices <= 20 THEN unit_price END,"                           \
  "  coalesce(sum(quantity), 0), coalesce(sum(cost), 0), coalesce(sum(charged), 0)"             \
  " FROM counted GROUP BY 1, 2, 3, 4, 5, 6"                                                     \
  " ORDER BY 1, category IS NOT DISTINCT FROM 'overage', 2, 3, 4, 5, 6"

constinit pg::Plan<Uuid, Uuid> kDraftCharges{CHARGES(OF_DRAFT)};
constinit pg::Plan<Uuid, Uuid> kCharges{CHARGES(OF_INVOICE)};

// Reversals of the postings of the events, and grants burnt by both: a reversal gives back its
// part.
#define REVERSED(events)                            \
  "lad_data.billing_ledger_transactions r, " events \
  " AND r.tenant_id = $1"                           \
  " AND r.reverses_id = e.ledger_transaction_id AND r.reverses_id IS NOT NULL"
#define IF_BURNT " AND EXISTS (SELECT FROM lad_data.billing_grant_burns WHERE tenant_id = $1)"
#define DEDUCTIONS(events) \
  "SELECT (SELECT coalesce(sum(abs(r.amount)), 0) FROM " REVERSED(events) "),"                    \
  " (SELECT coalesce(sum(b.amount), 0) FROM lad_data.billing_grant_burns b, " events              \
  "  AND b.tenant_id = $1 AND b.transaction_id = e.ledger_transaction_id" IF_BURNT ")"            \
  " + (SELECT coalesce(sum(b.amount), 0) FROM lad_data.billing_grant_burns b, " REVERSED(events)  \
  "  AND b.tenant_id = $1 AND b.transaction_id = r.id" IF_BURNT ")"

constinit pg::Plan<Uuid, Uuid> kDraftDeductions{DEDUCTIONS(OF_DRAFT)};
constinit pg::Plan<Uuid, Uuid> kDeductions{DEDUCTIONS(OF_INVOICE)};

#undef DEDUCTIONS
#undef IF_BURNT
#undef REVERSED
#undef CHARGES
#undef OF_INVOICE
#undef OF_DRAFT
#undef IS_OF_DRAFT
#undef IN_DRAFT

constinit pg::Plan<Uuid> kMetadata{
    "SELECT coalesce(metadata, '{}') FROM lad_data.tenants WHERE id = $1"};

constinit pg::Plan<Uuid, Uuid, Json, Decimal, Json, Decimal, Decimal> kWriteBill{
    "UPDATE lad_data.billing_invoices SET line_items = $3, subtotal = $4, taxes = $5, tax = $6,"
    " total = $7 WHERE tenant_id = $1 AND id = $2"};

#define BUYER                                                                                \
  "jsonb_strip_nulls(jsonb_build_object('name', t.name, 'email', t.email, 'phone', t.phone," \
  " 'website', t.website, 'address', t.metadata->'billing'->'address',"                      \
  " 'tax_id', t.metadata->'billing'->'tax_id'))"

constinit pg::Plan<Uuid, Uuid, std::string, Timestamp, JsonbDatum> kFinalize{
    "UPDATE lad_data.billing_invoices i SET status = 'pending', invoice_number = $3,"
    " finalized_at = clock_timestamp(), due_at = $4,"
    " metadata = coalesce(i.metadata, '{}') || $5 || jsonb_build_object('buyer', " BUYER
    ") FROM lad_data.tenants t WHERE i.tenant_id = $1 AND i.id = $2 AND t.id = i.tenant_id"};

constinit pg::Plan<Uuid, Uuid, Uuid> kPayment{
    "SELECT l.transaction_type, l.amount, l.currency,"
    " coalesce(l.reference_type = 'invoice' AND l.reference_id = $3, false),"
    " EXISTS (SELECT FROM lad_data.billing_ledger_transactions r"
    "  WHERE r.tenant_id = l.tenant_id AND r.reverses_id = l.id),"
    " (SELECT i.invoice_number FROM lad_data.billing_invoices i WHERE i.tenant_id = l.tenant_id"
    "  AND i.payment_transaction_id = l.id AND i.id <> $3)"
    " FROM lad_data.billing_ledger_transactions l WHERE l.tenant_id = $1 AND l.id = $2"};

constinit pg::Plan<Uuid, Uuid, OptionalUuid, OptionalText> kPay{
    "UPDATE lad_data.billing_invoices SET status = 'paid', paid_at = clock_timestamp(),"
    " payment_transaction_id = $3, payment_method = coalesce($4, payment_method)"
    " WHERE tenant_id = $1 AND id = $2"};

constinit pg::Plan<Uuid, Uuid, std::string> kVoid{
    "UPDATE lad_data.billing_invoices SET status = 'voided', voided_at = clock_timestamp(),"
    " void_reason = $3 WHERE tenant_id = $1 AND id = $2"};

constinit pg::Plan<std::optional<Uuid>> kOverdue{
    "UPDATE lad_data.billing_invoices SET status = 'overdue'"
    " WHERE ($1 IS NULL OR tenant_id = $1) AND status = 'pending' AND due_at < clock_timestamp()"};

#define UTC(time) "to_char(" time " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"

// What is overdue is judged here, whether or not somebody has marked it.
constinit pg::Plan<Uuid, Uuid> kDocument{
    "SELECT jsonb_build_object('id', i.id,"
    " 'number', CASE WHEN i.finalized_at IS NOT NULL OR i.status NOT IN ('draft', 'voided')"
    "  THEN i.invoice_number END,"
    " 'status', CASE WHEN i.status = 'pending' AND i.due_at < now() THEN 'overdue'"
    "  ELSE i.status END,"
    " 'currency', i.currency, 'period_start', " UTC("i.period_start") ", 'period_end', " UTC("i.period_end") ","
    " 'issued_at', " UTC("i.finalized_at") ", 'due_at', " UTC("i.due_at") ", 'paid_at', " UTC("i.paid_at") ","
    " 'voided_at', " UTC("i.voided_at") ", 'void_reason', i.void_reason,"
    " 'buyer', coalesce(i.metadata->'buyer', (SELECT " BUYER
    "  FROM lad_data.tenants t WHERE t.id = i.tenant_id)),"
    " 'issuer', i.metadata->'issuer', 'note', i.metadata->'note',"
    " 'lines', coalesce(i.line_items, '[]'), 'subtotal', i.subtotal, 'taxes', i.taxes,"
    " 'tax', i.tax, 'total', i.total,"
    " 'payment', CASE WHEN i.status = 'paid' THEN jsonb_build_object('method', i.payment_method,"
    "  'transaction_id', i.payment_transaction_id) END)"
    " FROM lad_data.billing_invoices i WHERE i.tenant_id = $1 AND i.id = $2"};

#undef BUYER
#undef UTC

constinit bool saving = false;

/// Opens the guard for one statement, and closes it on an exception too.
class SavingScope {
 public:
  SavingScope() { saving = true; }
  ~SavingScope() { saving = false; }
};

Invoice to_invoice(const pg::Rows& rows, std::uint64_t row) {
  return {rows.get<Uuid>(row, 0),
          rows.get<std::string>(row, 1),
          parse_status(rows.get<std::string>(row, 2)),
          rows.get<std::string>(row, 3),
          rows.get<Decimal>(row, 4),
          rows.get_optional<Uuid>(row, 5),
          rows.get_optional<std::string>(row, 6)};
}

[[noreturn]] void throw_not_found() {
  throw Error{ErrorCode::not_found, "no such invoice"};
}

}  // namespace

void require_billing_admin(const char* action) {
  if (pg::caller_has_role("lad_service") || kMayAdminister.run().get<bool>(0, 0)) return;
  throw Error{ErrorCode::privilege,
              std::string("must be the owner or a billing.admin to ") + action};
}

void lock_counter(const Uuid& tenant_id) {
  kCounter.run(tenant_id, 0);
}

std::int64_t next_serial(const Uuid& tenant_id) {
  return kCounter.run(tenant_id, 1).get<std::int64_t>(0, 0);
}

std::vector<Invoice> find(const Uuid& tenant_id, const Period& period,
                          const OptionalText& currency) {
  const pg::Rows rows = kFind.run(tenant_id, period.start, period.end, currency);
  std::vector<Invoice> found;
  for (std::uint64_t row = 0; row < rows.size(); ++row) found.push_back(to_invoice(rows, row));
  return found;
}

OptionalText find_overlap(const Uuid& tenant_id, const Period& period,
                          const std::string& currency) {
  const pg::Rows rows = kOverlap.run(tenant_id, period.start, period.end, currency);
  if (rows.empty()) return std::nullopt;
  return rows.get<std::string>(0, 0);
}

Invoice lock(const Uuid& tenant_id, const Uuid& invoice_id) {
  const pg::Rows rows = kLock.run(tenant_id, invoice_id);
  if (rows.empty()) throw_not_found();
  return to_invoice(rows, 0);
}

std::vector<std::string> read_currencies(const Uuid& tenant_id, const Period& period) {
  const pg::Rows rows = kCurrencies.run(tenant_id, period.end);
  std::vector<std::string> currencies;
  for (std::uint64_t row = 0; row < rows.size(); ++row) {
    currencies.push_back(rows.get<std::string>(row, 0));
  }
  return currencies;
}

std::string default_currency(const Uuid& tenant_id) {
  const pg::Rows rows = kDefaultCurrency.run(tenant_id);
  return rows.empty() ? "CREDIT" : rows.get<std::string>(0, 0);
}

Uuid insert_draft(const Uuid& tenant_id, const Period& period, const std::string& currency) {
  const SavingScope scope;
  const Uuid id = pg::random_uuid();
  kInsert.run(tenant_id, id, draft_number(id), period.start, period.end, currency);
  return id;
}

void claim_events(const Uuid& tenant_id, const Uuid& invoice_id) {
  kClaim.run(tenant_id, invoice_id);
}

void free_events(const Uuid& tenant_id, const Uuid& invoice_id) {
  const SavingScope scope;
  kFree.run(tenant_id, invoice_id);
}

Account read_account(const Uuid& tenant_id, const Invoice& invoice, Events events) {
  const bool is_draft = events == Events::of_draft;
  Account account;
  account.currency = invoice.currency;
  const pg::Rows charges = (is_draft ? kDraftCharges : kCharges).run(tenant_id, invoice.id);
  for (std::uint64_t row = 0; row < charges.size(); ++row) {
    const auto feature_key = charges.get<std::string>(row, 0);
    if (account.totals.empty() || account.totals.back().feature_key != feature_key) {
      account.totals.push_back({feature_key, {}});
    }
    account.totals.back().cost += charges.get<Decimal>(row, 8);
    const auto category = charges.get_optional<std::string>(row, 1);
    if (!category) continue;
    account.charges.push_back({feature_key, *category, charges.get<std::string>(row, 2),
                               charges.get<std::string>(row, 3), charges.get<std::string>(row, 4),
                               charges.get_optional<Rate>(row, 5), charges.get<Decimal>(row, 6),
                               charges.get<Decimal>(row, 7)});
  }
  const pg::Rows deductions =
      (is_draft ? kDraftDeductions : kDeductions).run(tenant_id, invoice.id);
  account.refunds = deductions.get<Decimal>(0, 0);
  account.credits = deductions.get<Decimal>(0, 1);
  const pg::Rows metadata = kMetadata.run(tenant_id);
  account.tax_rates = read_tax_rates(pg::read_json(metadata.get<JsonbDatum>(0, 0)));
  return account;
}

void write_bill(const Uuid& tenant_id, const Uuid& invoice_id, const Bill& bill) {
  const SavingScope scope;
  kWriteBill.run(tenant_id, invoice_id, Json{lines_json(bill.lines)}, bill.subtotal,
                 Json{taxes_json(bill.taxes)}, bill.tax, bill.total);
}

void finalize(const Uuid& tenant_id, const Uuid& invoice_id, const std::string& number,
              Timestamp due_at, JsonbDatum details) {
  const SavingScope scope;
  kFinalize.run(tenant_id, invoice_id, number, due_at, details);
}

Payment read_payment(const Uuid& tenant_id, const Uuid& transaction_id, const Uuid& invoice_id) {
  const pg::Rows rows = kPayment.run(tenant_id, transaction_id, invoice_id);
  if (rows.empty()) throw Error{ErrorCode::not_found, "transaction not found"};
  return {rows.get<std::string>(0, 0), rows.get<Decimal>(0, 1),
          rows.get<std::string>(0, 2), rows.get<bool>(0, 3),
          rows.get<bool>(0, 4),        rows.get_optional<std::string>(0, 5)};
}

void set_paid(const Uuid& tenant_id, const Uuid& invoice_id, const OptionalUuid& transaction_id,
              const OptionalText& method) {
  const SavingScope scope;
  kPay.run(tenant_id, invoice_id, transaction_id, method);
}

void set_voided(const Uuid& tenant_id, const Uuid& invoice_id, const std::string& reason) {
  const SavingScope scope;
  kVoid.run(tenant_id, invoice_id, reason);
}

std::int64_t mark_overdue(const std::optional<Uuid>& tenant_id) {
  const SavingScope scope;
  return static_cast<std::int64_t>(kOverdue.run(tenant_id).processed());
}

JsonNode read_document(const Uuid& tenant_id, const Uuid& invoice_id) {
  const pg::Rows rows = kDocument.run_in_snapshot(tenant_id, invoice_id);
  if (rows.empty()) throw_not_found();
  return pg::read_json(rows.get<JsonbDatum>(0, 0));
}

bool is_saving() {
  return saving;
}

}  // namespace lad::invoices::store
