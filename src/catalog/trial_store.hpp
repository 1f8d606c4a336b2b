#pragma once

#include <optional>
#include <string>
#include <vector>

#include "catalog/definitions.hpp"
#include "pg/ddl.hpp"

/// How PostgreSQL prints what a statement of the schema files makes: the statement is tried out on
/// an empty temporary copy of its table, so that the table itself is not locked.
namespace lad::catalog::store {

/// The copy of one table at a time; the next one takes its place.
class Trial {
 public:
  /// The constraints of the CREATE TABLE, foreign keys included, on a copy of the existing columns.
  std::vector<Definition> constraints(const pg::DdlStatement& create_table);

  /// The index, trigger or policy that the statement makes.
  std::string part(const pg::DdlStatement& statement);

  /// Removes the copy.
  void close();

 private:
  void open(const pg::DdlStatement& statement, const std::string& constraints);

  std::string schema_;
  std::string table_;
};

/// What the table has under those names now.
std::vector<Definition> constraints_of(const std::string& schema, const std::string& table);
std::optional<std::string> part_of(pg::DdlKind kind, const std::string& schema,
                                   const std::string& table, const std::string& name);

}  // namespace lad::catalog::store
