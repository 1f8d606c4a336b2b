#include "core/error.hpp"
#include "invoices/document.hpp"
#include "invoices/payment.hpp"
#include "invoices/store.hpp"
#include "pg/args.hpp"
#include "pg/as_owner.hpp"
#include "pg/context.hpp"
#include "pg/json.hpp"
#include "pg/result.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"

namespace invoices = lad::invoices;
namespace store = lad::invoices::store;
using invoices::Status;
using lad::Error;
using lad::ErrorCode;
using lad::Uuid;
using lad::pg::Args;

namespace {

store::Period read_period(const Args& args) {
  const store::Period period{args.get<lad::pg::Timestamp>(0, "period_start"),
                             args.get<lad::pg::Timestamp>(1, "period_end")};
  const std::int64_t start = lad::pg::finite_unix_us(period.start, "period_start");
  if (start >= lad::pg::finite_unix_us(period.end, "period_end")) {
    throw Error{ErrorCode::invalid_argument, "period_start must be before period_end"};
  }
  return period;
}

/// Makes the lines from the events.
void bill(const Uuid& tenant_id, const store::Invoice& invoice, store::Events events) {
  store::write_bill(tenant_id, invoice.id,
                    invoices::make_bill(store::read_account(tenant_id, invoice, events)));
}

/// The currency to invoice in when the caller names none.
std::string choose_currency(const Uuid& tenant_id, const store::Period& period) {
  const auto currencies = store::read_currencies(tenant_id, period);
  if (currencies.empty()) return store::default_currency(tenant_id);
  return invoices::only_currency(currencies);
}

Uuid generate(const Uuid& tenant_id, const store::Period& period,
              const std::optional<std::string>& wanted) {
  store::require_billing_admin("make invoices");
  store::lock_counter(tenant_id);
  const auto existing = store::find(tenant_id, period, wanted);
  if (existing.size() > 1) {
    std::vector<std::string> currencies;
    for (const auto& invoice : existing) currencies.push_back(invoice.currency);
    invoices::only_currency(currencies);
  }
  if (!existing.empty()) return existing.front().id;
  store::Invoice invoice;
  invoice.currency = wanted ? *wanted : choose_currency(tenant_id, period);
  invoices::require_free_period(store::find_overlap(tenant_id, period, invoice.currency));
  invoice.id = store::insert_draft(tenant_id, period, invoice.currency);
  bill(tenant_id, invoice, store::Events::of_draft);
  return invoice.id;
}

std::string finalize(const Uuid& tenant_id, const Uuid& invoice_id, std::int64_t due_in_us,
                     lad::pg::JsonbDatum details) {
  store::require_billing_admin("finalize invoices");
  store::lock_counter(tenant_id);
  const store::Invoice invoice = store::lock(tenant_id, invoice_id);
  if (invoice.status != Status::draft && invoice.status != Status::voided) return invoice.number;
  invoices::require_transition(invoice.status, Status::pending);
  store::claim_events(tenant_id, invoice.id);
  bill(tenant_id, invoice, store::Events::claimed);
  const std::string number = invoices::invoice_number(store::next_serial(tenant_id));
  store::finalize(tenant_id, invoice_id, number, {lad::pg::clock_now().us + due_in_us}, details);
  return number;
}

void pay(const Uuid& tenant_id, const Uuid& invoice_id, const std::optional<Uuid>& transaction_id,
         const std::optional<std::string>& method) {
  store::require_billing_admin("pay invoices");
  // Two invoices may ask for one payment at once.
  store::lock_counter(tenant_id);
  const store::Invoice invoice = store::lock(tenant_id, invoice_id);
  if (invoice.status == Status::paid && invoice.payment == transaction_id) return;
  invoices::require_transition(invoice.status, Status::paid);
  std::optional<invoices::Payment> payment;
  if (transaction_id) payment = store::read_payment(tenant_id, *transaction_id, invoice_id);
  invoices::require_payment(payment, invoice.total, invoice.currency);
  store::set_paid(tenant_id, invoice_id, transaction_id, method);
}

void void_invoice(const Uuid& tenant_id, const Uuid& invoice_id, const std::string& reason) {
  store::require_billing_admin("void invoices");
  store::lock_counter(tenant_id);
  const store::Invoice invoice = store::lock(tenant_id, invoice_id);
  if (invoice.status == Status::voided) return;
  invoices::require_transition(invoice.status, Status::voided);
  store::free_events(tenant_id, invoice_id);
  store::set_voided(tenant_id, invoice_id, reason);
}

lad::JsonNode read_document(const Uuid& invoice_id) {
  const Uuid tenant_id = lad::pg::require_tenant().tenant_id;
  return lad::pg::with_spi([&] { return store::read_document(tenant_id, invoice_id); });
}

Datum generate_as(FunctionCallInfo fcinfo, const std::optional<std::string>& currency) {
  const store::Period period = read_period(Args{fcinfo});
  const Uuid tenant_id = lad::pg::require_tenant().tenant_id;
  return lad::pg::to_datum(
      lad::pg::with_spi([&] { return generate(tenant_id, period, currency); }));
}

}  // namespace

