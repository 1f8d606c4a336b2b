#include "ledger/grants.hpp"

#include <algorithm>
#include <limits>

#include "core/error.hpp"
#include "ledger/encoding.hpp"

namespace lad::ledger {
namespace {

Decimal not_below_zero(Decimal amount) {
  return amount.is_negative() ? Decimal{} : amount;
}

std::int64_t expiry_or_never(const Grant& grant) {
  return grant.expires_at_us.value_or(std::numeric_limits<std::int64_t>::max());
}

Request request_of(const GrantRequest& request) {
  return {.wallet_id = request.wallet_id,
          .type = Type::credit,
          .amount = request.amount,
          .idempotency_key = request.idempotency_key,
          .reference_type = "credit_grant",
          .reference_id = {},
          .description = {},
          .metadata = "{}",
          .effective_at_us = request.effective_at_us,
          .expected_balance = {}};
}

}  // namespace

bool is_expired(const Grant& grant, std::int64_t now_us) {
  return expiry_or_never(grant) <= now_us;
}

bool spends_before(const Grant& a, const Grant& b) {
  if (a.priority != b.priority) return a.priority < b.priority;
  if (expiry_or_never(a) != expiry_or_never(b)) return expiry_or_never(a) < expiry_or_never(b);
  if (a.created_at_us != b.created_at_us) return a.created_at_us < b.created_at_us;
  return a.id < b.id;
}

Decimal lapsed(Decimal expired, Decimal reserved) {
  return not_below_zero(expired - reserved);
}

Decimal granted_part(Decimal total, Decimal granted, Decimal before, Decimal amount) {
  const Decimal other = total - granted;
  return not_below_zero(before + amount - other) - not_below_zero(before - other);
}

void require_valid(const GrantRequest& request, std::int64_t now_us) {
  require_valid(request_of(request), now_us);
  if (!request.expires_at_us) return;
  if (*request.expires_at_us > request.effective_at_us.value_or(0)) return;
  throw Error{ErrorCode::invalid_argument, "expires_at must be after effective_at"};
}

crypto::Digest fingerprint(const GrantRequest& request) {
  Encoder encoder;
  return encoder.text(std::string_view{"lad.grant_credits.1"})
      .uuid(request.wallet_id)
      .amount(request.amount)
      .integer(std::int64_t{request.priority})
      .integer(request.effective_at_us)
      .integer(request.expires_at_us)
      .sha256();
}

GrantMade grant(const GrantRequest& request, wallet::Wallet& wallet, const Circumstances& now) {
  if (request.expires_at_us && *request.expires_at_us <= now.now_us) {
    throw Error{ErrorCode::invalid_argument, "expires_at must be in the future"};
  }
  wallet::require_move(wallet, request.amount);
  Entry entry = append(wallet,
                       {.type = "credit",
                        .amount = request.amount,
                        .reserved_delta = {},
                        .counter_account = "refunds",
                        .idempotency_key = request.idempotency_key,
                        .reference_type = "credit_grant",
                        .reference_id = now.id,
                        .effective_at_us = request.effective_at_us,
                        .request_hash = fingerprint(request)},
                       now);
  Grant made{.id = entry.id,
             .wallet_id = wallet.id,
             .transaction_id = entry.id,
             .source = "grant",
             .amount = request.amount,
             .remaining = request.amount,
             .priority = request.priority,
             .effective_at_us = entry.effective_at_us,
             .expires_at_us = request.expires_at_us,
             .created_at_us = entry.created_at_us,
             .idempotency_key = request.idempotency_key};
  return {std::move(made), std::move(entry)};
}

void GrantBook::add(Grant grant) {
  remaining_ += grant.remaining;
  const auto place = std::upper_bound(grants_.begin(), grants_.end(), grant, spends_before);
  grants_.insert(place, std::move(grant));
}

Decimal GrantBook::expired(std::int64_t now_us) const {
  Decimal sum;
  for (const Grant& grant : grants_) {
    if (is_expired(grant, now_us)) sum += grant.remaining;
  }
  return sum;
}

std::vector<Burn> GrantBook::burns_of(const Uuid& transaction_id) const {
  std::vector<Burn> found;
  for (const Burn& burn : burns_) {
    if (burn.transaction_id == transaction_id) found.push_back(burn);
  }
  return found;
}

Grant* GrantBook::at(const Uuid& grant_id) {
  const auto found = std::find_if(grants_.begin(), grants_.end(),
                                  [&](const Grant& grant) { return grant.id == grant_id; });
  return found == grants_.end() ? nullptr : &*found;
}

void GrantBook::burn(Grant& grant, const Entry& entry, Decimal amount) {
  if (amount.is_zero()) return;
  grant.remaining -= amount;
  remaining_ -= amount;
  const auto same = std::find_if(burns_.begin(), burns_.end(), [&](const Burn& burn) {
    return burn.transaction_id == entry.id && burn.grant_id == grant.id;
  });
  if (same == burns_.end()) {
    burns_.push_back({entry.id, grant.id, amount});
    return;
  }
  same->amount += amount;
  if (same->amount.is_zero()) burns_.erase(same);
}

Decimal GrantBook::take(Grant& grant, const Entry& entry, Decimal at_most) {
  const Decimal amount = std::min(grant.remaining, at_most);
  burn(grant, entry, amount);
  return amount;
}

void GrantBook::take_in_order(const Entry& entry, Decimal& left, bool expired) {
  for (Grant& grant : grants_) {
    if (left.is_zero()) return;
    if (is_expired(grant, entry.created_at_us) == expired) left -= take(grant, entry, left);
  }
}

void GrantBook::keep_within_balance(const Entry& entry) {
  Decimal excess = not_below_zero(remaining_ - not_below_zero(entry.balance_after));
  // What is lost anyway goes first.
  take_in_order(entry, excess, true);
  take_in_order(entry, excess, false);
}

void GrantBook::give(Grant grant, const Entry& entry) {
  given_.push_back(grant);
  add(std::move(grant));
  keep_within_balance(entry);
}

void GrantBook::spend(const Entry& entry) {
  Decimal left = -entry.amount;
  if (entry.reserved_delta.is_negative()) take_in_order(entry, left, true);
  take_in_order(entry, left, false);
  keep_within_balance(entry);
}

void GrantBook::take_back(const Entry& reversal, Decimal part) {
  for (auto grant = grants_.rbegin(); grant != grants_.rend(); ++grant) {
    if (grant->transaction_id == reversal.reverses_id) part -= take(*grant, reversal, part);
  }
  keep_within_balance(reversal);
}

void GrantBook::restore(const Entry& reversal, std::vector<SpentGrant> spent, Decimal part) {
  std::sort(spent.begin(), spent.end(),
            [](const auto& a, const auto& b) { return spends_before(b.grant, a.grant); });
  part = std::min(part, not_below_zero(not_below_zero(reversal.balance_after) - remaining_));
  for (const SpentGrant& item : spent) {
    const Decimal back = std::min(item.spent, part);
    if (back.is_zero() || back.is_negative()) continue;
    if (at(item.grant.id) == nullptr) add(item.grant);
    burn(*at(item.grant.id), reversal, -back);
    part -= back;
  }
}

std::optional<Entry> GrantBook::expire_next(wallet::Wallet& wallet, const Circumstances& now,
                                            bool is_dated) {
  const Decimal due = lapsed(expired(now.now_us), wallet.reserved);
  if (due.is_zero()) return std::nullopt;
  const auto grant = std::find_if(grants_.begin(), grants_.end(), [&](const Grant& candidate) {
    return is_expired(candidate, now.now_us) && !candidate.remaining.is_zero();
  });
  const Decimal amount = std::min(grant->remaining, due);
  Encoder encoder;
  Entry entry =
      append(wallet,
             {.type = "expiry",
              .amount = -amount,
              .reserved_delta = {},
              .counter_account = "expired",
              .idempotency_key = grant_expiry_key(grant->id, wallet.last_seq + 1),
              .reference_type = "credit_grant",
              .reference_id = grant->id,
              .effective_at_us = is_dated ? grant->expires_at_us : std::nullopt,
              .request_hash =
                  encoder.text(std::string_view{"lad.expire_grant.1"}).uuid(grant->id).sha256()},
             now);
  burn(*grant, entry, amount);
  return entry;
}

}  // namespace lad::ledger
