#include "pg/early_release.hpp"

#include "pg/boundary.hpp"
#include "pg/statistics.hpp"

extern "C" {
#include <access/xlog.h>
#include <pgstat.h>
#include <replication/syncrep.h>
#include <storage/lock.h>
#include <utils/guc.h>
}

namespace lad::pg {
namespace {

enum Setting : int { kOff, kAuto, kOn };

constexpr config_enum_entry kSettings[] = {
    {"off", kOff, false}, {"auto", kAuto, false}, {"on", kOn, false}, {nullptr, 0, false}};

enum class Wish { none, if_waited_for, always };

constexpr int kNotArmed = -1;

constinit int setting = kAuto;
constinit Wish wish = Wish::none;
/// What synchronous_commit was before it was switched off for the commit that runs.
constinit int saved_level = kNotArmed;

/// Whether another session waits for the running transaction to end, as it does for a locked row.
bool is_waited_for(TransactionId xid) {
  LOCKTAG tag;
  SET_LOCKTAG_TRANSACTION(tag, xid);
  return LockHasWaiters(&tag, ExclusiveLock, false);
}

/// The commit then neither flushes nor waits for a standby. Only the integer is changed: the level
/// at which a standby is waited for lies elsewhere and stays, and no setting is reported or undone.
///
/// Under remote_apply nothing is armed: a commit record written without that level does not ask the
/// standby to report when it is applied, and the wait could last until the standby's next status.
void arm() {
  const Wish wished = std::exchange(wish, Wish::none);
  const TransactionId xid = GetTopTransactionIdIfAny();
  if (wished == Wish::none || !TransactionIdIsValid(xid)) return;
  if (synchronous_commit == SYNCHRONOUS_COMMIT_OFF ||
      synchronous_commit >= SYNCHRONOUS_COMMIT_REMOTE_APPLY) {
    return;
  }
  if (wished == Wish::if_waited_for && !is_waited_for(xid)) return;
  saved_level = synchronous_commit;
  synchronous_commit = SYNCHRONOUS_COMMIT_OFF;
}

void disarm() {
  wish = Wish::none;
  if (saved_level == kNotArmed) return;
  synchronous_commit = saved_level;
  saved_level = kNotArmed;
}

void on_transaction(XactEvent event, void*) {
  if (event == XACT_EVENT_PRE_COMMIT) arm();
  if (event == XACT_EVENT_PRE_PREPARE || event == XACT_EVENT_ABORT) disarm();
}

/// The phase after locks is the first moment at which nobody waits for this transaction any more;
/// the client is told later. Nothing here may raise: the transaction has committed.
void on_release(ResourceReleasePhase phase, bool is_commit, bool is_top_level, void*) {
  if (saved_level == kNotArmed || phase != RESOURCE_RELEASE_AFTER_LOCKS || !is_top_level) return;
  disarm();
  if (!is_commit) return;
  const XLogRecPtr end = XactLastCommitEnd;
  const PgStat_Counter writes_before = PendingWalStats.wal_write;
  XLogFlush(end);
  count(Counter::early_releases);
  if (PendingWalStats.wal_write == writes_before) count(Counter::shared_flushes);
  SyncRepWaitForLSN(end, true);
}

}  // namespace

void define_early_release() {
  DefineCustomEnumVariable("lad.early_lock_release",
                           "Whether a posting releases its wallet before its commit is flushed.",
                           "auto: where sessions wait for each other. The client is told after the "
                           "flush whatever is set.",
                           &setting, kAuto, kSettings, PGC_SUSET, 0, nullptr, nullptr, nullptr);
  RegisterXactCallback(on_transaction, nullptr);
  RegisterResourceReleaseCallback(on_release, nullptr);
}

void want_early_release(bool waited) {
  if (setting == kOn || (setting == kAuto && waited)) {
    wish = Wish::always;
  } else if (setting == kAuto && wish == Wish::none) {
    wish = Wish::if_waited_for;
  }
}

}  // namespace lad::pg
