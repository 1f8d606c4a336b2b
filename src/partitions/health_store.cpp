#include "partitions/health_store.hpp"

#include "core/error.hpp"
#include "partitions/drift_store.hpp"
#include "partitions/registry_store.hpp"
#include "partitions/shape_store.hpp"
#include "pg/as_owner.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"

namespace lad::partitions::store {
namespace {

using pg::TableId;
using Text = std::string;

/// More than these, and planning a query over all of them takes tens of milliseconds.
constexpr std::size_t kMostAttached = 60;
/// How long after its time a run or a retirement is late.
constexpr std::int64_t kGraceUs = 2 * kDayUs;

constinit pg::Plan<TableId> kInvalidIndexes{
    "SELECT format('%I.%I', n.nspname, i.relname), i.relkind::text, c.oid = $1 "
    "FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid "
    "JOIN pg_namespace n ON n.oid = i.relnamespace "
    "WHERE NOT (x.indisvalid AND x.indisready) "
    "  AND (c.oid = $1 OR c.oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = $1)) "
    "ORDER BY 1"};

// Calls that were archived.
constinit pg::Plan<> kArchived{
    "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c "
    "JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname = 'lad_archive' AND c.relkind = 'r' AND NOT EXISTS ("
    "    SELECT FROM unnest(ARRAY['id', 'tenant_id', 'created_at', 'to_base_number']) AS wanted "
    "    WHERE NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = wanted))"};

constexpr std::int64_t kMostOrphans = 1000;  // more are as bad

bool is_late(const std::optional<pg::Timestamp>& last_run_at, std::int64_t now_us) {
  return !last_run_at || pg::unix_us(*last_run_at) < now_us - kGraceUs;
}

class Examination {
 public:
  Examination(const Managed& managed, std::int64_t now_us) : managed_(managed), now_us_(now_us) {}

  std::vector<Finding> run() {
    const auto shape = find_shape(managed_.schema, managed_.table);
    if (shape) table_ = shape->id;
    runs();
    if (!shape) {
      add("error", "missing_table",
          managed_.schema + "." + managed_.table + " was dropped, renamed or moved.",
          "Manage it under its new name, and delete its row of lad_data.managed_partitions.");
      return std::move(found_);
    }
    target_ = shape->target;
    if (!is_manageable(*shape)) return std::move(found_);
    partitions_ = read_partitions(shape->id);
    horizon(plan_of(managed_, *shape->key_kind, now_us_), *shape->key_kind);
    counts();
    drift();
    invalid_indexes();
    return std::move(found_);
  }

 private:
  void runs() {
    if (is_late(managed_.last_run_at, now_us_)) {
      add("warning", "not_run",
          managed_.last_run_at ? "Its partitions were not looked after for two days."
                               : "Its partitions were never looked after.",
          "Set lad.worker = on, or CALL lad.run_maintenance() daily.");
    }
    if (managed_.last_error) {
      add("error", "refused", *managed_.last_error, "Mend it, and call lad.maintain_partitions().");
    }
  }

  bool is_manageable(const Shape& shape) {
    if (shape.has_default) {
      add("error", "default_partition",
          "A DEFAULT partition is searched under lock for every new one, and forbids to detach "
          "without blocking.",
          "Move its rows to partitions of their own, and drop it.");
      return false;
    }
    if (shape.is_by_range && shape.key_kind && shape.key == managed_.column) return true;
    add("error", "not_manageable", "It is not partitioned by range of " + managed_.column + ".",
        "Call lad.manage_partitions with the column, or lad.unmanage_partitions.");
    return false;
  }

  void horizon(const Plan& plan, ColumnKind kind) {
    const auto horizon = horizon_of(now_us_, ranges_of(partitions_));
    if (!horizon) {
      add("warning", "endless", "A partition goes up to MAXVALUE; none can be made after it.",
          "Move its rows to partitions of their own, and drop it.");
    } else {
      const HorizonLimits limits = horizon_limits(plan);
      const bool is_due = *horizon < limits.due_us;
      if (is_due || *horizon < limits.near_us) {
        add(is_due ? "error" : "warning", "horizon",
            "Rows from " + moment_text(*horizon, kind) + " on are refused.",
            "SELECT * FROM lad.maintain_partitions('" + target_ + "')");
      }
    }
    if (!plan.limit_us) return;
    for (const Partition& partition : partitions_) {
      if (partition.is_pending || !is_outlived(partition.range, *plan.limit_us - kGraceUs))
        continue;
      add("warning", "retention_overdue", partition.target + " has outlived its retention.",
          "SELECT * FROM lad.retire_partitions('" + target_ + "')");
    }
  }

