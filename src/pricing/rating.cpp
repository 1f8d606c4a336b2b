#include "pricing/rating.hpp"

#include "core/error.hpp"

namespace lad::pricing {
namespace {

template <class Row>
bool in_force(const Row& row, std::int64_t at_us) {
  return row.effective_from_us <= at_us && (!row.effective_to_us || at_us < *row.effective_to_us);
}

bool covers(const Price& price, const UsageItem& item) {
  return price.category == item.category && price.provider == item.provider &&
         price.unit == item.unit && (price.model == item.model || price.model == kAnyModel);
}

/// Whether a comes before b in the order of resolution.
bool precedes(const Resolved& a, const Resolved& b) {
  if (a.price->tenant.has_value() != b.price->tenant.has_value()) {
    return a.price->tenant.has_value();
  }
  const bool a_any = a.price->model == kAnyModel;
  const bool b_any = b.price->model == kAnyModel;
  if (a_any != b_any) return b_any;
  if ((a.rate == nullptr) != (b.rate == nullptr)) return a.rate == nullptr;
  if (a.price->effective_from_us != b.price->effective_from_us) {
    return a.price->effective_from_us > b.price->effective_from_us;
  }
  return a.price->id > b.price->id;
}

const ExchangeRate* find_rate(std::span<const ExchangeRate> rates, const std::string& from,
                              const std::string& to, std::int64_t at_us) {
  const ExchangeRate* best = nullptr;
  for (const ExchangeRate& rate : rates) {
    if (rate.from != from || rate.to != to || !in_force(rate, at_us)) continue;
    if (best == nullptr || (rate.tenant && !best->tenant)) best = &rate;
  }
  return best;
}

void append_terms(std::string& json, const PricedItem& item) {
  if (item.model != Model::per_unit) {
    json += ",\"price_model\":\"";
    json += to_string(item.model);
    json += '"';
  }
  if (!item.free_quantity.is_zero()) {
    json += ",\"free_quantity\":" + item.free_quantity.to_string();
  }
  if (item.is_minimum) json += ",\"minimum_charge\":true";
  if (item.exchange_rate) {
    json += ",\"price_currency\":\"" + item.price_currency +
            "\",\"exchange_rate\":" + item.exchange_rate->to_string();
  }
}

}  // namespace

std::optional<Resolved> resolve(const UsageItem& item, const Catalog& catalog, std::int64_t at_us,
                                const std::optional<std::string>& currency) {
  std::optional<Resolved> best;
  bool any = false;
  for (const Price& price : catalog.prices) {
    if (!price.is_active || !covers(price, item) || !in_force(price, at_us)) continue;
    any = true;
    Resolved candidate{&price, nullptr};
    if (currency && price.currency != *currency) {
      candidate.rate = find_rate(catalog.rates, price.currency, *currency, at_us);
      if (candidate.rate == nullptr) continue;
    }
    if (!best || precedes(candidate, *best)) best = candidate;
  }
  if (any) return best;
  throw Error(ErrorCode::no_price,
              "no price for " + item.category + " " + item.provider + " " + item.model + " per " +
                  item.unit,
              "No active price of the tenant and no global one is in force at that time.");
}

Rated rate(std::span<const UsageItem> items, const Catalog& catalog, std::int64_t at_us,
           const std::optional<std::string>& currency) {
  Rated rated;
  rated.items.reserve(items.size());
  Total total;
  for (const UsageItem& item : items) {
    const auto resolved = resolve(item, catalog, at_us, currency);
    if (!resolved) {
      throw Error{ErrorCode::currency_mismatch,
                  "usage item " + std::to_string(rated.items.size() + 1) +
                      ": its price is not in " + *currency,
                  "No exchange rate to it is in force at that time."};
    }
    rated.items.push_back(price(item, *resolved->price, resolved->rate));
    total.add(rated.items.back());
  }
  rated.total = total.amount();
  rated.currency = total.currency();
  return rated;
}

std::string prices_json(const Rated& rated) {
  std::string json = "[";
  for (const PricedItem& item : rated.items) {
    if (json.size() > 1) json += ',';
    json += "{\"quantity\":" + item.quantity.to_string() + ",\"price_id\":\"" +
            item.price_id.to_string() + "\",\"unit_price\":" + item.unit_price.to_string() +
            ",\"cost\":" + item.cost.to_string();
    append_terms(json, item);
    json += '}';
  }
  return json + "]";
}

}  // namespace lad::pricing
