#pragma once

#include <optional>
#include <string>

#include "partitions/archive_store.hpp"
#include "partitions/leaf_store.hpp"

/// Bringing an archive back: a leaf is built and loaded standalone, its foreign keys are checked
/// without blocking, then it is attached. Each of the three is a transaction, and can be told from
/// the catalogs.
namespace lad::partitions::store {

/// Throws not_found when the partitioned table is gone.
Shape require_parent(const Archive& archive);

/// The leaf that the archive becomes, and whether it is loaded already.
struct Restored {
  Leaf leaf;
  std::string target;
  std::optional<pg::TableId> id = {};
};
Restored leaf_of(const Archive& archive, const Shape& shape);

/// Builds and loads the leaf from what is kept, or from the files below the directory. Throws
/// partition_refused (LD501) when its range is taken, archive_mismatch (LD503).
void load_leaf(const Archive& archive, const Shape& shape, const Restored& restored,
               const std::string& directory);

/// Adds the foreign keys, unchecked.
void reference_loaded(const Restored& restored);

/// Checks one of them; false when all are.
bool validate_one(const Restored& restored, const Shape& shape);

/// Attaches the leaf, brings the analysis of its calls back, and drops what was kept.
void attach_loaded(const Archive& archive, const Shape& shape, const Restored& restored,
                   const std::string& directory);

/// The manifest of an exported archive.
Manifest manifest_of(const Archive& archive);

}  // namespace lad::partitions::store
