#include <algorithm>
#include <array>
#include <vector>

#include "assistant/assistant.hpp"
#include "assistant/store.hpp"
#include "core/error.hpp"
#include "pg/args.hpp"
#include "pg/context.hpp"
#include "pg/json.hpp"
#include "pg/restore.hpp"
#include "pg/result.hpp"
#include "pg/savepoint.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"
#include "pg/transition.hpp"

namespace assistant = lad::assistant;
namespace store = lad::assistant::store;
using lad::Error;
using lad::ErrorCode;
using lad::Uuid;
using lad::pg::JsonbDatum;
using Messages = std::vector<store::Message>;

namespace {

/// The messages of a statement that used tokens, sorted by tenant and identifier.
Messages read_messages(const lad::pg::StatementCall& statement) {
  const int id = statement.require_column("id");
  const int tenant_id = statement.require_column("tenant_id");
  const int conversation_id = statement.require_column("conversation_id");
  const int tokens = statement.require_column("tokens_used");
  const int model = statement.require_column("model");
  const int data = statement.require_column("message_data");
  const int created_at = statement.require_column("created_at");
  Messages messages;
  statement.for_each([&](const lad::pg::RowView& row) {
    const std::int32_t used = row.get<std::int32_t>(tokens).value_or(0);
    if (used == 0) return;
    messages.push_back({row.get<Uuid>(id).value(), row.get<Uuid>(tenant_id).value(),
                        row.get<Uuid>(conversation_id).value(), used, row.get<std::string>(model),
                        lad::pg::copied(row.get<JsonbDatum>(data)),
                        row.get<lad::pg::Timestamp>(created_at).value()});
  });
  std::ranges::sort(messages, {}, [](const store::Message& message) {
    return std::pair{message.tenant_id, message.id};
  });
  return messages;
}

std::string items_of(const store::Message& message) {
  std::optional<lad::JsonNode> data;
  // Data too large to look at name no model.
  lad::pg::Savepoint::attempt([&] {
    if (message.data) data = lad::pg::read_json(*message.data);
  });
  return assistant::usage_items(message.tokens, message.model, data);
}

/// One event for a message, whatever its tokens are set to before it is charged. Nobody's money is
/// locked by what somebody says: settlement charges the event.
void record(const store::Message& message) {
  const std::string items = items_of(message);
  const auto known = store::lock_event(message.tenant_id, assistant::usage_key(message.id));
  if (known && (!known->is_open || store::is_same_json(known->items, items))) return;
  const auto user_id = store::speaker_of(message);
  store::Bill bill;
  const auto unpriced =
      lad::pg::Savepoint::attempt([&] { bill = store::rate(message, user_id, items); });
  if (unpriced) {
    store::write_event(message, user_id, known,
                       store::Unpriced{items, unpriced->sqlstate + ": " + unpriced->message});
  } else {
    store::write_event(message, user_id, known, bill);
  }
}

}  // namespace

LAD_FUNCTION(lad_record_message_usage) {
  const lad::pg::StatementCall statement{fcinfo};
  // Restored messages were recorded before; their usage is restored as well.
  if (lad::pg::is_restoring()) return lad::pg::void_datum();
  constexpr std::array kUsed{"tokens_used", "model"};
  if (!statement.writes_any(kUsed)) return lad::pg::void_datum();
  std::optional<lad::pg::ContextLoan> loan;
  for (const store::Message& message : read_messages(statement)) {
    // Whoever stands above row-level security has no context of this tenant.
    const lad::pg::TenantContext* const context = lad::pg::current_context();
    if (context == nullptr || context->tenant_id != message.tenant_id) {
      loan.reset();
      loan.emplace(message.tenant_id);
    }
    lad::pg::with_spi([&] { record(message); });
  }
  return lad::pg::void_datum();
}

LAD_FUNCTION(lad_build_search_params) {
  const auto icp_data = lad::pg::Args{fcinfo}.get<JsonbDatum>(0, "icp_data");
  const lad::JsonNode search = assistant::build_search_params(lad::pg::read_json(icp_data));
  return lad::pg::to_datum(lad::pg::Json{lad::to_text(search)});
}

LAD_FUNCTION(lad_get_conversation) {
  const Uuid tenant_id = lad::pg::require_tenant().tenant_id;
  const auto conversation_id = lad::pg::Args{fcinfo}.get<Uuid>(0, "conversation_id");
  const auto json =
      lad::pg::with_spi([&] { return store::read_conversation(tenant_id, conversation_id); });
  if (!json) throw Error{ErrorCode::not_found, "no such conversation"};
  return lad::pg::to_datum(lad::pg::Json{*json});
}
