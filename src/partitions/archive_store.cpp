#include "partitions/archive_store.hpp"

#include "catalog/names.hpp"
#include "core/error.hpp"
#include "partitions/lock_store.hpp"
#include "pg/as_owner.hpp"
#include "pg/event_trigger.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"
#include "pg/worker.hpp"

namespace lad::partitions::store {
namespace {

using Text = std::string;
using OptionalText = std::optional<std::string>;
using OptionalTime = std::optional<pg::Timestamp>;

constexpr const char* kOwner = "lad_owner";

constinit pg::Plan<Text, Text, Text, OptionalTime, OptionalTime> kBegin{
    "INSERT INTO lad_data.partition_archives"
    " (schema_name, table_name, partition_name, range_start, range_end)"
    " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (schema_name, table_name, partition_name)"
    " WHERE state IN ('detaching', 'kept') DO UPDATE SET range_start = EXCLUDED.range_start,"
    " range_end = EXCLUDED.range_end RETURNING id"};

constinit pg::Plan<Text, Text, Text, Text, OptionalText> kKept{
    "UPDATE lad_data.partition_archives SET state = 'kept', kept_name = $4, analysis_name = $5"
    " WHERE schema_name = $1 AND table_name = $2 AND partition_name = $3"
    " AND state = 'detaching'"};

constinit pg::Plan<Text> kFindKept{
    "SELECT id FROM lad_data.partition_archives WHERE kept_name = $1 AND state = 'kept'"};

#define ARCHIVE                                                                                   \
  "SELECT id, schema_name, table_name, partition_name, range_start, range_end, state, kept_name," \
  " analysis_name, path, rows, bytes, sha256, manifest FROM lad_data.partition_archives"

constinit pg::Plan<Uuid> kRead{ARCHIVE " WHERE id = $1"};
constinit pg::Plan<Uuid> kLock{ARCHIVE " WHERE id = $1 FOR UPDATE"};
constinit pg::Plan<> kList{
    ARCHIVE " ORDER BY schema_name, table_name, range_start NULLS FIRST, created_at"};

#undef ARCHIVE

constinit pg::Plan<Uuid, Text, std::int64_t, std::int64_t, Text, Text> kExported{
    "UPDATE lad_data.partition_archives SET path = $2, rows = $3, bytes = $4, sha256 = $5,"
    " manifest = $6 WHERE id = $1"};

constinit pg::Plan<Uuid, Text> kState{
    "UPDATE lad_data.partition_archives SET state = $2,"
    " kept_name = CASE WHEN $2 IN ('exported', 'restored') THEN NULL ELSE kept_name END,"
    " analysis_name = CASE WHEN $2 IN ('exported', 'restored') THEN NULL ELSE analysis_name END"
    " WHERE id = $1"};

// Columns that came later are NULL in what was archived before.
constinit pg::Plan<pg::TableId, Text, Text> kView{
    "SELECT format('CREATE OR REPLACE VIEW %I.%I WITH (security_invoker) AS SELECT %s FROM %I.%I',"
    " $2, $3 || '_all', string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum), $2, $3)"
    " || coalesce((SELECT string_agg(format(' UNION ALL SELECT %s FROM lad_archive.%I',"
    "  (SELECT string_agg(CASE WHEN k.attname IS NULL"
    "    THEN format('NULL::%s', format_type(p.atttypid, p.atttypmod))"
    "    ELSE quote_ident(p.attname) END, ', ' ORDER BY p.attnum)"
    "   FROM pg_attribute p LEFT JOIN pg_attribute k ON k.attname = p.attname"
    "    AND k.attrelid = format('lad_archive.%I', r.kept_name)::regclass AND NOT k.attisdropped"
    "   WHERE p.attrelid = $1 AND p.attnum > 0 AND NOT p.attisdropped), r.kept_name), ''"
    "  ORDER BY r.range_start) FROM lad_data.partition_archives r"
    "  WHERE r.schema_name = $2 AND r.table_name = $3 AND r.state = 'kept'), '')"
    " FROM pg_attribute a WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped"};

constinit pg::Plan<pg::TableId, Text, Text> kViewGrants{
    "SELECT format('GRANT SELECT ON %I.%I TO %s', $2, $3 || '_all', CASE g.grantee WHEN 0"
    " THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END)"
    " FROM pg_class c, aclexplode(c.relacl) AS g WHERE c.oid = $1"
    " AND g.privilege_type = 'SELECT' AND g.grantee <> c.relowner"};

constinit pg::Plan<Uuid, Text> kTaken{
    "SELECT EXISTS (SELECT FROM lad_data.partition_archives WHERE path = $2 AND id <> $1)"};
constinit pg::Plan<Uuid, Text> kPath{
    "UPDATE lad_data.partition_archives SET path = $2 WHERE id = $1"};

constinit pg::Plan<Text, Text> kJob{
    "SELECT id FROM lad_data.long_jobs WHERE kind = $1 AND parameters->>'archive' = $2"
    " AND state IN ('queued', 'running') ORDER BY created_at LIMIT 1"};

constinit pg::Plan<Text> kStalled{
    "SELECT id, (parameters->>'archive')::uuid FROM lad_data.long_jobs WHERE kind = 'archive'"
    " AND parameters->>'leaf' = $1 AND state IN ('queued', 'running', 'failed')"
    " ORDER BY created_at DESC LIMIT 1"};
constinit pg::Plan<Uuid> kRequeue{
    "UPDATE lad_data.long_jobs SET state = 'queued', error = NULL, finished_at = NULL,"
    " attempts = 0 WHERE id = $1 AND state = 'failed'"};

OptionalTime time_of(const std::optional<std::int64_t>& us) {
  if (!us) return std::nullopt;
  return pg::from_unix_us(*us);
}

std::optional<std::int64_t> us_of(const OptionalTime& time) {
  if (!time) return std::nullopt;
  return pg::unix_us(*time);
}

Archive archive_of(const pg::Rows& rows, std::uint64_t row) {
  return {rows.get<Uuid>(row, 0),
          rows.get<Text>(row, 1),
          rows.get<Text>(row, 2),
          rows.get<Text>(row, 3),
          {us_of(rows.get_optional<pg::Timestamp>(row, 4)),
           us_of(rows.get_optional<pg::Timestamp>(row, 5))},
          rows.get<Text>(row, 6),
          rows.get_optional<Text>(row, 7),
          rows.get_optional<Text>(row, 8),
          rows.get_optional<Text>(row, 9),
          rows.get_optional<std::int64_t>(row, 10),
          rows.get_optional<std::int64_t>(row, 11),
          rows.get_optional<Text>(row, 12),
          rows.get_optional<Text>(row, 13)};
}

Archive one(const pg::Rows& rows) {
  if (rows.empty()) throw Error{ErrorCode::not_found, "no such archive"};
  return archive_of(rows, 0);
}

void run(const Text& sql) {
  pg::run_once(sql.c_str());
}

Text in_archive(const Text& name) {
  return "lad_archive." + catalog::quoted(name);
}

}  // namespace

Uuid begin_archive(const Shape& shape, const std::string& partition, const Range& range) {
  const pg::ActAsOwner owner{kOwner};
  return kBegin.run(shape.schema, shape.name, partition, time_of(range.from), time_of(range.to))
      .get<Uuid>(0, 0);
}

void note_kept(const Shape& shape, const std::string& partition, const std::string& kept_name,
               const OptionalText& analysis_name) {
  {
    const pg::ActAsOwner owner{kOwner};
    kKept.run(shape.schema, shape.name, partition, kept_name, analysis_name);
  }
  refresh_view(shape);
}

std::optional<Uuid> find_kept(const std::string& kept_name) {
  const pg::ActAsOwner owner{kOwner};
  const pg::Rows rows = kFindKept.run(kept_name);
  if (rows.empty()) return std::nullopt;
  return rows.get<Uuid>(0, 0);
}

Archive read_archive(const Uuid& id) {
  const pg::ActAsOwner owner{kOwner};
  return one(kRead.run(id));
}

Archive lock_archive(const Uuid& id) {
  const pg::ActAsOwner owner{kOwner};
  return one(kLock.run(id));
}

std::vector<Archive> list_archives() {
  const pg::ActAsOwner owner{kOwner};
  const pg::Rows rows = kList.run();
  std::vector<Archive> archives;
  for (std::uint64_t row = 0; row < rows.size(); ++row) {
    Archive archive = archive_of(rows, row);
    if (archive.state == "kept") {
      archive.path = std::nullopt;
      const Text table = in_archive(*archive.kept_name);
      const Text size = "SELECT count(*), pg_total_relation_size('" + table + "') FROM " + table;
      const pg::Rows counted = pg::run_once(size.c_str());
      archive.rows = counted.get<std::int64_t>(0, 0);
      archive.bytes = counted.get<std::int64_t>(0, 1);
    }
    archives.push_back(std::move(archive));
  }
  return archives;
}

void note_path(const Archive& archive, const std::string& path, bool is_taken) {
  const pg::ActAsOwner owner{kOwner};
  if (is_taken && kTaken.run(archive.id, path).get<bool>(0, 0)) {
    throw Error{ErrorCode::duplicate_object, "a file of that name is in the archive directory"};
  }
  kPath.run(archive.id, path);
}

std::optional<Uuid> find_archive_job(const char* kind, const Uuid& archive) {
  const pg::ActAsOwner owner{kOwner};
  const pg::Rows rows = kJob.run(Text{kind}, archive.to_string());
  if (rows.empty()) return std::nullopt;
  return rows.get<Uuid>(0, 0);
}

std::optional<Uuid> resume_archive(pg::TableId leaf) {
  const pg::ActAsOwner owner{kOwner};
  const pg::Rows rows = kStalled.run(std::to_string(leaf.oid));
  if (rows.empty()) return std::nullopt;
  const Uuid job = rows.get<Uuid>(0, 0);
  kRequeue.run(job);
  pg::start_long_job(job);
  return rows.get<Uuid>(0, 1);
}

void note_exported(const Archive& archive, const Manifest& manifest, const std::string& text) {
  const pg::ActAsOwner owner{kOwner};
  std::uint64_t bytes = 0;
  for (const ArchivedTable& file : manifest.files) bytes += file.bytes;
  const ArchivedTable& first = manifest.files.front();
  kExported.run(archive.id, first.path, static_cast<std::int64_t>(first.rows),
                static_cast<std::int64_t>(bytes), first.sha256, text);
}

void note_state(const Uuid& id, const std::string& state) {
  const pg::ActAsOwner owner{kOwner};
  kState.run(id, state);
}

void refresh_view(const Shape& shape) {
  const pg::DdlHold hold;
  const pg::ActAsOwner owner{may_jobs_alter(shape) ? kOwner : shape.owner.c_str()};
  run(kView.run(shape.id, shape.schema, shape.name).get<Text>(0, 0));
  const pg::Rows grants = kViewGrants.run(shape.id, shape.schema, shape.name);
  for (std::uint64_t row = 0; row < grants.size(); ++row) run(grants.get<Text>(row, 0));
}

void drop_kept(const Archive& archive, const Shape& shape, const std::string& next_state) {
  const pg::DdlHold hold;
  with_brief_locks("dropping an archived table", [&] {
    note_state(archive.id, next_state);
    refresh_view(shape);
    const pg::ActAsOwner owner{kOwner};
    if (archive.analysis_name) run("DROP TABLE " + in_archive(*archive.analysis_name));
    if (archive.kept_name) run("DROP TABLE " + in_archive(*archive.kept_name));
  });
}

}  // namespace lad::partitions::store
