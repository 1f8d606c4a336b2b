#include "judge.hpp"

#include <algorithm>

namespace oracle {
namespace {

Money signed_amount(const Post& post) {
  return post.type == "debit" ? -post.amount : post.amount;
}

std::string describe(const Answer& answer) {
  return answer.type + " of " + print_money(answer.amount) + " as row " +
         std::to_string(answer.seq) + " of " + answer.wallet + ", available " +
         print_money(answer.available);
}

}  // namespace

void Judge::add(const Operation& operation, const Answered& answered, const std::string& what) {
  problems_.add(std::string(to_string(operation.kind)) + " " + operation.key + " by session " +
                std::to_string(answered.session) + ", operation " + std::to_string(answered.index) +
                ": " + what);
}

void Judge::judge(const Record& record) {
  const Operations operations{record.seed, record.sessions, record.wallets, record.batch_percent};
  const auto operation_of = [&](const Answered& answered) {
    return operations.at(answered.session, answered.index);
  };
  for (const Answered& answered : record.answered) note_claims(operation_of(answered), answered);
  for (const Answered& answered : record.answered) judge_one(operation_of(answered), answered);
}

void Judge::note_claims(const Operation& operation, const Answered& answered) {
  for (std::size_t i = 0; i < answered.answers.size(); ++i) {
    const Answer& answer = answered.answers[i];
    if (!answer.sqlstate.empty()) continue;
    std::string key = operation.key;
    if (operation.kind == Kind::batch) key = operation.posts.at(i).key;
    if (operation.kind == Kind::transfer && i == 1) key = "counterpart:" + key;
    const auto [place, is_first] = claims_.try_emplace(key);
    Claim& claim = place->second;
    claim.posted += answer.replayed ? 0 : 1;
    claim.retried = claim.retried || answered.attempts > 1;
    claim.first_us = is_first ? answered.end_us : std::min(claim.first_us, answered.end_us);
  }
}

void Judge::judge_one(const Operation& operation, const Answered& answered) {
  const std::string kind = to_string(operation.kind);
  if (answered.sqlstate.empty()) {
    ++outcomes_[kind + " ok"];
    judge_success(operation, answered);
    return;
  }
  ++outcomes_[kind + " " + answered.sqlstate];
  if (is_refusal_right(operation, answered)) return;
  add(operation, answered, "refused with " + answered.sqlstate + ", which it should not be");
}

std::vector<Judge::Expected> Judge::expected_rows(const Operation& operation) const {
  std::vector<Expected> expected;
  for (const Post& post : operation.posts) {
    expected.push_back({post.key, wallets_.at(post.wallet), post.type, signed_amount(post)});
  }
  if (operation.kind == Kind::post) expected.front().key = operation.key;
  if (operation.kind == Kind::transfer) {
    expected.push_back(
        {operation.key, wallets_.at(operation.wallet), "transfer", -*operation.amount});
    expected.push_back({"counterpart:" + operation.key, wallets_.at(operation.other), "transfer",
                        *operation.amount});
  }
  if (operation.kind == Kind::capture) {
    if (const HoldRow* const hold = model_.hold_row_by_key(operation.target_key)) {
      expected.push_back(
          {operation.key, hold->wallet, "debit", -operation.amount.value_or(hold->amount)});
    }
  }
  if (operation.kind == Kind::reverse) {
    if (const LedgerRow* const row = model_.row_by_key(operation.target_key)) {
      const auto& amount = operation.amount;
      expected.push_back({operation.key, row->wallet, "reversal", {}});
      if (amount) expected.back().amount = row->amount < 0 ? *amount : -*amount;
    }
  }
  return expected;
}

void Judge::judge_success(const Operation& operation, const Answered& answered) {
  if (operation.kind == Kind::reserve || operation.kind == Kind::release) {
    if (answered.answers.size() != 1) return add(operation, answered, "not one answer");
    if (!model_.row_by_key(operation.key)) {
      ++problems_.lost;
      return add(operation, answered, "acknowledged, and lost");
    }
    return judge_hold(operation, answered.answers.front());
  }
  const auto expected = expected_rows(operation);
  if (expected.size() != answered.answers.size()) {
    ++problems_.lost;
    return add(operation, answered, "acknowledged, and what it refers to is lost");
  }
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const Answer& answer = answered.answers[i];
    if (answer.sqlstate.empty()) {
      judge_row(expected[i], answered, answer);
    } else {
      ++outcomes_["item " + answer.sqlstate];
      const bool right = answer.sqlstate == "LD101"
                             ? is_conflict(operation.posts[i])
                             : answer.sqlstate == "LD201" && *expected[i].amount < 0;
      if (!right) add(operation, answered, "an item refused with " + answer.sqlstate);
    }
  }
}

void Judge::judge_row(const Expected& expected, const Answered& answered, const Answer& answer) {
  const LedgerRow* const row = model_.row_by_key(expected.key);
  if (!row) {
    ++problems_.lost;
    problems_.add("acknowledged, and lost: " + expected.key + " of session " +
                  std::to_string(answered.session));
    return;
  }
  const bool as_told = row->id == answer.id && row->wallet == answer.wallet &&
                       row->seq == answer.seq && row->type == answer.type &&
                       row->amount == answer.amount && row->before == answer.before &&
                       row->after == answer.after && row->created_us == answer.created_us;
  const bool as_asked = row->wallet == expected.wallet && row->type == expected.type &&
                        (!expected.amount || *expected.amount == row->amount);
  const bool left = answer.replayed || model_.after(*row).available == answer.available;
  if (as_told && as_asked && left) return;
  problems_.add(expected.key + " was told " + describe(answer) + ", committed is " + row->type +
                " of " + print_money(row->amount) + " as row " + std::to_string(row->seq) + " of " +
                row->wallet + ", available " + print_money(model_.after(*row).available));
}

