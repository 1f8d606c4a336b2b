#include "core/decimal.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <type_traits>

#include "core/error.hpp"
#include "core/int128.hpp"

namespace lad {
namespace {

using Int256 = boost::multiprecision::checked_int256_t;
using detail::NativeInt128;
using detail::NativeUint128;

static_assert(std::is_trivially_copyable_v<Decimal> && alignof(Decimal) == 8);

constexpr std::string_view noun(int scale) {
  return scale == Decimal::kScale ? "amount" : "rate";
}

/// An input for an error's detail: short, printable, without quotes of its own.
std::string shown(std::string_view text) {
  constexpr std::size_t kShown = 40;
  std::string out(text.substr(0, kShown));
  for (char& c : out) {
    if (c < ' ' || c > '~' || c == '"') c = '?';
  }
  if (text.size() > kShown) out += "...";
  return out;
}

/// A decimal number as read: ± digits × 10^exponent, digits without zeros at either end.
struct Scanned {
  bool negative = false;
  NativeUint128 digits = 0;   // right only while count fits the precision
  std::int64_t count = 0;     // how many digits
  std::int64_t exponent = 0;  // of the last digit
};

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Reads the grammar [+-] digits [. digits] [e [+-] digits]; false if the text is none of it.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool scan(Scanned& out) {
    out.negative = take_sign();
    bool any = false;
    while (!rest_.empty() && is_digit(rest_.front())) {
      any = true;
      push(out, take());
    }
    if (!rest_.empty() && rest_.front() == '.') {
      take();
      while (!rest_.empty() && is_digit(rest_.front())) {
        any = true;
        push(out, take());
        --point_;
      }
    }
    if (!any || !take_exponent()) return false;
    out.exponent = point_ + zeros_ + written_exponent_;
    return rest_.empty();
  }

 private:
  char take() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  bool take_sign() {
    if (rest_.empty() || (rest_.front() != '-' && rest_.front() != '+')) return false;
    return take() == '-';
  }

  // Zeros wait in zeros_ until a digit follows, so that trailing ones never count.
  void push(Scanned& out, char c) {
    if (c == '0') {
      if (out.count > 0) ++zeros_;
      return;
    }
    out.count += zeros_ + 1;
    if (out.count <= Decimal::kPrecision) {
      for (; zeros_ > 0; --zeros_) out.digits *= 10;
      out.digits = out.digits * 10 + static_cast<unsigned>(c - '0');
    }
    zeros_ = 0;
  }

  bool take_exponent() {
    if (rest_.empty() || (rest_.front() != 'e' && rest_.front() != 'E')) return true;
    take();
    const bool negative = take_sign();
    if (rest_.empty()) return false;
    while (!rest_.empty() && is_digit(rest_.front())) {
      // Saturates far above any length of text that fits in memory.
      constexpr std::int64_t kEnough = std::int64_t{1} << 50;
      written_exponent_ = std::min(kEnough, written_exponent_ * 10 + (take() - '0'));
    }
    if (negative) written_exponent_ = -written_exponent_;
    return true;
  }

  std::string_view rest_;
  std::int64_t point_ = 0;  // minus the digits read after the point
  std::int64_t zeros_ = 0;  // zeros read since the last other digit
  std::int64_t written_exponent_ = 0;
};

[[noreturn]] void throw_unreadable(std::string_view text, int scale) {
  throw Error(ErrorCode::invalid_argument, std::string(noun(scale)) + " is not a decimal number",
              "The value given is \"" + shown(text) + "\".");
}

[[noreturn]] void throw_inexact(std::string_view text, int scale) {
  throw Error(ErrorCode::inexact_amount,
              std::string(noun(scale)) + " has more than " + std::to_string(scale) + " decimals",
              "The value given is \"" + shown(text) + "\".");
}

}  // namespace

template <int Scale>
void Fixed<Scale>::throw_out_of_range() {
  throw Error(ErrorCode::out_of_range, std::string(noun(Scale)) + " is out of range",
              "The absolute value must be below 10^" + std::to_string(kPrecision - Scale) + ".");
}

template <int Scale>
Fixed<Scale> Fixed<Scale>::parse(std::string_view text) {
  Scanned number;
  if (!Scanner(text).scan(number)) throw_unreadable(text, Scale);
  if (number.count == 0) return Fixed();
  // The size is judged first: a number that is both too large and inexact is too large.
  if (number.count + number.exponent > kPrecision - Scale) throw_out_of_range();
  const std::int64_t shift = number.exponent + Scale;
  if (shift < 0) throw_inexact(text, Scale);
  const auto magnitude =
      static_cast<NativeInt128>(number.digits) * detail::power_of_ten(static_cast<int>(shift));
  return Fixed(number.negative ? -magnitude : magnitude);
}

template <int Scale>
std::string Fixed<Scale>::to_string() const {
  constexpr std::size_t kRoom = kPrecision + 3;  // sign, point, and a zero before the point
  char buffer[kRoom];
  char* const end = buffer + kRoom;
  char* at = end;
  auto rest = static_cast<NativeUint128>(units_ < 0 ? -units_ : units_);
  for (int digit = 0; digit <= Scale || rest != 0; ++digit) {
    if (digit == Scale) *--at = '.';
    *--at = static_cast<char>('0' + static_cast<int>(rest % 10));
    rest /= 10;
  }
  if (units_ < 0) *--at = '-';
  return std::string(at, end);
}

template class Fixed<6>;
template class Fixed<10>;

std::vector<Decimal> allocate(Decimal total, std::span<const Decimal> weights) {
  Int128 sum = 0;
  for (const Decimal weight : weights) {
    if (weight.is_negative()) {
      throw Error(ErrorCode::invalid_argument, "a weight of an allocation is negative");
    }
    sum += units(weight);
  }
  if (sum == 0) throw Error(ErrorCode::invalid_argument, "an allocation needs a positive weight");

  const Int256 magnitude = abs(Int256(detail::realigned(total.native_units())));
  std::vector<Int128> parts(weights.size());
  std::vector<Int128> remainders(weights.size());
  Int128 left(magnitude);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    Int256 quotient;
    Int256 rest;
    divide_qr(Int256(magnitude * Int256(detail::realigned(weights[i].native_units()))), Int256(sum),
              quotient, rest);
    parts[i] = Int128(quotient);
    remainders[i] = Int128(rest);
    left -= parts[i];
  }

  std::vector<std::size_t> order(weights.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return remainders[a] > remainders[b]; });
  for (std::size_t i = 0; left > 0; ++i, --left) ++parts[order[i]];

  std::vector<Decimal> result;
  result.reserve(parts.size());
  for (const Int128& part : parts) {
    result.push_back(from_units<Decimal>(total.is_negative() ? Int128(-part) : part));
  }
  return result;
}

}  // namespace lad
