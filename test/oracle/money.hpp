#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

/// Money of the model: millionths in 128 bits. On purpose not the Decimal under test.
namespace oracle {

using Money = __int128;

/// Reads what numeric(20,6) prints; throws std::runtime_error for anything else.
inline Money parse_money(std::string_view text) {
  const bool negative = text.starts_with('-');
  Money value = 0;
  int decimals = -1;
  for (const char c : text.substr(negative ? 1 : 0)) {
    if (c == '.' && decimals < 0) {
      decimals = 0;
    } else if (c >= '0' && c <= '9' && decimals < 6) {
      value = 10 * value + (c - '0');
      if (decimals >= 0) ++decimals;
    } else {
      throw std::runtime_error("not an amount: " + std::string(text));
    }
  }
  for (int i = decimals < 0 ? 0 : decimals; i < 6; ++i) value *= 10;
  return negative ? -value : value;
}

inline std::string print_money(Money value) {
  const bool negative = value < 0;
  if (negative) value = -value;
  std::string text;
  for (int digit = 0; digit < 7 || value > 0; ++digit) {
    if (digit == 6) text.insert(0, 1, '.');
    text.insert(0, 1, static_cast<char>('0' + static_cast<int>(value % 10)));
    value /= 10;
  }
  return negative ? "-" + text : text;
}

inline Money magnitude(Money value) {
  return value < 0 ? -value : value;
}

}  // namespace oracle
