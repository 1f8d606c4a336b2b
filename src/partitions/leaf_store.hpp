#pragma once

#include <string>

#include "partitions/leaf.hpp"
#include "partitions/lock_store.hpp"
#include "pg/values.hpp"

/// Making the leaves of a partitioned table. A leaf is built standalone, where nobody sees or locks
/// it, and then attached, which takes its locks for some milliseconds: 15 against 900 without the
/// constraint that proves the range and 13,000 without the indexes, for ten million rows.
///
/// The table must be partitioned by range of one column of type timestamptz, timestamp or date. All
/// run inside with_spi, as the owner of the table, and take care of the event trigger of lad_data.
namespace lad::partitions::store {

/// A leaf to be made. It lies in the schema of its table.
struct Leaf {
  pg::TableId table;
  std::string name;  ///< unquoted, at most 63 bytes
  Range range;
};

/// Creates the leaf's table, empty: columns, defaults, checks, storage and statistics of its table;
/// with the same owner, row-level security, force and policies, and no rights for anybody else; a
/// valid constraint of the range. `with_indexes` false leaves them to index_leaf, for rows that are
/// copied first. Returns the new table. Throws not_found when the partitioned table is gone,
/// PostgreSQL's own 42P07 when the name is taken.
pg::TableId build_leaf(const Leaf& leaf, bool with_indexes = true);

/// Creates the primary key, unique keys and indexes of the table on a leaf that is built.
void index_leaf(const Leaf& leaf);

/// Adds the foreign keys of the table to a leaf that is built, and checks its rows. Each takes
/// SHARE ROW EXCLUSIVE on the table referred to, until the transaction ends: not for large leaves
/// in one transaction; NOT VALID and then VALIDATE blocks nobody. A leaf without rows gets them
/// when it is attached.
void reference_leaf(const Leaf& leaf, bool valid = true);

/// Adds what writes to the leaf itself must fire: the statement triggers of the table that call a
/// function of lad, those that charge calls excepted, since maintenance moves rows leaf by leaf.
/// (Row triggers come with ATTACH. Triggers of a user's functions stay with the table alone.)
void add_leaf_triggers(pg::TableId table, pg::TableId leaf);

/// Adds the triggers, attaches the leaf under brief locks and drops the constraint of the range.
/// PostgreSQL adopts indexes and foreign keys that are there and makes the missing ones. Throws
/// partition_refused (LD501) when the locks were not free after `attempts`.
void attach_leaf(const Leaf& leaf, int attempts = kLockAttempts);

}  // namespace lad::partitions::store
