#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/decimal.hpp"
#include "core/uuid.hpp"

namespace lad {

/// Writes the low Size bytes of a value, most significant first.
template <std::size_t Size>
constexpr void store_big_endian(detail::NativeUint128 value, std::span<std::uint8_t, Size> out) {
  for (std::size_t i = Size; i-- > 0; value >>= 8) out[i] = static_cast<std::uint8_t>(value);
}

/// Reads a signed 64-bit integer, most significant byte first.
constexpr std::int64_t load_int64(std::span<const std::uint8_t, 8> in) {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : in) value = value << 8 | byte;
  return static_cast<std::int64_t>(value);
}

/// Builds a canonical encoding to be hashed or signed: integers big-endian and of fixed width,
/// texts led by their length. Two equal sequences of calls give the same bytes only if every value
/// is the same; for an optional part write a presence byte first.
class ByteWriter {
 public:
  ByteWriter& byte(std::uint8_t value) {
    bytes_.push_back(value);
    return *this;
  }

  ByteWriter& int64(std::int64_t value) {
    return big_endian<8>(static_cast<detail::NativeUint128>(value));
  }

  /// The units of 10^-6 in 16 bytes, two's complement.
  ByteWriter& decimal(Decimal value) {
    return big_endian<16>(static_cast<detail::NativeUint128>(value.native_units()));
  }

  ByteWriter& uuid(const Uuid& value) { return raw(value.bytes); }

  /// Bytes of a length that the format fixes, without a length of their own.
  ByteWriter& raw(std::span<const std::uint8_t> value) {
    bytes_.insert(bytes_.end(), value.begin(), value.end());
    return *this;
  }

  /// The length in 8 bytes, then the text.
  ByteWriter& text(std::string_view value) {
    int64(static_cast<std::int64_t>(value.size()));
    bytes_.insert(bytes_.end(), value.begin(), value.end());
    return *this;
  }

  std::span<const std::uint8_t> view() const noexcept { return bytes_; }

 private:
  template <std::size_t Size>
  ByteWriter& big_endian(detail::NativeUint128 value) {
    std::array<std::uint8_t, Size> encoded;
    store_big_endian(value, std::span(encoded));
    return raw(encoded);
  }

  std::vector<std::uint8_t> bytes_;
};

}  // namespace lad
