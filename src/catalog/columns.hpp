#pragma once

#include <string>
#include <vector>

/// Comparing the columns a table has with those it should have.
namespace lad::catalog {

struct Column {
  std::string name;
  std::string type;
  bool not_null = false;
  bool must_be_given = false;  ///< an INSERT that does not name it fails
  bool is_identity = false;
  bool has_default = false;
};

/// The first difference as a sentence, empty when there is none. Further columns are a user's own
/// and welcome, unless rows cannot be inserted without naming them.
std::string column_difference(const std::vector<Column>& wanted,
                              const std::vector<Column>& existing);

/// Whether the column exists without any default. One of the user's own stays.
bool lacks_default(const std::string& name, const std::vector<Column>& existing);

}  // namespace lad::catalog
