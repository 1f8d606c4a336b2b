#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "pg/boundary.hpp"

/// Scripts of DDL: taking them apart with PostgreSQL's own parser, and running them as the role
/// that is to own the result.
namespace lad::pg {

/// What a statement makes or does, as far as an installation needs to tell.
enum class DdlKind {
  schema,
  table,
  index,
  trigger,
  policy,
  add_constraint,
  add_column,
  relation,  ///< a view or a sequence: exists or not, by name
  insert,
  annotation,  ///< COMMENT, GRANT, REVOKE, settings of a table: harmless to repeat
};

/// A column as CREATE TABLE wants it; the type in PostgreSQL's own spelling.
struct ColumnShape {
  std::string name;
  std::string type;
  bool not_null = false;
  bool is_identity = false;
  std::string default_clause = {};  ///< `DEFAULT …` as it is written, empty without one
  auto operator<=>(const ColumnShape&) const = default;
};

/// A named constraint of a table, with the text that ALTER TABLE … ADD takes.
struct ConstraintClause {
  std::string name;
  std::string text;
  std::string foreign_key = {};  ///< of a foreign key: as pg_get_constraintdef spells it
};

struct DdlStatement {
  DdlKind kind;
  std::string schema;
  std::string table;                          ///< the table it is about, empty for a schema
  std::string name;                           ///< what it makes; the table's own name for a table
  std::string text;                           ///< without the semicolon
  int table_location = -1;                    ///< where in the text the table is named
  bool is_partitioned = false;                // of a table
  std::vector<ColumnShape> columns;           // of a table
  std::vector<ConstraintClause> constraints;  // of a table
};

/// The statements of a script in order. A statement an installation cannot judge is an internal
/// error. Types are not looked up here: a column's type stays empty until resolve_columns.
std::vector<DdlStatement> split_script(const std::string& script);

/// The text of the statement with another table in the place of its own.
std::string text_on(const DdlStatement& statement, const std::string& other_table);

/// The columns of a CREATE TABLE with their types looked up in this database.
std::vector<ColumnShape> resolve_columns(const DdlStatement& create_table);

}  // namespace lad::pg
