#pragma once

#include <optional>
#include <string>

/// Rules of enrolments: which person at Apollo an enrolment is about, so that nobody is enrolled
/// twice in a campaign as two leads.
namespace lad::leads {

struct PersonSources {
  std::optional<std::string> in_lead_data;  ///< lead_data.apollo_person_id
  std::optional<std::string> written;       ///< the column, if this statement wrote it
  std::optional<std::string> before;        ///< the column as it was, for the same lead
  std::optional<std::string> of_lead;       ///< what the lead itself came with
};

/// lead_data, else what was written, else what was known before, else the lead's own; empty text
/// counts as nothing. Throws check_failed (23514) when lead_data and what was written contradict
/// each other.
std::optional<std::string> choose_person(const PersonSources& sources);

}  // namespace lad::leads