  void counts() {
    if (partitions_.size() > kMostAttached) {
      add("warning", "many_partitions",
          std::to_string(partitions_.size()) +
              " partitions are attached: a query that does not exclude them plans for long.",
          "Use a longer step, or a retention.");
    }
    for (const Partition& partition : partitions_) {
      if (!partition.is_pending) continue;
      add("warning", "detach_pending",
          partition.target +
              " is half detached: a DETACH CONCURRENTLY goes on, or was interrupted.",
          "SELECT lad.retire_partition('" + partition.target + "')");
    }
  }

  void drift() {
    for (const Drift& drift : find_drift(*table_)) {
      add(drift.shows_rows ? "error" : "warning", "drift",
          drift.target + ": " + drift.problem + ".",
          drift.cure.empty() ? drift.remedy
                             : "SELECT * FROM lad.maintain_partitions('" + target_ + "')");
    }
  }

  void invalid_indexes() {
    const pg::Rows rows = kInvalidIndexes.run(*table_);
    for (std::uint64_t row = 0; row < rows.size(); ++row) {
      const Text index = rows.get<Text>(row, 0);
      const bool is_root = rows.get<bool>(row, 2);
      add("warning", "invalid_index", index + " is not valid: no query uses it.",
          is_root ? "SELECT * FROM lad.maintain_partitions('" + target_ + "')"
                  : "REINDEX INDEX CONCURRENTLY " + index);
    }
  }

  void add(const char* level, const char* problem, const Text& detail, const Text& remedy) {
    found_.push_back({table_, level, problem, detail, remedy});
  }

  const Managed& managed_;
  const std::int64_t now_us_;
  std::optional<TableId> table_;
  Text target_;
  std::vector<Partition> partitions_;
  std::vector<Finding> found_;
};

/// Rows of the table whose call is neither in use nor archived.
std::int64_t count_orphans(const Text& table) {
  Text sql = "SELECT count(*) FROM (SELECT FROM lad_data." + table +
             " AS t WHERE t.call_log_id IS NOT NULL";
  const auto exclude = [&sql](const Text& calls) {
    sql += " AND NOT EXISTS (SELECT FROM " + calls +
           " AS l WHERE l.tenant_id = t.tenant_id AND l.id = t.call_log_id)";
  };
  exclude("lad_data.voice_call_logs");
  const pg::Rows archived = kArchived.run();
  for (std::uint64_t row = 0; row < archived.size(); ++row) exclude(archived.get<Text>(row, 0));
  sql += " LIMIT " + std::to_string(kMostOrphans) + ") AS orphans";
  return pg::run_once(sql.c_str()).get<std::int64_t>(0, 0);
}

void find_orphans(std::vector<Finding>& found) {
  const auto calls = find_shape("lad_data", "voice_call_logs");
  if (!calls) return;
  if (calls->is_partitioned && !find_managed("lad_data", "voice_call_logs")) {
    found.push_back({calls->id, "warning", "not_managed", "Nobody makes its partitions.",
                     "SELECT lad.manage_partitions('lad_data.voice_call_logs', 'created_at')"});
  }
  const pg::ActAsOwner owner{"lad_owner"};
  for (const Text table : {"voice_call_analysis", "voice_call_batch_entries"}) {
    const std::int64_t count = count_orphans(table);
    if (count == 0) continue;
    found.push_back({calls->id, "warning", "orphans",
                     (count < kMostOrphans ? "" : "At least ") + std::to_string(count) +
                         " rows of " + table + " name a call that is not there.",
                     "Delete them, or bring their calls back."});
  }
}

}  // namespace

std::vector<Finding> find_problems(std::int64_t now_us) {
  std::vector<Finding> found;
  for (const Managed& managed : managed_tables()) {
    const std::vector<Finding> of_table = Examination{managed, now_us}.run();
    found.insert(found.end(), of_table.begin(), of_table.end());
  }
  find_orphans(found);
  return found;
}

}  // namespace lad::partitions::store
