#include "model.hpp"

namespace oracle {
namespace {

constexpr std::string_view kCounterpart = "counterpart:";
constexpr std::string_view kExpire = "expire:";

std::string name_of(const LedgerRow& row) {
  return row.type + " " + row.key + " (row " + std::to_string(row.seq) + " of " + row.wallet + ")";
}

/// What the sign of the amount and the counter-account of a type must be.
bool fits(const LedgerRow& row) {
  const auto& account = row.counter_account;
  if (row.type == "topup") return row.amount > 0 && account == "funding";
  if (row.type == "debit") return row.amount < 0 && account == "revenue";
  if (row.type == "credit") return row.amount > 0 && account == "refunds";
  if (row.type == "adjustment") return row.amount != 0 && account == "adjustments";
  if (row.type == "reservation") {
    return row.amount == 0 && row.reserved_delta > 0 && account.empty();
  }
  if (row.type == "release") return row.amount == 0 && row.reserved_delta < 0 && account.empty();
  if (row.type == "transfer") {
    return row.key.starts_with(kCounterpart) ? row.amount > 0 : row.amount < 0;
  }
  return row.type == "reversal" && !row.reverses.empty();
}

}  // namespace

Model::Model(const History& history) : history_(history) {
  for (const WalletRow& row : history.wallets) {
    ModelWallet& wallet = wallets_[row.id];
    wallet.row = &row;
    wallet.states.front().available = row.credit_limit;
  }
  for (const HoldRow& row : history.holds) {
    hold_rows_[row.id] = &row;
    hold_rows_by_key_[row.key] = &row;
    if (const auto wallet = wallets_.find(row.wallet); wallet != wallets_.end()) {
      wallet->second.holds.push_back(&row);
    }
  }
}

const LedgerRow* Model::row_by_key(const std::string& key) const {
  const auto found = by_key_.find(key);
  return found == by_key_.end() ? nullptr : found->second;
}

const LedgerRow* Model::row_by_id(const std::string& id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

const HoldRow* Model::hold_row_by_key(const std::string& key) const {
  const auto found = hold_rows_by_key_.find(key);
  return found == hold_rows_by_key_.end() ? nullptr : found->second;
}

const State& Model::after(const LedgerRow& row) const {
  const auto& states = wallets_.at(row.wallet).states;
  return states.at(std::min<std::size_t>(row.seq, states.size() - 1));
}

Money Model::reversed(const std::string& id) const {
  const auto found = reversed_.find(id);
  return found == reversed_.end() ? 0 : found->second;
}

void Model::replay(Problems& problems) {
  for (const LedgerRow& row : history_.rows) {
    if (!by_key_.emplace(row.key, &row).second) {
      ++problems.twice;
      problems.add("a key posted twice: " + name_of(row));
    }
    by_id_.emplace(row.id, &row);
  }
  for (const LedgerRow& row : history_.rows) apply(row, problems);
  for (const LedgerRow& row : history_.rows) require_counterpart(row, problems);
  compare_wallets(problems);
  compare_holds(problems);
  compare_accounts(problems);
  for (const auto& line : history_.ledger_problems) problems.add("lad.verify_ledger: " + line);
}

void Model::apply(const LedgerRow& row, Problems& problems) {
  const auto found = wallets_.find(row.wallet);
  if (found == wallets_.end()) return problems.add("no wallet: " + name_of(row));
  ModelWallet& wallet = found->second;
  const State before = wallet.states.back();
  if (row.seq != static_cast<std::int64_t>(wallet.states.size())) {
    return problems.add("a gap or a twin before " + name_of(row));
  }
  State after{.balance = before.balance + row.amount,
              .reserved = before.reserved + row.reserved_delta,
              .since_us = row.created_us};
  after.available = after.balance - after.reserved + wallet.row->credit_limit;
  if (row.before != before.balance || row.after != after.balance) {
    problems.add(name_of(row) + ": " + print_money(row.before) + " to " + print_money(row.after) +
                 ", the model says " + print_money(before.balance) + " to " +
                 print_money(after.balance));
  }
  if (row.created_us < before.since_us) problems.add("time runs back at " + name_of(row));
  if (row.currency != wallet.row->currency) problems.add("another currency: " + name_of(row));
  const bool takes = after.available < before.available;
  if (after.reserved < 0 || (takes && after.available < 0)) {
    problems.add("overdrawn by " + name_of(row));
  }
  if (!fits(row)) problems.add("amounts or account do not fit " + name_of(row));
  wallet.states.push_back(after);
  apply_hold(row, problems);
  if (row.type == "reversal") reverse(row, problems);
}

void Model::apply_hold(const LedgerRow& row, Problems& problems) {
  if (row.type == "reservation") {
    const HoldRow* const hold = hold_row_by_key(row.key);
    const bool same = hold && hold->wallet == row.wallet && hold->amount == row.reserved_delta;
    if (!same) return problems.add("no such hold: " + name_of(row));
    ModelHold& opened = holds_[hold->id];
    opened.amount = hold->amount;
    opened.expires_us = hold->expires_us;
    opened.opened_seq = row.seq;
    return;
  }
  if (row.reserved_delta != 0) close_hold(row, problems);
}

void Model::close_hold(const LedgerRow& row, Problems& problems) {
  const auto found = holds_.find(row.hold);
  if (found == holds_.end()) return problems.add("closes no hold: " + name_of(row));
  ModelHold& hold = found->second;
  const bool expires = row.key.starts_with(kExpire);
  const bool in_time =
      expires ? row.created_us >= hold.expires_us : row.created_us < hold.expires_us;
  const bool right = hold.closed_seq == 0 && -row.reserved_delta == hold.amount &&
                     magnitude(row.amount) <= hold.amount && in_time &&
                     hold_rows_.at(row.hold)->wallet == row.wallet &&
                     (row.type == "release" || row.type == "debit");
  if (!right) problems.add("closes its hold wrongly: " + name_of(row));
  hold.status = row.type == "debit" ? "captured" : expires ? "expired" : "released";
  hold.captured = magnitude(row.amount);
  hold.closed_seq = row.seq;
  hold.closed_us = row.created_us;
}

void Model::reverse(const LedgerRow& row, Problems& problems) {
  const LedgerRow* const original = row_by_id(row.reverses);
  if (!original) return problems.add("reverses nothing: " + name_of(row));
  Money& sum = reversed_[original->id];
  sum += magnitude(row.amount);
  const bool right = original->wallet == row.wallet && original->seq < row.seq &&
                     original->type != "reversal" && (original->amount < 0) == (row.amount > 0) &&
                     original->counter_account == row.counter_account &&
                     sum <= magnitude(original->amount);
  if (!right) problems.add("reverses wrongly: " + name_of(row));
}

/// A transfer has two rows, and so has the reversal of one.
void Model::require_counterpart(const LedgerRow& row, Problems& problems) const {
  const LedgerRow* const original = row.type == "reversal" ? row_by_id(row.reverses) : &row;
  if (!original || original->type != "transfer") return;
  const bool second = row.key.starts_with(kCounterpart);
  const LedgerRow* const other = row_by_key(second ? row.key.substr(kCounterpart.size())
                                                   : std::string(kCounterpart) + row.key);
  const bool right = other && other->amount == -row.amount && other->type == row.type &&
                     other->wallet == row.counter_account && row.wallet == other->counter_account &&
                     other->created_us == row.created_us;
  if (!right) problems.add("no counterpart: " + name_of(row));
}

void Model::compare_wallets(Problems& problems) const {
  for (const auto& [id, wallet] : wallets_) {
    const State& state = wallet.states.back();
    const bool same = wallet.row->current == state.balance &&
                      wallet.row->reserved == state.reserved &&
                      wallet.row->last_seq == static_cast<std::int64_t>(wallet.states.size()) - 1;
    if (same) continue;
    problems.add("wallet " + id + " has " + print_money(wallet.row->current) + " and reserves " +
                 print_money(wallet.row->reserved) + ", the model says " +
                 print_money(state.balance) + " and " + print_money(state.reserved));
  }
}

void Model::compare_holds(Problems& problems) const {
  for (const HoldRow& row : history_.holds) {
    const auto found = holds_.find(row.id);
    const bool same = found != holds_.end() && found->second.status == row.status &&
                      found->second.captured == row.captured;
    if (!same) problems.add("hold " + row.key + " is not " + row.status + " in the model");
  }
}

void Model::compare_accounts(Problems& problems) const {
  auto accounts = history_.trial_balance;
  std::map<std::string, Money> sums;
  for (const auto& [place, balance] : accounts) sums[place.first] += balance;
  for (const auto& [currency, sum] : sums) {
    if (sum != 0) problems.add("the accounts of " + currency + " sum to " + print_money(sum));
  }
  for (const LedgerRow& row : history_.rows) {
    if (!row.counter_account.empty()) accounts[{row.currency, row.counter_account}] += row.amount;
    if (row.amount != 0) accounts[{row.currency, "wallets"}] -= row.amount;
  }
  for (const auto& [place, left] : accounts) {
    if (left != 0) problems.add("account " + place.second + " differs by " + print_money(left));
  }
}

}  // namespace oracle
