#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/uuid.hpp"
#include "ledger/verify.hpp"
#include "tenancy/key_ring.hpp"

/// Exported checkpoints: where the chains of a tenant stood, signed, to be kept elsewhere.
///
/// Lines of text, each ended by a line feed: `lad-checkpoint 1`, `database NAME`, `tenant UUID`,
/// `time US` (µs since 1970-01-01 UTC), a line `wallet UUID SEQ HASH BALANCE RESERVED` for each
/// wallet that has rows, in order, HASH in hexadecimal, and `signature KID MAC`, where MAC is the
/// base64url of HMAC-SHA256(key KID, all bytes before the line).
namespace lad::ledger {

struct CheckpointHead {
  Uuid wallet_id;
  ChainPoint point;
};

struct Checkpoint {
  std::string database;
  Uuid tenant_id;
  std::int64_t taken_at_us = 0;
  std::vector<CheckpointHead> heads;
};

/// Throws key_unavailable (LD601) when the key cannot sign.
std::string sign(const Checkpoint& checkpoint, const tenancy::Key* key);

/// The checkpoint of a text that a key of the ring has signed. Throws key_unavailable (LD601) when
/// the ring lacks that key, invalid_argument (22023) for any other text that is not exactly one.
Checkpoint read_signed(std::string_view text, const tenancy::KeyRing& ring);

}  // namespace lad::ledger
