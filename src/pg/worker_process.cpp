#include "pg/worker_process.hpp"

#include "pg/boundary.hpp"
#include "pg/worker.hpp"

extern "C" {
#include <catalog/pg_authid.h>
#include <catalog/pg_database.h>
#include <commands/extension.h>
#include <pgstat.h>
#include <postmaster/bgworker.h>
#include <postmaster/interrupt.h>
#include <storage/lmgr.h>
#include <storage/lock.h>
#include <tcop/tcopprot.h>
#include <utils/backend_status.h>
#include <utils/guc.h>
}

namespace lad::pg {
namespace {

constexpr const char* kOwner = "lad_owner";

/// As autovacuum does: a timeout, an isolation level or a search path that somebody has set for the
/// database is meant for clients. A job's own SET LOCAL still counts.
void settle_settings() {
  constexpr const char* kSettings[][2] = {
      {"statement_timeout", "0"},
      {"lock_timeout", "0"},
      {"idle_in_transaction_session_timeout", "0"},
      {"default_transaction_isolation", "read committed"},
      {"search_path", "pg_catalog, pg_temp"},
      {"TimeZone", "UTC"},
      {"row_security", "on"},
      {"session_replication_role", "origin"},
  };
  for (const auto& setting : kSettings) {
    SetConfigOption(setting[0], setting[1], PGC_SUSET, PGC_S_OVERRIDE);
  }
}

}  // namespace

void become_role(std::uint32_t role) {
  guard([role] {
    StartTransactionCommand();
    const bool is_superuser = superuser_arg(role);
    CommitTransactionCommand();
    SetSessionAuthorization(role, is_superuser);
  });
}

void become(const std::string& role) {
  const Oid id = guard([&role] {
    StartTransactionCommand();
    const Oid found = get_role_oid(role.c_str(), false);
    CommitTransactionCommand();
    return found;
  });
  become_role(id);
}

bool enter_database(std::uint32_t database) {
  const Oid owner = guard([database] {
    pqsignal(SIGTERM, die);
    pqsignal(SIGHUP, SignalHandlerForConfigReload);
    BackgroundWorkerUnblockSignals();
    BackgroundWorkerInitializeConnectionByOid(database, InvalidOid, 0);
    settle_settings();
    StartTransactionCommand();
    const bool has_extension = OidIsValid(get_extension_oid("lad_ext", true));
    const Oid role = has_extension ? get_role_oid(kOwner, true) : InvalidOid;
    CommitTransactionCommand();
    pgstat_report_activity(STATE_IDLE, nullptr);
    return role;
  });
  if (!OidIsValid(owner)) return false;
  become_role(owner);
  return true;
}

bool database_is_wanted() {
  return guard([] {
    LOCKTAG tag;
    SET_LOCKTAG_OBJECT(tag, InvalidOid, DatabaseRelationId, MyDatabaseId, 0);
    if (LockAcquire(&tag, RowExclusiveLock, false, true) == LOCKACQUIRE_NOT_AVAIL) return true;
    LockRelease(&tag, RowExclusiveLock, false);
    return false;
  });
}

}  // namespace lad::pg
