#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/uuid.hpp"

/// Idempotency keys: what callers may use, and what the extension keeps to itself.
namespace lad::ledger {

/// Throws invalid_argument (22023) for a key that is empty, over 200 characters or has control
/// characters.
void require_key(std::string_view idempotency_key);

/// Throws invalid_argument (22023) for a key that only the extension posts under: one burnt by a
/// caller would bar a usage event from its charge or a transfer from its second row for ever.
void require_unreserved_key(std::string_view idempotency_key);

/// The same for whoever takes money. He may have no rights over payments, so the keys of theirs
/// (`stripe_<session>`) are not his: one burnt would bar a paid top-up from the wallet.
void require_spending_key(std::string_view idempotency_key);

/// The key under which a usage event is charged.
std::string usage_key(const Uuid& usage_event_id);

/// The key under which a charged usage event is taken back.
std::string void_key(const Uuid& usage_event_id);

/// The key of the row on the other side, in a call that writes two.
std::string counterpart_key(std::string_view idempotency_key);

/// The keys of operations on a hold, where the caller gives none.
std::string capture_key(const Uuid& hold_id);
std::string release_key(const Uuid& hold_id);
std::string expiry_key(const Uuid& hold_id);

/// The key of a row that takes expired credits of a grant. A grant may expire in parts, so the
/// row's place in its wallet is in it.
std::string grant_expiry_key(const Uuid& grant_id, std::int64_t seq);

/// The key under which a member's older credits arrive in the wallet.
std::string opening_key(const Uuid& user_id);

}  // namespace lad::ledger
