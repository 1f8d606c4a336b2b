#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "keyword/entry.hpp"
#include "keyword/normalize.hpp"

namespace lad::keyword {

struct Draft;

/// Compiles entries to a binary lexicon. The same entries in any order give the same bytes.
class LexiconBuilder {
 public:
  explicit LexiconBuilder(const Language& language);
  LexiconBuilder(LexiconBuilder&&) noexcept;
  LexiconBuilder& operator=(LexiconBuilder&&) noexcept;
  ~LexiconBuilder();

  /// Takes an edge or the member of a concept. False, and nothing taken, when a text has no normal
  /// form or more than 255 characters, when both sides of an edge are the same, when the entry has
  /// neither an expansion nor a concept, or when its weight is not in (0, 1]. A repeated edge keeps
  /// the greater weight and all contexts.
  bool add(const Entry& entry);

  /// Names a concept ("Software Developers"). The name is shown in paths; it is no member.
  void name_concept(std::string_view code, Source source, std::string_view name);

  /// Writes the bytes. Throws Error(lexicon_invalid) when a limit of the format is passed (65,535
  /// concepts, 4 GiB of text, 2^32 records of a kind).
  std::vector<std::byte> build() const;

 private:
  std::unique_ptr<Draft> draft_;
};

}  // namespace lad::keyword
