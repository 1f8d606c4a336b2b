#include "partitions/archive_functions.hpp"

#include "catalog/names.hpp"
#include "partitions/archive_file_store.hpp"
#include "partitions/archive_store.hpp"
#include "partitions/gate.hpp"
#include "partitions/restore_store.hpp"
#include "partitions/retire_functions.hpp"
#include "partitions/retire_store.hpp"
#include "pg/args.hpp"
#include "pg/as_owner.hpp"
#include "pg/json.hpp"
#include "pg/result.hpp"
#include "pg/session.hpp"
#include "pg/worker.hpp"

namespace lad::partitions {
namespace {

constexpr const char* kOwner = "lad_owner";

/// What a job was asked for; kept in its parameters.
struct Request {
  Uuid archive;
  std::string path;       ///< empty: only kept
  std::string directory;  ///< as it was set when the job was asked for
};

constinit pg::Plan<std::string> kRequest{
    "SELECT ($1::jsonb->>'archive')::uuid, coalesce($1::jsonb->>'path', ''),"
    " coalesce($1::jsonb->>'directory', '')"};

constinit pg::Plan<std::int64_t, std::int64_t, Uuid, std::string, std::string> kParameters{
    "SELECT jsonb_build_object('leaf', $1, 'table', $2, 'action', 'archive', 'archive', $3,"
    " 'path', $4, 'directory', $5)::text"};

Request read_request(const Uuid& job) {
  const pg::ActAsOwner owner{kOwner};
  const pg::Rows rows = kRequest.run(pg::read_long_job(job).parameters);
  return {rows.get<Uuid>(0, 0), rows.get<std::string>(0, 1), rows.get<std::string>(0, 2)};
}

void report(const Uuid& job, const char* phase, std::uint64_t done,
            const std::optional<std::int64_t>& total = std::nullopt) {
  const pg::ActAsOwner owner{kOwner};
  pg::report_progress(job, phase, static_cast<std::int64_t>(done), total);
}

/// The job; the same one as long as it is not finished.
Uuid request_job(const char* kind, const std::string& relation, pg::TableId leaf, pg::TableId table,
                 const Request& request) {
  if (const auto job = store::find_archive_job(kind, request.archive)) {
    pg::start_long_job(*job);
    return *job;
  }
  const pg::ActAsOwner owner{kOwner};
  const std::string parameters =
      kParameters.run(leaf.oid, table.oid, request.archive, request.path, request.directory)
          .get<std::string>(0, 0);
  return pg::request_long_job(kind, relation, parameters);
}

/// The archive that a partition becomes, or that a table of lad_archive is kept by.
Uuid archive(pg::TableId partition, Request request) {
  store::require_installed();
  store::lock_retiring();
  const store::RetiredLeaf leaf = store::read_leaf(partition);
  if (leaf.schema == "lad_archive") {
    const auto kept = store::find_kept(leaf.name);
    if (!kept) {
      throw Error{ErrorCode::partition_refused, leaf.target + " is no archived partition"};
    }
    request.archive = *kept;
    const store::Archive known = store::read_archive(*kept);
    const store::Shape shape = store::require_parent(known);
    store::require_rights(shape);
    if (!request.path.empty()) {
      request_job("archive", leaf.target, partition, shape.id, request);
    }
    return *kept;
  }
  if (leaf.state == store::LeafState::detached) {
    if (const auto known = store::resume_archive(partition)) return *known;
  }
  const store::Candidate candidate =
      store::require_retirable(partition, pg::unix_us(pg::clock_now()));
  if (!store::may_jobs_alter(candidate.shape)) {
    throw Error{ErrorCode::partition_refused, "jobs may not alter " + candidate.shape.target,
                "They run as lad_owner, who neither owns it nor is a member of its owner."};
  }
  request.archive = store::begin_archive(candidate.shape, leaf.name, candidate.partition.range);
  request_job("archive", leaf.target, partition, candidate.shape.id, request);
  return request.archive;
}

std::string kept_table(const std::string& name) {
  return "lad_archive." + catalog::quoted(name);
}

/// Exports one table in transactions of some megabytes, and tells how far it is.
ArchivedTable export_table(const Uuid& job, pg::WrittenFiles& files, const std::string& kept_name,
                           const std::string& told_as, const std::string& path) {
  std::optional<store::TableExport> written;
  pg::worker_transaction([&] {
    const pg::ActAsOwner owner{kOwner};
    written.emplace(files, kept_table(kept_name), told_as, path);
  });
  while (pg::worker_transaction([&] {
    const pg::ActAsOwner owner{kOwner};
    const bool more = written->step();
    report(job, "export", written->rows());
    return more;
  })) {
  }
  return written->finish();
}

Manifest describe(const store::Archive& archive) {
  const auto moment = [](const std::optional<std::int64_t>& us) {
    return us ? moment_text(*us, ColumnKind::timestamptz) : std::string{};
  };
  const pg::Rows version =
      pg::run_once("SELECT extversion FROM pg_extension WHERE extname = 'lad_ext'");
  return {archive.id.to_string(),
          version.get<std::string>(0, 0),
          archive.schema + "." + archive.table,
          archive.partition,
          moment(archive.range.from),
          moment(archive.range.to),
          {}};
}

/// Drops the kept table for the files that hold the same, as long as it is the one they are of.
void replace_by_files(const store::Archive& exported, const Manifest& manifest,
                      const std::string& text) {
  const store::Archive archive = store::lock_archive(exported.id);
  if (archive.state != "kept" || archive.kept_name != exported.kept_name) {
    throw Error{ErrorCode::not_in_state, "the archive was changed meanwhile"};
  }
  store::note_exported(archive, manifest, text);
  store::drop_kept(archive, store::require_parent(archive), "exported");
}

/// What is there must not be anybody's but what an export of this archive, which was lost, has
/// left behind.
void clear_place(const store::Archive& archive, const Request& request) {
  std::vector<std::vector<std::string>> found;
  for (const std::string& path :
       {request.path, analysis_path(request.path), manifest_path(request.path)}) {
    const auto parts = path_parts(path);
    if (pg::has_file(request.directory, parts)) found.push_back(parts);
  }
  pg::worker_transaction([&] {
    if (!found.empty() && archive.path != request.path) {
      throw Error{ErrorCode::duplicate_object, "a file of that name is in the archive directory"};
    }
    store::note_path(archive, request.path, !found.empty());
  });
  for (const auto& parts : found) pg::remove_file(request.directory, parts);
}

void export_archive(const Uuid& job, const Request& request) {
  Manifest manifest;
  const store::Archive archive = pg::worker_transaction([&] {
    store::Archive found = store::read_archive(request.archive);
    manifest = describe(found);
    return found;
  });
  if (archive.state != "kept") return;
  clear_place(archive, request);
  pg::WrittenFiles files{request.directory};
  manifest.files.push_back(export_table(job, files, *archive.kept_name,
                                        archive.schema + "." + archive.table, request.path));
  if (archive.analysis_name) {
    manifest.files.push_back(export_table(job, files, *archive.analysis_name,
                                          "lad_data.voice_call_analysis",
                                          analysis_path(request.path)));
  }
  const std::string text = manifest_text(manifest);
  store::write_text(files, manifest_path(request.path), text);
  pg::worker_transaction([&] { report(job, "verify", manifest.files.front().rows); });
  for (const ArchivedTable& file : manifest.files) store::require_file(request.directory, file);
  store::require_text(request.directory, manifest_path(request.path), text);
  pg::worker_transaction([&] { replace_by_files(archive, manifest, text); });
  files.keep();
}

/// The same row must be the same line in every job.
void settle_formats() {
  pg::run_top_level("SET timezone = 'UTC'");
  pg::run_top_level("SET datestyle = 'ISO, YMD'");
  pg::run_top_level("SET intervalstyle = 'postgres'");
  pg::run_top_level("SET bytea_output = 'hex'");
  pg::run_top_level("SET extra_float_digits = 1");
}

}  // namespace

void run_archive(const Uuid& job) {
  settle_formats();
  const Request request = pg::worker_transaction([&] { return read_request(job); });
  run_detach(job);
  if (!request.path.empty()) export_archive(job, request);
}

void run_restore(const Uuid& job) {
  settle_formats();
  pg::run_top_level("SET lock_timeout = 0");
  const Request request = pg::worker_transaction([&] { return read_request(job); });
  const store::Archive archive =
      pg::worker_transaction([&] { return store::read_archive(request.archive); });
  if (archive.state == "restored") return;
  const store::Shape shape = pg::worker_transaction([&] { return store::require_parent(archive); });
  const auto find = [&] { return store::leaf_of(archive, shape); };
  if (!pg::worker_transaction(find).id) {
    pg::worker_transaction([&] { report(job, "load", 0, archive.rows); });
    pg::worker_transaction([&] {
      store::load_leaf(archive, shape, find(), request.directory);
      report(job, "keys", static_cast<std::uint64_t>(archive.rows.value_or(0)), archive.rows);
    });
  }
  pg::worker_transaction([&] { store::reference_loaded(find()); });
  while (pg::worker_transaction([&] { return store::validate_one(find(), shape); })) {
  }
  pg::worker_transaction([&] {
    store::attach_loaded(store::lock_archive(archive.id), shape, find(), request.directory);
  });
}

/// lad.archive_partition: keep a partition out of the way, or in a file.
LAD_FUNCTION(lad_archive_partition) {
  require_maintainer("archive partitions");
  const pg::Args args{fcinfo};
  const auto partition = args.get<pg::TableId>(0, "partition");
  Request request{{}, args.get_optional<std::string>(1).value_or(""), ""};
  if (!args.is_null(1)) {
    path_parts(request.path);
    request.directory = pg::archive_directory();
  }
  return pg::to_datum(pg::with_spi([&] { return archive(partition, request); }));
}

/// lad.restore_partition: bring an archive back.
LAD_FUNCTION(lad_restore_partition) {
  require_maintainer("restore partitions");
  const Uuid id = pg::Args{fcinfo}.get<Uuid>(0, "archive_id");
  return pg::to_datum(pg::with_spi([&] {
    store::require_installed();
    store::lock_retiring();
    const store::Archive archive = store::lock_archive(id);
    const store::Shape shape = store::require_parent(archive);
    store::require_rights(shape);
    if (archive.state != "kept" && archive.state != "exported") {
      throw Error{ErrorCode::not_in_state, "the archive is " + archive.state, "",
                  "lad.archives() tells which are kept or exported."};
    }
    const Request request{id, "", archive.state == "kept" ? "" : pg::archive_directory()};
    return request_job("restore", archive.schema + "." + archive.table, {}, shape.id, request);
  }));
}

/// lad.archives: what became of archived partitions.
LAD_FUNCTION(lad_archives) {
  require_maintainer("read archives");
  const auto archives = pg::with_spi([] {
    store::require_installed();
    return store::list_archives();
  });
  pg::RowSet set{fcinfo};
  const auto time = [](const std::optional<std::int64_t>& us) {
    return us ? std::optional{pg::from_unix_us(*us)} : std::nullopt;
  };
  for (const store::Archive& one : archives) {
    set.add(one.id, one.schema + "." + one.table, one.partition, time(one.range.from),
            time(one.range.to), one.rows, one.bytes, one.path, one.sha256, one.state);
  }
  return set.done();
}

}  // namespace lad::partitions
