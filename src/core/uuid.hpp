#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace lad {

/// A UUID of any version, in network order like PostgreSQL's uuid. Ordered as PostgreSQL orders.
struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  /// Reads the form 8-4-4-4-12 in either case. Throws invalid_argument (22023) for any other.
  static Uuid parse(std::string_view text);

  /// The form 8-4-4-4-12 in lower case.
  std::string to_string() const;

  /// All zeros: no identifier.
  bool is_nil() const noexcept { return *this == Uuid{}; }

  auto operator<=>(const Uuid&) const = default;
};

}  // namespace lad
