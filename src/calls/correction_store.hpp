#pragma once

#include <optional>
#include <string>

#include "calls/store.hpp"

/// SQL of corrected calls.
namespace lad::calls::store {

/// One entry of a call's `metadata.credit_recalculation`.
struct Recalculation {
  std::int32_t old_seconds = 0;
  std::int32_t new_seconds = 0;
  std::string reason;
  Decimal charged;  ///< before
  Decimal cost;     ///< after
  std::optional<Uuid> transaction_id;
};

/// The last entry that lad.correct_call has made, as far as a repeated request must equal it.
struct LastCorrection {
  std::int32_t new_seconds = 0;
  std::string reason;
  std::optional<Uuid> transaction_id;
};
std::optional<LastCorrection> last_correction(const Uuid& tenant_id, const Event& first);

/// What people have reversed by hand is from now on what was given back.
void adopt_reversals(const Uuid& tenant_id, const std::vector<Event>& events);

/// Appends the entry to the call's metadata and returns it as JSON.
std::string note_on_call(const Call& call, const Recalculation& entry);

/// Keeps the entry with the call's first event, where the application cannot change it: from now on
/// the call costs what it says.
void note_on_event(const Uuid& tenant_id, const Uuid& event_id, const std::string& entry);

/// A cost_breakdown of these components.
pg::JsonbDatum breakdown_of(const std::string& items);

/// Writes the right duration and components.
void write_correction(const Call& call, const std::optional<std::string>& items);

/// A row of the ledger as its posting, replayed.
std::optional<Posting> find_posting(const Uuid& tenant_id, const Uuid& transaction_id);

}  // namespace lad::calls::store
