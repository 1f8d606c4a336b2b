#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/decimal.hpp"
#include "core/uuid.hpp"
#include "crypto/crypto.hpp"

namespace lad::ledger {

/// Canonical encoding of a row or request, made to be recomputed in any language.
///
/// Every field is a 4-byte big-endian length followed by that many bytes; a NULL is the length
/// 0xFFFFFFFF and nothing. UUIDs and hashes are their raw bytes; integers and times are 8 bytes
/// big-endian, two's complement, times in µs since 1970-01-01 UTC; amounts are decimal text with
/// all six decimals ("-3.000000"); texts are UTF-8.
class Encoder {
 public:
  Encoder() { bytes_.reserve(512); }

  Encoder& text(std::string_view value);
  Encoder& text(const std::optional<std::string>& value);
  Encoder& uuid(const Uuid& value);
  Encoder& uuid(const std::optional<Uuid>& value);
  Encoder& amount(Decimal value);
  Encoder& amount(const std::optional<Decimal>& value);
  Encoder& integer(std::int64_t value);
  Encoder& integer(const std::optional<std::int64_t>& value);
  Encoder& digest(const crypto::Digest& value);

  crypto::Digest sha256() const { return crypto::sha256(bytes_); }

 private:
  Encoder& null();
  void field(const void* data, std::size_t size);

  std::vector<std::uint8_t> bytes_;
};

}  // namespace lad::ledger
