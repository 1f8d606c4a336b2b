#pragma once

/// Early lock release: a transaction that posted to a contended wallet lets go of its locks when
/// its commit record is written, and flushes that record afterwards, before its client is told. The
/// next poster need not wait for the disk, and one flush serves many commits of one wallet.
///
/// Safe, because the log is a prefix: whoever saw the balance commits later in the log, so its own
/// flush carries the earlier commit too. Whoever answers from what it saw without writing flushes
/// by itself: see pg/durability.hpp.
namespace lad::pg {

/// Defines the setting lad.early_lock_release; only while preloading.
void define_early_release();

/// The running transaction posts to a wallet; `waited`: another session held the wallet's lock.
/// The setting decides what follows; `auto` also looks at commit whether somebody waits then, which
/// it does not see of a row that was locked in a savepoint. A savepoint rolled back afterwards
/// changes nothing: the commit is as durable either way.
void want_early_release(bool waited);

}  // namespace lad::pg
