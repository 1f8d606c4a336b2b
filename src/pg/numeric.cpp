#include "pg/numeric.hpp"

#include <cstdint>
#include <cstring>

#include "core/error.hpp"

namespace lad::pg {
namespace {

using Unsigned = unsigned __int128;

constexpr std::uint16_t kSignMask = 0xC000;
constexpr std::uint16_t kLongNegative = 0x4000;
constexpr std::uint16_t kShort = 0x8000;
constexpr std::uint16_t kSpecial = 0xC000;
constexpr std::uint16_t kShortNegative = 0x2000;
constexpr std::uint16_t kShortWeightSign = 0x0040;
constexpr std::uint16_t kShortWeightMask = 0x003F;
constexpr int kShortScaleShift = 7;
constexpr int kDigitBase = 10000;
constexpr int kDecimalsPerDigit = 4;
constexpr int kMaxPower = 38;
constexpr int kMaxDigits = 12;

struct Layout {
  bool negative;
  int weight;
  const char* digits;
  int count;
  int digit(int index) const {
    std::int16_t value;
    std::memcpy(&value, digits + index * sizeof(value), sizeof(value));
    return value;
  }
};

std::uint16_t read_u16(const char* at) {
  std::uint16_t value;
  std::memcpy(&value, at, sizeof(value));
  return value;
}

Layout read_layout(Datum numeric) {
  const auto* header = reinterpret_cast<const varlena*>(DatumGetPointer(numeric));
  const char* data = VARDATA_ANY(header);
  const int size = static_cast<int>(VARSIZE_ANY_EXHDR(header));
  const std::uint16_t first = read_u16(data);
  if ((first & kSignMask) == kSpecial) {
    throw Error{ErrorCode::invalid_argument, "amount must be a finite number",
                "NaN and infinity are not amounts."};
  }
  if ((first & kSignMask) == kShort) {
    const int weight = (first & kShortWeightSign ? ~static_cast<int>(kShortWeightMask) : 0) |
                       (first & kShortWeightMask);
    return {(first & kShortNegative) != 0, weight, data + 2, (size - 2) / 2};
  }
  const auto weight = static_cast<std::int16_t>(read_u16(data + 2));
  return {(first & kSignMask) == kLongNegative, weight, data + 4, (size - 4) / 2};
}

constexpr Unsigned power_of_ten(int exponent) {
  Unsigned result = 1;
  for (int i = 0; i < exponent; ++i) result *= 10;
  return result;
}

[[noreturn]] void throw_too_large() {
  throw Error{ErrorCode::out_of_range, "amount is out of range"};
}

void add_digit(Unsigned& units, int digit, int exponent) {
  if (digit == 0) return;
  if (exponent > kMaxPower - kDecimalsPerDigit) throw_too_large();
  if (exponent >= 0) {
    units += static_cast<Unsigned>(digit) * power_of_ten(exponent);
    if (units >> 126 != 0) throw_too_large();
    return;
  }
  const int divisor =
      exponent > -kDecimalsPerDigit ? static_cast<int>(power_of_ten(-exponent)) : kDigitBase;
  if (digit % divisor != 0) {
    throw Error{ErrorCode::inexact_amount, "amount has too many decimals",
                "It would have to be rounded to be stored, and money is never rounded silently."};
  }
  units += static_cast<Unsigned>(digit / divisor);
}

}  // namespace

detail::NativeInt128 read_numeric_units(Datum numeric, int scale) {
  const Layout layout = read_layout(numeric);
  Unsigned units = 0;
  for (int i = 0; i < layout.count; ++i) {
    add_digit(units, layout.digit(i), kDecimalsPerDigit * (layout.weight - i) + scale);
  }
  const auto magnitude = static_cast<detail::NativeInt128>(units);
  return layout.negative ? -magnitude : magnitude;
}

Decimal read_decimal(Datum numeric) {
  return Decimal::from_native(read_numeric_units(numeric, Decimal::kScale));
}

Rate read_rate(Datum numeric) {
  return Rate::from_native(read_numeric_units(numeric, Rate::kScale));
}

Datum build_numeric(detail::NativeInt128 units, int scale) {
  const bool negative = units < 0;
  Unsigned rest = negative ? -static_cast<Unsigned>(units) : static_cast<Unsigned>(units);

  // Align the fraction to whole base-10000 digits, then cut digits from the low end.
  const int padding = (kDecimalsPerDigit - scale % kDecimalsPerDigit) % kDecimalsPerDigit;
  const int fraction_digits = (scale + padding) / kDecimalsPerDigit;
  std::int16_t digits[kMaxDigits];
  int count = 0;
  if (padding != 0) {
    const auto low_base = static_cast<int>(power_of_ten(kDecimalsPerDigit - padding));
    digits[count++] = static_cast<std::int16_t>(static_cast<int>(rest % low_base) *
                                                static_cast<int>(power_of_ten(padding)));
    rest /= low_base;
  }
  for (; rest != 0; rest /= kDigitBase)
    digits[count++] = static_cast<std::int16_t>(rest % kDigitBase);
  int trailing = 0;
  while (trailing < count && digits[trailing] == 0) ++trailing;
  const int weight = count - 1 - fraction_digits;
  const int kept = count - trailing;

  const std::size_t size = VARHDRSZ + sizeof(std::uint16_t) + kept * sizeof(std::int16_t);
  auto* result = static_cast<char*>(palloc(size));
  SET_VARSIZE(result, size);
  std::uint16_t header = kShort | static_cast<std::uint16_t>(scale << kShortScaleShift);
  if (kept != 0) {
    header |= (negative ? kShortNegative : 0) | (weight < 0 ? kShortWeightSign : 0) |
              (weight & kShortWeightMask);
  }
  std::memcpy(result + VARHDRSZ, &header, sizeof(header));
  for (int i = 0; i < kept; ++i) {
    std::memcpy(result + VARHDRSZ + sizeof(header) + i * sizeof(std::int16_t),
                &digits[count - 1 - i], sizeof(std::int16_t));
  }
  return PointerGetDatum(result);
}

}  // namespace lad::pg
