#pragma once

/// Rows of the ledger and of its archive, under the name l, with the columns that some reader
/// needs: a user's own column may be in one table only.
#define LAD_LEDGER_COLUMNS                                                                   \
  "id, tenant_id, wallet_id, transaction_type, amount, balance_before, balance_after, "      \
  "reference_type, reference_id, idempotency_key, created_by, description, metadata, "       \
  "created_at, seq, reserved_delta, counter_account, currency, effective_at, request_hash, " \
  "prev_hash, row_hash, reverses_id"
#define LAD_WHOLE_LEDGER                                                            \
  "(SELECT " LAD_LEDGER_COLUMNS                                                     \
  " FROM lad_data.billing_ledger_transactions UNION ALL SELECT " LAD_LEDGER_COLUMNS \
  " FROM lad_data.billing_ledger_archive) AS l"
