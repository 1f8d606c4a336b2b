#include "pg/context.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>

#include "core/bytes.hpp"
#include "core/error.hpp"
#include "pg/boundary.hpp"
#include "pg/key_file.hpp"
#include "pg/mask.hpp"
#include "pg/session.hpp"
#include "pg/setting.hpp"

extern "C" {
#include <access/parallel.h>
#include <commands/dbcommands.h>
#include <pgstat.h>
#include <storage/proc.h>
#include <tcop/tcopprot.h>
#include <tcop/utility.h>
#include <utils/backend_status.h>
#include <utils/guc.h>
}

namespace lad::pg {
namespace {

// What the setting keeps instead of the token: in the hook's `extra`, and as text for workers.
using Claim = ContextClaim;
using Stamp = TransactionStamp;

static_assert(InvalidLocalTransactionId == 0 && sizeof(LocalTransactionId) == 4);

constexpr char kPrivateMark = '\x01';  // no token begins with it
constexpr const char* kMaskedStatement = "SELECT lad.authenticate($1)";

constinit TokenRules token_rules{};
constinit bool is_ready = false;
constinit char* token_value = nullptr;
constinit bool require_context = true;
constinit int max_token_ttl_s = 900;
constinit Claim active{};                          // read by policies
constinit Claim pinned{};                          // the transaction's tenant, savepoints or not
constinit const TenantContext* service = nullptr;  // being entered without a token
constinit const TenantEpoch* vouched = nullptr;    // read from the table for this token
constinit NameData database_name{};
constinit ProcessUtility_hook_type next_utility = nullptr;

LocalTransactionId current_id() noexcept {
  const PGPROC* const leader = MyProc->lockGroupLeader;
  return (leader != nullptr ? leader : MyProc)->lxid;
}

Stamp current_stamp() {
  return {current_id(), GetCurrentTransactionStartTimestamp()};
}

bool same_party(const TenantContext& a, const TenantContext& b) {
  return a.tenant_id == b.tenant_id && a.user_id == b.user_id;
}

/// Points a static at a value for the time of a scope.
template <class T>
class Lent {
 public:
  Lent(const T*& slot, const T* value) : slot_(slot) { slot_ = value; }
  ~Lent() { slot_ = nullptr; }
  Lent(const Lent&) = delete;
  Lent& operator=(const Lent&) = delete;

