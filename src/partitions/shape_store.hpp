#pragma once

#include <optional>
#include <string>
#include <vector>

#include "partitions/schedule.hpp"
#include "pg/values.hpp"

/// What the system catalogs say of a table that is, or is to be, partitioned.
namespace lad::partitions::store {

struct Shape {
  pg::TableId id;
  std::string target;  ///< schema and name, quoted where they must be
  std::string schema;
  std::string name;
  std::string owner;
  bool is_user_table = false;  ///< an ordinary or partitioned table, neither temporary nor system's
  bool is_partitioned = false;  ///< in any way
  bool is_partition = false;
  bool has_default = false;                 ///< a DEFAULT partition
  bool is_by_range = false;                 ///< of one column
  std::optional<std::string> key = {};      ///< that column
  std::optional<ColumnKind> key_kind = {};  ///< none for other types
};

/// Nothing when there is no such relation.
std::optional<Shape> read_shape(pg::TableId table);
std::optional<Shape> find_shape(const std::string& schema, const std::string& name);

/// Throws privilege (42501) unless the caller may have the table looked after: it belongs to
/// lad_owner, or to a role whose rights the caller has.
void require_rights(const Shape& shape);
bool has_rights(const Shape& shape);

/// Whether jobs in the background, which run as lad_owner, may alter the table.
bool may_jobs_alter(const Shape& shape);

/// Throws partition_refused (LD501) with the reason when partitions of the table cannot be managed:
/// not by range of one column of time, itself a partition, with a DEFAULT partition.
void require_manageable(const Shape& shape);

/// The unique keys other than the primary key that lack the column: they forbid to partition by it.
std::vector<std::string> keys_without(pg::TableId table, const std::string& column);
bool has_column(pg::TableId table, const std::string& column);

/// The name, or where it is taken the name with a number. Throws partition_refused after 99.
std::string free_name(const std::string& schema, const std::string& wanted);

struct Partition {
  pg::TableId id;
  std::string target;
  Range range;
  bool is_pending = false;  ///< a DETACH CONCURRENTLY was interrupted, or is going on
};

/// The partitions of a table by range of one column of time, DEFAULT excepted. Inside a function
/// that sets TimeZone to UTC and DateStyle to ISO.
std::vector<Partition> read_partitions(pg::TableId table);
std::vector<Range> ranges_of(const std::vector<Partition>& partitions);

}  // namespace lad::partitions::store
