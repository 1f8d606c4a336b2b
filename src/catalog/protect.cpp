#include "catalog/protect.hpp"

#include "catalog/names.hpp"

namespace lad::catalog {
namespace {

constexpr const char* kTenantRows = "(tenant_id = lad.current_tenant_id())";

Blocker blocker_of(const Obstacle& obstacle) {
  switch (obstacle.kind) {
    case Obstacle::Kind::key:
      return {"Key " + obstacle.name +
                  " lacks tenant_id: it would tell that another tenant has a value.",
              obstacle.remedy};
    case Obstacle::Kind::foreign_key:
      return {
          "Foreign key " + obstacle.name + " lacks tenant_id: it would take another tenant's row.",
          obstacle.remedy};
    case Obstacle::Kind::policy:
      return {"Policy " + obstacle.name + " shows or takes further rows.", obstacle.remedy};
    case Obstacle::Kind::trigger:
      return {"Trigger " + obstacle.name + " bears the name of a trigger to be made.",
              obstacle.remedy};
    case Obstacle::Kind::partition:
      return {"Partition " + obstacle.name + " is a foreign table, which policies do not bind.",
              obstacle.remedy};
  }
  return {};
}

void tenant_blockers(const ProtectTable& table, std::vector<Blocker>& blockers) {
  if (!table.tenant) {
    if (!table.has_rows) return;
    blockers.push_back({"The table has rows and no column tenant_id to tell whose they are.",
                        "ALTER TABLE " + table.members.front().target +
                            " ADD COLUMN tenant_id uuid, and fill it"});
    return;
  }
  if (table.tenant->type != "uuid") {
    blockers.push_back({"Column tenant_id has type " + table.tenant->type + ", not uuid.", ""});
  }
  if (table.tenant->is_generated) blockers.push_back({"Column tenant_id is generated.", ""});
  if (table.tenant->has_nulls) {
    blockers.push_back({"Column tenant_id is NULL in some rows: whose they are must be said.", ""});
  }
}

class Steps {
 public:
  explicit Steps(const ProtectTable& table) : table_(table), root_(table.members.front()) {}

  std::vector<ProtectStep> run() {
    if (table_.needs_owner) owner();
    if (!table_.is_partition) {
      column();
      index();
    }
    for (const ProtectMember& member : table_.members) {
      row_security(member);
      policies(member);
      grants(member);
    }
    if (!table_.is_partition) triggers();
    return std::move(steps_);
  }

 private:
  void owner() {
    std::vector<std::string> sql;
    for (const ProtectMember& member : table_.members) {
      sql.push_back("ALTER TABLE " + member.target + " OWNER TO lad_owner");
    }
    steps_.push_back({"owner of " + root_.target, "altered",
                      "lad_owner owns the tables of lad_data", std::move(sql)});
  }

  void column() {
    const std::string alter = "ALTER TABLE " + root_.target + " ";
    ProtectStep step{"column tenant_id on " + root_.target, "exists", "whose the row is"};
    if (!table_.tenant) {
      // The default is set apart: with ADD COLUMN it would be asked for a tenant at once.
      step.action = "created";
      step.sql.push_back(alter + "ADD COLUMN tenant_id uuid");
    } else if (!table_.tenant->defaults_to_tenant || !table_.tenant->not_null) {
      step.action = "altered";
    }
    if (!table_.tenant || !table_.tenant->defaults_to_tenant) {
      step.sql.push_back(alter + "ALTER COLUMN tenant_id SET DEFAULT lad.current_tenant_id()");
    }
    if (!table_.tenant || !table_.tenant->not_null) {
      step.sql.push_back(alter + "ALTER COLUMN tenant_id SET NOT NULL");
    }
    steps_.push_back(std::move(step));
  }

  void index() {
    add("index led by tenant_id on " + root_.target, table_.tenant_index,
        "row-level security asks for the tenant first",
        "CREATE INDEX ON " + root_.target + " (tenant_id)");
  }

