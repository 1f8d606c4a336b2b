#include "partitions/registry_store.hpp"

#include "core/error.hpp"
#include "pg/as_owner.hpp"
#include "pg/spi.hpp"

namespace lad::partitions::store {
namespace {

using Text = std::string;
using OptionalText = std::optional<std::string>;

constexpr const char* kOwner = "lad_owner";

constinit pg::Plan<> kInstalled{
    "SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname = 'lad_data' AND c.relname = 'managed_partitions'"};

#define LAD_MANAGED                                                         \
  "SELECT schema_name, table_name, column_name, step, premake, retention, " \
  "       retention_action, last_run_at, last_error FROM lad_data.managed_partitions "

constinit pg::Plan<> kAll{LAD_MANAGED "ORDER BY schema_name, table_name"};
constinit pg::Plan<Text, Text> kOne{LAD_MANAGED "WHERE schema_name = $1 AND table_name = $2"};

constinit pg::Plan<Text, Text, Text, Text, std::int32_t, OptionalText, Text> kSave{
    "INSERT INTO lad_data.managed_partitions AS m (schema_name, table_name, column_name, step, "
    "    premake, retention, retention_action) "
    "VALUES ($1, $2, $3, $4::interval, $5, $6::interval, $7) "
    "ON CONFLICT (schema_name, table_name) DO UPDATE SET column_name = EXCLUDED.column_name, "
    "    step = EXCLUDED.step, premake = EXCLUDED.premake, retention = EXCLUDED.retention, "
    "    retention_action = EXCLUDED.retention_action"};

constinit pg::Plan<Text, Text> kDelete{
    "DELETE FROM lad_data.managed_partitions WHERE schema_name = $1 AND table_name = $2"};

constinit pg::Plan<Text, Text, OptionalText> kNoteRun{
    "UPDATE lad_data.managed_partitions SET last_run_at = clock_timestamp(), last_error = $3 "
    "WHERE schema_name = $1 AND table_name = $2"};

Managed read(const pg::Rows& rows, std::uint64_t row) {
  return {rows.get<Text>(row, 0),         rows.get<Text>(row, 1),
          rows.get<Text>(row, 2),         rows.get<pg::Interval>(row, 3),
          rows.get<std::int32_t>(row, 4), rows.get_optional<pg::Interval>(row, 5),
          rows.get<Text>(row, 6),         rows.get_optional<pg::Timestamp>(row, 7),
          rows.get_optional<Text>(row, 8)};
}

}  // namespace

void require_installed() {
  if (!kInstalled.run().empty()) return;
  throw Error{ErrorCode::not_in_state, "the tables of partitions are not installed", "",
              "Run SELECT lad.install_schema()."};
}

std::vector<Managed> managed_tables() {
  const pg::ActAsOwner owner{kOwner};
  const pg::Rows rows = kAll.run();
  std::vector<Managed> tables;
  for (std::uint64_t row = 0; row < rows.size(); ++row) tables.push_back(read(rows, row));
  return tables;
}

std::optional<Managed> find_managed(const std::string& schema, const std::string& table) {
  const pg::ActAsOwner owner{kOwner};
  const pg::Rows rows = kOne.run(schema, table);
  if (rows.empty()) return std::nullopt;
  return read(rows, 0);
}

void save_managed(const Registration& registration) {
  const pg::ActAsOwner owner{kOwner};
  kSave.run(registration.schema, registration.table, registration.column, registration.step,
            registration.premake, registration.retention, registration.retention_action);
}

bool delete_managed(const std::string& schema, const std::string& table) {
  const pg::ActAsOwner owner{kOwner};
  return kDelete.run(schema, table).processed() > 0;
}

void note_run(const Managed& managed, const std::optional<std::string>& error) {
  const pg::ActAsOwner owner{kOwner};
  kNoteRun.run(managed.schema, managed.table, error);
}

Plan plan_of(const Managed& managed, ColumnKind kind, std::int64_t now_us) {
  Plan plan{managed.table,
            read_step(managed.step.months, managed.step.days, managed.step.us, kind),
            managed.premake,
            now_us,
            {}};
  if (const auto& retention = managed.retention) {
    plan.limit_us =
        retention_limit(now_us, {retention->months, retention->days * kDayUs + retention->us});
  }
  return plan;
}

}  // namespace lad::partitions::store
