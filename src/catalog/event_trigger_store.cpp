#include "catalog/event_trigger_store.hpp"

#include "pg/session.hpp"
#include "pg/spi.hpp"

namespace lad::catalog {
namespace {

constinit pg::Plan<std::string> kExists{"SELECT FROM pg_event_trigger WHERE evtname = $1"};

struct EventTrigger {
  const char* name;
  const char* effect;
  const char* clauses;  ///< of CREATE EVENT TRIGGER name
};

// They fire in the order of their names: a new partition must belong to its owner before it is
// counted.
constexpr EventTrigger kTriggers[] = {
    {"lad_data_protect", "protects new tables of lad_data",
     " ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO', "
     "'ALTER TABLE') EXECUTE FUNCTION lad.protect_new_tables()"},
    {"lad_data_rollups_go", "sees partitions of summed tables go",
     " ON ddl_command_start WHEN TAG IN ('ALTER TABLE', 'DROP TABLE') "
     "EXECUTE FUNCTION lad.watch_partitions()"},
    {"lad_data_rollups_come", "sees partitions of summed tables come",
     " ON ddl_command_end WHEN TAG IN ('ALTER TABLE', 'CREATE TABLE') "
     "EXECUTE FUNCTION lad.watch_partitions()"},
};

void add(const EventTrigger& trigger, std::vector<store::Action>& actions) {
  const std::string object = "event trigger " + std::string{trigger.name};
  const bool exists = !kExists.run(trigger.name).empty();
  if (!exists && !pg::is_superuser()) {
    pg::notice((object + " is left out: only a superuser may create it").c_str());
    return;
  }
  if (!exists) store::run("CREATE EVENT TRIGGER " + std::string{trigger.name} + trigger.clauses);
  actions.push_back({object, exists ? "exists" : "created", trigger.effect});
}

}  // namespace

void add_event_triggers(std::vector<store::Action>& actions) {
  for (const EventTrigger& trigger : kTriggers) add(trigger, actions);
}

}  // namespace lad::catalog
