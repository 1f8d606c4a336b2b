#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pg/values.hpp"
#include "usage/store.hpp"

/// SQL of settlement: whose events are due, which, and what became of them.
namespace lad::usage::store {

/// Every tenant that has an event to settle now or later, in ascending order.
std::vector<Uuid> tenants_to_settle();

/// Whether no other settlement has this tenant in hand. A hint that spares waiting; what two charge
/// is decided by the locks of the events.
bool try_take(const Uuid& tenant_id);

/// An event to settle, under its lock, and who pays.
struct DueEvent {
  Uuid id;
  std::optional<Payer> payer;
  Event event;
};

/// The oldest due events that nobody else has locked.
std::vector<DueEvent> claim_due(const Uuid& tenant_id, std::int64_t max_events);

/// Debits of events, in the order of the lists.
struct Debits {
  std::vector<Uuid> wallet_ids;
  std::vector<Decimal> amounts;
  std::vector<Uuid> event_ids;
};

/// A debit that did not post now: by an earlier posting, or refused.
struct Undone {
  Uuid event_id;
  std::optional<Uuid> transaction_id;
  std::string failure;
};
std::vector<Undone> debit_all(const Debits& debits);

/// Marks events as charged, each by its posting if it cost anything.
void mark_all_charged(const Uuid& tenant_id, const std::vector<Uuid>& event_ids,
                      const std::vector<std::optional<Uuid>>& transaction_ids);

/// Marks events as failed, each with the reason.
void mark_all_failed(const Uuid& tenant_id, const std::vector<Uuid>& event_ids,
                     const std::vector<std::string>& reasons);

}  // namespace lad::usage::store