 private:
  const T*& slot_;
};

void require_epoch(const VerifiedToken& token) {
  if (vouched != nullptr) return token_rules.require_epoch(token.epoch, *vouched);
  const auto current = find_epoch(token.context.tenant_id);
  if (!current) {
    throw Error{ErrorCode::token_invalid, "token cannot be judged here",
                "The revocation state of its tenant is not loaded.",
                "Present it with lad.authenticate."};
  }
  token_rules.require_epoch(token.epoch, *current);
}

TenantContext verify(const char* text) {
  if (service != nullptr) return *service;
  const VerifiedToken token = verify_token(text);
  const TenantContext& context = token.context;
  require_epoch(token);
  if (pinned.stamp == current_stamp() && !same_party(pinned.context, context)) {
    throw Error{ErrorCode::tenant_switch, "the transaction already acts for somebody else"};
  }
  return context;
}

/// A claim without the gaps that a struct has: they hold what was on the stack before.
using ClaimBytes = std::array<std::uint8_t, 8 + 8 + 16 + 16 + 1>;

ClaimBytes pack(const Claim& claim) {
  ClaimBytes bytes;
  const std::span out(bytes);
  store_big_endian(claim.stamp.id, out.subspan<0, 8>());
  store_big_endian(static_cast<std::uint64_t>(claim.stamp.start), out.subspan<8, 8>());
  std::ranges::copy(claim.context.tenant_id.bytes, bytes.begin() + 16);
  std::ranges::copy(claim.context.user_id.bytes, bytes.begin() + 32);
  bytes[48] = claim.context.is_service ? 1 : 0;
  return bytes;
}

Claim unpack(const ClaimBytes& bytes) {
  const std::span in(bytes);
  Claim claim;
  claim.stamp.id = static_cast<std::uint32_t>(load_int64(in.subspan<0, 8>()));
  claim.stamp.start = load_int64(in.subspan<8, 8>());
  std::ranges::copy(in.subspan<16, 16>(), claim.context.tenant_id.bytes.begin());
  std::ranges::copy(in.subspan<32, 16>(), claim.context.user_id.bytes.begin());
  claim.context.is_service = bytes[48] == 1;
  return claim;
}

/// The private form is shipped to workers as text: the mark, then the claim in hexadecimal.
char* to_private_text(const Claim& claim) {
  const ClaimBytes bytes = pack(claim);
  auto* const text = static_cast<char*>(std::malloc(2 * bytes.size() + 2));
  if (text == nullptr) return nullptr;
  text[0] = kPrivateMark;
  hex_encode(reinterpret_cast<const char*>(bytes.data()), bytes.size(), text + 1);
  text[2 * bytes.size() + 1] = '\0';
  return text;
}

int hex_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

bool from_private_text(const char* text, Claim& claim) noexcept {
  ClaimBytes bytes;
  if (text[0] != kPrivateMark || std::strlen(text) != 2 * bytes.size() + 1) return false;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const int high = hex_value(text[1 + 2 * i]);
    const int low = hex_value(text[2 + 2 * i]);
    if (high < 0 || low < 0) return false;
    bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  claim = unpack(bytes);
  return true;
}

bool keep(const Claim& claim, void** extra) {
  *extra = std::malloc(sizeof(Claim));
  if (*extra == nullptr) return false;
  std::memcpy(*extra, &claim, sizeof(Claim));
  return true;
}

Failure failure_of(ErrorCode code, const char* message) {
  Failure failure{};
  failure.sqlstate = MAKE_SQLSTATE(sqlstate(code)[0], sqlstate(code)[1], sqlstate(code)[2],
                                   sqlstate(code)[3], sqlstate(code)[4]);
  strlcpy(failure.message, message, sizeof(failure.message));
  return failure;
}

/// Replaces the token by its private form, so that it stays nowhere in memory.
bool accept(const TenantContext& context, char** value, void** extra) {
  const Claim claim{current_stamp(), context};
  char* const text = to_private_text(claim);
  if (text == nullptr || !keep(claim, extra)) {
    std::free(text);
    return refuse_setting(failure_of(ErrorCode::out_of_memory, "out of memory"));
  }
  explicit_bzero(*value, std::strlen(*value));
  std::free(*value);
  *value = text;
  return true;
}

bool check_token(char** value, void** extra, GucSource source) {
  if (*value == nullptr || **value == '\0') return true;
  if (InitializingParallelWorker) {
    // The leader verified it; a form that cannot be read gives no context, and never an error.
    Claim claim;
    return !from_private_text(*value, claim) || keep(claim, extra);
  }
  if (!is_ready || source != PGC_S_SESSION || !IsTransactionState()) {
    return refuse_setting(
        failure_of(ErrorCode::token_invalid, "a token can only be presented inside a transaction"));
  }
  Failure failure{};
  TenantContext context;
  try {
    context = verify(*value);
  } catch (...) {
    failure = describe_current_exception();
  }
  if (failure.is_postgres) PG_RE_THROW();
  if (failure.sqlstate != 0) return refuse_setting(failure);
  return accept(context, value, extra);
}

void assign_token(const char*, void* extra) {
  active = Claim{};
  if (extra == nullptr) return;
  Claim claim;
  std::memcpy(&claim, extra, sizeof(claim));
  if (claim.stamp.id == InvalidLocalTransactionId || claim.stamp != current_stamp()) return;
  active = claim;
  if (!claim.context.is_service) pinned = claim;
}

const char* show_token() {
  return current_context() != nullptr ? "(set)" : "";
}

void end_transaction(XactEvent, void*) {
  // A worker commits a transaction of its own right after it received the context.
  if (InitializingParallelWorker) return;
  active = Claim{};
  pinned = Claim{};
}

void run_utility(PlannedStmt* statement, const char* query, bool read_only,
                 ProcessUtilityContext context, ParamListInfo parameters,
                 QueryEnvironment* environment, DestReceiver* destination, QueryCompletion* done) {
  if (IsA(statement->utilityStmt, VariableSetStmt)) {
    const auto* const set = castNode(VariableSetStmt, statement->utilityStmt);
    if (set->name != nullptr && pg_strcasecmp(set->name, "lad.token") == 0) {
      pgstat_report_activity(STATE_RUNNING, kMaskedStatement);
      debug_query_string = kMaskedStatement;
      statement->queryId = 0;
    }
  }
  const auto next = next_utility != nullptr ? next_utility : standard_ProcessUtility;
  next(statement, query, read_only, context, parameters, environment, destination, done);
}

void set_token(const char* value) {
  guard([value] {
    set_config_option("lad.token", value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_LOCAL, true, 0,
                      false);
  });
}

}  // namespace

void require_preload() {
  if (process_shared_preload_libraries_in_progress) return;
  ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                  errmsg("lad_ext must be loaded through shared_preload_libraries"),
                  errhint("Add lad_ext to shared_preload_libraries and restart the server.")));
}

