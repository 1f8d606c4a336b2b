#include "pg/journal.hpp"

#include <string>

#include "core/error.hpp"
#include "pg/as_owner.hpp"
#include "pg/spi.hpp"

extern "C" {
#include <access/detoast.h>
#include <common/hashfn.h>
#include <utils/datum.h>
#include <utils/rel.h>
#include <utils/typcache.h>
}

namespace lad::pg {
namespace {

/// What is known of a trigger: its statement and where its columns are.
struct Journal {
  Oid trigger = InvalidOid;
  SPIPlanPtr plan = nullptr;
  int count = 0;
  int columns[INDEX_MAX_KEYS] = {};
};

constexpr int kJournals = 8;
constinit Journal journals[kJournals] = {};
constinit int next_journal = 0;

std::string insert_statement(const Trigger* trigger) {
  std::string sql = std::string("INSERT INTO ") + trigger->tgargs[0] + " VALUES (";
  for (int i = 1; i < trigger->tgnargs; ++i) sql += (i > 1 ? ", $" : "$") + std::to_string(i);
  return sql + ")";
}

void prepare(Journal& journal, const TriggerData* data) {
  const Trigger* const trigger = data->tg_trigger;
  const TupleDesc shape = data->tg_relation->rd_att;
  const std::string sql = insert_statement(trigger);
  guard([&] {
    if (journal.plan != nullptr) SPI_freeplan(journal.plan);
    journal.plan = nullptr;
    journal.trigger = InvalidOid;
    Oid types[INDEX_MAX_KEYS];
    journal.count = trigger->tgnargs - 1;
    for (int i = 0; i < journal.count; ++i) {
      journal.columns[i] = SPI_fnumber(shape, trigger->tgargs[i + 1]);
      if (journal.columns[i] <= 0) elog(ERROR, "no column \"%s\"", trigger->tgargs[i + 1]);
      types[i] = SPI_gettypeid(shape, journal.columns[i]);
    }
    journal.plan = detail::keep_plan(sql.c_str(), types, journal.count);
    journal.trigger = trigger->tgoid;
  });
}

Journal& journal_of(const TriggerData* data) {
  for (Journal& journal : journals) {
    if (journal.plan != nullptr && journal.trigger == data->tg_trigger->tgoid) return journal;
  }
  Journal& journal = journals[next_journal];
  next_journal = (next_journal + 1) % kJournals;
  prepare(journal, data);
  return journal;
}

void note(const Journal& journal, TupleDesc shape, HeapTuple row) {
  guard([&] {
    Datum values[INDEX_MAX_KEYS];
    char nulls[INDEX_MAX_KEYS];
    for (int i = 0; i < journal.count; ++i) {
      bool null = false;
      values[i] = heap_getattr(row, journal.columns[i], shape, &null);
      nulls[i] = null ? 'n' : ' ';
    }
    detail::execute_plan(journal.plan, values, nulls, false);
  });
}

bool has_moved(const Journal& journal, TupleDesc shape, HeapTuple before, HeapTuple after) {
  return guard([&] {
    for (int i = 0; i < journal.count; ++i) {
      const Form_pg_attribute column = TupleDescAttr(shape, journal.columns[i] - 1);
      bool null_before = false;
      bool null_after = false;
      const Datum old_value = heap_getattr(before, journal.columns[i], shape, &null_before);
      const Datum new_value = heap_getattr(after, journal.columns[i], shape, &null_after);
      if (null_before != null_after) return true;
      if (!null_before && !datum_image_eq(old_value, new_value, column->attbyval, column->attlen)) {
        return true;
      }
    }
    return false;
  });
}

std::uint64_t hash_bytes(const void* bytes, std::size_t length) {
  return DatumGetUInt64(
      hash_any_extended(static_cast<const unsigned char*>(bytes), static_cast<int>(length), 0));
}

std::uint64_t hash_field(Datum value, const FormData_pg_attribute& field) {
  if (field.attbyval) return hash_bytes(&value, sizeof value);
  if (field.attlen > 0) return hash_bytes(DatumGetPointer(value), field.attlen);
  if (field.attlen == -2) return hash_bytes(DatumGetCString(value), strlen(DatumGetCString(value)));
  auto* const packed = PG_DETOAST_DATUM_PACKED(value);
  return hash_bytes(VARDATA_ANY(packed), VARSIZE_ANY_EXHDR(packed));
}

}  // namespace

void journal_change(FunctionCallInfo fcinfo) {
  const auto* const data = reinterpret_cast<TriggerData*>(fcinfo->context);
  if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_FOR_ROW(data->tg_event) ||
      !TRIGGER_FIRED_AFTER(data->tg_event) || data->tg_trigger->tgnargs < 2 ||
      data->tg_trigger->tgnargs > INDEX_MAX_KEYS) {
    throw Error{ErrorCode::invalid_argument, "function can only be called as a row trigger"};
  }
  const ActAsOwner owner{"lad_owner"};
  with_spi([&] {
    const Journal& journal = journal_of(data);
    const TupleDesc shape = data->tg_relation->rd_att;
    note(journal, shape, data->tg_trigtuple);
    if (TRIGGER_FIRED_BY_UPDATE(data->tg_event) &&
        has_moved(journal, shape, data->tg_trigtuple, data->tg_newtuple)) {
      note(journal, shape, data->tg_newtuple);
    }
  });
}

std::int64_t hash_row(Datum record) {
  return guard([record] {
    HeapTupleHeader header = DatumGetHeapTupleHeader(record);
    const TupleDesc shape =
        lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(header), HeapTupleHeaderGetTypMod(header));
    HeapTupleData tuple;
    tuple.t_len = HeapTupleHeaderGetDatumLength(header);
    ItemPointerSetInvalid(&tuple.t_self);
    tuple.t_tableOid = InvalidOid;
    tuple.t_data = header;
    auto* const values = static_cast<Datum*>(palloc(shape->natts * sizeof(Datum)));
    auto* const nulls = static_cast<bool*>(palloc(shape->natts * sizeof(bool)));
    heap_deform_tuple(&tuple, shape, values, nulls);
    std::uint64_t hash = 0;
    for (int i = 0; i < shape->natts; ++i) {
      const std::uint64_t field =
          nulls[i] ? 0x9e3779b97f4a7c15 : hash_field(values[i], *TupleDescAttr(shape, i));
      hash = hash_combine64(hash, field);
    }
    ReleaseTupleDesc(shape);
    return static_cast<std::int64_t>(hash);
  });
}

}  // namespace lad::pg
