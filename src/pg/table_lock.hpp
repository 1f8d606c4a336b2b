#pragma once

/// Locks of tables as a whole.
namespace lad::pg {

/// Waits for whoever attaches or detaches partitions of a table of lad_data, and holds off the next
/// one until the transaction ends. Reading and writing rows goes on.
void lock_partitions(const char* table);

/// The same without waiting: false when somebody has the lock.
bool try_lock_partitions(const char* table);

/// Whether the transaction keeps its first snapshot, so that what it reads may be older than the
/// locks it waited for.
bool keeps_first_snapshot();

}  // namespace lad::pg
