#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "keyword/entry.hpp"
#include "keyword/normalize.hpp"

/// Rules of the cache of what a language model made of a keyword: who may ask the model now, and
/// what everybody else is told meanwhile. Times are in µs since 2000-01-01 UTC, as the server
/// counts them.
namespace lad::keyword {

/// What the cache finds an expansion by, within a tenant.
struct ExpansionKey {
  std::string original;  ///< lower case, without outer spaces: the application's own key
  std::string normal;    ///< how keywords are compared
  Context context = Context::general;
};

/// Throws keyword_rejected (LD401) for a keyword that is longer than 255 characters (also in its
/// normal form), holds control characters, or has nothing to compare.
ExpansionKey read_expansion_key(std::string_view keyword, Context context,
                                const Language& language);

/// The places of the keys, sorted by normal form: the order in which every session claims.
std::vector<std::size_t> claim_order(const std::vector<ExpansionKey>& keys);

/// Throw invalid_argument (22023) for a text that is too long or not printable, and for a span of
/// time that is too short or too long.
void require_prompt_version(std::string_view prompt_version);
void require_error_class(std::string_view error_class);
void require_model(std::string_view model);
void require_lease(std::int64_t lease_us);
void require_ttl(std::int64_t ttl_us);

enum class ExpansionStatus { hit, stale, negative, wait, claimed, claimed_stale };
std::string_view name_of(ExpansionStatus status) noexcept;

/// Whether terms still answer: by the prompt in use, and not expired.
bool is_fresh(std::string_view row_prompt_version, std::optional<std::int64_t> expires_at_us,
              std::string_view prompt_version, std::int64_t now_us);

/// What is known of the work on a keyword.
struct Work {
  std::string prompt_version;
  std::optional<std::int64_t> lease_until_us;  ///< of the claim; nothing when there is none
  std::optional<std::int64_t> retry_at_us;     ///< after a failure
};

/// What a caller without fresh terms is told. With `may_claim` the status is that of a claim, if
/// it succeeds.
struct Verdict {
  ExpansionStatus status = ExpansionStatus::wait;
  bool may_claim = false;
  std::optional<std::int64_t> retry_after_us;
};

/// A live claim makes everybody else wait; a failure keeps everybody away until its retry, but for
/// callers with another prompt. Whoever has stale terms gets them instead.
Verdict judge(const std::optional<Work>& work, bool has_terms, std::string_view prompt_version,
              std::int64_t now_us);

/// What a caller is told whose claim came too late, or met a lock.
Verdict contended(bool has_terms);

/// How long nobody asks the model again after so many failures in a row: 10 s, 20 s, 40 s ... at
/// most an hour.
std::int64_t backoff_us(std::int32_t failures);

}  // namespace lad::keyword
