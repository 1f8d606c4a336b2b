#pragma once

#include <set>
#include <string>
#include <vector>

/// What every LAD table carries besides its columns, derived from the columns: row-level security,
/// the standard policies and the standard triggers.
namespace lad::catalog {

/// A table (or partition) of lad_data as it is now.
struct TableShape {
  std::string name;
  std::set<std::string> columns = {};
  std::set<std::string> defaults = {};  ///< names of the columns that have one
  std::set<std::string> policies = {};
  std::set<std::string> triggers = {};
  bool row_security = false;
  bool row_security_forced = false;
  bool is_partition = false;
};

/// One thing a table must have.
struct Protection {
  std::string object;       ///< what it is, for the report: `policy leads_tenant on lad_data.leads`
  std::string sql;          ///< makes it; empty when the table has it already
  std::string policy = {};  ///< name of the policy, if it is one
  std::string definition = {};  ///< of the policy, as store::part_of prints it
};

/// Everything the table must have, in the order to run. Partitions inherit triggers from their
/// parent but neither row-level security nor policies.
std::vector<Protection> protections_of(const TableShape& table);

}  // namespace lad::catalog
