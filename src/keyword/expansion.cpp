#include "keyword/expansion.hpp"

#include <algorithm>
#include <numeric>

#include "core/error.hpp"
#include "keyword/expansion_characters.hpp"

namespace lad::keyword {
namespace {

constexpr std::int64_t kMillisecond = 1'000;
constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kDay = 86'400 * kSecond;

/// How soon a waiting caller asks again.
constexpr std::int64_t kShortestWait = 50 * kMillisecond;
constexpr std::int64_t kLongestWait = kSecond;
constexpr std::int64_t kLockedWait = 100 * kMillisecond;

constexpr std::int64_t kFirstBackoff = 10 * kSecond;
constexpr std::int64_t kLongestBackoff = 3'600 * kSecond;

void require_printable(std::string_view text, std::size_t min, std::size_t max, const char* name) {
  const std::size_t length = count_characters(text);
  if (length >= min && length <= max && !has_hidden_characters(text)) return;
  throw Error{ErrorCode::invalid_argument, std::string(name) + " must have " + std::to_string(min) +
                                               " to " + std::to_string(max) +
                                               " printable characters"};
}

void require_span(std::int64_t us, std::int64_t min, std::int64_t max, const char* message) {
  if (us < min || us > max) throw Error{ErrorCode::invalid_argument, message};
}

}  // namespace

ExpansionKey read_expansion_key(std::string_view keyword, Context context,
                                const Language& language) {
  require_keyword(keyword);
  ExpansionKey key{language.fold_case(trimmed(keyword)), normalize(keyword, language), context};
  if (key.normal.empty()) {
    throw Error{ErrorCode::keyword_rejected, "the keyword has no letters or digits"};
  }
  if (std::max(count_characters(key.original), count_characters(key.normal)) > kMaxKeywordLength) {
    throw Error{ErrorCode::keyword_rejected, "the keyword is longer than 255 characters"};
  }
  return key;
}

std::vector<std::size_t> claim_order(const std::vector<ExpansionKey>& keys) {
  std::vector<std::size_t> order(keys.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(
      order, {}, [&keys](std::size_t place) { return std::string_view{keys[place].normal}; });
  return order;
}

void require_prompt_version(std::string_view prompt_version) {
  require_printable(prompt_version, 0, 100, "prompt_version");
}

void require_error_class(std::string_view error_class) {
  require_printable(error_class, 1, 50, "error_class");
}

void require_model(std::string_view model) {
  require_printable(model, 1, 100, "model");
}

void require_lease(std::int64_t lease_us) {
  require_span(lease_us, kSecond, 3'600 * kSecond, "lease must be 1 second to 1 hour");
}

void require_ttl(std::int64_t ttl_us) {
  require_span(ttl_us, kSecond, 3'660 * kDay, "ttl must be 1 second to 10 years");
}

std::string_view name_of(ExpansionStatus status) noexcept {
  switch (status) {
    case ExpansionStatus::hit:
      return "hit";
    case ExpansionStatus::stale:
      return "stale";
    case ExpansionStatus::negative:
      return "negative";
    case ExpansionStatus::wait:
      return "wait";
    case ExpansionStatus::claimed:
      return "claimed";
    case ExpansionStatus::claimed_stale:
      return "claimed_stale";
  }
  return "";
}

bool is_fresh(std::string_view row_prompt_version, std::optional<std::int64_t> expires_at_us,
              std::string_view prompt_version, std::int64_t now_us) {
  return row_prompt_version == prompt_version && (!expires_at_us || *expires_at_us > now_us);
}

Verdict judge(const std::optional<Work>& work, bool has_terms, std::string_view prompt_version,
              std::int64_t now_us) {
  if (work && work->lease_until_us && *work->lease_until_us > now_us) {
    const std::int64_t left = *work->lease_until_us - now_us;
    return {has_terms ? ExpansionStatus::stale : ExpansionStatus::wait, false,
            std::clamp(left, kShortestWait, kLongestWait)};
  }
  const bool is_same_prompt = work && work->prompt_version == prompt_version;
  if (is_same_prompt && work->retry_at_us && *work->retry_at_us > now_us) {
    return {has_terms ? ExpansionStatus::stale : ExpansionStatus::negative, false,
            *work->retry_at_us - now_us};
  }
  return {has_terms ? ExpansionStatus::claimed_stale : ExpansionStatus::claimed, true, {}};
}

Verdict contended(bool has_terms) {
  return {has_terms ? ExpansionStatus::stale : ExpansionStatus::wait, false, kLockedWait};
}

std::int64_t backoff_us(std::int32_t failures) {
  const int doublings = std::clamp(failures - 1, 0, 30);
  return std::min(kFirstBackoff << doublings, kLongestBackoff);
}

}  // namespace lad::keyword
