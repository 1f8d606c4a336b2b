#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/uuid.hpp"
#include "pg/epochs.hpp"

/// The tenant context of the running transaction.
///
/// It rides on the setting lad.token, so that savepoints, nesting, rollback and shipping to
/// parallel workers are PostgreSQL's own. The setting's check hook accepts a valid token and keeps,
/// instead of the token, who it is for and the stamp of the transaction: whatever outlives that
/// transaction means nothing.
namespace lad::pg {

/// For whom the transaction acts. Backed by a token that was verified in this transaction, or by
/// lad.authenticate_service.
struct TenantContext {
  Uuid tenant_id;           ///< nil only in a service context that named no tenant
  Uuid user_id;             ///< nil: a machine acts, not a person
  bool is_service = false;  ///< set by lad.authenticate_service
};

/// A top-level transaction: its local id, the same in its parallel workers, and its start, because
/// local ids wrap around.
struct TransactionStamp {
  std::uint32_t id = 0;
  std::int64_t start = 0;
  bool operator==(const TransactionStamp&) const = default;
};

/// A context and the transaction it holds for.
struct ContextClaim {
  TransactionStamp stamp;
  TenantContext context;
};

/// What a genuine token says.
struct VerifiedToken {
  TenantContext context;
  std::int64_t epoch = 0;
};

/// How tokens are judged. Times in µs since 1970-01-01 UTC.
struct TokenRules {
  /// Throws token_invalid, token_expired.
  VerifiedToken (*verify)(std::string_view token, const void* keys, std::string_view audience,
                          std::int64_t now_us, std::int64_t max_ttl_us);
  /// Throws token_invalid, token_revoked.
  void (*require_epoch)(std::int64_t epoch, const TenantEpoch& current);
};

/// Refuses (ERROR) to be loaded in any way but shared_preload_libraries.
void require_preload();

/// Defines lad.token, lad.require_context, lad.max_token_ttl and the hooks; only while preloading,
/// and last, because it reserves the prefix.
void define_context(const TokenRules& rules);

/// The context, or nullptr when this transaction has none. Never raises.
const TenantContext* current_context() noexcept;

/// The context with a tenant; throws no_tenant_context (LD001) when there is none.
const TenantContext& require_tenant();

/// Whether a missing context is an error (setting lad.require_context).
bool context_is_required() noexcept;

/// Longest lifetime of a token in µs (setting lad.max_token_ttl).
std::int64_t max_token_ttl_us() noexcept;

/// The audience of tokens: the name of this database.
std::string_view token_audience();

/// Hides the running statement, which may hold a token, from pg_stat_activity and the log.
void hide_token_statement();

/// Verifies all of a token but its epoch.
VerifiedToken verify_token(std::string_view token);

/// Verifies the token and makes it the context until the transaction, or the savepoint it is in,
/// ends. Its epoch is compared with `current`, else with the shared entry of the tenant, which must
/// be loaded then.
void enter_context(const std::string& token, const std::optional<TenantEpoch>& current);

/// A context without a token, for services.
void enter_service_context(const Uuid& tenant_id);

/// Lends a context where none of that tenant exists, as in lad.issue_token; at the end of its life
/// the one before holds again.
class ContextLoan {
 public:
  explicit ContextLoan(const Uuid& tenant_id);
  ~ContextLoan();
  ContextLoan(const ContextLoan&) = delete;
  ContextLoan& operator=(const ContextLoan&) = delete;

 private:
  ContextClaim before_;
};

}  // namespace lad::pg
