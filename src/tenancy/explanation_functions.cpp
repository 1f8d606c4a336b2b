#include "pg/args.hpp"
#include "pg/context.hpp"
#include "pg/result.hpp"
#include "tenancy/access_store.hpp"
#include "tenancy/explanation.hpp"

namespace lad::tenancy {
namespace {

/// The report of lad.permissions, row by row.
class Report {
 public:
  Report(FunctionCallInfo fcinfo, const Uuid& tenant_id, const Uuid& user_id)
      : rows_(fcinfo),
        tenant_id_(tenant_id),
        user_id_(user_id),
        actor_{Actor::Kind::person, store::read_role(tenant_id, user_id)} {}

  Datum run() {
    add("write", "", explain_writing(actor_));
    const std::vector<Capability> granted = store::read_capabilities(tenant_id_, user_id_);
    for (const std::string& key : capabilities_to_explain(granted)) {
      add("capability", key, explain_capability(actor_, granted, key));
    }
    for (const std::string& key : store::read_feature_keys(tenant_id_)) {
      add("feature", key, explain_feature(store::read_feature(tenant_id_, user_id_, key)));
    }
    for (const store::NamedLine& number : store::read_numbers(tenant_id_)) {
      const store::Line line = store::read_number(tenant_id_, user_id_, number.id);
      add("number", number.name, explain_line(actor_, line.is_permitted));
    }
    for (const store::NamedLine& voice : store::read_voices(tenant_id_)) {
      const store::Line line = store::read_voice(tenant_id_, user_id_, voice.id);
      add("voice", voice.name, explain_line(actor_, line.is_permitted));
    }
    return rows_.done();
  }

 private:
  void add(const std::string& permission, const std::string& subject, const Verdict& verdict) {
    rows_.add(permission, subject, verdict.allowed, verdict.reason);
  }

  pg::RowSet rows_;
  Uuid tenant_id_;
  Uuid user_id_;
  Actor actor_;
};

}  // namespace

LAD_FUNCTION(lad_permissions) {
  const pg::TenantContext context = pg::require_tenant();
  const auto user_id = pg::Args{fcinfo}.get_optional<Uuid>(0).value_or(context.user_id);
  if (user_id.is_nil()) {
    throw Error{ErrorCode::null_argument, "user_id must not be null",
                "The context acts for no person."};
  }
  if (user_id != context.user_id && !has_role(store::current_actor(), Role::admin)) {
    throw Error{ErrorCode::privilege, "only owners, admins and services see what others may"};
  }
  return Report{fcinfo, context.tenant_id, user_id}.run();
}

}  // namespace lad::tenancy
