#pragma once

#include "partitions/conversion_store.hpp"
#include "partitions/preflight_store.hpp"

/// The partitioned table that a conversion builds beside the plain one. Its own objects bear their
/// final names, since it lies in a schema of its own; its leaves lie where they stay. All run
/// inside with_spi as a superuser, with session_replication_role = replica.
namespace lad::partitions::store {

/// Creates the journal and the partitioned table with its leaves: columns, checks, identity, row
/// security, policies, rights, triggers, comments, keys and indexes (without those of the leaves).
/// Nobody can see them; of the plain table only its definition is locked against change.
void build_partitioned(const Conversion& conversion, const PlainTable& table);

/// Whether build_partitioned has been committed.
bool is_built(const Conversion& conversion);

/// Adds the next foreign key to the partitioned table, false when none is missing. What it checks
/// when a row referred to is deleted is switched off until the tables change places: the copy may
/// still hold a row whose original is gone. Takes SHARE ROW EXCLUSIVE on the table referred to.
bool add_foreign_key(const Conversion& conversion);

/// Builds the missing indexes of one leaf and analyzes it; false when no leaf lacks one.
bool index_next_leaf(const Conversion& conversion);

/// Removes what build_partitioned made, if it made it.
void drop_building(const Conversion& conversion);

}  // namespace lad::partitions::store
