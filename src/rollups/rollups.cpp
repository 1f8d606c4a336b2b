#include "rollups/rollups.hpp"

#include <limits>

namespace lad::rollups {
namespace {

constexpr std::int64_t kDayUs = 86'400'000'000;

bool fits(Decimal a, Decimal b) {
  constexpr auto kLimit = detail::power_of_ten(Decimal::kPrecision);
  const auto sum = a.native_units() + b.native_units();
  return sum < kLimit && sum > -kLimit;
}

}  // namespace

std::int32_t utc_day(std::int64_t us) {
  using Day = std::numeric_limits<std::int32_t>;
  using Time = std::numeric_limits<std::int64_t>;
  if (us == Time::min()) return Day::min();
  if (us == Time::max()) return Day::max();
  return static_cast<std::int32_t>(us / kDayUs - (us % kDayUs < 0 ? 1 : 0));
}

void CallDeltas::sum(const CallKey& key, const CallMeasures& call, int sign) {
  const Decimal cost = sign < 0 ? -call.cost : call.cost;
  const Decimal credits = sign < 0 ? -call.credits : call.credits;
  CallMeasures& sum = sums_[key];
  if (!fits(sum.cost, cost) || !fits(sum.credits, credits)) {
    full_.push_back({key, sum});
    sum = {};
  }
  sum.calls += sign * call.calls;
  sum.seconds += sign * call.seconds;
  sum.cost += cost;
  sum.credits += credits;
}

std::vector<CallDelta> CallDeltas::take() {
  std::vector<CallDelta> deltas = std::move(full_);
  for (const auto& [key, sum] : sums_) {
    if (sum != CallMeasures{}) deltas.push_back({key, sum});
  }
  sums_.clear();
  full_.clear();
  return deltas;
}

}  // namespace lad::rollups
