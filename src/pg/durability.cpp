#include "pg/durability.hpp"

#include "pg/boundary.hpp"

extern "C" {
#include <access/xlog.h>
#include <access/xlog_internal.h>
}

namespace lad::pg {

void flush_visible_commits() {
  guard([] {
    if (RecoveryInProgress()) return;
    // The next insert position may lie behind the header of a page that does not exist yet, and
    // XLogFlush refuses a position beyond the end of the log: step back to the page's start.
    XLogRecPtr end = GetXLogInsertRecPtr();
    if (XLogSegmentOffset(end, wal_segment_size) == SizeOfXLogLongPHD) {
      end -= SizeOfXLogLongPHD;
    } else if (end % XLOG_BLCKSZ == SizeOfXLogShortPHD) {
      end -= SizeOfXLogShortPHD;
    }
    XLogFlush(end);
  });
}

}  // namespace lad::pg
