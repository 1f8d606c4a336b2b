#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/posting.hpp"
#include "pg/values.hpp"
#include "usage/usage.hpp"

/// SQL of usage events.
namespace lad::usage::store {

struct Payer {
  Uuid wallet_id;
  std::string currency;
};

/// The user's own wallet if there is one, else the tenant's.
std::optional<Payer> find_payer(const Uuid& tenant_id, const std::optional<Uuid>& user_id);

/// What a caller of lad.record_usage says.
struct Request {
  std::string feature_key;
  pg::JsonbDatum usage_items;
  std::string idempotency_key;
  std::optional<Uuid> user_id;
  std::optional<std::string> external_reference_id;
  pg::Timestamp occurred_at;
  pg::JsonbDatum metadata;
};

struct Known {
  Uuid id;
  bool same_request = false;
};

/// The event of the key; `quantities` (see quantities_json) makes the requests comparable.
std::optional<Known> find(const Uuid& tenant_id, const Request& request,
                          const std::string& quantities);

/// What a new event holds besides its request.
struct NewEvent {
  Uuid id;
  std::string items;
  Decimal quantity;  ///< what counts against the quota
  Decimal cost;
  std::string currency;
  bool charged = false;  ///< written as charged: by the debit that follows, which bears its id
};

/// Writes an event. False, with nothing written, when the key exists.
bool insert(const Uuid& tenant_id, const Request& request, const NewEvent& event);

struct Event {
  std::string status;
  Decimal cost;
  std::string currency;
  std::optional<Uuid> user_id;
  std::optional<Uuid> transaction_id;
  std::int64_t occurred_at_us = 0;
  bool unpriced = false;  ///< it failed before it had a price
};

/// Locks an event of the tenant; throws not_found (P0002).
Event lock(const Uuid& tenant_id, const Uuid& event_id);

/// Gives an unpriced event its prices.
Rated reprice(const Uuid& tenant_id, const Uuid& event_id, const Event& event,
              const std::string& currency);

void mark_charged(const Uuid& tenant_id, const Uuid& event_id,
                  const std::optional<Uuid>& transaction_id);

/// The debit of an event, which bears its identifier.
Posting debit(const Payer& payer, const Uuid& event_id, const Decimal& amount);

/// Asks the ledger again for the debit of an event.
Posting repeat_debit(const Uuid& event_id);

}  // namespace lad::usage::store
