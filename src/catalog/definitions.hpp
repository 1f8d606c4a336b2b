#pragma once

#include <string>
#include <vector>

/// Comparing what constraints, indexes, triggers and policies of one name say.
namespace lad::catalog {

/// An object of a table as PostgreSQL prints it.
struct Definition {
  std::string name;
  std::string text;
};

/// One form for what PostgreSQL prints in two: `varchar_column IN ('a', 'b')` looks different once
/// it was dumped and restored, because the printed form is parsed into casts at other places.
std::string normal_definition(const std::string& text);

/// The first object that exists in another definition than the wanted one, as a sentence that
/// begins with the kind; empty when there is none. What does not exist is no difference.
std::string definition_difference(const std::string& kind, const std::vector<Definition>& wanted,
                                  const std::vector<Definition>& existing);

}  // namespace lad::catalog
