#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "invoices/invoices.hpp"
#include "invoices/payment.hpp"
#include "pg/values.hpp"

/// SQL of invoices. Lock order: the tenant's counter, the invoice, its events.
namespace lad::invoices::store {

/// Throws privilege (42501) unless the caller is a service or may administer money.
void require_billing_admin(const char* action);

/// Locks the tenant's counter: whoever makes or numbers invoices of a tenant does so alone.
void lock_counter(const Uuid& tenant_id);

/// The next number; the counter stays locked, so a rollback leaves no gap.
std::int64_t next_serial(const Uuid& tenant_id);

struct Period {
  pg::Timestamp start;
  pg::Timestamp end;
};

struct Invoice {
  Uuid id;
  std::string number;
  Status status = Status::draft;
  std::string currency;
  Decimal total;
  std::optional<Uuid> payment;
  std::optional<std::string> void_reason;
};

/// The invoices of exactly this period that are not voided, one for each currency.
std::vector<Invoice> find(const Uuid& tenant_id, const Period& period,
                          const std::optional<std::string>& currency);

/// The number of an invoice of the currency whose period overlaps.
std::optional<std::string> find_overlap(const Uuid& tenant_id, const Period& period,
                                        const std::string& currency);

/// Locks an invoice of the tenant; throws not_found (P0002).
Invoice lock(const Uuid& tenant_id, const Uuid& invoice_id);

/// Currencies of what can be invoiced up to the end of the period, free use apart.
std::vector<std::string> read_currencies(const Uuid& tenant_id, const Period& period);

/// Currency of the tenant's wallet, else of a member's, else CREDIT.
std::string default_currency(const Uuid& tenant_id);

/// Writes an empty draft.
Uuid insert_draft(const Uuid& tenant_id, const Period& period, const std::string& currency);

/// Puts the events that the draft is about on it.
void claim_events(const Uuid& tenant_id, const Uuid& invoice_id);

/// Takes the events of an invoice off it.
void free_events(const Uuid& tenant_id, const Uuid& invoice_id);

/// A draft is about events without touching them; claim_events puts them on it.
enum class Events { of_draft, claimed };

/// What the events were charged, and the tenant's tax rates.
Account read_account(const Uuid& tenant_id, const Invoice& invoice, Events events);

void write_bill(const Uuid& tenant_id, const Uuid& invoice_id, const Bill& bill);

/// Makes a draft pending, with its number and what the document says of both sides.
void finalize(const Uuid& tenant_id, const Uuid& invoice_id, const std::string& number,
              pg::Timestamp due_at, pg::JsonbDatum details);

/// Throws not_found (P0002).
Payment read_payment(const Uuid& tenant_id, const Uuid& transaction_id, const Uuid& invoice_id);

void set_paid(const Uuid& tenant_id, const Uuid& invoice_id,
              const std::optional<Uuid>& transaction_id, const std::optional<std::string>& method);

void set_voided(const Uuid& tenant_id, const Uuid& invoice_id, const std::string& reason);

/// Marks the pending invoices whose due date is over, of one tenant or of all; how many.
std::int64_t mark_overdue(const std::optional<Uuid>& tenant_id);

/// The document (see document.hpp); throws not_found (P0002).
JsonNode read_document(const Uuid& tenant_id, const Uuid& invoice_id);

/// Whether the row being written comes from this store: the guard lets nothing else in.
bool is_saving();

}  // namespace lad::invoices::store
