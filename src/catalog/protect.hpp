#pragma once

#include <optional>
#include <string>
#include <vector>

/// Making any table a tenant table: what forbids it, and what is left to do.
namespace lad::catalog {

/// The column tenant_id as it is.
struct TenantColumn {
  std::string type;
  bool not_null = false;
  bool defaults_to_tenant = false;  ///< to lad.current_tenant_id()
  bool is_generated = false;
  bool has_nulls = false;  ///< some row has none
};

/// Something of the table that would let tenants meet, with the statement that mends it.
struct Obstacle {
  enum class Kind { key, foreign_key, policy, trigger, partition };
  Kind kind;
  std::string name;
  std::string remedy;
};

/// Rights to take away: `TRUNCATE, TRIGGER` of lad_app, or ALL of PUBLIC.
struct Excess {
  std::string privileges;
  std::string grantee;  ///< as REVOKE takes it
};

/// The table itself or one of its partitions, at any depth.
struct ProtectMember {
  std::string target;  ///< schema and name, quoted where they must be
  std::string name;    ///< unquoted, without the schema
  bool row_security = false;
  bool row_security_forced = false;
  bool tenant_policy = false;
  bool service_policy = false;
  std::vector<Excess> excess = {};
};

struct ProtectTable {
  bool is_partition = false;  ///< of a table that is protected already
  bool has_rows = false;
  bool needs_owner = false;  ///< lies in lad_data and does not belong to lad_owner
  std::optional<TenantColumn> tenant = {};
  bool tenant_index = false;    ///< an index of every row starts with tenant_id
  bool has_updated_at = false;  ///< as timestamptz
  bool keep_trigger = false;
  bool touch_trigger = false;
  bool writer_trigger = false;
  std::vector<Obstacle> obstacles = {};
  std::vector<ProtectMember> members = {};  ///< the table itself first
};

/// Why a table cannot be protected as it is, and the statement that would change that.
struct Blocker {
  std::string reason;  ///< a sentence
  std::string remedy;  ///< SQL without a semicolon; empty when only the owner can know
};
std::vector<Blocker> blockers_of(const ProtectTable& table);

/// One line of the report, and the statements that make it true; none when it is so already.
struct ProtectStep {
  std::string object;
  std::string action;  ///< created, altered or exists
  std::string detail;
  std::vector<std::string> sql = {};
};
std::vector<ProtectStep> steps_of(const ProtectTable& table);

/// Reasons or remedies one after the other, as many as fit an error message; how many are left out
/// is said at the end.
std::string joined_within(const std::vector<std::string>& parts, const std::string& separator,
                          std::size_t limit);

}  // namespace lad::catalog
