#include "partitions/shape_store.hpp"

#include <limits>

#include "catalog/names.hpp"
#include "core/error.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"

namespace lad::partitions::store {
namespace {

using pg::TableId;
using Text = std::string;

#define LAD_SHAPE                                                                               \
  "SELECT c.oid::regclass, format('%I.%I', n.nspname, c.relname), n.nspname::text, "            \
  "       c.relname::text, pg_get_userbyid(c.relowner)::text, "                                 \
  "       c.relkind IN ('r', 'p') AND c.relpersistence <> 't' "                                 \
  "           AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' "                   \
  "           AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass "      \
  "                             AND objid = c.oid AND deptype = 'e'), "                         \
  "       c.relkind = 'p', c.relispartition, coalesce(p.partdefid, 0) <> 0, "                   \
  "       coalesce(p.partstrat = 'r' AND p.partnatts = 1, false), a.attname::text, "            \
  "       CASE a.atttypid WHEN 'timestamptz'::regtype THEN 0 WHEN 'timestamp'::regtype THEN 1 " \
  "                       WHEN 'date'::regtype THEN 2 END "                                     \
  "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "                              \
  "LEFT JOIN pg_partitioned_table p ON p.partrelid = c.oid "                                    \
  "LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = p.partattrs[0] AND a.attnum > 0 "

constinit pg::Plan<TableId> kShape{LAD_SHAPE "WHERE c.oid = $1"};
constinit pg::Plan<Text, Text> kFindShape{LAD_SHAPE "WHERE n.nspname = $1 AND c.relname = $2"};

constinit pg::Plan<Text> kMayJobs{"SELECT pg_has_role('lad_owner', $1, 'USAGE')"};

constinit pg::Plan<TableId, Text> kKeys{
    "SELECT i.relname::text FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid "
    "WHERE x.indrelid = $1 AND (x.indisunique OR x.indisexclusion) AND NOT x.indisprimary "
    "  AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = $1 AND a.attname = $2 "
    "                    AND a.attnum = ANY ((x.indkey::int2[])[0:x.indnkeyatts - 1])) "
    "ORDER BY 1"};

constinit pg::Plan<TableId, Text> kColumn{
    "SELECT FROM pg_attribute WHERE attrelid = $1 AND attname = $2 AND attnum > 0 "
    "  AND NOT attisdropped"};

constinit pg::Plan<Text, Text> kIsFree{
    "SELECT NOT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "                   WHERE n.nspname = $1 AND c.relname = $2) "
    "   AND NOT EXISTS (SELECT FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace "
    "                   WHERE n.nspname = $1 AND t.typname = $2)"};

constinit pg::Plan<TableId> kPartitions{
    "SELECT c.oid::regclass, format('%I.%I', n.nspname, c.relname), "
    "       substring(b.bound FROM 'FROM [(]''([^'']*)''[)]')::timestamptz, "
    "       substring(b.bound FROM 'TO [(]''([^'']*)''[)]')::timestamptz, i.inhdetachpending "
    "FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
    "JOIN pg_namespace n ON n.oid = c.relnamespace, "
    "     LATERAL pg_get_expr(c.relpartbound, c.oid) AS b (bound) "
    "WHERE i.inhparent = $1 AND b.bound <> 'DEFAULT' ORDER BY 3 NULLS FIRST"};

std::optional<Shape> read(const pg::Rows& rows) {
  if (rows.empty()) return std::nullopt;
  Shape shape{rows.get<TableId>(0, 0), rows.get<Text>(0, 1),          rows.get<Text>(0, 2),
              rows.get<Text>(0, 3),    rows.get<Text>(0, 4),          rows.get<bool>(0, 5),
              rows.get<bool>(0, 6),    rows.get<bool>(0, 7),          rows.get<bool>(0, 8),
              rows.get<bool>(0, 9),    rows.get_optional<Text>(0, 10)};
  if (const auto kind = rows.get_optional<std::int32_t>(0, 11)) {
    shape.key_kind = static_cast<ColumnKind>(*kind);
  }
  return shape;
}

[[noreturn]] void refuse(const Shape& shape, const char* detail, const char* hint) {
  throw Error{ErrorCode::partition_refused, "partitions of " + shape.target + " cannot be managed",
              detail, hint};
}

/// Moments later than a count from 1970 can say are as far away as the infinite one.
std::int64_t saturated_us(pg::Timestamp at) {
  constexpr std::int64_t kFromEpoch = 10'957 * kDayUs;  // 1970 to 2000
  constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max();
  return at.us > kLast - kFromEpoch ? kLast : pg::unix_us(at);
}

std::optional<std::int64_t> bound(const std::optional<pg::Timestamp>& at) {
  if (!at) return std::nullopt;
  return saturated_us(*at);
}

}  // namespace

