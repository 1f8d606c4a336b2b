#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// Keyword expansion: an immutable lexicon of terms, and what a search may add to a keyword.
namespace lad::keyword {

/// What an expansion is to its term. Edges are directed.
enum class Relation : std::uint8_t {
  synonym,
  abbreviation,
  spelling,
  narrower,
  broader,
  sibling,
  related
};

/// Where a keyword is searched. An entry of the general context holds in every context, and the
/// general context sees every entry.
enum class Context : std::uint8_t { general, title, industry, technology };

/// A set of contexts, one bit each (1 << context).
using ContextMask = std::uint8_t;

constexpr ContextMask mask_of(Context context) noexcept {
  return static_cast<ContextMask>(1U << static_cast<unsigned>(context));
}

/// Whether an entry of these contexts holds for a search in that context.
constexpr bool holds_in(ContextMask entry, Context search) noexcept {
  return search == Context::general || (entry & (mask_of(search) | mask_of(Context::general))) != 0;
}

/// Who says so, in order of trust.
enum class Source : std::uint8_t { curated, onet, naics, esco, synonyms, tsv, tenant, wordnet };

std::string_view name_of(Relation relation) noexcept;
std::string_view name_of(Context context) noexcept;
std::string_view name_of(Source source) noexcept;
std::optional<Relation> find_relation(std::string_view name) noexcept;
std::optional<Context> find_context(std::string_view name) noexcept;

/// The context of that name; throws Error(keyword_rejected) for an unknown one.
Context parse_context(std::string_view name);

/// One line of a lexicon: an edge from a term to its expansion, or, with a concept code, a term
/// that belongs to a concept (an occupation, an industry). Texts are as people write them.
struct Entry {
  std::string term;
  std::string expansion = {};     ///< empty for the member of a concept
  std::string concept_code = {};  ///< such as 15-1252.00; empty for an edge
  Relation relation = Relation::synonym;
  float weight = 1;  ///< in (0, 1]
  ContextMask contexts = mask_of(Context::general);
  Source source = Source::tsv;
};

}  // namespace lad::keyword
