#include "catalog/protection.hpp"

#include "catalog/names.hpp"

namespace lad::catalog {
namespace {

class Derivation {
 public:
  explicit Derivation(const TableShape& table)
      : table_(table), target_("lad_data." + quoted(table.name)) {}

  std::vector<Protection> run() {
    row_security();
    if (has("tenant_id") && !table_.is_partition) tenant_default();
    if (has("tenant_id")) {
      policy("tenant", "public", "(tenant_id = lad.current_tenant_id())");
    }
    policy("service", "lad_service", "true");
    if (!table_.is_partition) triggers();
    return std::move(result_);
  }

 private:
  bool has(const char* column) const { return table_.columns.contains(column); }

  void row_security() {
    const std::string table = " on lad_data." + table_.name;
    add("row security" + table, table_.row_security,
        "ALTER TABLE " + target_ + " ENABLE ROW LEVEL SECURITY");
    add("forced row security" + table, table_.row_security_forced,
        "ALTER TABLE " + target_ + " FORCE ROW LEVEL SECURITY");
  }

  /// Also of a user's own table, whose default went when the extension was dropped.
  void tenant_default() {
    if (table_.defaults.contains("tenant_id")) return;
    add("default of tenant_id on lad_data." + table_.name, false,
        "ALTER TABLE " + target_ + " ALTER COLUMN tenant_id SET DEFAULT lad.current_tenant_id()");
  }

  void policy(const char* suffix, const std::string& role, const std::string& rows) {
    const std::string name = part_name(table_.name, suffix);
    add("policy " + name + " on lad_data." + table_.name, table_.policies.contains(name),
        "CREATE POLICY " + quoted(name) + " ON " + target_ + " TO " + role + " USING (" + rows +
            ") WITH CHECK (" + rows + ")");
    result_.back().policy = name;
    result_.back().definition = "FOR ALL TO " + role + " USING " + rows + " WITH CHECK " + rows;
  }

  void triggers() {
    if (has("tenant_id")) trigger("update_keep_tenant", "UPDATE", "keep_tenant()");
    if (has("tenant_id")) writer_trigger();
    if (has("updated_at")) trigger("update_touch", "UPDATE", "touch_updated_at()");
    if (has("tenant_id") && has("organization_id")) {
      trigger("write_organization", "INSERT OR UPDATE",
              "sync_columns('tenant_id', 'organization_id')");
    }
    if (has("is_deleted") && has("deleted_at")) {
      trigger("write_soft_delete", "INSERT OR UPDATE", "sync_soft_delete()");
    }
  }

  void trigger(const char* suffix, const char* events, const char* call) {
    const std::string name = part_name(table_.name, suffix);
    add("trigger " + name + " on lad_data." + table_.name, table_.triggers.contains(name),
        "CREATE TRIGGER " + quoted(name) + " BEFORE " + events + " ON " + target_ +
            " FOR EACH ROW EXECUTE FUNCTION lad." + call);
  }

  void writer_trigger() {
    const std::string name = part_name(table_.name, "write_access");
    add("trigger " + name + " on lad_data." + table_.name, table_.triggers.contains(name),
        "CREATE TRIGGER " + quoted(name) + " BEFORE INSERT OR UPDATE OR DELETE ON " + target_ +
            " FOR EACH STATEMENT EXECUTE FUNCTION lad.require_writer()");
  }

  void add(std::string object, bool exists, std::string sql) {
    result_.push_back({std::move(object), exists ? "" : std::move(sql), "", ""});
  }

  const TableShape& table_;
  std::string target_;
  std::vector<Protection> result_;
};

}  // namespace

std::vector<Protection> protections_of(const TableShape& table) {
  return Derivation{table}.run();
}

}  // namespace lad::catalog