void define_context(const TokenRules& rules) {
  token_rules = rules;
  DefineCustomStringVariable("lad.token", "Token that backs the tenant context of the transaction.",
                             "Present it with lad.authenticate; it cannot be read back.",
                             &token_value, "", PGC_USERSET,
                             GUC_NO_RESET_ALL | GUC_DISALLOW_IN_FILE | GUC_NOT_IN_SAMPLE,
                             check_token, assign_token, show_token);
  DefineCustomBoolVariable("lad.require_context",
                           "Whether a statement without a tenant context fails.",
                           "When off, it sees no rows instead.", &require_context, true, PGC_SUSET,
                           0, nullptr, nullptr, nullptr);
  DefineCustomIntVariable("lad.max_token_ttl", "Longest lifetime of a token.", nullptr,
                          &max_token_ttl_s, 900, 1, 86400, PGC_SUSET, GUC_UNIT_S, nullptr, nullptr,
                          nullptr);
  MarkGUCPrefixReserved("lad");
  RegisterXactCallback(end_transaction, nullptr);
  next_utility = ProcessUtility_hook;
  ProcessUtility_hook = run_utility;
  is_ready = true;
}

const TenantContext* current_context() noexcept {
  const LocalTransactionId id = active.stamp.id;
  if (id == InvalidLocalTransactionId || id != current_id()) return nullptr;
  return &active.context;
}

const TenantContext& require_tenant() {
  const TenantContext* const context = current_context();
  if (context == nullptr || context->tenant_id.is_nil()) {
    throw Error{ErrorCode::no_tenant_context, "no tenant context"};
  }
  return *context;
}

bool context_is_required() noexcept {
  return require_context;
}

std::int64_t max_token_ttl_us() noexcept {
  return max_token_ttl_s * USECS_PER_SEC;
}

std::string_view token_audience() {
  if (NameStr(database_name)[0] == '\0') {
    guard([] { namestrcpy(&database_name, get_database_name(MyDatabaseId)); });
  }
  return NameStr(database_name);
}

VerifiedToken verify_token(std::string_view token) {
  const void* const keys = current_keys();
  return token_rules.verify(token, keys, token_audience(), unix_us(clock_now()),
                            max_token_ttl_us());
}

void hide_token_statement() {
  mask_statement(kMaskedStatement);
}

void enter_context(const std::string& token, const std::optional<TenantEpoch>& current) {
  const Lent lent{vouched, current ? &*current : nullptr};
  set_token(token.c_str());
}

void enter_service_context(const Uuid& tenant_id) {
  const TenantContext context{tenant_id, Uuid{}, true};
  const Lent lent{service, &context};
  set_token("service");
}

ContextLoan::ContextLoan(const Uuid& tenant_id) : before_(active) {
  active = Claim{current_stamp(), {tenant_id, Uuid{}, true}};
}

ContextLoan::~ContextLoan() {
  active = before_;
}

}  // namespace lad::pg
