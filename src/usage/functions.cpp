#include "pg/args.hpp"
#include "pg/context.hpp"
#include "pg/durability.hpp"
#include "pg/json.hpp"
#include "pg/posting.hpp"
#include "pg/result.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"
#include "tenancy/access.hpp"
#include "usage/items.hpp"
#include "usage/price_store.hpp"
#include "usage/quota_store.hpp"
#include "usage/store.hpp"

namespace usage = lad::usage;
namespace store = lad::usage::store;
using lad::Error;
using lad::ErrorCode;
using lad::Uuid;
using lad::pg::Args;
using lad::pg::JsonbDatum;

namespace {

struct Tariff {
  usage::Rated rated;
  std::string items;
};

Tariff rate(const Uuid& tenant_id, const lad::JsonNode& usage_items,
            std::span<const lad::pricing::UsageItem> items, std::int64_t at_us,
            const std::optional<std::string>& currency) {
  Tariff tariff;
  tariff.rated =
      usage::rate(items, store::read_prices(tenant_id, items, at_us, currency), at_us, currency);
  tariff.items = usage::merge_prices(usage_items, usage::prices_json(tariff.rated));
  return tariff;
}

Uuid require_same(const store::Known& known) {
  // With lad.charge an event is as fresh as its debit, which may not be on disk yet.
  lad::pg::flush_visible_commits();
  if (known.same_request) return known.id;
  throw Error{ErrorCode::idempotency_conflict, "idempotency key was used for another request",
              "The key recorded other usage before, and a key records once for ever."};
}

/// The arguments that record_usage and charge share.
store::Request read_request(const Args& args) {
  store::Request request;
  request.feature_key = args.get<std::string>(0, "feature_key");
  request.usage_items = args.get<JsonbDatum>(1, "usage_items");
  request.idempotency_key = args.get<std::string>(2, "idempotency_key");
  request.user_id = args.get_optional<Uuid>(3);
  request.external_reference_id = args.get_optional<std::string>(4);
  request.occurred_at = args.get<lad::pg::Timestamp>(5, "occurred_at");
  request.metadata = args.get<JsonbDatum>(6, "metadata");
  lad::tenancy::require_feature_key(request.feature_key);
  usage::require_usable_key(request.idempotency_key);
  return request;
}

/// How far an event may lie ahead of the clock: as far as clocks differ.
constexpr std::int64_t kMaxAheadUs = 5LL * 60 * 1'000'000;

std::int64_t require_happened(lad::pg::Timestamp occurred_at) {
  const std::int64_t at_us = lad::pg::finite_unix_us(occurred_at, "occurred_at");
  if (at_us <= lad::pg::unix_us(lad::pg::clock_now()) + kMaxAheadUs) return at_us;
  throw Error{ErrorCode::invalid_argument, "occurred_at is more than 5 minutes in the future",
              "Usage is recorded when it has happened."};
}

/// An event as record leaves it: found by its key, or new.
struct Recorded {
  Uuid id;
  std::optional<store::NewEvent> written = {};
  std::optional<store::Payer> payer = {};
};

/// What the use counts, and that it may be. A feature with a quota is locked first, so that its
/// uses are judged one after the other; others take no lock.
class Quota {
 public:
  Quota(const Uuid& tenant_id, const store::Request& request,
        const std::optional<usage::Entitlement>& found,
        std::span<const lad::pricing::UsageItem> items)
      : feature_key_(request.feature_key), entitlement_(found.value_or(usage::Entitlement{})) {
    if (usage::has_quota(entitlement_)) {
      is_locked_ = true;
      if (const auto now = store::lock_entitlement(tenant_id, feature_key_)) entitlement_ = *now;
    }
    quantity_ = usage::counted_quantity(items, entitlement_.unit);
  }

  bool is_locked() const { return is_locked_; }
  lad::Decimal quantity() const { return quantity_; }

  void require(const Uuid& tenant_id, lad::pg::Timestamp at) {
    usage::Used used;
    if (is_locked_) used = store::used_at(tenant_id, feature_key_, at);
    allowance_ = usage::judge(entitlement_, used, quantity_);
    // What it tells of may not be on disk yet.
    if (!allowance_.allowed) lad::pg::flush_visible_commits();
    usage::require_allowed(entitlement_, allowance_, quantity_);
  }

  void add_overage(store::NewEvent& event) const {
    if (allowance_.overage.is_zero()) return;
    event.items = usage::append_item(std::move(event.items),
                                     usage::overage_item(feature_key_, entitlement_, allowance_));
    event.cost += usage::overage_cost(entitlement_, allowance_);
  }

