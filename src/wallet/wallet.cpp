#include "wallet/wallet.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace lad::wallet {

Status parse_status(std::string_view text) {
  if (text == "active") return Status::active;
  if (text == "suspended") return Status::suspended;
  if (text == "closed") return Status::closed;
  throw Error{ErrorCode::invalid_argument, "unknown wallet status",
              "A wallet is active, suspended or closed."};
}

std::string_view to_string(Status status) {
  switch (status) {
    case Status::active:
      return "active";
    case Status::suspended:
      return "suspended";
    case Status::closed:
      break;
  }
  return "closed";
}

Decimal available(const Wallet& wallet) {
  return wallet.current - wallet.reserved + wallet.credit_limit - wallet.lapsed;
}

bool can_pay(const Wallet& wallet, Decimal amount) {
  return wallet.status == Status::active && available(wallet) >= amount;
}

void require_gives(const Wallet& wallet) {
  if (wallet.status == Status::active) return;
  throw Error{
      ErrorCode::wallet_not_active, std::string("wallet is ").append(to_string(wallet.status)),
      wallet.status == Status::suspended ? "A suspended wallet takes credits but gives no debits."
                                         : "A closed wallet takes no postings."};
}

void require_takes(const Wallet& wallet) {
  if (wallet.status != Status::closed) return;
  throw Error{ErrorCode::wallet_not_active, "wallet is closed",
              "A closed wallet takes no postings."};
}

void require_funds(const Wallet& wallet, Decimal amount) {
  const Decimal free = available(wallet);
  if (amount <= free) return;
  throw Error{ErrorCode::insufficient_funds, "insufficient funds",
              "Available are " + free.to_string() + " " + wallet.currency + ", needed are " +
                  amount.to_string() + "."};
}

void require_move(const Wallet& wallet, Decimal signed_amount) {
  if (!signed_amount.is_negative()) {
    require_takes(wallet);
    return;
  }
  require_gives(wallet);
  require_funds(wallet, -signed_amount);
}

void allow_debt(Wallet& wallet) {
  const Decimal owed = -wallet.current - wallet.credit_limit;
  if (owed > wallet.debt_allowed) wallet.debt_allowed = owed;
}

bool crosses_threshold(const Wallet& before, const Wallet& after) {
  const auto& threshold = after.low_balance_threshold;
  return threshold && before.current >= *threshold && after.current < *threshold;
}

void require_status_change(const Wallet& wallet, Status wanted) {
  if (wallet.status == Status::closed && wanted != Status::closed) require_takes(wallet);
  if (wanted != Status::closed) return;
  if (wallet.current.is_zero() && wallet.reserved.is_zero()) return;
  throw Error{ErrorCode::balance_not_as_expected, "wallet is not empty",
              "The balance is " + wallet.current.to_string() + " and " +
                  wallet.reserved.to_string() + " are reserved.",
              "Bring the balance to zero and release the holds before closing the wallet."};
}

void require_currency(std::string_view currency) {
  const bool letters =
      std::all_of(currency.begin(), currency.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  if (letters && currency.size() >= 3 && currency.size() <= 10) return;
  throw Error{ErrorCode::invalid_argument, "currency must be 3 to 10 capital letters",
              "Examples are CREDIT, USD and AED."};
}

void require_positive(Decimal amount, const char* what) {
  if (!amount.is_zero() && !amount.is_negative()) return;
  throw Error{ErrorCode::invalid_argument, std::string(what) + " must be above zero"};
}

void require_valid(const NewWallet& wallet) {
  require_currency(wallet.currency);
  if (wallet.credit_limit.is_negative()) {
    throw Error{ErrorCode::invalid_argument, "credit_limit must not be negative"};
  }
  if (wallet.low_balance_threshold && wallet.low_balance_threshold->is_negative()) {
    throw Error{ErrorCode::invalid_argument, "low_balance_threshold must not be negative"};
  }
}

}  // namespace lad::wallet
