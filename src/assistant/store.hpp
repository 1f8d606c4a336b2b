#pragma once

#include <optional>
#include <string>

#include "pg/values.hpp"

/// SQL of conversations and of what their messages use.
namespace lad::assistant::store {

/// A message that used tokens.
struct Message {
  Uuid id;
  Uuid tenant_id;
  Uuid conversation_id;
  std::int32_t tokens = 0;
  std::optional<std::string> model;
  std::optional<pg::JsonbDatum> data;
  pg::Timestamp created_at{};
};

/// The usage event of a message, locked.
struct Event {
  Uuid id;
  bool is_open = false;  ///< neither charged nor voided
  std::string items;     ///< without prices, as jsonb writes them
};
std::optional<Event> lock_event(const Uuid& tenant_id, const std::string& key);

/// Whether two texts are the same jsonb.
bool is_same_json(const std::string& a, const std::string& b);

/// Who talks in the conversation, and so pays: his own wallet, else the tenant's.
std::optional<Uuid> speaker_of(const Message& message);

/// What tokens cost, in the currency of the wallet that pays.
struct Bill {
  std::string items;  ///< priced
  Decimal cost;
  std::string currency;
};
Bill rate(const Message& message, const std::optional<Uuid>& user_id, const std::string& items);

/// Why tokens have no price: the event fails with it, and is priced when it is settled.
struct Unpriced {
  std::string items;
  std::string reason;
};

/// Writes the event, or writes an open one anew.
void write_event(const Message& message, const std::optional<Uuid>& user_id,
                 const std::optional<Event>& open, const Bill& bill);
void write_event(const Message& message, const std::optional<Uuid>& user_id,
                 const std::optional<Event>& open, const Unpriced& unpriced);

/// A live conversation with its live messages, as jsonb text; nothing when the tenant has none
/// such.
std::optional<std::string> read_conversation(const Uuid& tenant_id, const Uuid& conversation_id);

}  // namespace lad::assistant::store
