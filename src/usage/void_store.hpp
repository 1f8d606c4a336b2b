#pragma once

#include <optional>
#include <string>

#include "core/uuid.hpp"

/// SQL of voiding.
namespace lad::usage::store {

/// An event that may be voided, under its lock.
struct VoidableEvent {
  std::string status;
  std::optional<Uuid> transaction_id;
  std::optional<std::string> invoice_status;
};

/// Locks the invoice, against its being finalised meanwhile, then the event. Throws not_found
/// (P0002).
VoidableEvent lock_to_void(const Uuid& tenant_id, const Uuid& event_id);

/// Takes back what is left of the debit.
void take_back(const Uuid& event_id, const Uuid& transaction_id, const std::string& reason);

/// Marks the event, off any invoice, and tells of it.
void mark_voided(const Uuid& tenant_id, const Uuid& event_id, const std::string& reason);

}  // namespace lad::usage::store
