#include "catalog/columns.hpp"

#include <algorithm>

namespace lad::catalog {
namespace {

const Column* find(const std::vector<Column>& columns, const std::string& name) {
  const auto at = std::find_if(columns.begin(), columns.end(),
                               [&name](const Column& column) { return column.name == name; });
  return at == columns.end() ? nullptr : &*at;
}

std::string nullability(const Column& column) {
  return column.not_null ? "NOT NULL" : "nullable";
}

}  // namespace

std::string column_difference(const std::vector<Column>& wanted,
                              const std::vector<Column>& existing) {
  for (const Column& column : wanted) {
    const Column* const actual = find(existing, column.name);
    if (actual == nullptr) return "Column " + column.name + " is missing.";
    if (actual->type != column.type) {
      return "Column " + column.name + " has type " + actual->type + ", wanted " + column.type +
             ".";
    }
    if (actual->not_null != column.not_null) {
      return "Column " + column.name + " is " + nullability(*actual) + ", wanted " +
             nullability(column) + ".";
    }
  }
  for (const Column& column : existing) {
    if (column.must_be_given && find(wanted, column.name) == nullptr) {
      return "Column " + column.name + " is NOT NULL without a default and unknown to the schema.";
    }
  }
  return "";
}

}  // namespace lad::catalog
