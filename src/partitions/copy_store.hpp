#pragma once

#include "partitions/conversion_store.hpp"
#include "partitions/preflight_store.hpp"

/// Moving rows from the plain table to the partitioned one, and comparing the two. All run inside
/// with_spi as a superuser, with session_replication_role = replica, so that no trigger and no
/// foreign key speaks for a row a second time.
///
/// What makes it exact: a change and its key in the journal commit together. A batch leaves out the
/// rows whose keys are in the journal as the same snapshot sees it; catching up takes keys out of
/// the journal and copies their rows by one statement, so from one snapshot too.
namespace lad::partitions::store {

/// Creates the trigger that keeps the journal, and notes how long the table is. Takes SHARE ROW
/// EXCLUSIVE on the plain table: every earlier change has committed, every later one is noted.
void start_journal(Conversion& conversion);
void drop_journal_trigger(const Conversion& conversion);

/// Whether the plain table is still stored where it was; keeps it there until the transaction ends.
bool is_same_storage(const Conversion& conversion);
/// Forgets what was copied, since the plain table was truncated or rewritten.
void restart_copy(Conversion& conversion);

std::int64_t count_rows(const Conversion& conversion);

/// Copies the rows of the next blocks, as the table's owner; how many.
std::int64_t copy_batch(Conversion& conversion);

/// Compares count and hash of the rows of each leaf in one snapshot, but for those in the journal.
/// The first difference as a sentence, empty when there is none.
std::string find_difference(const Conversion& conversion, const PlainTable& table);

/// Copies the rows of up to batch_rows noted keys again, as the table's owner; how many keys.
std::int64_t catch_up(const Conversion& conversion);

/// How many keys the journal holds, counting no further than this.
std::int64_t count_journal(const Conversion& conversion, std::int64_t at_most);

}  // namespace lad::partitions::store