LAD_FUNCTION(lad_generate_invoice) {
  return generate_as(fcinfo, std::nullopt);
}

LAD_FUNCTION(lad_generate_invoice_in) {
  auto currency = Args{fcinfo}.get<std::string>(2, "currency");
  invoices::require_currency(currency);
  return generate_as(fcinfo, std::move(currency));
}

LAD_FUNCTION(lad_finalize_invoice) {
  const Args args{fcinfo};
  const auto invoice_id = args.get<Uuid>(0, "invoice_id");
  const auto due_in = args.get<lad::pg::Interval>(1, "due_in").exact_us("due_in");
  const auto details = args.get<lad::pg::JsonbDatum>(2, "details");
  invoices::require_due_in(due_in);
  invoices::require_details(lad::pg::read_json(details));
  const Uuid tenant_id = lad::pg::require_tenant().tenant_id;
  return lad::pg::to_datum(
      lad::pg::with_spi([&] { return finalize(tenant_id, invoice_id, due_in, details); }));
}

LAD_FUNCTION(lad_pay_invoice) {
  const Args args{fcinfo};
  const auto invoice_id = args.get<Uuid>(0, "invoice_id");
  const auto transaction_id = args.get_optional<Uuid>(1);
  const auto method = args.get_optional<std::string>(2);
  if (method) invoices::require_words(*method, "payment_method", 50);
  const Uuid tenant_id = lad::pg::require_tenant().tenant_id;
  lad::pg::with_spi([&] { pay(tenant_id, invoice_id, transaction_id, method); });
  return lad::pg::void_datum();
}

LAD_FUNCTION(lad_void_invoice) {
  const Args args{fcinfo};
  const auto invoice_id = args.get<Uuid>(0, "invoice_id");
  const auto reason = args.get<std::string>(1, "reason");
  invoices::require_words(reason, "reason", 1000);
  const Uuid tenant_id = lad::pg::require_tenant().tenant_id;
  lad::pg::with_spi([&] { void_invoice(tenant_id, invoice_id, reason); });
  return lad::pg::void_datum();
}

LAD_FUNCTION(lad_mark_overdue_invoices) {
  (void)fcinfo;
  const lad::pg::TenantContext* const context = lad::pg::current_context();
  if (context != nullptr && context->is_service && context->tenant_id.is_nil()) {
    lad::pg::require_caller("lad_service", "mark invoices of all tenants");
    const lad::pg::ActAsOwner owner{"lad_owner"};
    return lad::pg::to_datum(lad::pg::with_spi([] { return store::mark_overdue(std::nullopt); }));
  }
  const Uuid tenant_id = lad::pg::require_tenant().tenant_id;
  return lad::pg::to_datum(lad::pg::with_spi([&] {
    store::require_billing_admin("mark invoices");
    return store::mark_overdue(tenant_id);
  }));
}

LAD_FUNCTION(lad_invoice_document) {
  const auto invoice_id = Args{fcinfo}.get<Uuid>(0, "invoice_id");
  const lad::JsonNode document = read_document(invoice_id);
  return lad::pg::to_datum(lad::pg::Json{lad::to_text(document)});
}

LAD_FUNCTION(lad_invoice_document_as) {
  const Args args{fcinfo};
  const auto invoice_id = args.get<Uuid>(0, "invoice_id");
  const auto format = args.get<std::string>(1, "format");
  if (format != "json" && format != "html") {
    throw Error{ErrorCode::invalid_argument, "format must be json or html"};
  }
  const lad::JsonNode document = read_document(invoice_id);
  return lad::pg::to_datum(format == "html" ? invoices::invoice_html(document)
                                            : lad::to_text(document));
}
