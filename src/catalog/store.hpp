#pragma once

#include <optional>
#include <string>
#include <vector>

#include "catalog/columns.hpp"
#include "catalog/protection.hpp"
#include "pg/ddl.hpp"

/// What an installation reads from the system catalogs, and how it runs what is missing.
namespace lad::catalog::store {

/// One row of the report of lad.install_schema.
struct Action {
  std::string object;
  std::string action;  ///< created, altered or exists
  std::string detail;
};

/// Waits until no other session installs; held to the end of the transaction.
void lock_installation();

/// Makes names of the required extensions' types and operator classes visible to the schema files.
void set_search_path();

/// Who owns a schema; nothing when there is none.
std::optional<std::string> schema_owner(const std::string& schema);

struct Relation {
  std::string kind;  ///< relkind of pg_class
  std::string owner;
};
std::optional<Relation> find_relation(const std::string& schema, const std::string& name);

/// Whether the index, trigger, policy, constraint or column that the statement makes is there.
bool has_part(const pg::DdlStatement& statement);
bool has_constraint(const std::string& schema, const std::string& table, const std::string& name);
bool has_trigger(const std::string& schema, const std::string& table, const std::string& name);

std::vector<Column> columns_of(const std::string& schema, const std::string& table);

/// The tables and partitions of lad_data that lad_owner owns.
std::vector<TableShape> table_shapes();

/// Tables of lad_data that should have sums per day and lack the triggers that count their rows.
std::vector<std::string> uncounted_tables();

/// Marks the sums of tables as stale, whose triggers are there at last.
void mark_uncounted(const std::vector<std::string>& tables);

bool has_default_partition(const std::string& table);

/// What lad.maintain_partitions did; the table is registered for it first, unless it is.
struct MadePartition {
  std::string name;  ///< with the schema
  std::string action;
  std::string detail;
};
std::vector<MadePartition> maintain_months(const std::string& table);

/// Runs one statement; the number of rows it wrote.
std::uint64_t run(const std::string& sql);

}  // namespace lad::catalog::store
