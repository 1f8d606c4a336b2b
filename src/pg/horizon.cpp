#include "pg/horizon.hpp"

#include "pg/boundary.hpp"
#include "pg/postgres.hpp"

extern "C" {
#include <access/table.h>
#include <catalog/namespace.h>
#include <storage/procarray.h>
#include <utils/lsyscache.h>
#include <utils/rel.h>
}

namespace lad::pg {

std::uint32_t oldest_unseen_transaction() {
  return guard([] {
    const Oid ledger =
        get_relname_relid("billing_ledger_transactions", get_namespace_oid("lad_data", false));
    const Relation relation = table_open(ledger, AccessShareLock);
    const TransactionId oldest = GetOldestNonRemovableTransactionId(relation);
    table_close(relation, NoLock);
    return oldest;
  });
}

}  // namespace lad::pg
