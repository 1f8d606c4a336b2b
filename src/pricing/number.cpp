#include "pricing/number.hpp"

#include <algorithm>

#include "core/decimal.hpp"

namespace lad::pricing {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), is_digit);
}

}  // namespace

std::optional<NumberFlaw> find_flaw(std::string_view text, int scale) {
  if (text.starts_with('-')) return NumberFlaw{ErrorCode::invalid_argument, "is negative"};
  const std::size_t point = std::min(text.find('.'), text.size());
  std::string_view whole = text.substr(0, point);
  std::string_view part = point < text.size() ? text.substr(point + 1) : std::string_view{};
  if (whole.empty() || !all_digits(whole) || !all_digits(part)) {
    return NumberFlaw{ErrorCode::invalid_argument, "is not a number"};
  }
  whole.remove_prefix(std::min(whole.find_first_not_of('0'), whole.size()));
  if (whole.size() > static_cast<std::size_t>(Decimal::kPrecision - scale)) {
    return NumberFlaw{ErrorCode::out_of_range, "is too large"};
  }
  part = part.substr(0, part.find_last_not_of('0') + 1);
  if (part.size() > static_cast<std::size_t>(scale)) {
    return NumberFlaw{ErrorCode::inexact_amount,
                      "has more than " + std::to_string(scale) + " decimals"};
  }
  return std::nullopt;
}

}  // namespace lad::pricing
