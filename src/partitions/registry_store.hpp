#pragma once

#include <optional>
#include <string>
#include <vector>

#include "partitions/schedule.hpp"
#include "pg/values.hpp"

/// lad_data.managed_partitions. Read and written as lad_owner, whom its forced row-level security
/// does not bind then.
namespace lad::partitions::store {

struct Managed {
  std::string schema;
  std::string table;
  std::string column;
  pg::Interval step;
  int premake = 0;
  std::optional<pg::Interval> retention = {};
  std::string retention_action = "archive";
  std::optional<pg::Timestamp> last_run_at = {};
  std::optional<std::string> last_error = {};
};

/// Throws not_in_state (55000) when the LAD tables are missing.
void require_installed();

/// All managed tables in the order of their names.
std::vector<Managed> managed_tables();
std::optional<Managed> find_managed(const std::string& schema, const std::string& table);

/// What an INTERVAL argument says goes through unread.
struct Registration {
  std::string schema;
  std::string table;
  std::string column;
  std::string step;
  int premake;
  std::optional<std::string> retention;
  std::string retention_action;
};
void save_managed(const Registration& registration);
bool delete_managed(const std::string& schema, const std::string& table);
void note_run(const Managed& managed, const std::optional<std::string>& error);

/// When maintenance moves the clock to `now_us`.
Plan plan_of(const Managed& managed, ColumnKind kind, std::int64_t now_us);

}  // namespace lad::partitions::store
