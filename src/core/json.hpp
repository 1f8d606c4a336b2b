#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace lad {

/// A JSON value as plain data. Numbers keep their exact decimal digits as text.
struct JsonNode {
  enum class Kind { null, boolean, number, string, array, object };

  Kind kind = Kind::null;
  bool boolean = false;
  std::string text;                ///< of a string or a number
  std::vector<std::string> keys;   ///< of an object, one for each child
  std::vector<JsonNode> children;  ///< of an array or an object

  /// The member of an object, or nullptr.
  const JsonNode* find(std::string_view key) const {
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (keys[i] == key) return &children[i];
    }
    return nullptr;
  }
};

/// JSON text of the value, without spaces.
std::string to_text(const JsonNode& node);

/// JSON Merge Patch (RFC 7396): objects merge key by key, a null in the patch removes the key, any
/// other value of the patch replaces what was there, arrays included.
JsonNode merge_patch(JsonNode target, const JsonNode& patch);

}  // namespace lad