std::optional<Shape> read_shape(TableId table) {
  return read(kShape.run(table));
}

std::optional<Shape> find_shape(const std::string& schema, const std::string& name) {
  return read(kFindShape.run(schema, name));
}

bool has_rights(const Shape& shape) {
  return shape.owner == "lad_owner" || pg::caller_has_role(shape.owner.c_str());
}

void require_rights(const Shape& shape) {
  if (has_rights(shape)) return;
  throw Error{ErrorCode::privilege, "permission denied to manage partitions of " + shape.target,
              "It belongs to another role.",
              "Make lad_owner its owner, or call it as a member of the role that owns it."};
}

bool may_jobs_alter(const Shape& shape) {
  return kMayJobs.run(shape.owner).get<bool>(0, 0);
}

void require_manageable(const Shape& shape) {
  if (shape.is_partition) {
    refuse(shape, "It is a partition itself.", "Manage the table that it is a partition of.");
  }
  if (!shape.is_by_range || !shape.key || !shape.key_kind) {
    refuse(shape, "It is not partitioned by range of one column of time.",
           "Partition it by range of one column of type timestamptz, timestamp or date.");
  }
  if (shape.has_default) {
    refuse(shape,
           "It has a DEFAULT partition, which is searched under lock for every new one and "
           "forbids to detach without blocking.",
           "Move its rows to partitions of their own, and drop it.");
  }
}

std::vector<std::string> keys_without(TableId table, const std::string& column) {
  const pg::Rows rows = kKeys.run(table, column);
  std::vector<std::string> keys;
  for (std::uint64_t row = 0; row < rows.size(); ++row) keys.push_back(rows.get<Text>(row, 0));
  return keys;
}

bool has_column(TableId table, const std::string& column) {
  return !kColumn.run(table, column).empty();
}

std::string free_name(const std::string& schema, const std::string& wanted) {
  constexpr int kMostTries = 99;
  std::string name = wanted;
  for (int i = 2; !kIsFree.run(schema, name).get<bool>(0, 0); ++i) {
    if (i > kMostTries) {
      throw Error{ErrorCode::partition_refused, "no name is free for partition " + wanted};
    }
    name = catalog::part_name(wanted, std::to_string(i));
  }
  return name;
}

std::vector<Partition> read_partitions(TableId table) {
  const pg::Rows rows = kPartitions.run(table);
  std::vector<Partition> partitions;
  for (std::uint64_t row = 0; row < rows.size(); ++row) {
    partitions.push_back({rows.get<TableId>(row, 0),
                          rows.get<Text>(row, 1),
                          {bound(rows.get_optional<pg::Timestamp>(row, 2)),
                           bound(rows.get_optional<pg::Timestamp>(row, 3))},
                          rows.get<bool>(row, 4)});
  }
  return partitions;
}

std::vector<Range> ranges_of(const std::vector<Partition>& partitions) {
  std::vector<Range> ranges;
  for (const Partition& partition : partitions) ranges.push_back(partition.range);
  return ranges;
}

}  // namespace lad::partitions::store
