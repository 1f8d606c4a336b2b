#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/json.hpp"
#include "core/uuid.hpp"
#include "keyword/normalize.hpp"

/// What a language model returned is not trusted: only plain terms come through.
namespace lad::keyword {

inline constexpr std::size_t kMaxTerms = 32;
inline constexpr std::size_t kMaxTermLength = 80;  ///< characters
inline constexpr std::size_t kMaxTermWords = 8;

/// What came through, and what did not.
struct CleanTerms {
  std::vector<std::string> terms;  ///< 1 to 32, NFKC, one space between words
  /// Objects {item, reason}, at most 32, and {more: count} for the rest; items are shortened, their
  /// hidden characters spelt out.
  JsonNode rejected;
};

/// Takes the terms out of a model's output: an array of texts, each of at most 80 characters and 8
/// words, without control, direction or zero-width characters, addresses or markup; terms that
/// differ by inflection alone are one. Beyond 32 they are cut. Throws keyword_rejected (LD401) for
/// anything but an array, and when nothing is left.
CleanTerms clean_terms(const JsonNode& output, const Language& language);

/// What a tenant has for a keyword, whoever wrote it.
struct Contribution {
  Uuid tenant_id;
  std::string prompt_version;
  JsonNode terms;
};

/// What many tenants have.
struct Consensus {
  std::string prompt_version;
  std::vector<std::string> terms;
};

/// The terms that so many tenants have by the prompt version that most tenants use, by falling
/// number of tenants, at most 32; none when no term has so many. A term is spelt as so many tenants
/// spell it, else in lower case: nothing that fewer wrote is ever shown.
Consensus find_consensus(const std::vector<Contribution>& contributions, std::size_t min_tenants,
                         const Language& language);

/// Terms as a JSON array.
std::string to_json(const std::vector<std::string>& terms);

}  // namespace lad::keyword
