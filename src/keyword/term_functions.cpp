#include <algorithm>

#include "core/error.hpp"
#include "keyword/lexicon_store.hpp"
#include "keyword/server_language_store.hpp"
#include "keyword/term_store.hpp"
#include "pg/args.hpp"
#include "pg/arrays.hpp"
#include "pg/context.hpp"
#include "pg/real.hpp"
#include "pg/result.hpp"
#include "pg/spi.hpp"

namespace keyword = lad::keyword;
namespace store = lad::keyword::store;
using lad::Error;
using lad::ErrorCode;

namespace {

constexpr std::size_t kMaxExpansions = 100;
/// The least that the table keeps.
constexpr float kLeastWeight = 0.001F;

/// The normal form of a text that has one.
std::string require_normal(const std::string& text, const char* what) {
  keyword::require_keyword(text);
  std::string normal = keyword::normalize(text, store::server_language());
  if (normal.empty()) {
    throw Error{ErrorCode::keyword_rejected, std::string{what} + " has no words"};
  }
  return normal;
}

/// Each once, by normal form.
std::vector<store::NewTerm> read_expansions(const std::vector<std::string>& texts,
                                            const std::string& normal) {
  if (texts.empty() || texts.size() > kMaxExpansions) {
    throw Error{ErrorCode::invalid_argument, "expansions must hold 1 to 100 terms"};
  }
  std::vector<store::NewTerm> terms;
  for (const std::string& text : texts) {
    const std::string own = require_normal(text, "an expansion");
    if (own == normal) {
      throw Error{ErrorCode::keyword_rejected, "an expansion is the term itself"};
    }
    const bool is_known = std::any_of(terms.begin(), terms.end(),
                                      [&](const auto& each) { return each.normal == own; });
    if (!is_known) {
      terms.push_back({keyword::display_form(text, store::server_language()), own});
    }
  }
  return terms;
}

std::string read_relation(const lad::pg::Args& args, int index) {
  const auto name = args.get<std::string>(index, "relation");
  if (!keyword::find_relation(name)) {
    throw Error{ErrorCode::invalid_argument,
                "relation must be synonym, abbreviation, spelling, narrower, broader, sibling or "
                "related"};
  }
  return name;
}

float read_weight(const lad::pg::Args& args, int index) {
  const auto weight = args.get<float>(index, "weight");
  if (!(weight >= kLeastWeight && weight <= 1)) {
    throw Error{ErrorCode::invalid_argument, "weight must be 0.001 to 1"};
  }
  return weight;
}

}  // namespace

LAD_FUNCTION(lad_add_term) {
  lad::pg::require_tenant();
  const lad::pg::Args args{fcinfo};
  const auto term = args.get<std::string>(0, "term");
  const std::string normal = require_normal(term, "the term");
  const auto expansions = read_expansions(lad::pg::read_texts(args, 1, "expansions"), normal);
  const std::string relation = read_relation(args, 2);
  const auto context = args.get<std::string>(3, "context");
  keyword::parse_context(context);
  const float weight = read_weight(args, 4);
  return lad::pg::to_datum(lad::pg::with_spi([&] {
    store::require_tables();
    return store::save_terms(term, normal, expansions, relation, context, weight);
  }));
}
