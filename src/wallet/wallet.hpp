#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/decimal.hpp"
#include "core/uuid.hpp"

/// Rules of wallets: what may be spent, what a status allows.
namespace lad::wallet {

enum class Status { active, suspended, closed };

/// Throws invalid_argument (22023) for any other word.
Status parse_status(std::string_view text);
std::string_view to_string(Status status);

/// SHA-256 of a wallet's newest ledger row; zeros before the first.
using Head = std::array<std::uint8_t, 32>;

/// A wallet as read under its row lock. Amounts are in units of `currency`.
struct Wallet {
  Uuid id;
  Decimal current;
  Decimal reserved;
  Decimal credit_limit;
  Decimal debt_allowed;
  std::string currency;
  Status status = Status::active;
  std::int64_t last_seq = 0;
  Head last_hash{};
  std::optional<Decimal> low_balance_threshold = {};
  Decimal granted = {};  ///< what remains of credit grants
  Decimal lapsed = {};   ///< credits that are lost, though no row of the ledger says so yet
};

/// current − reserved + credit_limit − lapsed: what a debit may take.
Decimal available(const Wallet& wallet);

/// Whether a debit of the amount would pass now.
bool can_pay(const Wallet& wallet, Decimal amount);

/// Throws wallet_not_active (LD202) when the status forbids it: a suspended wallet gives nothing,
/// a closed one neither gives nor takes.
void require_gives(const Wallet& wallet);
void require_takes(const Wallet& wallet);

/// Throws insufficient_funds (LD201) unless the amount is available.
void require_funds(const Wallet& wallet, Decimal amount);

/// Raises what the wallet may owe to what it owes.
void allow_debt(Wallet& wallet);

/// Throws what status and funds have against moving the balance by a signed amount.
void require_move(const Wallet& wallet, Decimal signed_amount);

/// Whether the move took the balance from its threshold or above to below it, which is when a
/// warning is due.
bool crosses_threshold(const Wallet& before, const Wallet& after);

/// Throws wallet_not_active (LD202) for a closed wallet and balance_not_as_expected (LD206) for
/// closing one that holds or reserves money.
void require_status_change(const Wallet& wallet, Status wanted);

/// A currency is 3 to 10 capital letters, such as CREDIT or USD; else invalid_argument (22023).
void require_currency(std::string_view currency);

/// Throws invalid_argument (22023) unless the amount is above zero.
void require_positive(Decimal amount, const char* what);

/// What lad.create_wallet asks for.
struct NewWallet {
  std::optional<Uuid> user_id;
  std::string currency;
  Decimal credit_limit;
  std::optional<Decimal> low_balance_threshold;
};

/// Throws invalid_argument (22023) for a bad currency, a negative limit or threshold.
void require_valid(const NewWallet& wallet);

}  // namespace lad::wallet
