#include "partitions/retire_store.hpp"

#include "catalog/names.hpp"
#include "core/error.hpp"
#include "partitions/archive_store.hpp"
#include "partitions/lock_store.hpp"
#include "pg/as_owner.hpp"
#include "pg/event_trigger.hpp"
#include "pg/spi.hpp"

namespace lad::partitions::store {
namespace {

using pg::TableId;
using Text = std::string;

constinit pg::Plan<TableId> kLeaf{
    "SELECT c.oid::regclass, format('%I.%I', n.nspname, c.relname), n.nspname::text, "
    "       c.relname::text, i.inhparent::regclass, coalesce(i.inhdetachpending, false) "
    "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "LEFT JOIN pg_inherits i ON i.inhrelid = c.oid AND c.relispartition "
    "WHERE c.oid = $1 AND c.relkind IN ('r', 'p', 'f')"};

constinit pg::Plan<TableId> kIsProtected{
    "SELECT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = $1 "
    "                 AND tgfoid = 'lad.keep_tenant'::regproc)"};

constinit pg::Plan<TableId> kJob{
    "SELECT id, state = 'failed' FROM lad_data.long_jobs "
    "WHERE kind = 'detach' AND (parameters->>'leaf')::oid = $1 "
    "  AND state IN ('queued', 'running', 'failed') ORDER BY created_at DESC LIMIT 1"};

constinit pg::Plan<Uuid> kRequeue{
    "UPDATE lad_data.long_jobs SET state = 'queued', error = NULL, finished_at = NULL, "
    "    attempts = 0 WHERE id = $1 AND state = 'failed'"};

constinit pg::Plan<> kLockRetiring{
    "SELECT pg_advisory_xact_lock(hashtextextended('lad.retire_partitions', 0))"};

constinit pg::Plan<std::int64_t> kLockDetaching{
    "SELECT pg_try_advisory_lock(hashtextextended('lad.detach_partition', $1))"};

constinit pg::Plan<pg::Json> kRetirement{
    "SELECT ($1->>'leaf')::oid::regclass, ($1->>'table')::oid::regclass, $1->>'action'"};

constexpr const char* kOwner = "lad_owner";
constexpr const char* kArchive = "lad_archive";

[[noreturn]] void refuse(const Text& target, const char* why, const char* hint = "") {
  throw Error{ErrorCode::partition_refused, target + " cannot be retired", why, hint};
}

void run(const Text& sql) {
  pg::run_once(sql.c_str());
}

bool has_calls(const Shape& shape) {
  return shape.schema == "lad_data" && shape.name == "voice_call_logs";
}

Text qualified(const Text& schema, const Text& name) {
  return catalog::quoted(schema) + "." + catalog::quoted(name);
}

/// A call that was moved to another month is not the leaf's any more.
Text calls_of(const Text& leaf) {
  return " USING " + leaf +
         " AS l WHERE t.tenant_id = l.tenant_id AND t.call_log_id = l.id AND NOT EXISTS "
         "(SELECT FROM lad_data.voice_call_logs AS k WHERE k.tenant_id = l.tenant_id AND k.id = "
         "l.id)";
}

bool is_protected(TableId table) {
  return kIsProtected.run(table).get<bool>(0, 0);
}

/// Readable as its tenant's policies say, written by nobody.
void keep_from_writes(const Text& table, const Text& name, bool has_tenants) {
  if (has_tenants) {
    run("SELECT lad.protect('" + table + "')");
    run("GRANT SELECT ON " + table + " TO lad_app, lad_service");
  }
  run("CREATE TRIGGER " + catalog::quoted(catalog::part_name(name, "write_guard")) +
      " BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON " + table +
      " FOR EACH STATEMENT EXECUTE FUNCTION lad.guard_history()");
}

/// Returns the table they are in now.
Text take_analysis_along(const RetiredLeaf& leaf, bool is_archived) {
  const Text schema = is_archived ? kArchive : leaf.schema;
  const Text name = free_name(schema, catalog::part_name(leaf.name, "analysis"));
  const Text table = qualified(schema, name);
  run("CREATE TABLE " + table +
      " (LIKE lad_data.voice_call_analysis INCLUDING ALL EXCLUDING STATISTICS)");
  run("WITH gone AS (DELETE FROM lad_data.voice_call_analysis AS t" + calls_of(leaf.target) +
      " RETURNING t.*) INSERT INTO " + table + " SELECT * FROM gone");
  if (is_archived) {
    keep_from_writes(table, name, true);
  } else {
    run("SELECT lad.protect('" + table + "')");
  }
  return name;
}

Text move_to_archive(const RetiredLeaf& leaf, bool has_tenants) {
  const Text name = free_name(kArchive, leaf.name);
  if (name != leaf.name) {
    run("ALTER TABLE " + leaf.target + " RENAME TO " + catalog::quoted(name));
  }
  run("ALTER TABLE " + qualified(leaf.schema, name) + " SET SCHEMA " + kArchive);
  keep_from_writes(qualified(kArchive, name), name, has_tenants);
  return name;
}

void forget_calls(const RetiredLeaf& leaf) {
  run("DELETE FROM lad_data.voice_call_analysis AS t" + calls_of(leaf.target));
  Text entries = calls_of(leaf.target);
  entries.replace(0, Text(" USING ").size(), " FROM ");
  run("UPDATE lad_data.voice_call_batch_entries AS t SET call_log_id = NULL" + entries);
}

}  // namespace

RetiredLeaf read_leaf(TableId partition) {
  const pg::Rows rows = kLeaf.run(partition);
  if (rows.empty()) return {};
  const bool is_pending = rows.get<bool>(0, 5);
  const auto table = rows.get_optional<TableId>(0, 4);
  const LeafState state = is_pending ? LeafState::pending
                          : table    ? LeafState::attached
                                     : LeafState::detached;
  return {state,
          rows.get<TableId>(0, 0),
          rows.get<Text>(0, 1),
          rows.get<Text>(0, 2),
          rows.get<Text>(0, 3),
          table};
}

std::string detach_statement(const Shape& shape, const RetiredLeaf& leaf) {
  const Text detach = "ALTER TABLE " + shape.target + " DETACH PARTITION " + leaf.target;
  if (leaf.state == LeafState::attached) return detach + " CONCURRENTLY";
  return leaf.state == LeafState::pending ? detach + " FINALIZE" : "";
}

Candidate require_retirable(TableId partition, std::int64_t now_us) {
  const RetiredLeaf leaf = read_leaf(partition);
  if (leaf.state == LeafState::gone) throw Error{ErrorCode::not_found, "no such table"};
  if (!leaf.table) refuse(leaf.target, "It is no partition.");
  const auto shape = read_shape(*leaf.table);
  const auto managed = shape ? find_managed(shape->schema, shape->name) : std::nullopt;
  if (!managed) {
    refuse(leaf.target, "The table that it is a partition of is not managed.",
           "Call lad.manage_partitions for it first.");
  }
  require_rights(*shape);
  require_manageable(*shape);
  for (const Partition& partition_of : read_partitions(shape->id)) {
    if (partition_of.id.oid != partition.oid) continue;
    if (!partition_of.range.from) {
      refuse(leaf.target, "It is the legacy partition, which always exists.");
    }
    if (!partition_of.range.to || *partition_of.range.to > now_us) {
      refuse(leaf.target, "Its time is not over.", "Retire it when it is.");
    }
    return {*managed, *shape, partition_of};
  }
  refuse(leaf.target, "It is no partition of a range of time.");
}

std::vector<Candidate> outlived(const Managed& managed, std::int64_t now_us) {
  const auto shape = find_shape(managed.schema, managed.table);
  if (!managed.retention || !shape || !has_rights(*shape)) return {};
  require_manageable(*shape);
  const Plan plan = plan_of(managed, *shape->key_kind, now_us);
  std::vector<Candidate> found;
  for (const Partition& partition : read_partitions(shape->id)) {
    if (is_outlived(partition.range, *plan.limit_us)) found.push_back({managed, *shape, partition});
  }
  return found;
}

void lock_retiring() {
  kLockRetiring.run();
}

bool lock_detaching(TableId table) {
  return kLockDetaching.run(static_cast<std::int64_t>(table.oid)).get<bool>(0, 0);
}

void detach_here(const Candidate& candidate) {
  const pg::DdlHold hold;
  const pg::ActAsOwner owner{candidate.shape.owner.c_str()};
  const Text sql = "ALTER TABLE " + candidate.shape.target + " DETACH PARTITION " +
                   candidate.partition.target + (candidate.partition.is_pending ? " FINALIZE" : "");
  with_brief_locks("detaching " + candidate.partition.target, [&] { run(sql); });
}

void dispose(const Shape& shape, const RetiredLeaf& leaf, const std::string& action) {
  const pg::DdlHold hold;
  // lad_archive takes tables from lad_owner alone, or from a superuser.
  const pg::ActAsOwner owner{may_jobs_alter(shape) ? kOwner : shape.owner.c_str()};
  const bool is_archived = action == "archive";
  const bool is_dropped = action == "drop";
  if (has_calls(shape) && is_dropped) forget_calls(leaf);
  std::optional<Text> analysis;
  if (has_calls(shape) && !is_dropped) analysis = take_analysis_along(leaf, is_archived);
  if (is_archived) {
    note_kept(shape, leaf.name, move_to_archive(leaf, is_protected(shape.id)), analysis);
  }
  if (is_dropped) run("DROP TABLE " + leaf.target);
}

std::optional<DetachJob> find_job(TableId leaf) {
  const pg::ActAsOwner owner{kOwner};
  const pg::Rows rows = kJob.run(leaf);
  if (rows.empty()) return std::nullopt;
  return DetachJob{rows.get<Uuid>(0, 0), rows.get<bool>(0, 1)};
}

void requeue(const Uuid& job) {
  const pg::ActAsOwner owner{kOwner};
  kRequeue.run(job);
}

Retirement read_retirement(const std::string& parameters) {
  const pg::Rows rows = kRetirement.run(pg::Json{parameters});
  return {rows.get<TableId>(0, 0), rows.get<TableId>(0, 1), rows.get<Text>(0, 2)};
}

std::string request_json(const Retirement& retirement) {
  return "{\"leaf\": " + std::to_string(retirement.leaf.oid) +
         ", \"table\": " + std::to_string(retirement.table.oid) + ", \"action\": \"" +
         retirement.action + "\"}";
}

}  // namespace lad::partitions::store
