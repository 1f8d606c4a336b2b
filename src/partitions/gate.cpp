#include "partitions/gate.hpp"

#include "partitions/range.hpp"
#include "pg/session.hpp"

namespace lad::partitions {

void require_maintainer(const char* action) {
  if (pg::caller_has_role("lad_owner") || pg::caller_has_role("lad_service")) return;
  throw Error{ErrorCode::privilege, std::string("permission denied to ") + action, "",
              "Call it as a superuser, or as a member of lad_owner or lad_service."};
}

std::int64_t read_as_of(const pg::Args& args, int index) {
  const std::int64_t us = pg::finite_unix_us(args.get<pg::Timestamp>(index, "as_of"), "as_of");
  const Date date = date_of(us);
  if (date.year >= 1 && date.year <= 9999) return us;
  throw Error{ErrorCode::invalid_argument, "as_of is not in the years 1 to 9999"};
}

void require_retention_action(const std::string& action) {
  if (action == "archive" || action == "drop" || action == "detach") return;
  throw Error{ErrorCode::invalid_argument, "unknown action", "", "It is archive, drop or detach."};
}

}  // namespace lad::partitions
