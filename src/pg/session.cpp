#include "pg/session.hpp"

#include <cstdlib>
#include <cstring>

#include "pg/duty.hpp"

extern "C" {
#include <utils/datum.h>
#include <utils/guc.h>
}

namespace lad::pg {
namespace {

constexpr const char* kServiceRole = "lad_service";
constinit int duties = 0;

}  // namespace

ServiceDuty::ServiceDuty() {
  ++duties;
}

ServiceDuty::~ServiceDuty() {
  --duties;
}

bool caller_has_role(const char* role) {
  if (duties > 0 && std::strcmp(role, kServiceRole) == 0) return true;
  return guard([role] {
    const Oid caller = GetOuterUserId();
    if (superuser_arg(caller)) return true;
    const Oid wanted = get_role_oid(role, true);
    return OidIsValid(wanted) && has_privs_of_role(caller, wanted);
  });
}

std::int64_t Interval::exact_us(const char* name) const {
  constexpr std::int64_t kMaxDays = 3'652'500;
  if (months != 0) {
    throw Error{ErrorCode::invalid_argument, std::string(name) + " must not have months"};
  }
  const std::int64_t whole_days = days + us / USECS_PER_DAY;
  if (whole_days > kMaxDays || whole_days < -kMaxDays) {
    throw Error{ErrorCode::out_of_range, std::string(name) + " is out of range"};
  }
  return us + days * USECS_PER_DAY;
}

std::string log_service(const std::string& reason) {
  const char* const role = guard([&reason]() -> const char* {
    char* const name = GetUserNameFromId(GetOuterUserId(), false);
    ereport(LOG, (errmsg("service %s authenticated: %s", name, reason.c_str()), errhidestmt(true)));
    return name;
  });
  return role;
}

void notice(const char* message) {
  guard([message] { ereport(NOTICE, (errmsg("%s", message))); });
}

void require_caller(const char* role, const char* action) {
  if (caller_has_role(role)) return;
  throw Error{ErrorCode::privilege, std::string("must be a member of ") + role + " to " + action};
}

std::int64_t finite_unix_us(Timestamp at, const char* name) {
  if (TIMESTAMP_NOT_FINITE(at.us)) {
    throw Error{ErrorCode::invalid_argument, std::string(name) + " must be finite"};
  }
  return unix_us(at);
}

int server_version() {
  return guard([] { return std::atoi(GetConfigOption("server_version_num", false, false)); });
}

bool is_superuser() {
  return guard([] { return superuser(); });
}

void fill_random(std::span<std::uint8_t> bytes) {
  if (!pg_strong_random(bytes.data(), bytes.size())) {
    throw Error{ErrorCode::internal, "no random numbers available"};
  }
}

Uuid random_uuid() {
  Uuid uuid;
  fill_random(uuid.bytes);
  uuid.bytes[6] = (uuid.bytes[6] & 0x0F) | 0x40;
  uuid.bytes[8] = (uuid.bytes[8] & 0x3F) | 0x80;
  return uuid;
}

std::string jsonb_text(JsonbDatum json) {
  const char* const text = guard([json]() -> const char* {
    Jsonb* const value = DatumGetJsonbP(json.value);
    return JsonbToCString(nullptr, &value->root, VARSIZE(value));
  });
  return text;
}

std::optional<JsonbDatum> copied(const std::optional<JsonbDatum>& json) {
  if (!json) return std::nullopt;
  return JsonbDatum{guard([&json] { return datumCopy(json->value, false, -1); })};
}

}  // namespace lad::pg
