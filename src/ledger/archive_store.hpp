#pragma once

#include <cstdint>

#include "core/uuid.hpp"

/// SQL of the ledger's archive.
namespace lad::ledger::store {

/// Moves rows of the tenant that lie before the last paid invoice into the archive, at most so
/// many; how many. Left where they are: topups, rows that a reversal, a credit grant or an invoice
/// refers to, and usage that is on no paid invoice.
///
/// A row that some running transaction cannot see yet is left as well: such a transaction may have
/// looked its key up in vain, and finds the unique index as its last defence.
std::int64_t archive(const Uuid& tenant_id, std::int32_t max_rows);

/// Takes a row back into the ledger, with what referred to it, before it is reversed. Nothing
/// happens when the archive does not have it.
void recall(const Uuid& tenant_id, const Uuid& transaction_id);

/// Whether rows are being moved: the ledger's guard lets nothing else out.
bool is_archiving();

}  // namespace lad::ledger::store
