#include "partitions/conversion_hooks.hpp"

#include <string>

#include "pg/nap.hpp"
#include "pg/spi.hpp"
#include "pg/worker.hpp"

namespace lad::partitions {
namespace {

constinit pg::Plan<> kSuperuser{"SELECT rolname::text FROM pg_roles WHERE oid = 10"};

// A function of its own: its settings hold for one step.
constinit pg::Plan<Uuid> kStep{"SELECT state, pause_ms FROM lad.convert_step($1)"};

struct Outcome {
  bool goes_on;
  std::int32_t pause_ms;
};

Outcome step(const Uuid& job) {
  const pg::Rows rows = kStep.run(job);
  return {rows.get<std::string>(0, 0) == "running", rows.get<std::int32_t>(0, 1)};
}

}  // namespace

void convert(const Uuid& job) {
  pg::become(pg::worker_transaction([] { return kSuperuser.run().get<std::string>(0, 0); }));
  for (;;) {
    const Outcome outcome = pg::worker_transaction([&] { return step(job); });
    if (!outcome.goes_on) return;
    pg::nap(outcome.pause_ms);
  }
}

}  // namespace lad::partitions
