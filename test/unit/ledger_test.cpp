#include "ledger/ledger.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "ledger/verify.hpp"

namespace lad::ledger {
namespace {

Decimal money(const char* text) {
  return Decimal::parse(text);
}

wallet::Wallet wallet_with(const char* current) {
  wallet::Wallet wallet;
  wallet.id.bytes[15] = 7;
  wallet.current = money(current);
  wallet.currency = "USD";
  return wallet;
}

Request debit_of(const char* amount) {
  Request request;
  request.wallet_id.bytes[15] = 7;
  request.type = Type::debit;
  request.amount = money(amount);
  request.idempotency_key = "key";
  request.metadata = "{}";
  return request;
}

Circumstances at(std::int64_t us) {
  Circumstances now;
  now.now_us = us;
  return now;
}

template <class Body>
ErrorCode code_of(Body&& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.code();
  }
  ADD_FAILURE() << "no error was thrown";
  return ErrorCode::internal;
}

Entry decided(const Request& request, wallet::Wallet wallet, const Circumstances& now) {
  return decide(request, wallet, now);
}

TEST(Keys, OfUsageEventsAreKeptFromCallers) {
  Uuid event;
  event.bytes[15] = 9;
  const std::string key = usage_key(event);
  EXPECT_EQ(key, "charge_usage_00000000-0000-0000-0000-000000000009");
  EXPECT_EQ(code_of([&] { require_unreserved_key(key); }), ErrorCode::invalid_argument);
  EXPECT_EQ(code_of([] { require_unreserved_key("charge_usage_"); }), ErrorCode::invalid_argument);
  EXPECT_NO_THROW(require_unreserved_key("charge_usage"));
  EXPECT_NO_THROW(require_unreserved_key("my charge_usage_1"));
}

TEST(Signs, AreThoseOfTheType) {
  struct Case {
    const char* type;
    const char* amount;
    const char* reserved;
    bool right;
  };
  for (const Case& c : std::initializer_list<Case>{{"topup", "1", "0", true},
                                                   {"topup", "-1", "0", false},
                                                   {"credit", "1", "0", true},
                                                   {"credit", "0", "0", false},
                                                   {"debit", "-1", "0", true},
                                                   {"debit", "1", "0", false},
                                                   {"expiry", "-1", "0", true},
                                                   {"expiry", "0", "0", false},
                                                   {"adjustment", "1", "0", true},
                                                   {"adjustment", "-1", "0", true},
                                                   {"reversal", "0", "0", false},
                                                   {"transfer", "0", "1", false},
                                                   {"reservation", "0", "1", true},
                                                   {"reservation", "1", "1", false},
                                                   {"reservation", "0", "-1", false},
                                                   {"release", "0", "-1", true},
                                                   {"release", "0", "0", false},
                                                   {"release", "-1", "-1", false}}) {
    const auto check = [&] { require_signs(c.type, money(c.amount), money(c.reserved)); };
    if (c.right) {
      EXPECT_NO_THROW(check()) << c.type << c.amount;
    } else {
      EXPECT_EQ(code_of(check), ErrorCode::check_failed) << c.type << c.amount;
    }
  }
}

TEST(Decide, DebitsToExactlyZero) {
  const Entry entry = decided(debit_of("5"), wallet_with("5"), at(1));
  EXPECT_EQ(entry.amount, money("-5"));
  EXPECT_EQ(entry.balance_after, money("0"));
  EXPECT_EQ(entry.seq, 1);
  EXPECT_EQ(entry.counter_account, "revenue");
}

TEST(Decide, RefusesTheSmallestOverdraft) {
  EXPECT_EQ(code_of([] { decided(debit_of("5.000001"), wallet_with("5"), at(1)); }),
            ErrorCode::insufficient_funds);
}

TEST(Decide, HoldsReduceAndCreditExtendsWhatIsAvailable) {
  wallet::Wallet wallet = wallet_with("5");
  wallet.reserved = money("2");
  EXPECT_EQ(code_of([&] { decided(debit_of("4"), wallet, at(1)); }), ErrorCode::insufficient_funds);
  wallet.credit_limit = money("1");
  EXPECT_EQ(decided(debit_of("4"), wallet, at(1)).balance_after, money("1"));
}

TEST(Decide, StatusRules) {
  wallet::Wallet wallet = wallet_with("5");
  Request credit = debit_of("1");
  credit.type = Type::credit;
  wallet.status = wallet::Status::suspended;
  EXPECT_EQ(code_of([&] { decided(debit_of("1"), wallet, at(1)); }), ErrorCode::wallet_not_active);
  EXPECT_EQ(decided(credit, wallet, at(1)).balance_after, money("6"));
  wallet.status = wallet::Status::closed;
  EXPECT_EQ(code_of([&] { decided(credit, wallet, at(1)); }), ErrorCode::wallet_not_active);
}

TEST(Decide, AdjustmentIsSignedAndNeverOverdraws) {
  Request adjust = debit_of("-5");
  adjust.type = Type::adjustment;
  EXPECT_EQ(decided(adjust, wallet_with("5"), at(1)).balance_after, money("0"));
  EXPECT_EQ(code_of([&] { decided(adjust, wallet_with("4"), at(1)); }),
            ErrorCode::insufficient_funds);
}

TEST(Decide, ExpectedBalanceIsACondition) {
  Request request = debit_of("1");
  request.expected_balance = money("4");
  EXPECT_EQ(code_of([&] { decided(request, wallet_with("5"), at(1)); }),
            ErrorCode::balance_not_as_expected);
}

TEST(Decide, BalanceOverflowIsOutOfRange) {
  Request topup = debit_of("99999999999999");
  topup.type = Type::topup;
  EXPECT_EQ(code_of([&] { decided(topup, wallet_with("99999999999999"), at(1)); }),
            ErrorCode::out_of_range);
}

TEST(Valid, RefusesBadRequests) {
  const auto refused = [](auto change) {
    Request request = debit_of("1");
    change(request);
    return code_of([&] { require_valid(request, 100); }) == ErrorCode::invalid_argument;
  };
  EXPECT_TRUE(refused([](Request& r) { r.amount = money("0"); }));
  EXPECT_TRUE(refused([](Request& r) { r.amount = money("-1"); }));
  EXPECT_TRUE(refused([](Request& r) { r.idempotency_key = ""; }));
  EXPECT_TRUE(refused([](Request& r) { r.idempotency_key = std::string(201, 'k'); }));
  EXPECT_TRUE(refused([](Request& r) { r.idempotency_key = "a\nb"; }));
  EXPECT_TRUE(refused([](Request& r) { r.reference_type = "Not a key"; }));
  EXPECT_TRUE(refused([](Request& r) { r.reference_type = "trailing-"; }));
  EXPECT_TRUE(refused([](Request& r) { r.reference_type = ""; }));
  EXPECT_TRUE(refused([](Request& r) { r.metadata = "[]"; }));
  EXPECT_TRUE(refused([](Request& r) { r.effective_at_us = 101; }));
}

TEST(Valid, AcceptsTheLimits) {
  Request request = debit_of("0.000001");
  request.idempotency_key = std::string(200, 'k');
  request.reference_type = "usage_event";
  request.effective_at_us = 100;
  EXPECT_NO_THROW(require_valid(request, 100));
  request.idempotency_key.clear();
  for (int i = 0; i < 200; ++i) request.idempotency_key += "\xC3\xA9";  // é: characters, not bytes
  EXPECT_NO_THROW(require_valid(request, 100));
}

TEST(Fingerprint, CoversTheRequestAndNothingElse) {
  const crypto::Digest original = fingerprint(debit_of("1"));
  Request same = debit_of("1.000000");
  same.expected_balance = money("9");
  EXPECT_EQ(fingerprint(same), original);
  const auto differs = [&](auto change) {
    Request request = debit_of("1");
    change(request);
    return fingerprint(request) != original;
  };
  EXPECT_TRUE(differs([](Request& r) { r.amount = money("2"); }));
  EXPECT_TRUE(differs([](Request& r) { r.type = Type::credit; }));
  EXPECT_TRUE(differs([](Request& r) { r.wallet_id.bytes[0] = 1; }));
  EXPECT_TRUE(differs([](Request& r) { r.reference_type = "manual"; }));
  EXPECT_TRUE(differs([](Request& r) { r.description = ""; }));
  EXPECT_TRUE(differs([](Request& r) { r.metadata = "{\"a\": 1}"; }));
  EXPECT_TRUE(differs([](Request& r) { r.effective_at_us = 0; }));
}

/// Ten postings of one wallet, and the wallet they lead to.
struct History {
  std::vector<Entry> entries;
  WalletHead head;
};

History make_history() {
  History history;
  wallet::Wallet wallet = wallet_with("0");
  for (int i = 0; i < 10; ++i) {
    Request request = debit_of(i % 3 == 0 ? "9.5" : "1.25");
    request.type = i % 3 == 0 ? Type::topup : Type::debit;
    request.idempotency_key += std::to_string(i);
    const Entry entry = decided(request, wallet, at(i + 1));
    wallet.current = entry.balance_after;
    wallet.last_seq = entry.seq;
    wallet.last_hash = entry.row_hash;
    history.entries.push_back(entry);
  }
  history.head.point = {wallet.last_seq, wallet.last_hash, wallet.current, {}};
  return history;
}

std::vector<std::string> problems_of(const History& history) {
  ChainVerifier verifier;
  for (const Entry& entry : history.entries) verifier.next(entry);
  verifier.finish(history.head);
  std::vector<std::string> found;
  for (const Problem& problem : verifier.problems()) found.push_back(problem.what);
  return found;
}

bool contains(const std::vector<std::string>& found, const char* what) {
  return std::find(found.begin(), found.end(), what) != found.end();
}

TEST(Verify, SoundHistoryHasNoProblems) {
  EXPECT_TRUE(problems_of(make_history()).empty());
}

TEST(Verify, NamesAnEditedRow) {
  History history = make_history();
  history.entries[4].description = "edited";
  EXPECT_EQ(problems_of(history), std::vector<std::string>{"hash"});
}

TEST(Verify, NamesAMissingRow) {
  History history = make_history();
  history.entries.erase(history.entries.begin() + 4);
  const auto found = problems_of(history);
  EXPECT_TRUE(contains(found, "sequence"));
  EXPECT_TRUE(contains(found, "chain"));
}

TEST(Verify, NamesACutTail) {
  History history = make_history();
  history.entries.pop_back();
  EXPECT_TRUE(contains(problems_of(history), "head"));
}

TEST(Verify, NamesAChangedAmount) {
  History history = make_history();
  history.entries[3].amount = money("1000");
  const auto found = problems_of(history);
  EXPECT_TRUE(contains(found, "arithmetic"));
  EXPECT_TRUE(contains(found, "hash"));
}

TEST(Verify, NamesAWalletThatDrifted) {
  History history = make_history();
  history.head.point.balance += money("1");
  history.head.point.reserved = money("2");
  EXPECT_EQ(problems_of(history), (std::vector<std::string>{"balance", "reserved"}));
}

}  // namespace
}  // namespace lad::ledger
