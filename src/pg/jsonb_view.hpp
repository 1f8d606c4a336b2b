#pragma once

#include <cstddef>
#include <string_view>

#include "pg/postgres.hpp"

namespace lad::pg {

/// A value within a plain jsonb, read in place: light to copy, valid as long as the jsonb. Calls
/// nothing that can raise.
class JsonbView {
 public:
  /// The whole document; a lone scalar as itself and not as the array of one that it is kept as.
  static JsonbView root_of(const varlena* jsonb);

  bool is_object() const { return container_ != nullptr && JsonContainerIsObject(container_); }
  bool is_array() const { return container_ != nullptr && !JsonContainerIsObject(container_); }

  /// Of an array or object.
  std::size_t size() const { return JsonContainerSize(container_); }
  JsonbView child(std::size_t index) const;
  std::string_view key(std::size_t index) const;
  bool find(std::string_view key, JsonbView& result) const;

  /// Whether two scalars are of one kind and equal; 1.0 equals 1.00.
  bool equals(const JsonbView& other) const;

 private:
  JsonbView(JEntry entry, const char* data, std::size_t length)
      : entry_(entry), data_(data), length_(length) {}
  explicit JsonbView(JsonbContainer* container) : container_(container) {}

  JsonbView entry(std::size_t index) const;

  JsonbContainer* container_ = nullptr;
  JEntry entry_ = JENTRY_ISNULL;
  const char* data_ = nullptr;
  std::size_t length_ = 0;
};

}  // namespace lad::pg
