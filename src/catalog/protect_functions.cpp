#include "catalog/protect_store.hpp"
#include "pg/args.hpp"
#include "pg/event_trigger.hpp"
#include "pg/result.hpp"
#include "pg/spi.hpp"

namespace lad::catalog {

/// lad.protect: a tenant table out of any table.
LAD_FUNCTION(lad_protect) {
  const auto table = pg::Args{fcinfo}.get<pg::TableId>(0, "table_name");
  const auto actions = pg::with_spi([table] { return protect_table(table); });
  pg::RowSet set{fcinfo};
  for (const ProtectAction& action : actions) {
    set.add(action.object, action.action, action.detail);
  }
  return set.done();
}

/// The event trigger lad_data_protect: a table that comes into lad_data is protected, or refused.
LAD_FUNCTION(lad_protect_new_tables) {
  if (!pg::DdlEvent{fcinfo}.brings_tables()) return pg::void_datum();
  pg::with_spi([] {
    for (const pg::TableId table : tables_of_command()) protect_table(table);
  });
  return pg::void_datum();
}

}  // namespace lad::catalog
