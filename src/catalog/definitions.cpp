#include "catalog/definitions.hpp"

#include <algorithm>
#include <regex>

namespace lad::catalog {

std::string normal_definition(const std::string& text) {
  const std::regex element{R"(\(('(?:[^']|'')*'::character varying)\)::text)"};
  const std::regex array{R"(\((ARRAY\[[^\]]*\])\)::text\[\])"};
  return std::regex_replace(std::regex_replace(text, element, "$1"), array, "$1");
}

std::string definition_difference(const std::string& kind, const std::vector<Definition>& wanted,
                                  const std::vector<Definition>& existing) {
  for (const Definition& definition : wanted) {
    const auto actual =
        std::find_if(existing.begin(), existing.end(),
                     [&](const Definition& other) { return other.name == definition.name; });
    if (actual == existing.end() || actual->text == definition.text) continue;
    if (normal_definition(actual->text) == normal_definition(definition.text)) continue;
    return kind + " " + definition.name + " is " + actual->text + ", wanted " + definition.text +
           ".";
  }
  return "";
}

}  // namespace lad::catalog
