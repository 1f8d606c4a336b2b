#include "catalog/event_trigger_store.hpp"

#include "pg/session.hpp"
#include "pg/spi.hpp"

namespace lad::catalog {
namespace {

constinit pg::Plan<> kExists{"SELECT 1 FROM pg_event_trigger WHERE evtname = 'lad_data_protect'"};

constexpr const char* kCreate =
    "CREATE EVENT TRIGGER lad_data_protect ON ddl_command_end "
    "WHEN TAG IN ('CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO', 'ALTER TABLE') "
    "EXECUTE FUNCTION lad.protect_new_tables()";

}  // namespace

void add_event_trigger(std::vector<store::Action>& actions) {
  const bool exists = !kExists.run().empty();
  if (!exists && !pg::is_superuser()) {
    pg::notice("event trigger lad_data_protect is left out: only a superuser may create it");
    return;
  }
  if (!exists) store::run(kCreate);
  actions.push_back({"event trigger lad_data_protect", exists ? "exists" : "created",
                     "protects new tables of lad_data"});
}

}  // namespace lad::catalog
