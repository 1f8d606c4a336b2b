#pragma once

#include <optional>
#include <string>
#include <vector>

#include "partitions/archive.hpp"
#include "partitions/range.hpp"
#include "partitions/shape_store.hpp"
#include "pg/values.hpp"

/// lad_data.partition_archives, and the views that show archived rows beside the present ones. All
/// as lad_owner, inside with_spi.
namespace lad::partitions::store {

struct Archive {
  Uuid id;
  std::string schema;
  std::string table;
  std::string partition;
  Range range;
  std::string state;
  std::optional<std::string> kept_name = {};
  std::optional<std::string> analysis_name = {};
  std::optional<std::string> path = {};
  std::optional<std::int64_t> rows = {};
  std::optional<std::int64_t> bytes = {};
  std::optional<std::string> sha256 = {};
  std::optional<std::string> manifest = {};
};

/// Notes that a partition is on its way to lad_archive; returns the archive, the same one when it
/// was noted before.
Uuid begin_archive(const Shape& shape, const std::string& partition, const Range& range);

/// It has arrived there under these names; shown by the view from now on.
void note_kept(const Shape& shape, const std::string& partition, const std::string& kept_name,
               const std::optional<std::string>& analysis_name);

/// The archive that a table of lad_archive is kept by.
std::optional<Uuid> find_kept(const std::string& kept_name);

/// Throws not_found (P0002).
Archive read_archive(const Uuid& id);
Archive lock_archive(const Uuid& id);
std::vector<Archive> list_archives();

/// Notes where the archive is to be exported to: what is found there later is its own. Throws
/// duplicate_object (42710) when another archive has noted the path and `is_taken`.
void note_path(const Archive& archive, const std::string& path, bool is_taken);

/// The job of a kind that has the archive in hand, or waits to.
std::optional<Uuid> find_archive_job(const char* kind, const Uuid& archive);

/// The archive whose job has detached a partition and then failed; the job starts again.
std::optional<Uuid> resume_archive(pg::TableId leaf);

void note_exported(const Archive& archive, const Manifest& manifest, const std::string& text);
void note_state(const Uuid& id, const std::string& state);

/// Makes the view <table>_all show the table and what is kept of it, to those who may read it.
void refresh_view(const Shape& shape);

/// Drops what is kept, which the view shows no more.
void drop_kept(const Archive& archive, const Shape& shape, const std::string& next_state);

}  // namespace lad::partitions::store
