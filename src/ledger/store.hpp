#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/uuid.hpp"
#include "ledger/batch.hpp"
#include "ledger/entry.hpp"
#include "ledger/reversal.hpp"

/// SQL that finds and writes rows of the ledger.
namespace lad::ledger::store {

std::optional<Known> find(const Uuid& tenant_id, const std::string& idempotency_key);

/// Those of the keys that have posted.
std::map<std::string, Known> find_all(const Uuid& tenant_id, const std::vector<std::string>& keys);

/// A row by its identifier, and how much of it was reversed, locked so that it is not archived; an
/// archived one is taken back into the ledger. Throws not_found (P0002).
Original read_original(const Uuid& tenant_id, const Uuid& transaction_id);

/// The same by its key.
Original read_original_by_key(const Uuid& tenant_id, const std::string& idempotency_key);

/// Writes the row. False, with nothing written, when its key has posted meanwhile.
bool insert(const Entry& entry);

/// Writes the rows by one statement, which fails with a unique violation (23505) when a key has
/// posted meanwhile.
void insert_all(const std::vector<Entry>& entries);

/// Whether the row being inserted comes from this store: the ledger's guard lets nothing else in.
bool is_saving();

}  // namespace lad::ledger::store
