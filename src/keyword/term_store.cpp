#include "keyword/term_store.hpp"

#include "pg/real.hpp"
#include "pg/spi.hpp"

namespace lad::keyword::store {
namespace {

using Texts = std::vector<std::string>;

constinit pg::Plan<Uuid, std::string> kFind{
    "SELECT expansion::text, relation::text, weight::real, context::text FROM "
    "lad_data.keyword_terms"
    " WHERE tenant_id = $1 AND normalized_term = $2"
    " ORDER BY weight DESC, normalized_expansion COLLATE \"C\", context COLLATE \"C\" LIMIT 200"};

// Sorted, so that two callers of one term take the rows in one order.
constinit pg::Plan<std::string, std::string, Texts, Texts, std::string, std::string, float> kSave{
    "INSERT INTO lad_data.keyword_terms AS t (term, normalized_term, expansion,"
    " normalized_expansion, relation, context, weight)"
    " SELECT $1, $2, e.expansion, e.normal, $5, $6, round($7::numeric, 3)"
    " FROM unnest($3, $4) AS e (expansion, normal) ORDER BY e.normal COLLATE \"C\""
    " ON CONFLICT (tenant_id, normalized_term, normalized_expansion, context) DO UPDATE"
    " SET term = EXCLUDED.term, expansion = EXCLUDED.expansion, relation = EXCLUDED.relation,"
    " weight = EXCLUDED.weight"};

}  // namespace

std::vector<TenantTerm> find_terms(const Uuid& tenant_id, const std::string& normal) {
  const pg::Rows rows = kFind.run_in_snapshot(tenant_id, normal);
  std::vector<TenantTerm> terms;
  for (std::uint64_t i = 0; i < rows.size(); ++i) {
    const auto relation = find_relation(rows.get<std::string>(i, 1));
    const auto context = find_context(rows.get<std::string>(i, 3));
    if (!relation || !context) continue;
    terms.push_back(
        {rows.get<std::string>(i, 0), *relation, rows.get<float>(i, 2), mask_of(*context)});
  }
  return terms;
}

std::int32_t save_terms(const std::string& term, const std::string& normal,
                        const std::vector<NewTerm>& expansions, const std::string& relation,
                        const std::string& context, float weight) {
  Texts texts;
  Texts normals;
  for (const NewTerm& each : expansions) {
    texts.push_back(each.expansion);
    normals.push_back(each.normal);
  }
  return static_cast<std::int32_t>(
      kSave.run(term, normal, texts, normals, relation, context, weight).processed());
}

}  // namespace lad::keyword::store
