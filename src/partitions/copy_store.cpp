#include "partitions/copy_store.hpp"

#include <algorithm>

#include "catalog/names.hpp"
#include "core/error.hpp"
#include "pg/as_owner.hpp"
#include "pg/event_trigger.hpp"
#include "pg/spi.hpp"

namespace lad::partitions::store {
namespace {

using pg::TableId;
using Text = std::string;

/// No name that somebody would give to a trigger of his own.
constexpr const char* kJournalTrigger = "~lad_journal";

// Columns to write, columns to compare, the key's columns, and conditions that join by the key.
constinit pg::Plan<TableId> kColumns{
    "SELECT string_agg(format('%I', attname), ', ' ORDER BY attnum) "
    "           FILTER (WHERE attgenerated = ''), "
    "       string_agg(format('o.%I', attname), ', ' ORDER BY attnum) "
    "           FILTER (WHERE attgenerated = ''), "
    "       string_agg(format('o.%I', attname), ', ' ORDER BY attnum) "
    "FROM pg_attribute WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped"};

constinit pg::Plan<TableId> kKey{
    "SELECT string_agg(format('%I', a.attname), ', ' ORDER BY o.i), "
    "       string_agg(format('o.%1$I = j.%1$I', a.attname), ' AND ' ORDER BY o.i), "
    "       string_agg(quote_literal(a.attname), ', ' ORDER BY o.i) "
    "FROM pg_index x CROSS JOIN LATERAL unnest((x.indkey::int2[])[0:x.indnkeyatts - 1]) "
    "     WITH ORDINALITY AS o (attnum, i) "
    "JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = o.attnum "
    "WHERE x.indrelid = $1 AND x.indisprimary"};

constinit pg::Plan<TableId> kStorage{
    "SELECT pg_relation_filenode($1)::int8, "
    "       pg_relation_size($1) / current_setting('block_size')::int8"};

struct Columns {
  Text written;
  Text read;
  Text compared;
};

Columns columns_of(const Conversion& c) {
  const pg::Rows rows = kColumns.run(TableId{c.original});
  return {rows.get<Text>(0, 0), rows.get<Text>(0, 1), rows.get<Text>(0, 2)};
}

struct Key {
  Text columns;
  Text join;  ///< of a table `o` and a journal `j`
  Text literals;
};

Key key_of(const Conversion& c) {
  const pg::Rows rows = kKey.run(TableId{c.original});
  return {rows.get<Text>(0, 0), rows.get<Text>(0, 1), rows.get<Text>(0, 2)};
}

Text not_noted(const Conversion& c, const Key& key) {
  return "NOT EXISTS (SELECT FROM " + c.journal() + " j WHERE " + key.join + ")";
}

void read_storage(Conversion& c) {
  const pg::Rows rows = kStorage.run(TableId{c.original});
  c.storage = rows.get<std::int64_t>(0, 0);
  c.next_block = 0;
  c.end_block = rows.get<std::int64_t>(0, 1);
}

}  // namespace

void start_journal(Conversion& c) {
  const pg::DdlHold hold;
  const Key key = key_of(c);
  pg::run_once(("LOCK TABLE " + c.target() + " IN SHARE ROW EXCLUSIVE MODE").c_str());
  Text journal = "'";
  for (const char letter : c.journal()) journal += letter == '\'' ? Text("''") : Text(1, letter);
  const Text trigger = catalog::quoted(kJournalTrigger);
  pg::run_once(("CREATE TRIGGER " + trigger + " AFTER INSERT OR UPDATE OR DELETE ON " + c.target() +
                " FOR EACH ROW EXECUTE FUNCTION lad.journal_change(" + journal + "', " +
                key.literals + ")")
                   .c_str());
  // Rows that replication writes are changes as well.
  pg::run_once(("ALTER TABLE " + c.target() + " ENABLE ALWAYS TRIGGER " + trigger).c_str());
  read_storage(c);
}

void drop_journal_trigger(const Conversion& c) {
  const pg::DdlHold hold;
  pg::run_once(
      ("DROP TRIGGER IF EXISTS " + catalog::quoted(kJournalTrigger) + " ON " + c.target()).c_str());
}

bool is_same_storage(const Conversion& c) {
  pg::run_once(("LOCK TABLE " + c.target() + " IN ACCESS SHARE MODE").c_str());
  return kStorage.run(TableId{c.original}).get<std::int64_t>(0, 0) == c.storage;
}

void restart_copy(Conversion& c) {
  pg::run_once(("TRUNCATE " + c.building()).c_str());
  c.done = 0;
  read_storage(c);
}

std::int64_t count_rows(const Conversion& c) {
  return pg::run_once(("SELECT count(*) FROM ONLY " + c.target()).c_str()).get<std::int64_t>(0, 0);
}

std::int64_t copy_batch(Conversion& c) {
  const Columns columns = columns_of(c);
  const Key key = key_of(c);
  const std::int64_t end =
      std::min(c.end_block, c.next_block + blocks_of_batch(c.batch_rows, c.total, c.end_block));
  const pg::ActAsOwner owner{c.owner.c_str()};
  const pg::Rows rows = pg::run_once_with("INSERT INTO " + c.building() + " (" + columns.written +
                                              ") OVERRIDING SYSTEM VALUE SELECT " + columns.read +
                                              " FROM ONLY " + c.target() +
                                              " o WHERE o.ctid >= format('(%s,0)', $1)::tid"
                                              " AND o.ctid < format('(%s,0)', $2)::tid AND " +
                                              not_noted(c, key),
                                          c.next_block, end);
  c.next_block = end;
  return static_cast<std::int64_t>(rows.processed());
}

std::string find_difference(const Conversion& c, const PlainTable& table) {
  const Columns columns = columns_of(c);
  const Key key = key_of(c);
  const Text type = table.kind == ColumnKind::date        ? "date"
                    : table.kind == ColumnKind::timestamp ? "timestamp"
                                                          : "timestamptz";
  const Text leaf_bound =
      "(SELECT c.oid, substring(pg_get_expr(c.relpartbound, c.oid) FROM 'FROM [(]''([^'']+)')::" +
      type +
      " AS bound FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
      "WHERE i.inhparent = $1::regclass)";
  const Text sums = "count(*) AS rows, sum(lad.hash_row(ROW(" + columns.compared + "))) AS hash";
  const pg::Rows rows = pg::run_once_with(
      "WITH leaves AS MATERIALIZED " + leaf_bound +
          ", bounds AS MATERIALIZED (SELECT array_agg("
          "bound ORDER BY bound) AS all_bounds FROM leaves WHERE bound IS NOT NULL), plain AS "
          "(SELECT "
          "width_bucket(o." +
          catalog::quoted(c.column) + ", (SELECT all_bounds FROM bounds)) AS place, " + sums +
          " FROM ONLY " + c.target() + " o WHERE " + not_noted(c, key) +
          " GROUP BY 1), parted AS (SELECT o.tableoid AS leaf, " + sums + " FROM " + c.building() +
          " o WHERE " + not_noted(c, key) +
          " GROUP BY 1), placed AS (SELECT l.oid, CASE WHEN l.bound IS NULL THEN 0 ELSE (SELECT "
          "count(*) FROM leaves b WHERE b.bound <= l.bound) END::int AS place FROM leaves l) "
          "SELECT p.oid::regclass::text, coalesce(a.rows, 0), coalesce(b.rows, 0) FROM placed p "
          "LEFT JOIN plain a ON a.place = p.place LEFT JOIN parted b ON b.leaf = p.oid "
          "WHERE (coalesce(a.rows, 0), coalesce(a.hash, 0)) <> (coalesce(b.rows, 0), "
          "coalesce(b.hash, 0)) ORDER BY 1 LIMIT 1",
      c.building());
  if (rows.empty()) return "";
  const Text leaf = rows.get<Text>(0, 0);
  const std::int64_t plain = rows.get<std::int64_t>(0, 1);
  const std::int64_t copied = rows.get<std::int64_t>(0, 2);
  if (plain == copied) return "The rows of " + leaf + " differ from those of the plain table.";
  return leaf + " has " + std::to_string(copied) + " rows, the plain table " +
         std::to_string(plain) + " for it.";
}

std::int64_t catch_up(const Conversion& c) {
  const Columns columns = columns_of(c);
  const Key key = key_of(c);
  const pg::ActAsOwner owner{c.owner.c_str()};
  // The rows go before they come again: the count is asked first.
  const pg::Rows rows = pg::run_once_with(
      "WITH taken AS (DELETE FROM " + c.journal() + " WHERE ctid = ANY (ARRAY(SELECT ctid FROM " +
          c.journal() + " LIMIT $1)) RETURNING " + key.columns +
          "), j AS MATERIALIZED "
          "(SELECT DISTINCT * FROM taken), gone AS (DELETE FROM " +
          c.building() + " o USING j WHERE " + key.join + " RETURNING 1), come AS (INSERT INTO " +
          c.building() + " (" + columns.written + ") OVERRIDING SYSTEM VALUE SELECT " +
          columns.read + " FROM j JOIN ONLY " + c.target() + " o ON " + key.join +
          " WHERE (SELECT count(*) FROM gone) >= 0) SELECT count(*) FROM j",
      std::int64_t{c.batch_rows});
  return rows.get<std::int64_t>(0, 0);
}

std::int64_t count_journal(const Conversion& c, std::int64_t at_most) {
  return pg::run_once_with("SELECT count(*) FROM (SELECT FROM " + c.journal() + " LIMIT $1) AS j",
                           at_most)
      .get<std::int64_t>(0, 0);
}

}  // namespace lad::partitions::store
