#include "leads/enrolment.hpp"

#include "core/error.hpp"

namespace lad::leads {
namespace {

bool is_given(const std::optional<std::string>& id) {
  return id && !id->empty();
}

}  // namespace

std::optional<std::string> choose_person(const PersonSources& sources) {
  const bool in_data = is_given(sources.in_lead_data);
  if (in_data && is_given(sources.written) && *sources.in_lead_data != *sources.written) {
    throw Error{ErrorCode::check_failed,
                "apollo_person_id and lead_data.apollo_person_id contradict each other", "",
                "Write one of the two, or both in agreement."};
  }
  if (in_data) return sources.in_lead_data;
  for (const auto* source : {&sources.written, &sources.before, &sources.of_lead}) {
    if (is_given(*source)) return *source;
  }
  return std::nullopt;
}

}  // namespace lad::leads
