#include "core/uuid.hpp"

#include <cstddef>

#include "core/error.hpp"

namespace lad {
namespace {

constexpr std::size_t kTextSize = 36;

constexpr bool is_hyphen_at(std::size_t position) {
  return position == 8 || position == 13 || position == 18 || position == 23;
}

/// The value of a hexadecimal digit, or -1.
constexpr int nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

[[noreturn]] void throw_unreadable() {
  throw Error(ErrorCode::invalid_argument, "not a valid uuid",
              "A uuid has 32 hexadecimal digits in groups of 8-4-4-4-12.");
}

}  // namespace

Uuid Uuid::parse(std::string_view text) {
  if (text.size() != kTextSize) throw_unreadable();
  Uuid uuid;
  std::size_t digit = 0;
  for (std::size_t i = 0; i < kTextSize; ++i) {
    if (is_hyphen_at(i)) {
      if (text[i] != '-') throw_unreadable();
      continue;
    }
    const int value = nibble(text[i]);
    if (value < 0) throw_unreadable();
    auto& byte = uuid.bytes[digit / 2];
    byte = static_cast<std::uint8_t>(byte << 4 | value);
    ++digit;
  }
  return uuid;
}

std::string Uuid::to_string() const {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(kTextSize);
  for (const std::uint8_t byte : bytes) {
    if (is_hyphen_at(text.size())) text += '-';
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace lad
