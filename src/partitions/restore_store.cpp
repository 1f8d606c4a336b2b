#include "partitions/restore_store.hpp"

#include "catalog/names.hpp"
#include "core/error.hpp"
#include "partitions/archive_file_store.hpp"
#include "partitions/lock_store.hpp"
#include "pg/as_owner.hpp"
#include "pg/event_trigger.hpp"
#include "pg/json.hpp"
#include "pg/spi.hpp"

namespace lad::partitions::store {
namespace {

using pg::TableId;
using Text = std::string;

constexpr const char* kAnalysis = "lad_data.voice_call_analysis";

constinit pg::Plan<Text> kFind{"SELECT to_regclass($1)"};
constinit pg::Plan<Text> kParse{"SELECT $1::jsonb"};
constinit pg::Plan<TableId> kHasForeignKeys{
    "SELECT EXISTS (SELECT FROM pg_constraint WHERE conrelid = $1 AND contype = 'f')"};
constinit pg::Plan<TableId> kUnchecked{
    "SELECT format('ALTER TABLE %s VALIDATE CONSTRAINT %I', conrelid::regclass, conname)"
    " FROM pg_constraint WHERE conrelid = $1 AND contype = 'f' AND NOT convalidated"
    " ORDER BY conname LIMIT 1"};

void run(const Text& sql) {
  pg::run_once(sql.c_str());
}

Text in_archive(const Text& name) {
  return "lad_archive." + catalog::quoted(name);
}

class AsOwner {
 public:
  explicit AsOwner(const Shape& shape) : owner_(shape.owner.c_str()) {}

 private:
  const pg::DdlHold hold_;
  const pg::ActAsOwner owner_;
};

bool overlaps(const Range& a, const Range& b) {
  return (!a.from || !b.to || *a.from < *b.to) && (!b.from || !a.to || *b.from < *a.to);
}

[[noreturn]] void refuse_taken(const Text& target) {
  throw Error{ErrorCode::partition_refused, "the range of the archive is taken",
              "Partition " + target + " holds a part of it.",
              "Archive that partition first, or restore into a table without it."};
}

/// Maintenance fills holes: an empty partition of the same range gives way.
void make_room(const Archive& archive, const Shape& shape) {
  for (const Partition& partition : read_partitions(shape.id)) {
    if (!overlaps(partition.range, archive.range)) continue;
    if (!(partition.range == archive.range)) refuse_taken(partition.target);
    with_brief_locks("replacing " + partition.target, [&] {
      run("LOCK TABLE " + partition.target + " IN ACCESS EXCLUSIVE MODE");
      const Text any = "SELECT EXISTS (SELECT FROM " + partition.target + ")";
      if (pg::run_once(any.c_str()).get<bool>(0, 0)) refuse_taken(partition.target);
      run("DROP TABLE " + partition.target);
    });
  }
}

void require_free(const Archive& archive, const Shape& shape) {
  for (const Partition& partition : read_partitions(shape.id)) {
    if (!overlaps(partition.range, archive.range)) continue;
    const Text any = "SELECT EXISTS (SELECT FROM " + partition.target + ")";
    if (!(partition.range == archive.range) || pg::run_once(any.c_str()).get<bool>(0, 0)) {
      refuse_taken(partition.target);
    }
  }
}

/// Copies rows from one table to another of the same columns.
void copy_rows(const Text& from, const Text& to) {
  const std::vector<ArchivedColumn> columns = read_columns(from);
  require_columns(columns, read_columns(to));
  Text names;
  for (const ArchivedColumn& column : columns) {
    names += (names.empty() ? "" : ", ") + catalog::quoted(column.name);
  }
  run("INSERT INTO " + to + " (" + names + ") SELECT " + names + " FROM " + from);
}

void bring_analysis(const Archive& archive, const Text& directory) {
  if (archive.analysis_name) {
    copy_rows(in_archive(*archive.analysis_name), kAnalysis);
    return;
  }
  if (!archive.manifest) return;
  const Manifest manifest = manifest_of(archive);
  if (manifest.files.size() < 2 || manifest.files[1].rows == 0) return;
  require_file(directory, manifest.files[1]);
  import_table(directory, manifest.files[1], kFind.run(kAnalysis).get<TableId>(0, 0), kAnalysis);
}

}  // namespace

Manifest manifest_of(const Archive& archive) {
  return read_manifest(
      pg::read_json(kParse.run(archive.manifest.value_or("{}")).get<pg::JsonbDatum>(0, 0)));
}

Shape require_parent(const Archive& archive) {
  const auto shape = find_shape(archive.schema, archive.table);
  if (!shape) {
    throw Error{ErrorCode::not_found, "the partitioned table of the archive does not exist"};
  }
  require_manageable(*shape);
  return *shape;
}

Restored leaf_of(const Archive& archive, const Shape& shape) {
  // The name tells whose leaf it is, so that a job that was lost finds it again.
  const Text name =
      catalog::part_name(archive.partition, "r" + archive.id.to_string().substr(0, 8));
  Restored restored{{shape.id, name, archive.range},
                    catalog::quoted(archive.schema) + "." + catalog::quoted(name)};
  const pg::Rows rows = kFind.run(restored.target);
  if (!rows.is_null(0, 0)) restored.id = rows.get<TableId>(0, 0);
  return restored;
}

void load_leaf(const Archive& archive, const Shape& shape, const Restored& restored,
               const std::string& directory) {
  const AsOwner owner{shape};
  require_free(archive, shape);
  if (archive.kept_name) {
    build_leaf(restored.leaf, false);
    copy_rows(in_archive(*archive.kept_name), restored.target);
  } else {
    const Manifest manifest = manifest_of(archive);
    const ArchivedTable& file = manifest.files.front();
    require_text(directory, manifest_path(file.path), archive.manifest.value());
    // All of them before anything is made.
    require_columns(file.columns, read_columns(shape.target));
    for (const ArchivedTable& one : manifest.files) require_file(directory, one);
    import_table(directory, file, build_leaf(restored.leaf, false), restored.target);
    require_rows(file, hash_table(restored.target, file.columns), "that were loaded");
  }
  index_leaf(restored.leaf);
}

void reference_loaded(const Restored& restored) {
  if (kHasForeignKeys.run(restored.id.value()).get<bool>(0, 0)) return;
  with_brief_locks("adding the keys of " + restored.target,
                   [&] { reference_leaf(restored.leaf, false); });
}

bool validate_one(const Restored& restored, const Shape& shape) {
  const AsOwner owner{shape};
  const pg::Rows rows = kUnchecked.run(restored.id.value());
  if (rows.empty()) return false;
  run(rows.get<Text>(0, 0));
  return true;
}

void attach_loaded(const Archive& archive, const Shape& shape, const Restored& restored,
                   const std::string& directory) {
  if (archive.state == "restored") return;
  const AsOwner owner{shape};
  make_room(archive, shape);
  Leaf leaf = restored.leaf;
  leaf.name = free_name(archive.schema, archive.partition);
  run("ALTER TABLE " + restored.target + " RENAME TO " + catalog::quoted(leaf.name));
  attach_leaf(leaf);
  run("ALTER TABLE " + catalog::quoted(archive.schema) + "." + catalog::quoted(leaf.name) +
      " DROP CONSTRAINT IF EXISTS " + catalog::quoted(range_check_name(restored.leaf.name)));
  bring_analysis(archive, directory);
  drop_kept(archive, shape, "restored");
}

}  // namespace lad::partitions::store
