#pragma once

#include "core/uuid.hpp"

/// The tenant context of the running transaction.
namespace lad::pg {

/// For whom the transaction acts. Backed by a token that was verified in this transaction, or by
/// lad.authenticate_service.
struct TenantContext {
  Uuid tenant_id;           ///< nil only in a service context that named no tenant
  Uuid user_id;             ///< nil: a machine acts, not a person
  bool is_service = false;  ///< set by lad.authenticate_service
};

/// The context, or nullptr when this transaction has none. Never raises.
const TenantContext* current_context() noexcept;

/// The context with a tenant; throws no_tenant_context (LD001) when there is none.
const TenantContext& require_tenant();

}  // namespace lad::pg
