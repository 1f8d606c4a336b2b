#include "keyword/entry.hpp"

#include <array>

#include "core/error.hpp"

namespace lad::keyword {

namespace {

constexpr std::array<std::string_view, 7> kRelations = {
    "synonym", "abbreviation", "spelling", "narrower", "broader", "sibling", "related"};
constexpr std::array<std::string_view, 4> kContexts = {"general", "title", "industry",
                                                       "technology"};
constexpr std::array<std::string_view, 8> kSources = {"curated",  "onet", "naics",  "esco",
                                                      "synonyms", "tsv",  "tenant", "wordnet"};

template <typename Value, std::size_t Size>
std::optional<Value> find(const std::array<std::string_view, Size>& names, std::string_view name) {
  for (std::size_t i = 0; i < Size; ++i) {
    if (names[i] == name) return static_cast<Value>(i);
  }
  return std::nullopt;
}

}  // namespace

std::string_view name_of(Relation relation) noexcept {
  return kRelations[static_cast<std::size_t>(relation)];
}

std::string_view name_of(Context context) noexcept {
  return kContexts[static_cast<std::size_t>(context)];
}

std::string_view name_of(Source source) noexcept {
  return kSources[static_cast<std::size_t>(source)];
}

std::optional<Relation> find_relation(std::string_view name) noexcept {
  return find<Relation>(kRelations, name);
}

std::optional<Context> find_context(std::string_view name) noexcept {
  return find<Context>(kContexts, name);
}

Context parse_context(std::string_view name) {
  if (const auto context = find_context(name)) return *context;
  throw Error(ErrorCode::keyword_rejected, "unknown keyword context", {},
              "The contexts are general, title, industry and technology.");
}

}  // namespace lad::keyword
