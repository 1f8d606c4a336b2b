#include "catalog/lint_store.hpp"

#include "catalog/server_flaws.hpp"
#include "pg/as_owner.hpp"
#include "pg/key_file.hpp"
#include "pg/session.hpp"

namespace lad::catalog {
namespace {

// Under another owner, which is a finding of its own, the rows cannot be read.
constinit pg::Plan<> kHasPrices{
    "SELECT count(*) = 2 FROM pg_class WHERE relowner = 'lad_owner'::regrole"
    " AND oid IN (to_regclass('lad_data.billing_pricing_catalog'),"
    " to_regclass('lad_data.billing_exchange_rates'))"};

void collect(const LintGroup& group, std::vector<Finding>& findings) {
  const pg::Rows rows = group.breaches.run_in_snapshot();
  for (std::uint64_t row = 0; row < rows.size(); ++row) {
    const LintRule& rule = group.rules[static_cast<std::size_t>(rows.get<std::int32_t>(row, 0))];
    findings.push_back({rule.level, rows.get<std::string>(row, 1), rule.name,
                        rows.get<std::string>(row, 2), rows.get<std::string>(row, 3)});
  }
}

/// What the price catalog holds, if there is one.
void collect_of_prices(std::vector<Finding>& findings) {
  if (!kHasPrices.run_in_snapshot().get<bool>(0, 0)) return;
  // Every tenant's rows, whoever asks.
  const pg::ActAsOwner owner{"lad_owner"};
  collect(rules::of_prices(), findings);
}

/// What no catalog tells: the server's version and its key file.
void collect_of_server(std::vector<Finding>& findings) {
  const std::string flaws = server_flaws(pg::server_version());
  if (!flaws.empty()) {
    findings.push_back({"error", "server", "server_version",
                        "Row-level security of this PostgreSQL has known flaws: " + flaws + ".",
                        "Install PostgreSQL " + sound_version() + " or a later 15."});
  }
  const std::string problem = pg::key_file_problem();
  if (!problem.empty()) {
    findings.push_back({"error", "lad.key_file", "key_file",
                        "Keys are missing or old: " + problem + ".",
                        "Correct the file and SELECT pg_reload_conf()."});
  }
}

}  // namespace

std::vector<Finding> lint() {
  std::vector<Finding> findings;
  collect(rules::of_isolation(), findings);
  collect(rules::of_rights(), findings);
  collect(rules::of_keys(), findings);
  collect(rules::of_columns(), findings);
  collect_of_prices(findings);
  collect_of_server(findings);
  return findings;
}

}  // namespace lad::catalog
