#pragma once

#include <optional>
#include <string>
#include <vector>

#include "partitions/registry_store.hpp"
#include "partitions/shape_store.hpp"
#include "pg/values.hpp"

/// Taking partitions away: detached from their table, then dropped, archived or left alone.
///
///   attached --DETACH CONCURRENTLY, first transaction--> pending --second--> detached --> disposed
///
/// Each arrow is a transaction, and each state can be told from the catalogs: a crash anywhere
/// leaves a state from which the next run goes on.
namespace lad::partitions::store {

enum class LeafState { attached, pending, detached, gone };

/// A partition, or a table that was one.
struct RetiredLeaf {
  LeafState state = LeafState::gone;
  pg::TableId id{};
  std::string target;
  std::string schema;
  std::string name;
  std::optional<pg::TableId> table = {};  ///< what it is, or was half a moment ago, a partition of
};

/// The partition as it is now. Nothing when the identifier names no ordinary table.
RetiredLeaf read_leaf(pg::TableId partition);

/// What is asked for; kept in the parameters of the long job.
struct Retirement {
  pg::TableId leaf{};
  pg::TableId table{};
  std::string action;  ///< archive, drop or detach
};

/// The statement that brings a leaf nearer to `detached`; empty when it is. CONCURRENTLY and
/// FINALIZE, which takes over from an interrupted one, are for outside of transactions.
std::string detach_statement(const Shape& shape, const RetiredLeaf& leaf);

/// Checks that a partition may be retired as of a moment: of a managed table, attached or half
/// detached, not the legacy one, over. Throws not_found, privilege, partition_refused (LD501).
struct Candidate {
  Managed managed;
  Shape shape;
  Partition partition;
};
Candidate require_retirable(pg::TableId partition, std::int64_t now_us);

/// The partitions of a table that have outlived its retention.
std::vector<Candidate> outlived(const Managed& managed, std::int64_t now_us);

/// Waits until no other session starts jobs for partitions; held to the end of the transaction.
void lock_retiring();

/// Whether this session, until it ends, is the one that detaches partitions of the table.
bool lock_detaching(pg::TableId table);

/// Detaches in this transaction, which stops writers of the whole table until it ends, and waits
/// for readers as with_brief_locks says.
void detach_here(const Candidate& candidate);

/// What becomes of a detached leaf, in one transaction. Rows of voice_call_analysis that belong to
/// its calls go with it: into a table beside it named <leaf>_analysis, or away with a dropped leaf;
/// batch entries forget calls that are dropped.
/// - archive: moved to lad_archive, write-protected, under its row-level security, readable by the
///   application and services.
/// - detach: stays where it is, readable by its owner.
void dispose(const Shape& shape, const RetiredLeaf& leaf, const std::string& action);

/// The long job of kind detach for this partition that is queued, running or has failed.
struct DetachJob {
  Uuid id;
  bool has_failed = false;
};
std::optional<DetachJob> find_job(pg::TableId leaf);
void requeue(const Uuid& job);

/// Reads what request_json wrote.
Retirement read_retirement(const std::string& parameters);
std::string request_json(const Retirement& retirement);

}  // namespace lad::partitions::store
