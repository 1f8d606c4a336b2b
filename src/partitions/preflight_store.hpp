#pragma once

#include <string>
#include <vector>

#include "partitions/conversion.hpp"
#include "pg/values.hpp"

/// What a conversion must know of a plain table before it begins. All run inside with_spi.
namespace lad::partitions::store {

struct ConversionBlocker {
  std::string kind;
  std::string detail;
  std::string remedy;
};

/// A table that a caller names.
struct PlainTable {
  pg::TableId id;
  std::string schema;  ///< unquoted, as the name and the owner
  std::string name;
  std::string owner;
  ColumnKind kind = ColumnKind::timestamptz;  ///< of the column; means nothing for other types
};

/// Reads the table. Throws invalid_argument (22023) when there is no such table or column, and
/// privilege (42501) unless the caller may convert it.
PlainTable read_plain_table(pg::TableId id, const std::string& column);

/// Everything that forbids to convert the table.
std::vector<ConversionBlocker> blockers_of(const PlainTable& table, const std::string& column,
                                           const Step& step);

/// The least and the greatest finite key, read as the table's owner.
KeySpan key_span(const PlainTable& table, const std::string& column);

/// A digest of the table's definition, in which the conversion's own trigger does not count.
std::string shape_of(pg::TableId table);

}  // namespace lad::partitions::store
