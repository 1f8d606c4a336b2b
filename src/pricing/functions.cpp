#include "pg/args.hpp"
#include "pg/as_owner.hpp"
#include "pg/context.hpp"
#include "pg/json.hpp"
#include "pg/result.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"
#include "pricing/entry.hpp"
#include "pricing/store.hpp"

namespace pricing = lad::pricing;
namespace store = lad::pricing::store;
using lad::Rate;
using lad::Uuid;
using lad::pg::Args;
using lad::pg::JsonbDatum;

namespace {

/// Whose rows a caller means; nobody's for everyone's. Services alone set those.
std::optional<Uuid> read_tenant(const Args& args, int for_everyone, const char* action) {
  if (args.get<bool>(for_everyone, "for_everyone")) {
    lad::pg::require_caller("lad_service", action);
    return std::nullopt;
  }
  return lad::pg::require_tenant().tenant_id;
}

std::optional<std::int64_t> read_time(const Args& args, int index, const char* name) {
  const auto at = args.get_optional<lad::pg::Timestamp>(index);
  if (!at) return std::nullopt;
  return lad::pg::finite_unix_us(*at, name);
}

pricing::Wish read_wish(const Args& args, int effective_from) {
  return {read_time(args, effective_from, "effective_from"),
          read_time(args, effective_from + 1, "effective_to")};
}

/// Lock, decide, write: whoever comes second sees what the first has set.
template <class Row>
Uuid set(const Row& row, const pricing::Wish& wish, const char* action) {
  return lad::pg::with_spi([&] {
    if (row.tenant_id) store::require_billing_admin(action);
    const lad::pg::ActAsOwner owner{"lad_owner"};
    store::lock_catalog(row.tenant_id);
    const pricing::Now now{lad::pg::unix_us(lad::pg::transaction_now()),
                           lad::pg::unix_us(lad::pg::clock_now())};
    return store::save(row, pricing::plan_change(store::read_periods(row), wish, now));
  });
}

}  // namespace

LAD_FUNCTION(lad_set_price) {
  const Args args{fcinfo};
  const auto tenant_id = read_tenant(args, 10, "set a price for everyone");
  pricing::NewPrice price;
  price.category = args.get<std::string>(0, "category");
  price.provider = args.get<std::string>(1, "provider");
  price.model = args.get<std::string>(2, "model");
  price.unit = args.get<std::string>(3, "unit");
  price.unit_price = args.get_optional<Rate>(4);
  price.currency = args.get<std::string>(5, "currency");
  const auto metadata = args.get<JsonbDatum>(8, "metadata");
  price.metadata = lad::pg::read_json(metadata);
  const Rate unit_price = pricing::require_valid(price);
  const store::PriceRow row{tenant_id,      price.category, price.provider,
                            price.model,    price.unit,     unit_price,
                            price.currency, metadata,       args.get_optional<std::string>(9)};
  return lad::pg::to_datum(set(row, read_wish(args, 6), "set prices"));
}

LAD_FUNCTION(lad_set_exchange_rate) {
  const Args args{fcinfo};
  const auto tenant_id = read_tenant(args, 5, "set an exchange rate for everyone");
  const store::RateRow row{tenant_id, args.get<std::string>(0, "from_currency"),
                           args.get<std::string>(1, "to_currency"), args.get<Rate>(2, "rate")};
  pricing::require_valid_rate(row.from_currency, row.to_currency, row.rate);
  return lad::pg::to_datum(set(row, read_wish(args, 3), "set exchange rates"));
}
