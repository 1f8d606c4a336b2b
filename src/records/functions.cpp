#include "pg/args.hpp"
#include "pg/context.hpp"
#include "pg/json.hpp"
#include "pg/result.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"
#include "records/store.hpp"

namespace records = lad::records;
namespace store = lad::records::store;
using lad::Error;
using lad::ErrorCode;
using lad::JsonNode;
using lad::Uuid;
using lad::pg::Args;
using lad::pg::JsonbDatum;
using lad::pg::TableId;

namespace {

/// Argument 1, which overloads take as text, uuid or bigint, as text.
template <class T>
std::string read_id(const Args& args) {
  const T id = args.get<T>(1, "id");
  if constexpr (std::is_same_v<T, std::string>) {
    return id;
  } else if constexpr (std::is_same_v<T, Uuid>) {
    return id.to_string();
  } else {
    return std::to_string(id);
  }
}

template <class Id>
Datum mark(FunctionCallInfo fcinfo, bool deleted) {
  const Args args{fcinfo};
  const auto relation = args.get<TableId>(0, "table_name");
  const std::string id = read_id<Id>(args);
  const Uuid tenant_id = lad::pg::require_tenant().tenant_id;
  const bool changed = lad::pg::with_spi([&] {
    const records::Table table = store::describe(relation);
    records::require_soft_delete(table);
    return store::mark(table, tenant_id, id, deleted);
  });
  return lad::pg::to_datum(changed);
}

JsonNode read_patch(JsonbDatum patch) {
  JsonNode node = lad::pg::read_json(patch);
  if (node.kind == JsonNode::Kind::object) return node;
  throw Error{ErrorCode::invalid_argument, "patch must be a json object"};
}

template <class Id>
Datum merge(FunctionCallInfo fcinfo) {
  const Args args{fcinfo};
  const auto relation = args.get<TableId>(0, "table_name");
  const std::string id = read_id<Id>(args);
  const auto column = args.get<std::string>(2, "column_name");
  const auto patch = args.get<JsonbDatum>(3, "patch");
  read_patch(patch);
  const Uuid tenant_id = lad::pg::require_tenant().tenant_id;
  const std::string merged = lad::pg::with_spi([&] {
    const records::Table table = store::describe(relation);
    records::require_rows(table);
    const auto quoted = store::json_column(relation, column);
    if (!quoted) throw Error{ErrorCode::invalid_argument, "column_name names no jsonb column"};
    return store::merge(table, *quoted, tenant_id, id, patch);
  });
  return lad::pg::to_datum(lad::pg::Json{merged});
}

/// One tenant's rows if the context has a tenant, else everybody's.
store::Purge read_purge(const Args& args) {
  constexpr const char* kName = "older_than";
  const std::int64_t age =
      records::purge_age(args.get<lad::pg::Interval>(0, kName).exact_us(kName));
  const lad::pg::TenantContext* const context = lad::pg::current_context();
  if (context == nullptr && !lad::pg::is_superuser()) {
    throw Error{ErrorCode::no_tenant_context, "no tenant context"};
  }
  store::Purge purge;
  purge.before = {lad::pg::transaction_now().us - age};
  if (context != nullptr && !context->tenant_id.is_nil()) purge.tenant_id = context->tenant_id;
  return purge;
}

/// One pass over the rows of a table that are due.
records::Purged purge_once(const records::Table& table, const store::Purge& purge) {
  constexpr std::int32_t kPage = 500;
  records::Purged total;
  std::optional<records::Key> after;
  for (;;) {
    const auto page =
        lad::pg::with_spi([&] { return store::due_rows(table, purge, after, kPage); });
    const auto purged = records::purge_what_goes(page, [&](std::span<const records::Key> keys) {
      return lad::pg::with_spi([&] { return store::delete_together(table, purge, keys); });
    });
    total.deleted += purged.deleted;
    total.kept += purged.kept;
    if (page.size() < kPage) return total;
    after = page.back();
  }
}

}  // namespace

LAD_FUNCTION(lad_soft_delete) {
  return mark<std::string>(fcinfo, true);
}
LAD_FUNCTION(lad_soft_delete_uuid) {
  return mark<Uuid>(fcinfo, true);
}
LAD_FUNCTION(lad_soft_delete_bigint) {
  return mark<std::int64_t>(fcinfo, true);
}

LAD_FUNCTION(lad_restore) {
  return mark<std::string>(fcinfo, false);
}
LAD_FUNCTION(lad_restore_uuid) {
  return mark<Uuid>(fcinfo, false);
}
LAD_FUNCTION(lad_restore_bigint) {
  return mark<std::int64_t>(fcinfo, false);
}

LAD_FUNCTION(lad_merge_jsonb) {
  return merge<std::string>(fcinfo);
}
LAD_FUNCTION(lad_merge_jsonb_uuid) {
  return merge<Uuid>(fcinfo);
}
LAD_FUNCTION(lad_merge_jsonb_bigint) {
  return merge<std::int64_t>(fcinfo);
}

LAD_FUNCTION(lad_merge_patch) {
  const Args args{fcinfo};
  const auto target = args.get_optional<JsonbDatum>(0);
  const JsonNode patch = read_patch(args.get<JsonbDatum>(1, "patch"));
  JsonNode before = target ? lad::pg::read_json(*target) : JsonNode{};
  return lad::pg::to_datum(lad::pg::Json{to_text(merge_patch(std::move(before), patch))});
}

/// lad.purge_deleted: passes over the tables until one of them lets nothing more go.
LAD_FUNCTION(lad_purge_deleted) {
  const store::Purge purge = read_purge(Args{fcinfo});
  const auto tables = lad::pg::with_spi([] { return store::purgeable_tables(); });
  std::vector<records::Purged> totals(tables.size());
  for (bool first = true, progress = true; progress; first = false) {
    progress = false;
    for (std::size_t i = 0; i < tables.size(); ++i) {
      if (!first && totals[i].kept == 0) continue;
      const records::Purged pass = purge_once(tables[i], purge);
      totals[i] = {totals[i].deleted + pass.deleted, pass.kept};
      if (pass.deleted > 0) progress = true;
    }
  }
  lad::pg::RowSet rows{fcinfo};
  for (std::size_t i = 0; i < tables.size(); ++i) {
    rows.add(tables[i].name, static_cast<std::int64_t>(totals[i].deleted),
             static_cast<std::int64_t>(totals[i].kept));
  }
  return rows.done();
}
