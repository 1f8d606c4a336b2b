#include <array>

#include "pg/folding.hpp"
#include "pg/jsonb_view.hpp"
#include "pg/search_args.hpp"
#include "pg/search_plan.hpp"
#include "pg/text_search.hpp"
#include "search/json_containment.hpp"
#include "search/text_pattern.hpp"
#include "search/word_query.hpp"

namespace pg = lad::pg;
namespace search = lad::search;

namespace {

struct TextPattern {
  bool is_usable;
  pg::Folding folding;
  std::string_view folded;
};

bool is_acceptable(std::string_view pattern) {
  return pattern.size() <= search::kMaxPatternBytes && search::is_well_formed(pattern);
}

TextPattern derive_text_pattern(const varlena* argument, Oid collation) {
  const std::string_view pattern = pg::text_view(argument);
  const pg::Folding folding = pg::find_folding(collation);
  if (!folding.is_usable || !is_acceptable(pattern)) return {};
  return {true, folding, pg::fold(folding, pattern)};
}

search::CharacterLength character_length() {
  if (pg::database_is_utf8()) return search::utf8_length;
  return pg::database_is_single_byte() ? search::byte_length : pg::character_length;
}

bool matches_text(const varlena* value, const TextPattern& pattern) {
  const std::string_view folded =
      pg::guard([&] { return pg::fold(pattern.folding, pg::text_view(value)); });
  const bool matches =
      search::matches_pattern(folded, pattern.folded, character_length(), pg::poll_interrupts);
  pfree(const_cast<char*>(folded.data()));
  return matches;
}

struct WordQuery {
  bool is_usable;
  std::span<const lad::QueryNode> nodes;
};

WordQuery derive_word_query(const varlena* argument, Oid) {
  const std::span<const lad::QueryNode> nodes = pg::read_query(argument);
  return {search::is_shallow(nodes), nodes};
}

const varlena* plain(Datum value) {
  return pg::guard([value] { return PG_DETOAST_DATUM(value); });
}

bool accepts_text(Datum pattern, Oid collation) {
  const bool is_usable = pg::guard([=] { return pg::find_folding(collation).is_usable; });
  return is_usable && is_acceptable(pg::text_view(plain(pattern)));
}

bool accepts_json(Datum pattern, Oid) {
  return !search::is_deeper_than(pg::JsonbView::root_of(plain(pattern)), search::kMaxJsonDepth);
}

bool accepts_words(Datum pattern, Oid) {
  const varlena* query = plain(pattern);
  return search::is_shallow(pg::guard([query] { return pg::read_query(query); }));
}

constexpr std::array kOperators{
    pg::SearchOperator{TEXTOID, pg::kIlikeOperator, accepts_text},
    pg::SearchOperator{JSONBOID, pg::kContainsOperator, accepts_json},
    // GIN evaluates a query recursively, on the words of any tenant.
    pg::SearchOperator{TSQUERYOID, pg::kMatchesOperator, accepts_words, true},
};

}  // namespace

/// lad.text_ilike
LAD_FUNCTION(lad_text_ilike) {
  const varlena* pattern = pg::bounded_argument(fcinfo, 1, search::kMaxPatternBytes, false);
  if (pattern == nullptr) return BoolGetDatum(false);
  const auto& derived = pg::Derived<TextPattern>::of(fcinfo, pattern, derive_text_pattern);
  if (!derived.is_usable) return BoolGetDatum(false);
  const varlena* value = pg::bounded_argument(fcinfo, 0, search::kMaxValueBytes, false);
  return BoolGetDatum(value != nullptr && matches_text(value, derived));
}

/// lad.json_contains
LAD_FUNCTION(lad_json_contains) {
  const varlena* value = pg::bounded_argument(fcinfo, 0, search::kMaxValueBytes, true);
  const varlena* pattern = pg::bounded_argument(fcinfo, 1, search::kMaxValueBytes, true);
  return BoolGetDatum(value != nullptr && pattern != nullptr &&
                      search::contains(pg::JsonbView::root_of(value),
                                       pg::JsonbView::root_of(pattern), pg::poll_interrupts));
}

/// lad.text_matches
LAD_FUNCTION(lad_text_matches) {
  const varlena* query = pg::bounded_argument(fcinfo, 1, search::kMaxValueBytes, true);
  if (query == nullptr) return BoolGetDatum(false);
  const auto& derived = pg::Derived<WordQuery>::of(fcinfo, query, derive_word_query);
  const varlena* value = pg::bounded_argument(fcinfo, 0, search::kMaxValueBytes, true);
  return BoolGetDatum(
      derived.is_usable && value != nullptr &&
      search::matches_words(pg::TextVector{value}, derived.nodes, pg::poll_interrupts));
}

/// lad.search_support: asked by the planner.
LAD_FUNCTION(lad_search_support) {
  return pg::answer_planner(reinterpret_cast<Node*>(DatumGetPointer(fcinfo->args[0].value)),
                            kOperators);
}
