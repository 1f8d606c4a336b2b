#include "ledger/encoding.hpp"

#include <array>
#include <string>

#include "core/bytes.hpp"

namespace lad::ledger {
namespace {

template <std::size_t N>
std::array<std::uint8_t, N> big_endian(std::uint64_t value) {
  std::array<std::uint8_t, N> bytes;
  store_big_endian(value, std::span(bytes));
  return bytes;
}

}  // namespace

void Encoder::field(const void* data, std::size_t size) {
  const auto length = big_endian<4>(size);
  bytes_.insert(bytes_.end(), length.begin(), length.end());
  const auto* begin = static_cast<const std::uint8_t*>(data);
  bytes_.insert(bytes_.end(), begin, begin + size);
}

Encoder& Encoder::null() {
  const auto length = big_endian<4>(0xFFFFFFFFU);
  bytes_.insert(bytes_.end(), length.begin(), length.end());
  return *this;
}

Encoder& Encoder::text(std::string_view value) {
  field(value.data(), value.size());
  return *this;
}

Encoder& Encoder::text(const std::optional<std::string>& value) {
  return value ? text(std::string_view{*value}) : null();
}

Encoder& Encoder::uuid(const Uuid& value) {
  field(value.bytes.data(), value.bytes.size());
  return *this;
}

Encoder& Encoder::uuid(const std::optional<Uuid>& value) {
  return value ? uuid(*value) : null();
}

Encoder& Encoder::amount(Decimal value) {
  return text(std::string_view{value.to_string()});
}

Encoder& Encoder::amount(const std::optional<Decimal>& value) {
  return value ? amount(*value) : null();
}

Encoder& Encoder::integer(std::int64_t value) {
  const auto bytes = big_endian<8>(static_cast<std::uint64_t>(value));
  field(bytes.data(), bytes.size());
  return *this;
}

Encoder& Encoder::integer(const std::optional<std::int64_t>& value) {
  return value ? integer(*value) : null();
}

Encoder& Encoder::digest(const crypto::Digest& value) {
  field(value.data(), value.size());
  return *this;
}

}  // namespace lad::ledger
