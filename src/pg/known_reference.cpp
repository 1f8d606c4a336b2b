#include "pg/known_reference.hpp"

#include "pg/boundary.hpp"

extern "C" {
#include <access/table.h>
#include <catalog/namespace.h>
#include <utils/fmgroids.h>
#include <utils/lsyscache.h>
#include <utils/rel.h>
}

namespace lad::pg {
namespace {

Oid table_id(const char* name) {
  return get_relname_relid(name, get_namespace_oid("lad_data", false));
}

/// The check of new rows, in this session's own description of the table.
Trigger* find_check(Relation relation, Oid constraint, Oid referenced) {
  TriggerDesc* const triggers = relation->trigdesc;
  for (int i = 0; triggers != nullptr && i < triggers->numtriggers; ++i) {
    Trigger& trigger = triggers->triggers[i];
    if (trigger.tgfoid != F_RI_FKEY_CHECK_INS) continue;
    if (trigger.tgconstraint == constraint || trigger.tgconstrrelid == referenced) return &trigger;
  }
  return nullptr;
}

}  // namespace

KnownReference::KnownReference(const char* table, const char* referenced) {
  relation_ = guard([&] { return table_open(table_id(table), RowExclusiveLock); });
  const Oid to = guard([&] { return table_id(referenced); });
  Trigger* const check = find_check(relation_, InvalidOid, to);
  if (check == nullptr || check->tgenabled != TRIGGER_FIRES_ON_ORIGIN) return;
  constraint_ = check->tgconstraint;
  check->tgenabled = TRIGGER_DISABLED;
}

KnownReference::~KnownReference() {
  if (!OidIsValid(constraint_)) return;
  // The description may have been read anew meanwhile; then the check is on already.
  Trigger* const check = find_check(relation_, constraint_, InvalidOid);
  if (check != nullptr) check->tgenabled = TRIGGER_FIRES_ON_ORIGIN;
}

void KnownReference::close() {
  guard([this] { table_close(relation_, NoLock); });
}

}  // namespace lad::pg
