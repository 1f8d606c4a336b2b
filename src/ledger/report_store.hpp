#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/decimal.hpp"
#include "core/uuid.hpp"

/// SQL of what is read from the ledger: statements, balances, accounts.
namespace lad::ledger::store {

/// What lad.statement prints.
struct StatementLine {
  std::optional<std::int64_t> seq;
  std::int64_t created_at_us = 0;
  std::string type;
  Decimal amount;
  Decimal balance_after;
  std::optional<std::string> reference_type;
  std::optional<Uuid> reference_id;
  std::optional<std::string> description;
  std::optional<std::string> idempotency_key;
};

/// Which time of a row counts: when it was posted, or when it takes effect.
enum class Basis { recorded, effective };

/// Balance at the instant, rows of that instant included.
Decimal balance_at(const Uuid& wallet_id, std::int64_t at_us, Basis basis);

/// Balance after the last row before the instant; zero when there is none.
Decimal balance_before(const Uuid& wallet_id, std::int64_t at_us);

/// At most `limit` rows of [from, to) after a sequence number, in order.
std::vector<StatementLine> read_statement(const Uuid& wallet_id, std::int64_t from_us,
                                          std::int64_t to_us, std::int64_t after_seq, int limit);

/// One line of lad.trial_balance.
struct AccountBalance {
  std::string account;
  std::string currency;
  Decimal balance;
};

std::vector<AccountBalance> read_accounts();

}  // namespace lad::ledger::store
