#include "catalog/lint_store.hpp"

namespace lad::catalog::rules {
namespace {

constexpr LintRule price_gap{
    "warning", "price_gap",
    "SELECT format('%s %s %s per %s in %s%s', category, provider, model, unit, currency, "
    "              ' of tenant ' || tenant_id), "
    "       format('No such price is in force from %s to %s.', effective_to, next_from), "
    "       format('Set one from %s with lad.set_price.', effective_to) "
    "FROM (SELECT p.*, lead(effective_from) OVER (PARTITION BY tenant_id, category, provider, "
    "             model, unit, currency ORDER BY effective_from) AS next_from "
    "      FROM lad_data.billing_pricing_catalog p WHERE is_active) AS prices "
    "WHERE effective_to < next_from "
    "UNION ALL "
    "SELECT format('%s to %s%s', from_currency, to_currency, ' of tenant ' || tenant_id), "
    "       format('No such exchange rate is in force from %s to %s.', effective_to, next_from), "
    "       format('Set one from %s with lad.set_exchange_rate.', effective_to) "
    "FROM (SELECT r.*, lead(effective_from) OVER (PARTITION BY tenant_id, from_currency, "
    "             to_currency ORDER BY effective_from) AS next_from "
    "      FROM lad_data.billing_exchange_rates r) AS rates "
    "WHERE effective_to < next_from"};

constexpr LintRule kRules[] = {price_gap};

constexpr auto kStatement = lint_statement<lint_statement_size("", kRules)>("", kRules);
constinit pg::Plan<> breaches{kStatement.data()};

}  // namespace

LintGroup of_prices() {
  return {kRules, breaches};
}

}  // namespace lad::catalog::rules
