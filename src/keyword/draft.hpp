#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "keyword/entry.hpp"
#include "keyword/normalize.hpp"

namespace lad::keyword {

/// What a builder has taken so far, numbered in the order of arrival.
struct Draft {
  struct Term {
    std::string display;
    std::string normal;
    std::uint64_t inflection_key = 0;
    std::vector<std::uint32_t> words;  ///< of `spellings`
    std::size_t head = 0;              ///< place of the head noun in words
    std::string initials;
  };
  struct Edge {
    std::uint32_t term;
    std::uint32_t target;
    std::uint16_t weight;
    Relation relation;
    Source source;
    ContextMask contexts;
  };
  struct Concept {
    std::string name;
    ContextMask contexts = 0;
    std::vector<std::uint32_t> members;
  };
  struct Spelling {
    std::string text;
    std::string stem;
  };

  explicit Draft(const Language& functions) : language(functions) {}

  Language language;
  std::vector<Term> terms;
  std::unordered_map<std::string, std::uint32_t> term_numbers;  ///< by display form
  std::vector<Spelling> spellings;
  std::unordered_map<std::string, std::uint32_t> spelling_numbers;
  std::vector<Edge> edges;
  std::map<std::pair<Source, std::string>, Concept> concepts;
};

/// Lays a draft out as the bytes of a lexicon.
std::vector<std::byte> write_lexicon(const Draft& draft);

}  // namespace lad::keyword
