#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/decimal.hpp"
#include "core/uuid.hpp"

/// Sums per day that are kept by adding signed differences.
namespace lad::rollups {

/// Times and days as PostgreSQL counts them: µs and days since 2000-01-01 UTC, the smallest and
/// largest integer for -infinity and infinity. The day in UTC to which a time belongs.
std::int32_t utc_day(std::int64_t us);

/// What calls are counted by.
struct CallKey {
  Uuid tenant_id;
  std::int32_t day = 0;
  std::optional<std::int64_t> agent_id;
  std::string status;
  std::optional<std::string> currency;
  auto operator<=>(const CallKey&) const = default;
};

/// What is counted. Each of them can be taken back by subtraction.
struct CallMeasures {
  std::int64_t calls = 0;
  std::int64_t seconds = 0;
  Decimal cost;
  Decimal credits;
  bool operator==(const CallMeasures&) const = default;
};

struct CallDelta {
  CallKey key;
  CallMeasures measures;
};

/// What a statement changes, summed by key.
class CallDeltas {
 public:
  /// Adds a call, or takes it back.
  void add(const CallKey& key, const CallMeasures& call) { sum(key, call, 1); }
  void subtract(const CallKey& key, const CallMeasures& call) { sum(key, call, -1); }

  /// What is left, ordered by key; nothing of a key whose changes cancel out. A key comes twice
  /// when its sum would not fit a Decimal: writing a call never fails because of its statistics.
  std::vector<CallDelta> take();

 private:
  void sum(const CallKey& key, const CallMeasures& call, int sign);

  std::map<CallKey, CallMeasures> sums_;
  std::vector<CallDelta> full_;
};

}  // namespace lad::rollups
