#pragma once

#include <string>
#include <vector>

#include "pg/values.hpp"

/// The definition of a plain table as statements that give another table the same. All run inside
/// with_spi, with a search_path that makes PostgreSQL print qualified names.
namespace lad::partitions::store {

using Statements = std::vector<std::string>;

struct Policy {
  std::string name;
  std::string rest;  ///< what follows ON <table>
};
std::vector<Policy> policies_of(pg::TableId table);

/// ENABLE and FORCE ROW LEVEL SECURITY, as far as the table has them.
Statements row_security_of(pg::TableId table, const std::string& target);

/// What is set for each table by itself: replica identity and statistics of columns.
Statements settings_of(pg::TableId table, const std::string& target);

/// Row security, policies, settings, names of sequences and statistics for a partitioned table.
Statements definition_of(pg::TableId table, const std::string& target);

/// Keys and indexes ON ONLY a partitioned table; the primary key has the partition column at its
/// end, unless it had it before.
Statements indexes_of(pg::TableId table, const std::string& target, const std::string& column);

/// Takes away what default privileges gave to others than the owner.
Statements revocations_of(pg::TableId table);
/// The rights on the table, its columns and its identity sequences.
Statements grants_of(pg::TableId table, const std::string& target);

/// The triggers that are not PostgreSQL's own, switched off where they are.
Statements triggers_of(pg::TableId table, const std::string& target);

/// Comments on everything that LIKE does not copy.
Statements comments_of(pg::TableId table, const std::string& target);

/// ENABLE or DISABLE the triggers by which the foreign keys of a table watch the tables referred
/// to.
Statements foreign_key_switches(pg::TableId table, const std::string& word);

}  // namespace lad::partitions::store
