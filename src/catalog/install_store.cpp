#include "catalog/install_store.hpp"

#include <set>

#include "catalog/event_trigger_store.hpp"
#include "catalog/legacy_store.hpp"
#include "catalog/plain.hpp"
#include "catalog/schema_store.hpp"
#include "catalog/trial_store.hpp"
#include "pg/as_owner.hpp"
#include "pg/event_trigger.hpp"

namespace lad::catalog {
namespace {

using pg::DdlKind;
using pg::DdlStatement;

constexpr const char* kOwner = "lad_owner";
constexpr const char* kMonthlyTable = "voice_call_logs";

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

const char* kind_plural(DdlKind kind) {
  if (kind == DdlKind::index) return "indexes";
  return kind == DdlKind::trigger ? "triggers" : "policies";
}

std::vector<Column> wanted_columns(const DdlStatement& statement) {
  std::vector<Column> wanted;
  for (const pg::ColumnShape& column : pg::resolve_columns(statement)) {
    wanted.push_back({column.name, column.type, column.not_null, false, column.is_identity});
  }
  return wanted;
}

void require_same(const std::string& object, const char* parts, const std::string& difference) {
  if (difference.empty()) return;
  throw Error{ErrorCode::duplicate_object, object + " exists with other " + parts, difference,
              "Change the table by hand, or move it out of the schema, and install again."};
}

void require_table(const std::string& object, const DdlStatement& statement,
                   const std::string& kind) {
  const bool fits = kind == (statement.is_partitioned ? "p" : "r");
  if (fits) return;
  const std::string is = kind == "v"   ? "a view"
                         : kind == "p" ? "a partitioned table"
                         : kind == "r" ? "an ordinary table"
                                       : "no ordinary table";
  throw Error{ErrorCode::duplicate_object, object + " exists as something else",
              "It is " + is + ", wanted " +
                  (statement.is_partitioned ? "a partitioned table." : "an ordinary table."),
              "Move it out of the schema and install again."};
}

class Installation {
 public:
  explicit Installation(bool partitioned) : partitioned_(partitioned) {}

  std::vector<store::Action> run() {
    store::lock_installation();
    const std::vector<std::string> uncounted = store::uncounted_tables();
    for (const SchemaFile& file : schema_files()) {
      file_ = file.name;
      for (const DdlStatement& statement : pg::split_script(file.text)) apply(statement);
    }
    const pg::ActAsOwner owner{kOwner};
    trial_.close();
    store::mark_uncounted(uncounted);
    store::guard_history();
    protect();
    add_partitions();
    return std::move(actions_);
  }

