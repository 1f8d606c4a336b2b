#pragma once

#include "partitions/conversion_store.hpp"
#include "partitions/preflight_store.hpp"

/// The moment at which the two tables change places, and what is cleared away after it. All run
/// inside with_spi as a superuser, with session_replication_role = replica.
namespace lad::partitions::store {

/// Locks the tables that the plain one refers to against writers, then the plain one against
/// everybody. Lock order: tables referred to and referring by their identifiers, the plain one
/// last, so that it is held for as short as possible.
void lock_for_swap(const Conversion& conversion);

/// Under these locks, with an empty journal: the partitioned table takes the name, the sequences,
/// the publications, the views of the LAD schema and the foreign keys of others; the plain one
/// keeps its rows in another schema, where nobody writes.
void change_places(const Conversion& conversion);

/// Clears away the next thing that the swap left over: a foreign key of the kept table, or one of
/// another table that is not valid yet. False when nothing is left.
bool clear_next(const Conversion& conversion);

/// Drops the kept table.
void drop_kept(const Conversion& conversion);

}  // namespace lad::partitions::store
