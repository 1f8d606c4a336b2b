#include "catalog/install_store.hpp"

#include <set>

#include "catalog/event_trigger_store.hpp"
#include "catalog/schema_store.hpp"
#include "pg/as_owner.hpp"
#include "pg/event_trigger.hpp"

namespace lad::catalog {
namespace {

using pg::DdlKind;
using pg::DdlStatement;

constexpr const char* kOwner = "lad_owner";
constexpr const char* kMonthlyTable = "voice_call_logs";
constexpr int kMonthsAhead = 12;

std::string kind_name(DdlKind kind) {
  switch (kind) {
    case DdlKind::index:
      return "index";
    case DdlKind::trigger:
      return "trigger";
    case DdlKind::policy:
      return "policy";
    case DdlKind::add_constraint:
      return "constraint";
    case DdlKind::add_column:
      return "column";
    default:
      return "relation";
  }
}

void require_owner(const std::string& object, const std::string& owner) {
  if (owner == kOwner) return;
  throw Error{ErrorCode::privilege, object + " is not owned by lad_owner",
              "Its owner could read or change what belongs to every tenant.",
              "Make lad_owner its owner, or move it away."};
}

void require_same_columns(const std::string& object, const DdlStatement& statement) {
  std::vector<Column> wanted;
  for (const pg::ColumnShape& column : pg::resolve_columns(statement)) {
    wanted.push_back({column.name, column.type, column.not_null});
  }
  const std::string difference =
      column_difference(wanted, store::columns_of(statement.schema, statement.table));
  if (difference.empty()) return;
  throw Error{ErrorCode::duplicate_object, object + " exists with other columns", difference,
              "Change the table by hand, or move it out of the schema, and install again."};
}

class Installation {
 public:
  std::vector<store::Action> run() {
    store::lock_installation();
    for (const SchemaFile& file : schema_files()) {
      file_ = file.name;
      for (const DdlStatement& statement : pg::split_script(file.text)) apply(statement);
    }
    const pg::ActAsOwner owner{kOwner};
    add_partitions();
    protect();
    return std::move(actions_);
  }

 private:
  void apply(const DdlStatement& statement) {
    // lad_owner may not create schemas in this database; the caller does it for lad_owner.
    if (statement.kind == DdlKind::schema) return apply_schema(statement);
    const pg::ActAsOwner owner{kOwner};
    switch (statement.kind) {
      case DdlKind::table:
        return apply_table(statement);
      case DdlKind::relation:
        return apply_relation(statement);
      case DdlKind::insert:
        return report_new("rows of " + qualified(statement), store::run(statement.text) > 0);
      case DdlKind::annotation:
        store::run(statement.text);
        return;
      default:
        return apply_part(statement);
    }
  }

  void apply_schema(const DdlStatement& statement) {
    const auto owner = store::schema_owner(statement.name);
    if (owner) require_owner("schema " + statement.name, *owner);
    if (!owner) store::run("CREATE SCHEMA " + statement.name + " AUTHORIZATION lad_owner");
    report_new("schema " + statement.name, !owner);
  }

  void apply_table(const DdlStatement& statement) {
    const auto existing = store::find_relation(statement.schema, statement.table);
    const std::string object = "table " + qualified(statement);
    if (!existing) {
      store::run(statement.text);
      return report_new(object, true);
    }
    require_owner(object, existing->owner);
    require_same_columns(object, statement);
    const std::string added = add_missing_constraints(statement);
    report(object, added.empty() ? "exists" : "altered", added);
  }

  std::string add_missing_constraints(const DdlStatement& statement) {
    std::string added;
    for (const pg::ConstraintClause& constraint : statement.constraints) {
      if (store::has_constraint(statement.schema, statement.table, constraint.name)) continue;
      store::run("ALTER TABLE " + qualified(statement) + " ADD " + constraint.text);
      added += (added.empty() ? "added " : ", ") + constraint.name;
    }
    return added;
  }

  void apply_relation(const DdlStatement& statement) {
    const auto existing = store::find_relation(statement.schema, statement.name);
    if (existing) require_owner("relation " + qualified(statement), existing->owner);
    if (!existing) store::run(statement.text);
    report_new("relation " + qualified(statement), !existing);
  }

  void apply_part(const DdlStatement& statement) {
    const bool exists = store::has_part(statement);
    if (!exists) store::run(statement.text);
    report_new(kind_name(statement.kind) + " " + statement.name + " on " + qualified(statement),
               !exists);
  }

  void add_partitions() {
    const auto table = store::find_relation("lad_data", kMonthlyTable);
    if (!table || table->kind != "p") return;
    const store::Coverage coverage = store::coverage_of(kMonthlyTable);
    if (coverage.is_endless) return;
    for (const PartitionRange& range :
         missing_partitions(kMonthlyTable, coverage.current, kMonthsAhead, coverage.until)) {
      const std::string from = range.from == "MINVALUE" ? range.from : "'" + range.from + "'";
      store::run("CREATE TABLE lad_data." + range.name + " PARTITION OF lad_data." + kMonthlyTable +
                 " FOR VALUES FROM (" + from + ") TO ('" + range.to + "')");
      report("table lad_data." + range.name, "created", "from " + range.from + " to " + range.to);
    }
  }

  void protect() {
    for (const TableShape& shape : store::table_shapes()) {
      for (const Protection& protection : protections_of(shape)) {
        if (!protection.sql.empty()) store::run(protection.sql);
        if (reported_.contains(protection.object)) continue;
        report(protection.object, protection.sql.empty() ? "exists" : "created",
               "derived from the columns");
      }
    }
  }

  static std::string qualified(const DdlStatement& statement) {
    return statement.schema + "." + statement.table;
  }

  void report_new(const std::string& object, bool created) {
    report(object, created ? "created" : "exists", file_);
  }

  void report(const std::string& object, const char* action, const std::string& detail) {
    actions_.push_back({object, action, detail});
    reported_.insert(object);
  }

  std::string file_;
  std::vector<store::Action> actions_;
  std::set<std::string> reported_;  // a file may bring what would be derived
};

}  // namespace

std::vector<store::Action> install_schema() {
  store::set_search_path();
  const pg::DdlHold hold;
  std::vector<store::Action> actions = Installation{}.run();
  add_event_trigger(actions);
  return actions;
}

}  // namespace lad::catalog