  void row_security(const ProtectMember& member) {
    add("row security on " + member.target, member.row_security, "rows are bound to their tenant",
        "ALTER TABLE " + member.target + " ENABLE ROW LEVEL SECURITY");
    add("forced row security on " + member.target, member.row_security_forced, "for the owner too",
        "ALTER TABLE " + member.target + " FORCE ROW LEVEL SECURITY");
  }

  void policies(const ProtectMember& member) {
    policy(member, "tenant", member.tenant_policy, "", kTenantRows);
    policy(member, "service", member.service_policy, " TO lad_service", "(true)");
  }

  void policy(const ProtectMember& member, const char* suffix, bool exists, const char* roles,
              const std::string& rows) {
    const std::string name = part_name(member.name, suffix);
    add("policy " + name + " on " + member.target, exists,
        roles[0] == '\0' ? "the tenant's own rows" : "jobs across tenants",
        "CREATE POLICY " + quoted(name) + " ON " + member.target + roles + " USING " + rows +
            " WITH CHECK " + rows);
  }

  void grants(const ProtectMember& member) {
    if (member.excess.empty()) return;
    ProtectStep step{"grants on " + member.target, "altered", ""};
    for (const Excess& excess : member.excess) {
      step.detail +=
          (step.detail.empty() ? "revoked " : "; ") + excess.privileges + " from " + excess.grantee;
      step.sql.push_back("REVOKE " + excess.privileges + " ON " + member.target + " FROM " +
                         excess.grantee + " CASCADE");
    }
    steps_.push_back(std::move(step));
  }

  void triggers() {
    trigger("update_keep_tenant", table_.keep_trigger, "a row stays with its tenant",
            {"UPDATE", "ROW", "keep_tenant"});
    trigger("write_access", table_.writer_trigger, "viewers read only",
            {"INSERT OR UPDATE OR DELETE", "STATEMENT", "require_writer"});
    if (!table_.has_updated_at) return;
    trigger("update_touch", table_.touch_trigger, "updated_at follows the clock",
            {"UPDATE", "ROW", "touch_updated_at"});
  }

  struct Firing {
    std::string events;
    std::string each;
    std::string function;
  };

  void trigger(const char* suffix, bool exists, const char* detail, const Firing& firing) {
    const std::string name = part_name(root_.name, suffix);
    add("trigger " + name + " on " + root_.target, exists, detail,
        "CREATE TRIGGER " + quoted(name) + " BEFORE " + firing.events + " ON " + root_.target +
            " FOR EACH " + firing.each + " EXECUTE FUNCTION lad." + firing.function + "()");
  }

  void add(std::string object, bool exists, const char* detail, std::string sql) {
    ProtectStep step{std::move(object), exists ? "exists" : "created", detail};
    if (!exists) step.sql.push_back(std::move(sql));
    steps_.push_back(std::move(step));
  }

  const ProtectTable& table_;
  const ProtectMember& root_;
  std::vector<ProtectStep> steps_;
};

}  // namespace

std::vector<Blocker> blockers_of(const ProtectTable& table) {
  std::vector<Blocker> blockers;
  if (!table.is_partition) tenant_blockers(table, blockers);
  for (const Obstacle& obstacle : table.obstacles) blockers.push_back(blocker_of(obstacle));
  return blockers;
}

std::vector<ProtectStep> steps_of(const ProtectTable& table) {
  return Steps{table}.run();
}

std::string joined_within(const std::vector<std::string>& parts, const std::string& separator,
                          std::size_t limit) {
  constexpr std::size_t kNote = 16;  // room for " (and 1234 more)"
  std::string joined;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::string next = (joined.empty() ? "" : separator) + parts[i];
    if (joined.size() + next.size() + kNote > limit) {
      return joined + " (and " + std::to_string(parts.size() - i) + " more)";
    }
    joined += next;
  }
  return joined;
}

}  // namespace lad::catalog
