#include "pg/table_lock.hpp"

#include "pg/boundary.hpp"

extern "C" {
#include <access/xact.h>
#include <catalog/namespace.h>
#include <storage/lmgr.h>
#include <utils/lsyscache.h>
}

namespace lad::pg {
namespace {

Oid table_id(const char* name) {
  return get_relname_relid(name, get_namespace_oid("lad_data", false));
}

}  // namespace

void lock_partitions(const char* table) {
  guard([table] { LockRelationOid(table_id(table), ShareUpdateExclusiveLock); });
}

bool try_lock_partitions(const char* table) {
  return guard(
      [table] { return ConditionalLockRelationOid(table_id(table), ShareUpdateExclusiveLock); });
}

bool keeps_first_snapshot() {
  return IsolationUsesXactSnapshot();
}

}  // namespace lad::pg
