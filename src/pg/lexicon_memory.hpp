#pragma once

#include <cstdint>
#include <optional>

/// What all backends know of the lexicons: which state of the tables is the latest, and which files
/// were found whole since the server started.
namespace lad::pg {

/// Reserves the shared memory; only while preloading.
void define_lexicon_memory();

/// Grows with each committed change of a lexicon in any database. Whoever reads the tables under
/// one number may keep what was read until the number is another. Nothing where it says nothing: on
/// a standby, which only receives the tables, and in a transaction that has changed a lexicon.
std::optional<std::uint64_t> lexicon_generation();

/// Whether the running transaction has changed a lexicon: what it sees may never be committed.
bool has_changed_lexicons();

/// Tells all backends when the running transaction commits. Such a transaction cannot be prepared
/// for a two-phase commit: who commits it would not know.
void tell_lexicons_on_commit();

/// A file as it lies on the disk: another content has another identity.
struct FileIdentity {
  std::uint64_t device;
  std::uint64_t inode;
  std::uint64_t size;
  std::int64_t changed_ns;
  bool operator==(const FileIdentity&) const = default;
};

/// Whether a backend has found that file whole since the server started.
bool is_checked(const FileIdentity& file);
void remember_checked(const FileIdentity& file);

}  // namespace lad::pg