void Judge::judge_hold(const Operation& operation, const Answer& answer) {
  const bool reserves = operation.kind == Kind::reserve;
  const LedgerRow& row = *model_.row_by_key(operation.key);
  const HoldRow* const hold =
      model_.hold_row_by_key(reserves ? operation.key : operation.target_key);
  const bool right = hold && hold->id == answer.id && hold->wallet == answer.wallet &&
                     hold->amount == answer.amount && row.wallet == answer.wallet &&
                     row.type == (reserves ? "reservation" : "release") &&
                     magnitude(row.reserved_delta) == hold->amount &&
                     (!reserves || (*operation.amount == hold->amount &&
                                    wallets_.at(operation.wallet) == hold->wallet)) &&
                     (answer.replayed || model_.after(row).available == answer.available) &&
                     (answer.replayed || answer.type == (reserves ? "open" : "released"));
  if (right) return;
  problems_.add(operation.key + " was told a hold " + describe(answer) + ", committed is another");
}

bool Judge::is_refusal_right(const Operation& operation, const Answered& answered) {
  const std::string& state = answered.sqlstate;
  const bool on_hold = operation.kind == Kind::capture || operation.kind == Kind::release;
  const bool on_other = on_hold || operation.kind == Kind::reverse;
  if (state == "22004") return on_other && was_missing(operation, answered);
  if (state == "LD101") {
    return std::any_of(operation.posts.begin(), operation.posts.end(),
                       [this](const Post& post) { return is_conflict(post); });
  }
  if (state == "LD103") return operation.kind == Kind::reverse && is_reversed(operation);
  if (state == "LD203") return on_hold && is_hold_closed(operation, answered);
  if (state == "LD204" && operation.kind == Kind::transfer) {
    return model_.wallet(wallets_.at(operation.wallet)).row->currency !=
           model_.wallet(wallets_.at(operation.other)).row->currency;
  }
  if (state == "22023" && operation.kind == Kind::capture) {
    const HoldRow* const hold = model_.hold_row_by_key(operation.target_key);
    return hold && operation.amount && *operation.amount > hold->amount;
  }
  if (state != "LD201" || on_hold) return false;
  if (operation.kind == Kind::reverse) return true;
  if (operation.kind == Kind::batch) return operation.atomic;
  if (operation.kind != Kind::post) {
    return was_short(wallets_.at(operation.wallet), *operation.amount, answered);
  }
  const Post& post = operation.posts.front();
  return signed_amount(post) < 0 &&
         was_short(wallets_.at(post.wallet), magnitude(post.amount), answered);
}

/// Whether the wallet had less than that available at some moment of the call. Holds that were over
/// when the call began bind nothing, though no row had closed them yet.
bool Judge::was_short(const std::string& wallet_id, Money amount, const Answered& answered) const {
  const ModelWallet& wallet = model_.wallet(wallet_id);
  for (std::size_t seq = wallet.states.size(); seq-- > 0;) {
    const State& state = wallet.states[seq];
    if (state.since_us > answered.end_us) continue;
    Money available = state.available;
    for (const HoldRow* const row : wallet.holds) {
      if (row->expires_us > answered.start_us) continue;
      const ModelHold& hold = model_.hold(row->id);
      const auto at = static_cast<std::int64_t>(seq);
      const bool open = hold.opened_seq <= at && (hold.closed_seq == 0 || hold.closed_seq > at);
      if (open) available += hold.amount;
    }
    if (available < amount) return true;
    if (state.since_us < answered.start_us) return false;
  }
  return false;
}

/// Its key has posted something else.
bool Judge::is_conflict(const Post& post) const {
  const LedgerRow* const row = model_.row_by_key(post.key);
  return row && (row->amount != signed_amount(post) || row->wallet != wallets_.at(post.wallet));
}

/// Less is left than was asked for. What is reversed stays so, hence the end of the run may judge.
bool Judge::is_reversed(const Operation& operation) const {
  const LedgerRow* const row = model_.row_by_key(operation.target_key);
  if (!row) return false;
  const Money left = magnitude(row->amount) - model_.reversed(row->id);
  return operation.amount ? *operation.amount > left : left == 0;
}

bool Judge::is_hold_closed(const Operation& operation, const Answered& answered) const {
  const HoldRow* const row = model_.hold_row_by_key(operation.target_key);
  if (!row) return false;
  const ModelHold& hold = model_.hold(row->id);
  return row->expires_us <= answered.end_us ||
         (hold.closed_seq != 0 && hold.closed_us <= answered.end_us);
}

/// What it refers to was not acknowledged to anybody before the call began.
bool Judge::was_missing(const Operation& operation, const Answered& answered) const {
  const auto claim = claims_.find(operation.target_key);
  return claim == claims_.end() || claim->second.first_us >= answered.start_us;
}

void Judge::require_complete(const History& history) {
  for (const LedgerRow& row : history.rows) {
    const std::string& key = row.key;
    if (key.starts_with("open.") || key.starts_with("expire:")) continue;
    // The second row of a reversal is not part of its answer.
    if (row.type == "reversal" && key.starts_with("counterpart:")) continue;
    const auto claim = claims_.find(key);
    if (claim == claims_.end()) {
      problems_.add("committed, and nobody was told: " + key);
    } else if (claim->second.posted != 1 && !(claim->second.retried && !claim->second.posted)) {
      ++problems_.twice;
      problems_.add(std::to_string(claim->second.posted) + " sessions were told to have posted " +
                    key);
    }
  }
}

}  // namespace oracle