 private:
  const std::string& feature_key_;
  usage::Entitlement entitlement_;
  usage::Allowance allowance_;
  lad::Decimal quantity_;
  bool is_locked_ = false;
};

/// Key, quota, price, write, and the key again when another session was faster: a retry answers the
/// same even after the price is gone. A charged event needs its debit before anybody sees it.
Recorded record(const Uuid& tenant_id, const store::Request& request, bool charged) {
  const lad::JsonNode usage_items = lad::pg::read_json(request.usage_items);
  const auto items = usage::read_items(usage_items);
  const std::int64_t at_us = require_happened(request.occurred_at);
  const std::string quantities = usage::quantities_json(items);
  if (const auto known = store::find(tenant_id, request, quantities)) return {require_same(*known)};
  const auto [payer, entitlement] =
      store::find_terms(tenant_id, request.user_id, request.feature_key);
  Quota quota{tenant_id, request, entitlement, items};
  if (quota.is_locked()) {
    // Its own retry may have used what was left while this one waited.
    if (const auto known = store::find(tenant_id, request, quantities)) {
      return {require_same(*known)};
    }
  }
  quota.require(tenant_id, request.occurred_at);
  Tariff tariff = rate(tenant_id, usage_items, items, at_us,
                       payer ? std::optional{payer->currency} : std::nullopt);
  store::NewEvent event{lad::pg::random_uuid(), std::move(tariff.items), quota.quantity(),
                        tariff.rated.total,     tariff.rated.currency,   charged};
  quota.add_overage(event);
  if (store::insert(tenant_id, request, event)) return {event.id, event, payer};
  if (const auto known = store::find(tenant_id, request, quantities)) return {require_same(*known)};
  throw Error{ErrorCode::internal, "a usage event with this key vanished"};
}

void require_payer(const std::optional<store::Payer>& payer) {
  if (!payer) throw Error{ErrorCode::wallet_not_found, "no wallet to charge"};
}

/// Nothing for an event that costs nothing. Locks the event, then the wallet.
std::optional<lad::Posting> charge(const Uuid& tenant_id, const Uuid& event_id) {
  store::Event event = store::lock(tenant_id, event_id);
  if (event.status == "charged") {
    std::optional<lad::Posting> posting;
    if (event.transaction_id) posting = store::repeat_debit(event_id);
    lad::pg::flush_visible_commits();
    return posting;
  }
  if (event.status == "voided") {
    throw Error{ErrorCode::usage_not_chargeable, "usage event is voided"};
  }
  const auto payer = store::find_payer(tenant_id, event.user_id);
  if (event.unpriced || !event.cost.is_zero()) require_payer(payer);
  if (event.unpriced) {
    const usage::Rated rated = store::reprice(tenant_id, event_id, event, payer->currency);
    event.cost = rated.total;
    event.currency = rated.currency;
  }
  if (event.cost.is_zero()) {
    store::mark_charged(tenant_id, event_id, std::nullopt);
    return std::nullopt;
  }
  if (event.currency != payer->currency) {
    throw Error{ErrorCode::currency_mismatch, "usage event and wallet differ in currency"};
  }
  const lad::Posting posting = store::debit(*payer, event_id, event.cost);
  store::mark_charged(tenant_id, event_id, posting.transaction_id);
  return posting;
}

/// Record and charge: a new event is written once, as charged, and then debited.
std::optional<lad::Posting> charge(const Uuid& tenant_id, const store::Request& request) {
  const Recorded recorded = record(tenant_id, request, true);
  if (!recorded.written) return charge(tenant_id, recorded.id);
  if (recorded.written->cost.is_zero()) return std::nullopt;
  require_payer(recorded.payer);
  return store::debit(*recorded.payer, recorded.id, recorded.written->cost);
}

}  // namespace

LAD_FUNCTION(lad_rate_usage) {
  const Args args{fcinfo};
  const Uuid tenant_id = lad::pg::require_tenant().tenant_id;
  const lad::JsonNode usage_items = lad::pg::read_json(args.get<JsonbDatum>(0, "usage_items"));
  const std::int64_t at_us = lad::pg::finite_unix_us(args.get<lad::pg::Timestamp>(1, "at"), "at");
  const auto currency = args.get_optional<std::string>(2);
  const auto items = usage::read_items(usage_items);
  const std::string json = lad::pg::with_spi([&] {
    const Tariff tariff = rate(tenant_id, usage_items, items, at_us, currency);
    return "{\"items\":" + tariff.items + ",\"total\":" + tariff.rated.total.to_string() +
           ",\"currency\":\"" + tariff.rated.currency + "\"}";
  });
  return lad::pg::to_datum(lad::pg::Json{json});
}

LAD_FUNCTION(lad_record_usage) {
  const Uuid tenant_id = lad::pg::require_tenant().tenant_id;
  const store::Request request = read_request(Args{fcinfo});
  const Uuid id = lad::pg::with_spi([&] { return record(tenant_id, request, false).id; });
  return lad::pg::to_datum(id);
}

LAD_FUNCTION(lad_charge_usage) {
  const Uuid tenant_id = lad::pg::require_tenant().tenant_id;
  const auto event_id = Args{fcinfo}.get<Uuid>(0, "usage_event_id");
  return lad::pg::posting_datum(fcinfo,
                                lad::pg::with_spi([&] { return charge(tenant_id, event_id); }));
}

LAD_FUNCTION(lad_charge) {
  const Uuid tenant_id = lad::pg::require_tenant().tenant_id;
  const store::Request request = read_request(Args{fcinfo});
  return lad::pg::posting_datum(fcinfo,
                                lad::pg::with_spi([&] { return charge(tenant_id, request); }));
}
