#pragma once

/// SQL of the wallet that pays for a user of tenant $1: his own, else the tenant's. Three probes of
/// an index at most, however many wallets there are; an expression that chose the identifier would
/// not be leakproof, so that row-level security would read all of them.
#define LAD_PAYER(columns, user)                                                              \
  "SELECT " columns " FROM lad_data.billing_wallets WHERE tenant_id = $1 AND user_id = " user \
  " UNION ALL SELECT " columns                                                                \
  " FROM lad_data.billing_wallets WHERE tenant_id = $1 AND user_id IS NULL AND NOT EXISTS"    \
  " (SELECT FROM lad_data.billing_wallets WHERE tenant_id = $1 AND user_id = " user ")"
