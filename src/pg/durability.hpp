#pragma once

#include "core/error.hpp"

/// Durable reads. With early lock release a session sees commits that are not on disk yet; an
/// answer that is read from them and writes nothing must make them durable before it leaves.
namespace lad::pg {

/// Returns once every commit this backend can see is as durable as its synchronous_commit asks of a
/// commit: on disk, and at the synchronous standby unless it is local or off. Costs nothing where
/// it is so already. A wait that is cancelled or runs into statement_timeout is an error (57014).
void flush_visible_commits();

/// Counts a refusal that is about to be thrown, and makes durable what it tells of the ledger:
/// LD101, LD103, LD201, LD202, LD203 and LD206 do. Other errors are left alone.
void settle_refusal(ErrorCode code);

}  // namespace lad::pg
