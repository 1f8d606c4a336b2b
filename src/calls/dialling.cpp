#include "calls/dialling.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include "calls/report.hpp"
#include "core/error.hpp"

namespace lad::calls {
namespace {

constexpr std::int64_t kDaySeconds = 24 * 60 * 60;
constexpr std::int32_t kMaxAttempts = 100;
constexpr std::int32_t kMaxRows = 10'000;
constexpr std::size_t kMaxText = 2000;
constexpr std::size_t kMinDigits = 5;
constexpr std::size_t kMaxDigits = 15;

[[noreturn]] void refuse(std::string message, const char* detail = "") {
  throw Error{ErrorCode::invalid_argument, std::move(message), detail};
}

std::optional<std::int32_t> read_count(const JsonNode& metadata, const char* key,
                                       std::int32_t largest) {
  const JsonNode* const node = metadata.find(key);
  if (node == nullptr || node->kind == JsonNode::Kind::null) return std::nullopt;
  std::int32_t count = 0;
  const char* const end = node->text.data() + node->text.size();
  const auto parsed = std::from_chars(node->text.data(), end, count);
  if (node->kind == JsonNode::Kind::number && parsed.ec == std::errc{} && parsed.ptr == end &&
      count >= 1 && count <= largest) {
    return count;
  }
  refuse(std::string("metadata.") + key + " must be a whole number from 1 to " +
         std::to_string(largest));
}

bool is_number(std::string_view digits) {
  return digits.size() >= kMinDigits && digits.size() <= kMaxDigits && digits.front() != '0' &&
         std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// What an entry is whose call ended so.
std::string end_after(std::string_view call_status) {
  if (is_charged_status(call_status) || call_status == "cancelled") {
    return std::string{call_status};
  }
  return call_status == "declined" || call_status == "rejected" ? "declined" : "failed";
}

bool has_rung(std::string_view call_status) {
  return call_status == "ringing" || call_status == "ongoing" || call_status == "in_progress";
}

}  // namespace

Standing standing_of(std::string_view status) {
  if (status == "completed" || status == "ended") return Standing::completed;
  if (status == "failed" || status == "declined") return Standing::failed;
  return status == "cancelled" ? Standing::cancelled : Standing::open;
}

void require_entry_end(std::string_view status) {
  if (standing_of(status) != Standing::open) return;
  refuse("status is not one that an entry ends with",
         "It is completed, ended, failed, declined or cancelled.");
}

bool is_batch_open(std::string_view status) {
  return status == "pending" || status == "queued" || status == "running";
}

DiallingPlan read_plan(const JsonNode& metadata) {
  return {read_count(metadata, "retry_seconds", kDaySeconds),
          read_count(metadata, "wave_size", kMaxRows)};
}

void require_max_attempts(std::int32_t max_attempts) {
  if (max_attempts < 1 || max_attempts > kMaxAttempts) refuse("max_attempts must be 1 to 100");
}

void require_max_rows(std::int32_t max_rows) {
  if (max_rows < 1 || max_rows > kMaxRows) refuse("max_rows must be 1 to 10000");
}

void require_lease(std::int64_t lease_us) {
  if (lease_us <= 0 || lease_us > kDaySeconds * 1'000'000) {
    refuse("lease must be longer than nothing and at most a day");
  }
}

void require_reason(std::string_view reason) {
  if (reason.empty() || reason.size() > kMaxText) refuse("reason must have 1 to 2000 bytes");
}

void require_entry_error(std::string_view error) {
  if (error.size() > kMaxText) refuse("error must have at most 2000 bytes");
}

std::vector<Uuid> each_once(const std::vector<Uuid>& lead_ids) {
  if (lead_ids.empty()) refuse("lead_ids must name a lead");
  std::set<Uuid> seen;
  std::vector<Uuid> once;
  for (const Uuid& id : lead_ids) {
    if (seen.insert(id).second) once.push_back(id);
  }
  return once;
}

std::optional<std::string> phone_of(const std::optional<std::string>& country_code,
                                    const std::optional<std::int64_t>& base_number,
                                    const std::optional<std::string>& phone) {
  if (country_code && base_number) {
    const std::string parts = *country_code + std::to_string(*base_number);
    if (parts.starts_with('+') && is_number(std::string_view{parts}.substr(1))) return parts;
  }
  if (!phone) return std::nullopt;
  std::string text;
  for (const char c : *phone) {
    if (std::string_view{" -.()/"}.find(c) == std::string_view::npos) text += c;
  }
  if (text.starts_with("00")) text.replace(0, 2, "+");
  if (text.starts_with('+') && is_number(std::string_view{text}.substr(1))) return text;
  return std::nullopt;
}

std::optional<std::int64_t> retry_delay_seconds(const std::optional<std::int32_t>& retry_seconds,
                                                std::int32_t attempt, std::int32_t max_attempts) {
  if (!retry_seconds || attempt >= max_attempts) return std::nullopt;
  std::int64_t delay = *retry_seconds;
  for (std::int32_t n = 1; n < attempt && delay < kDaySeconds; ++n) delay *= 2;
  return std::min(delay, kDaySeconds);
}

LostOutcome decide_lost(const LostEntry& lost) {
  if (lost.call_status && is_terminal(*lost.call_status)) {
    std::string status = end_after(*lost.call_status);
    const bool held = status == *lost.call_status;
    return {std::move(status), held ? "" : "the call ended as " + *lost.call_status};
  }
  if (lost.call_status && has_rung(*lost.call_status)) {
    if (lost.call_idle_seconds < kStuckSeconds) return {"running"};
    return {"failed", "the call got stuck in " + *lost.call_status};
  }
  if (!lost.batch_open) return {"cancelled", "the batch was stopped"};
  if (lost.attempt < lost.max_attempts) return {"queued", "the dialler was lost"};
  return {"failed", "the dialler was lost in the last attempt"};
}

}  // namespace lad::calls
