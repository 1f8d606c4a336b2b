#include "pg/durability.hpp"

#include <algorithm>

#include "pg/boundary.hpp"
#include "pg/statistics.hpp"

extern "C" {
#include <access/xlog.h>
#include <access/xlog_internal.h>
#include <replication/syncrep.h>
#include <replication/walsender.h>
#include <replication/walsender_private.h>
#include <storage/latch.h>
#include <storage/lwlock.h>
#include <utils/wait_event.h>
}

namespace lad::pg {
namespace {

/// The end of the last record of the log. The next insert position may lie behind the header of a
/// page that does not exist yet, and XLogFlush refuses a position beyond the end of the log: step
/// back to the page's start.
XLogRecPtr end_of_log() {
  const XLogRecPtr next = GetXLogInsertRecPtr();
  if (XLogSegmentOffset(next, wal_segment_size) == SizeOfXLogLongPHD) {
    return next - SizeOfXLogLongPHD;
  }
  return next % XLOG_BLCKSZ == SizeOfXLogShortPHD ? next - SizeOfXLogShortPHD : next;
}

bool has_synchronous_standby() {
  if (!SyncRepRequested() || SyncRepStandbyNames == nullptr || SyncRepStandbyNames[0] == '\0') {
    return false;
  }
#ifdef SYNC_STANDBY_DEFINED
  return (static_cast<volatile WalSndCtlData*>(WalSndCtl)->sync_standbys_status &
          SYNC_STANDBY_DEFINED) != 0;
#else
  return static_cast<volatile WalSndCtlData*>(WalSndCtl)->sync_standbys_defined;
#endif
}

bool standby_has(XLogRecPtr end) {
  // As the server does for all but commits: applied is not waited for.
  const int mode = synchronous_commit == SYNCHRONOUS_COMMIT_REMOTE_WRITE ? SYNC_REP_WAIT_WRITE
                                                                         : SYNC_REP_WAIT_FLUSH;
  LWLockAcquire(SyncRepLock, LW_SHARED);
  const bool is_there = WalSndCtl->lsn[mode] >= end;
  LWLockRelease(SyncRepLock);
  return is_there;
}

/// SyncRepWaitForLSN would answer a cancelled wait with a warning, and the answer would leave.
void wait_for_standby(XLogRecPtr end) {
  constexpr long kLongestNap_ms = 16;
  for (long nap_ms = 1; has_synchronous_standby() && !standby_has(end);
       nap_ms = std::min(2 * nap_ms, kLongestNap_ms)) {
    WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, nap_ms,
              WAIT_EVENT_SYNC_REP);
    ResetLatch(MyLatch);
    CHECK_FOR_INTERRUPTS();
  }
}

}  // namespace

void flush_visible_commits() {
  guard([] {
    if (RecoveryInProgress()) return;
    const XLogRecPtr end = end_of_log();
    if (GetFlushRecPtr(nullptr) < end) {
      count(Counter::durable_flushes);
      XLogFlush(end);
    }
    wait_for_standby(end);
  });
}

void settle_refusal(ErrorCode code) {
  if (code == ErrorCode::idempotency_conflict) count(Counter::conflicts);
  if (code == ErrorCode::insufficient_funds) count(Counter::refusals);
  switch (code) {
    case ErrorCode::idempotency_conflict:
    case ErrorCode::already_reversed:
    case ErrorCode::insufficient_funds:
    case ErrorCode::wallet_not_active:
    case ErrorCode::hold_not_open:
    case ErrorCode::balance_not_as_expected:
      flush_visible_commits();
      break;
    default:
      break;
  }
}

}  // namespace lad::pg
