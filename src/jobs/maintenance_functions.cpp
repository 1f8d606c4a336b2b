#include "jobs/jobs.hpp"
#include "jobs/long_job_store.hpp"
#include "jobs/maintenance_store.hpp"
#include "pg/args.hpp"
#include "pg/as_owner.hpp"
#include "pg/context.hpp"
#include "pg/duty.hpp"
#include "pg/procedure.hpp"
#include "pg/result.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"
#include "pg/worker.hpp"

namespace jobs = lad::jobs;
namespace pg = lad::pg;
namespace store = lad::jobs::store;
using lad::Uuid;

namespace {

/// Long enough for the two statements of book-keeping.
constexpr pg::TimeLimits kBookLimits{.whole_ms = 30'000, .lock_ms = 5'000};

std::int64_t period_us(const jobs::Job& job, const store::State& state) {
  return state.every_us.value_or(job.every_us);
}

/// One run of one job: rounds, each in a transaction of its own that also takes the result down.
class JobRun {
 public:
  JobRun(const jobs::Job& job, pg::Timestamp clock) : job_(job), clock_(clock) {
    run_.job = job.name;
    run_.started = pg::clock_now();
  }

  void run(pg::Procedure& procedure) {
    const pg::TimeLimits limits{job_.limit_s * 1000, job_.lock_limit_ms};
    for (int round = 0; round < job_.rounds && !pg::should_leave(); ++round) {
      bool goes_on = false;
      const auto failure =
          procedure.transaction(limits, [&] { goes_on = pg::with_spi([&] { return work(); }); });
      if (failure) return take_down(procedure, *failure);
      if (!goes_on) return;
    }
  }

 private:
  /// Whether there may be more to do.
  bool work() {
    if (!begin()) return false;
    const std::int64_t done = act();
    run_.rows += done;
    const pg::ActAsOwner owner{"lad_owner"};
    store::write_run(run_);
    return done > 0;
  }

  /// False when another session has the job in hand, or it is not due.
  bool begin() {
    const pg::ActAsOwner owner{"lad_owner"};
    if (!store::try_take(run_.job)) return false;
    if (has_begun_) return true;
    const store::State state = store::read_state(run_.job);
    const std::int64_t every_us = period_us(job_, state);
    if (state.is_off) return false;
    if (state.next_run && !jobs::is_due(state.next_run->us, every_us, clock_.us)) return false;
    run_.next_run = {run_.started.us + jobs::delay_us(every_us, 0)};
    has_begun_ = true;
    return true;
  }

  std::int64_t act() const {
    const pg::ActAsOwner service{"lad_service"};
    const pg::ServiceDuty duty;
    pg::enter_service_context(Uuid{});
    return store::run_round(job_.statement, clock_);
  }

  void take_down(pg::Procedure& procedure, const pg::Survived& failure) {
    const auto lost = procedure.transaction(kBookLimits, [&] {
      pg::with_spi([&] {
        const pg::ActAsOwner owner{"lad_owner"};
        const store::State state = store::read_state(run_.job);
        run_.error = failure.sqlstate + ": " + failure.message +
                     (failure.detail.empty() ? "" : " (" + failure.detail + ")");
        run_.next_run = {run_.started.us +
                         jobs::delay_us(period_us(job_, state), state.failures + 1)};
        store::write_run(run_);
      });
    });
    const std::string text = "job " + run_.job + " failed: " + failure.sqlstate + ": " +
                             failure.message + (lost ? "; not taken down: " + lost->message : "");
    pg::warn(text.c_str());
  }

  const jobs::Job& job_;
  pg::Timestamp clock_;
  store::Run run_;
  bool has_begun_ = false;
};

void require_maintainer() {
  if (pg::caller_has_role("lad_owner")) return;
  pg::require_caller("lad_service", "run maintenance");
}

}  // namespace

LAD_FUNCTION(lad_run_maintenance) {
  const auto as_of = pg::Args{fcinfo}.get<pg::Timestamp>(0, "as_of");
  pg::finite_unix_us(as_of, "as_of");
  require_maintainer();
  pg::Procedure procedure{fcinfo, "lad.run_maintenance"};
  pg::with_spi([] { store::require_installed(); });
  for (const jobs::Job& job : jobs::all_jobs()) {
    if (pg::should_leave()) break;
    JobRun{job, as_of}.run(procedure);
  }
  procedure.finish();
  return pg::void_datum();
}

LAD_FUNCTION(lad_read_jobs) {
  pg::RowSet set{fcinfo};
  std::vector<store::State> states;
  const std::string database = pg::with_spi([&] {
    const pg::ActAsOwner owner{"lad_owner"};
    store::require_installed();
    for (const jobs::Job& job : jobs::all_jobs()) {
      states.push_back(store::read_state(std::string{job.name}));
    }
    return store::database_name();
  });
  const pg::Timestamp now = pg::transaction_now();
  for (std::size_t i = 0; i < states.size(); ++i) {
    const store::State& state = states[i];
    const auto next_run = state.is_off ? std::nullopt : std::optional{state.next_run.value_or(now)};
    set.add(std::string{jobs::all_jobs()[i].name}, database, state.last_run, state.duration,
            state.rows, state.error, next_run);
  }
  return set.done();
}

LAD_FUNCTION(lad_set_job) {
  const pg::Args args{fcinfo};
  const jobs::Job& job = jobs::find_job(args.get<std::string>(0, "job"));
  store::Setting setting;
  setting.job = job.name;
  if (const auto every = args.get_optional<pg::Interval>(1)) {
    setting.every_us = every->exact_us("every");
    jobs::require_valid_period(*setting.every_us);
  }
  setting.is_off = !args.get<bool>(2, "enabled");
  pg::with_spi([&] {
    const pg::ActAsOwner owner{"lad_owner"};
    store::require_installed();
    const auto last_run = store::read_state(setting.job).last_run;
    setting.next_run = pg::clock_now();
    if (last_run) setting.next_run.us = last_run->us + setting.every_us.value_or(job.every_us);
    store::write_setting(setting);
  });
  return pg::void_datum();
}

LAD_FUNCTION(lad_resume_long_jobs) {
  (void)fcinfo;
  return pg::to_datum(pg::with_spi([] {
    const pg::ActAsOwner owner{"lad_owner"};
    store::require_installed();
    return static_cast<std::int64_t>(pg::resume_long_jobs());
  }));
}
