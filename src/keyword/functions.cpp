#include <algorithm>

#include "core/error.hpp"
#include "keyword/active_store.hpp"
#include "keyword/engine.hpp"
#include "keyword/lead_store.hpp"
#include "keyword/search_query.hpp"
#include "keyword/server_language_store.hpp"
#include "keyword/term_store.hpp"
#include "pg/args.hpp"
#include "pg/arrays.hpp"
#include "pg/context.hpp"
#include "pg/phrases.hpp"
#include "pg/real.hpp"
#include "pg/refusal.hpp"
#include "pg/result.hpp"
#include "pg/spi.hpp"

namespace keyword = lad::keyword;
namespace store = lad::keyword::store;
using lad::Error;
using lad::ErrorCode;
using Suggestions = std::vector<keyword::Suggestion>;
using Terms = std::vector<keyword::SearchTerm>;

namespace {

constexpr std::int32_t kMaxRows = 10'000;
constexpr const char* kMaxTermsName = "max_terms";

keyword::Query read_keyword(const std::string& text) {
  keyword::require_keyword(text);
  return keyword::read_query(text, store::server_language());
}

std::int32_t read_limit(const lad::pg::Args& args, int index, const char* name,
                        std::int32_t largest) {
  const auto limit = args.get<std::int32_t>(index, name);
  if (limit < 1 || limit > largest) {
    throw Error{ErrorCode::invalid_argument,
                std::string{name} + " must be 1 to " + std::to_string(largest)};
  }
  return limit;
}

keyword::Context read_context(const lad::pg::Args& args, int index) {
  return keyword::parse_context(args.get<std::string>(index, "context"));
}

/// What the tenant of this transaction has added; nothing without a tenant.
std::vector<keyword::TenantTerm> own_terms(const store::ActiveLexicons& lexicons,
                                           const keyword::Query& query) {
  const lad::pg::TenantContext* const context = lad::pg::current_context();
  if (context == nullptr || context->tenant_id == lad::Uuid{} || !lexicons.has_tables) return {};
  return lad::pg::with_spi([&] { return store::find_terms(context->tenant_id, query.normal); });
}

Suggestions expand(const store::ActiveLexicons& lexicons, const keyword::Query& query,
                   keyword::Context context, int max_terms) {
  if (query.normal.empty()) return {};
  return keyword::expand(lexicons.views, query, context, max_terms, own_terms(lexicons, query));
}

/// The keyword itself and its expansions, as terms of a search.
Terms search_terms(const keyword::Query& query, keyword::Context context) {
  if (query.normal.empty()) return {};
  Terms terms{keyword::search_term(query.display, query.normal, 1, lad::pg::parse_text)};
  for (const keyword::Suggestion& each :
       expand(store::active_lexicons(), query, context, keyword::kMaxSearchTerms - 1)) {
    const std::string normal = keyword::normalize(each.term, store::server_language());
    terms.push_back(keyword::search_term(each.term, normal, each.score, lad::pg::parse_text));
  }
  return terms;
}

}  // namespace

LAD_FUNCTION(lad_expand_keyword) {
  const lad::pg::Args args{fcinfo};
  const keyword::Query query = read_keyword(args.get<std::string>(0, "keyword"));
  const keyword::Context context = read_context(args, 1);
  const int max_terms = read_limit(args, 2, kMaxTermsName, keyword::kMaxTerms);
  lad::pg::RowSet set{fcinfo};
  for (const auto& each : expand(store::active_lexicons(), query, context, max_terms)) {
    set.add(std::string_view{each.term}, static_cast<float>(each.score), name_of(each.relation),
            name_of(each.source), std::string_view{each.path});
  }
  return set.done();
}

LAD_FUNCTION(lad_expand_keywords) {
  const lad::pg::Args args{fcinfo};
  const auto keywords = lad::pg::read_texts(args, 0, "keywords");
  const keyword::Context context = read_context(args, 1);
  const int max_terms = read_limit(args, 2, kMaxTermsName, keyword::kMaxTerms);
  std::vector<keyword::Query> queries;
  for (const std::string& text : keywords) {
    const auto refusal = lad::pg::refusal_of([&] { queries.push_back(read_keyword(text)); });
    if (refusal) {
      throw Error{refusal->code(),
                  "keyword " + std::to_string(queries.size() + 1) + ": " + refusal->message(),
                  refusal->detail(), refusal->hint()};
    }
  }
  const store::ActiveLexicons& lexicons = store::active_lexicons();
  lad::pg::RowSet set{fcinfo};
  for (std::size_t i = 0; i < queries.size(); ++i) {
    for (const auto& each : expand(lexicons, queries[i], context, max_terms)) {
      set.add(std::string_view{keywords[i]}, std::string_view{each.term},
              static_cast<float>(each.score), name_of(each.relation), name_of(each.source),
              std::string_view{each.path});
    }
    lad::pg::poll_interrupts();
  }
  return set.done();
}

LAD_FUNCTION(lad_normalize_keyword) {
  const auto text = lad::pg::Args{fcinfo}.get<std::string>(0, "keyword");
  keyword::require_keyword(text);
  return lad::pg::to_datum(keyword::normalize(text, store::server_language()));
}

LAD_FUNCTION(lad_keyword_tsquery) {
  const lad::pg::Args args{fcinfo};
  const keyword::Query query = read_keyword(args.get<std::string>(0, "keyword"));
  return lad::pg::to_query(keyword::any_of(search_terms(query, read_context(args, 1)), true));
}

LAD_FUNCTION(lad_match_leads) {
  const lad::Uuid tenant_id = lad::pg::require_tenant().tenant_id;
  const lad::pg::Args args{fcinfo};
  const keyword::Query query = read_keyword(args.get<std::string>(0, "keyword"));
  const keyword::Context context = read_context(args, 1);
  const std::int32_t max_rows = read_limit(args, 2, "max_rows", kMaxRows);
  const Terms terms = search_terms(query, context);
  const auto found =
      lad::pg::with_spi([&] { return store::match_leads(tenant_id, terms, max_rows); });
  lad::pg::RowSet set{fcinfo};
  for (const store::LeadMatch& each : found) {
    set.add(each.lead_id, each.score, std::string_view{each.term});
  }
  return set.done();
}
