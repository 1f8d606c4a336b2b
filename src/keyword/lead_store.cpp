#include "keyword/lead_store.hpp"

#include <optional>

#include "pg/real.hpp"
#include "pg/spi.hpp"

namespace lad::keyword::store {
namespace {

using Texts = std::vector<std::string>;
using OptionalTexts = std::vector<std::optional<std::string>>;

// All terms in one query find the rows by the index; then each row is asked for its best term.
constinit pg::Plan<Uuid, std::string, Texts, std::vector<float>, Texts, OptionalTexts, std::int32_t>
    kMatch{
        "WITH terms AS MATERIALIZED ("
        " SELECT t.term, t.score, t.query::tsquery AS query, t.pattern, t.nr"
        " FROM unnest($3, $4, $5, $6) WITH ORDINALITY AS t (term, score, query, pattern, nr)),"
        " found AS MATERIALIZED ("
        " SELECT id, search_words, ts_filter(search_words, '{a}') AS in_title,"
        "  ts_filter(search_words, '{b,c}') AS in_facts,"
        "  lower(concat_ws(' ', title, company_name, left(tags::text, 20000),"
        "   left(notes, 20000))) AS content"
        " FROM lad_data.leads"
        " WHERE tenant_id = $1 AND NOT is_deleted"
        "  AND lad.text_matches(search_words, $2::tsquery))"
        " SELECT f.id, b.score, b.term FROM found f CROSS JOIN LATERAL ("
        "  SELECT t.term, t.nr, (t.score * CASE WHEN lad.text_matches(f.in_title, t.query) THEN 1"
        "    WHEN lad.text_matches(f.in_facts, t.query) THEN 0.8 ELSE 0.5 END)::real AS score"
        "  FROM terms t WHERE lad.text_matches(f.search_words, t.query)"
        "   AND (t.pattern IS NULL OR f.content ~ t.pattern)"
        "  ORDER BY score DESC, t.nr LIMIT 1) b"
        " ORDER BY b.score DESC, b.nr, f.id LIMIT $7"};

}  // namespace

std::vector<LeadMatch> match_leads(const Uuid& tenant_id, std::span<const SearchTerm> terms,
                                   std::int32_t max_rows) {
  const std::string any = any_of(terms, false);
  if (any.empty()) return {};
  Texts names;
  Texts queries;
  std::vector<float> scores;
  OptionalTexts patterns;
  for (const SearchTerm& term : terms) {
    if (term.query.empty()) continue;
    names.push_back(term.term);
    queries.push_back(term.query);
    scores.push_back(static_cast<float>(term.score));
    patterns.push_back(term.pattern.empty() ? std::nullopt : std::optional{term.pattern});
  }
  const pg::Rows rows =
      kMatch.run_in_snapshot(tenant_id, any, names, scores, queries, patterns, max_rows);
  std::vector<LeadMatch> found;
  for (std::uint64_t i = 0; i < rows.size(); ++i) {
    found.push_back({rows.get<Uuid>(i, 0), rows.get<float>(i, 1), rows.get<std::string>(i, 2)});
  }
  return found;
}

}  // namespace lad::keyword::store