 private:
  void apply(const DdlStatement& statement) {
    // lad_owner may not create schemas in this database; the caller does it for lad_owner.
    if (statement.kind == DdlKind::schema) return apply_schema(statement);
    const pg::ActAsOwner owner{kOwner};
    if (store::is_migrated(statement.schema, statement.table)) return apply_to_view(statement);
    switch (statement.kind) {
      case DdlKind::table:
        return apply_table(is_wanted_plain(statement)
                               ? pg::split_script(plain_table(statement.text)).front()
                               : statement);
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

  /// What lad.migrate_credits has put in the place of a table lacks nothing.
  void apply_to_view(const DdlStatement& statement) {
    if (statement.kind != DdlKind::table) return;
    report("table " + qualified(statement), "exists", "a view since lad.migrate_credits");
  }

  void apply_schema(const DdlStatement& statement) {
    const auto owner = store::schema_owner(statement.name);
    if (owner) require_owner("schema " + statement.name, *owner);
    if (!owner) store::run("CREATE SCHEMA " + statement.name + " AUTHORIZATION lad_owner");
    report_new("schema " + statement.name, !owner);
  }

  /// A table that was converted since it was installed as a plain one stays partitioned.
  bool is_wanted_plain(const DdlStatement& statement) const {
    if (partitioned_ || !statement.is_partitioned) return false;
    const auto existing = store::find_relation(statement.schema, statement.table);
    return !existing || existing->kind != "p";
  }

  void apply_table(const DdlStatement& statement) {
    const auto existing = store::find_relation(statement.schema, statement.table);
    const std::string object = "table " + qualified(statement);
    if (!existing) {
      store::run(statement.text);
      return report_new(object, true);
    }
    require_owner(object, existing->owner);
    require_table(object, statement, existing->kind);
    const auto columns = store::columns_of(statement.schema, statement.table);
    const auto wanted = wanted_columns(statement);
    require_same(object, "columns", column_difference(wanted, columns));
    require_same(object, "constraints",
                 definition_difference("Constraint", trial_.constraints(statement),
                                       store::constraints_of(statement.schema, statement.table)));
    std::string added;
    add_missing_defaults(statement, columns, added);
    add_missing_constraints(statement, added);
    report(object, added.empty() ? "exists" : "altered", added);
  }

  /// Defaults that call the extension went with it when it was dropped.
  void add_missing_defaults(const DdlStatement& statement, const std::vector<Column>& columns,
                            std::string& added) {
    for (const pg::ColumnShape& column : statement.columns) {
      if (column.default_clause.empty() || !lacks_default(column.name, columns)) continue;
      store::run("ALTER TABLE " + qualified(statement) + " ALTER COLUMN \"" + column.name +
                 "\" SET " + column.default_clause);
      note(added, "default of " + column.name);
    }
  }

  void add_missing_constraints(const DdlStatement& statement, std::string& added) {
    for (const pg::ConstraintClause& constraint : statement.constraints) {
      if (store::has_constraint(statement.schema, statement.table, constraint.name)) continue;
      store::run("ALTER TABLE " + qualified(statement) + " ADD " + constraint.text);
      note(added, constraint.name);
    }
  }

  void apply_relation(const DdlStatement& statement) {
    const auto existing = store::find_relation(statement.schema, statement.name);
    if (existing) require_owner("relation " + qualified(statement), existing->owner);
    if (!existing) store::run(statement.text);
    report_new("relation " + qualified(statement), !existing);
  }

  void apply_part(const DdlStatement& statement) {
    const bool exists = store::has_part(statement);
    if (exists) require_same_part(statement);
    if (!exists) store::run(statement.text);
    report_new(kind_name(statement.kind) + " " + statement.name + " on " + qualified(statement),
               !exists);
  }

  void require_same_part(const DdlStatement& statement) {
    const auto existing =
        store::part_of(statement.kind, statement.schema, statement.table, statement.name);
    require_same("table " + qualified(statement), kind_plural(statement.kind),
                 definition_difference("The " + kind_name(statement.kind),
                                       {{statement.name, trial_.part(statement)}},
                                       {{statement.name, existing.value()}}));
  }

  /// A table that somebody has given a DEFAULT partition is left to him.
  void add_partitions() {
    const auto table = store::find_relation("lad_data", kMonthlyTable);
    if (!table || table->kind != "p" || store::has_default_partition(kMonthlyTable)) return;
    for (const store::MadePartition& made : store::maintain_months(kMonthlyTable)) {
      report("table " + made.name, made.action.c_str(), made.detail);
    }
  }

  void protect() {
    for (const TableShape& shape : store::table_shapes()) {
      for (const Protection& protection : protections_of(shape)) {
        if (!protection.sql.empty()) store::run(protection.sql);
        if (reported_.contains(protection.object)) continue;
        require_same_policy(shape.name, protection);
        report(protection.object, protection.sql.empty() ? "exists" : "created",
               "derived from the columns");
      }
    }
  }

  static void require_same_policy(const std::string& table, const Protection& protection) {
    if (protection.policy.empty()) return;
    const auto existing =
        store::part_of(DdlKind::policy, "lad_data", table, protection.policy).value();
    require_same("table lad_data." + table, "policies",
                 definition_difference("Policy", {{protection.policy, protection.definition}},
                                       {{protection.policy, existing}}));
  }

  static void note(std::string& added, const std::string& what) {
    added += (added.empty() ? "added " : ", ") + what;
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

  bool partitioned_;
  std::string file_;
  store::Trial trial_;
  std::vector<store::Action> actions_;
  std::set<std::string> reported_;  // a file may bring what would be derived
};

}  // namespace

std::vector<store::Action> install_schema(bool partitioned) {
  store::set_search_path();
  const pg::DdlHold hold;
  std::vector<store::Action> actions = Installation{partitioned}.run();
  add_event_triggers(actions);
  return actions;
}

}  // namespace lad::catalog
