#pragma once

#include <string>

/// Names of tables and of what is made for them.
namespace lad::catalog {

/// How many bytes PostgreSQL keeps of a name.
inline constexpr std::size_t kMaxName = 63;

/// The name between double quotes, as SQL takes any name.
inline std::string quoted(const std::string& name) {
  std::string result = "\"";
  for (const char c : name) result += c == '"' ? std::string("\"\"") : std::string(1, c);
  return result + "\"";
}

/// `<table>_<suffix>`. Of a long table name the end is left out, never half a character, so that
/// the same name is found again.
inline std::string part_name(const std::string& table, const std::string& suffix) {
  std::string kept = table;
  while (!kept.empty() && kept.size() + 1 + suffix.size() > kMaxName) {
    while (kept.size() > 1 && (static_cast<unsigned char>(kept.back()) & 0xC0) == 0x80) {
      kept.pop_back();
    }
    kept.pop_back();
  }
  return kept + "_" + suffix;
}

}  // namespace lad::catalog
