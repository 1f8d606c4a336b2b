#include "core/error.hpp"
#include "leads/bookings.hpp"
#include "leads/enrolment.hpp"
#include "leads/store.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"
#include "pg/trigger.hpp"

/// Triggers of bookings and enrolments. A row that lacks what its NOT NULL constraints ask for
/// passes through: they say so better.
namespace lad::leads {
namespace {

using pg::Timestamp;
using pg::TriggerCall;

struct Times {
  int start;
  int duration;
  int end;

  explicit Times(const TriggerCall& call)
      : start(call.require_column("scheduled_at")),
        duration(call.require_column("duration_minutes")),
        end(call.require_column("buffer_until")) {}
};

std::optional<Slot> slot_of(const std::optional<Timestamp>& start,
                            const std::optional<std::int32_t>& minutes) {
  if (!start || !minutes) return std::nullopt;
  if (!pg::is_finite(*start)) {
    throw Error{ErrorCode::check_failed, "scheduled_at of a booking must be finite"};
  }
  return Slot{start->us, *minutes};
}

/// The end of the time kept free when the statement did not write it itself.
std::optional<std::int64_t> end_for(const TriggerCall& call, const Times& times) {
  const auto after =
      slot_of(call.new_value<Timestamp>(times.start), call.new_value<std::int32_t>(times.duration));
  if (!after) return std::nullopt;
  if (call.new_is_null(times.end)) return end_of(*after);
  if (call.is_insert() || call.changed(times.end)) return std::nullopt;
  if (!call.changed(times.start) && !call.changed(times.duration)) return std::nullopt;
  const auto before =
      slot_of(call.old_value<Timestamp>(times.start), call.old_value<std::int32_t>(times.duration));
  if (!before) return end_of(*after);
  return moved_end(*before, *after, call.new_value<Timestamp>(times.end)->us);
}

struct Enrolment {
  int person;
  int lead;
  int lead_data;

  explicit Enrolment(const TriggerCall& call)
      : person(call.require_column("apollo_person_id")),
        lead(call.require_column("lead_id")),
        lead_data(call.require_column("lead_data")) {}

  bool is_touched(const TriggerCall& call) const {
    return call.is_insert() || call.changed(person) || call.changed(lead) ||
           call.changed(lead_data);
  }
};

PersonSources sources_of(const TriggerCall& call, const Enrolment& columns, const Uuid& tenant_id,
                         const Uuid& lead_id) {
  PersonSources sources;
  if (call.is_insert() || call.changed(columns.person)) {
    sources.written = call.new_value<std::string>(columns.person);
  } else if (!call.changed(columns.lead)) {
    sources.before = call.old_value<std::string>(columns.person);
  }
  const auto data = call.new_value<pg::JsonbDatum>(columns.lead_data);
  pg::with_spi([&] {
    if (data) sources.in_lead_data = store::person_in(*data);
    sources.of_lead = store::person_of(tenant_id, lead_id);
  });
  return sources;
}

}  // namespace

/// buffer_until follows scheduled_at and duration_minutes.
LAD_FUNCTION(lad_keep_booking_time) {
  TriggerCall call{fcinfo};
  const Times times{call};
  if (const auto end = end_for(call, times)) {
    call.set_new_value(times.end, Timestamp{*end});
  }
  return call.proceed();
}

/// A booking without a member goes to the member who works on the lead.
LAD_FUNCTION(lad_assign_booking) {
  TriggerCall call{fcinfo};
  const int assignee = call.require_column("assigned_user_id");
  if (!call.new_is_null(assignee) || (call.is_update() && !call.changed(assignee))) {
    return call.proceed();
  }
  const auto tenant_id = call.new_value<Uuid>(call.require_column("tenant_id"));
  const auto lead_id = call.new_value<Uuid>(call.require_column("lead_id"));
  if (!tenant_id || !lead_id) return call.proceed();
  const auto found = pg::with_spi([&] { return store::assignee_of(*tenant_id, *lead_id); });
  if (!found.exists) return call.proceed();  // the foreign key says so
  if (!found.user_id) {
    throw Error{ErrorCode::check_failed, "a booking needs a member who takes it",
                "The lead is assigned to nobody.",
                "Assign the lead, or name assigned_user_id in the booking."};
  }
  call.set_new_value(assignee, *found.user_id);
  return call.proceed();
}

/// Repeats of a booking form a chain that is counted and ends.
LAD_FUNCTION(lad_count_booking_retry) {
  TriggerCall call{fcinfo};
  const int parent = call.require_column("parent_booking_id");
  if (call.is_update() && call.changed(parent)) {
    throw Error{ErrorCode::check_failed, "parent_booking_id of a booking never changes", "",
                "Make a new booking that names its parent."};
  }
  const auto tenant_id = call.new_value<Uuid>(call.require_column("tenant_id"));
  const auto parent_id = call.new_value<Uuid>(parent);
  if (call.is_update() || !tenant_id || !parent_id) return call.proceed();
  const auto chain = pg::with_spi([&] { return store::lock_chain(*tenant_id, *parent_id); });
  if (!chain) {
    throw Error{ErrorCode::missing_reference, "parent_booking_id names no booking of this tenant",
                "There is no such row in lead_bookings."};
  }
  call.set_new_value(call.require_column("retry_count"),
                     next_retry(chain->retry_count, chain->repeats));
  return call.proceed();
}

/// apollo_person_id of an enrolment says who is enrolled, whichever lead stands for the person.
LAD_FUNCTION(lad_identify_enrolment) {
  TriggerCall call{fcinfo};
  const Enrolment columns{call};
  const auto tenant_id = call.new_value<Uuid>(call.require_column("tenant_id"));
  const auto lead_id = call.new_value<Uuid>(columns.lead);
  if (!tenant_id || !lead_id || !columns.is_touched(call)) return call.proceed();
  call.set_new_value(columns.person,
                     choose_person(sources_of(call, columns, *tenant_id, *lead_id)));
  return call.proceed();
}

}  // namespace lad::leads
