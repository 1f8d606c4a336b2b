#include <gtest/gtest.h>

#include "expect_error.hpp"
#include "ledger/batch.hpp"
#include "ledger/checkpoint.hpp"
#include "ledger/holds.hpp"
#include "ledger/reversal.hpp"
#include "ledger/transfer.hpp"

namespace lad::ledger {
namespace {

using test::code_of;

Decimal money(const char* text) {
  return Decimal::parse(text);
}

wallet::Wallet wallet_with(const char* current, std::uint8_t number = 7) {
  wallet::Wallet wallet;
  wallet.id.bytes[15] = number;
  wallet.current = money(current);
  wallet.currency = "USD";
  return wallet;
}

Circumstances at(std::int64_t us) {
  Circumstances now;
  now.now_us = us;
  now.id.bytes[0] = static_cast<std::uint8_t>(us);
  return now;
}

ReserveRequest reserve_of(const char* amount, std::int64_t expires_in_us = 100) {
  return {.wallet_id = wallet_with("0").id,
          .amount = money(amount),
          .idempotency_key = "hold",
          .expires_in_us = expires_in_us,
          .reference_type = "call",
          .reference_id = {},
          .metadata = "{}"};
}

TEST(Holds, ReserveTakesFromWhatIsAvailableAndNotFromTheBalance) {
  wallet::Wallet wallet = wallet_with("10");
  const Reservation made = reserve(reserve_of("4"), wallet, at(5));
  EXPECT_EQ(wallet.current, money("10"));
  EXPECT_EQ(wallet::available(wallet), money("6"));
  EXPECT_EQ(made.hold.expires_at_us, 105);
  EXPECT_EQ(made.hold.id, made.entry.id);
  EXPECT_EQ(made.entry.type, "reservation");
  EXPECT_TRUE(made.entry.amount.is_zero());
  EXPECT_EQ(made.entry.reserved_delta, money("4"));
  EXPECT_EQ(code_of([&] { reserve(reserve_of("6.000001"), wallet, at(6)); }), "insufficient_funds");
  EXPECT_EQ(wallet.last_seq, 1);
}

TEST(Holds, CaptureTakesAtMostTheHoldAndGivesTheRestBack) {
  wallet::Wallet wallet = wallet_with("10");
  Hold hold = reserve(reserve_of("4"), wallet, at(5)).hold;
  const CaptureRequest more{hold.id, money("4.000001"), "c"};
  EXPECT_EQ(code_of([&] { capture(more, hold, wallet, at(6)); }), "invalid_argument");
  const Entry entry = capture({hold.id, money("3"), "c"}, hold, wallet, at(6));
  EXPECT_EQ(entry.type, "debit");
  EXPECT_EQ(entry.amount, money("-3"));
  EXPECT_EQ(entry.reserved_delta, money("-4"));
  EXPECT_EQ(entry.reference_type, "call");
  EXPECT_EQ(wallet.current, money("7"));
  EXPECT_TRUE(wallet.reserved.is_zero());
  EXPECT_EQ(hold.status, HoldStatus::captured);
  EXPECT_EQ(code_of([&] { capture({hold.id, {}, "d"}, hold, wallet, at(7)); }), "hold_not_open");
  EXPECT_EQ(code_of([&] { release({hold.id, "r"}, hold, wallet, at(7)); }), "hold_not_open");
}

TEST(Holds, ExpiryIsJudgedByTheClockAndNotByTheStoredWord) {
  wallet::Wallet wallet = wallet_with("10");
  Hold hold = reserve(reserve_of("4"), wallet, at(5)).hold;
  EXPECT_EQ(status_at(hold, 104), HoldStatus::open);
  EXPECT_EQ(status_at(hold, 105), HoldStatus::expired);
  EXPECT_EQ(code_of([&] { capture({hold.id, {}, "c"}, hold, wallet, at(105)); }), "hold_not_open");
  EXPECT_EQ(code_of([&] { release({hold.id, "r"}, hold, wallet, at(105)); }), "hold_not_open");
  const Entry entry = expire(hold, wallet, at(105));
  EXPECT_EQ(entry.type, "release");
  EXPECT_EQ(entry.idempotency_key, expiry_key(hold.id));
  EXPECT_EQ(wallet::available(wallet), money("10"));
}

TEST(Holds, StatusRules) {
  wallet::Wallet wallet = wallet_with("10");
  Hold kept = reserve(reserve_of("4"), wallet, at(5)).hold;
  Hold freed = reserve(reserve_of("4"), wallet, at(6)).hold;
  wallet.status = wallet::Status::suspended;
  EXPECT_EQ(code_of([&] { reserve(reserve_of("1"), wallet, at(7)); }), "wallet_not_active");
  EXPECT_NO_THROW(capture({kept.id, {}, "c"}, kept, wallet, at(7)));
  EXPECT_NO_THROW(release({freed.id, "r"}, freed, wallet, at(8)));
  EXPECT_EQ(wallet.current, money("6"));
}

TEST(Holds, RefuseBadRequests) {
  EXPECT_EQ(code_of([] { require_valid(reserve_of("0")); }), "invalid_argument");
  EXPECT_EQ(code_of([] { require_valid(reserve_of("1", 0)); }), "invalid_argument");
  EXPECT_EQ(code_of([] { require_valid(reserve_of("1", 367LL * 86'400'000'000)); }),
            "invalid_argument");
  EXPECT_EQ(code_of([] {
              require_valid(CaptureRequest{{}, money("-1"), "k"});
            }),
            "invalid_argument");
  EXPECT_EQ(code_of([] { require_valid(ReleaseRequest{{}, ""}); }), "invalid_argument");
  EXPECT_NE(fingerprint(CaptureRequest{{}, {}, "k"}),
            fingerprint(CaptureRequest{{}, money("1"), "k"}));
  EXPECT_NE(fingerprint(CaptureRequest{{}, {}, "k"}), fingerprint(ReleaseRequest{{}, "k"}));
}

TEST(Transfer, MovesBothWalletsByTheSame) {
  wallet::Wallet from = wallet_with("10", 1);
  wallet::Wallet to = wallet_with("1", 2);
  const TransferRequest request{from.id, to.id, money("10"), "t", "gift"};
  const auto rows = transfer(request, from, to, {at(1), at(2)});
  EXPECT_TRUE(from.current.is_zero());
  EXPECT_EQ(to.current, money("11"));
  EXPECT_EQ(rows[0].idempotency_key, "t");
  EXPECT_EQ(rows[1].idempotency_key, "counterpart:t");
  EXPECT_EQ(rows[0].counter_account, to.id.to_string());
  EXPECT_EQ(rows[1].counter_account, from.id.to_string());
}

TEST(Transfer, RefusesWithBothWalletsUnchanged) {
  wallet::Wallet from = wallet_with("10", 1);
  wallet::Wallet to = wallet_with("99999999999999", 2);
  const auto refusal = [&](const char* amount) {
    return code_of([&] {
      transfer({from.id, to.id, money(amount), "t", {}}, from, to, {at(1), at(2)});
    });
  };
  EXPECT_EQ(refusal("10.000001"), "insufficient_funds");
  EXPECT_EQ(refusal("10"), "out_of_range");
  to.currency = "EUR";
  EXPECT_EQ(refusal("1"), "currency_mismatch");
  EXPECT_EQ(from.current, money("10"));
  EXPECT_EQ(from.last_seq, 0);
  EXPECT_EQ(code_of([&] {
              require_valid(TransferRequest{from.id, from.id, money("1"), "t", {}});
            }),
            "invalid_argument");
}

Original original_of(const char* type, const char* amount, const char* reversed = "0") {
  return {.id = {},
          .wallet_id = {},
          .type = type,
          .amount = money(amount),
          .counter_account = "revenue",
          .idempotency_key = "k",
          .reversed = money(reversed)};
}

TEST(Reversal, TakesBackAtMostWhatIsLeft) {
  const auto amount = [](const Original& original, std::optional<Decimal> asked) {
    return amount_to_reverse({{}, "r", asked, {}}, original);
  };
  EXPECT_EQ(amount(original_of("debit", "-10", "4"), {}), money("6"));
  EXPECT_EQ(amount(original_of("topup", "10", "4"), money("6")), money("6"));
  for (const auto& [original, asked] :
       std::initializer_list<std::pair<Original, std::optional<Decimal>>>{
           {original_of("debit", "-10", "4"), money("6.000001")},
           {original_of("debit", "-10", "10"), std::nullopt},
           {original_of("reversal", "10"), std::nullopt},
           {original_of("reservation", "0"), std::nullopt},
           {original_of("release", "0"), std::nullopt}}) {
    EXPECT_EQ(code_of([&] { amount(original, asked); }), "already_reversed") << original.type;
  }
}

TEST(Reversal, MovesTheOtherWayAndNeverOverdraws) {
  wallet::Wallet wallet = wallet_with("3");
  const Entry back =
      reverse({{}, "r", {}, "wrong"}, original_of("debit", "-10"), "r", wallet, at(1));
  EXPECT_EQ(back.amount, money("10"));
  EXPECT_EQ(back.counter_account, "revenue");
  EXPECT_EQ(back.reverses_id, Uuid{});
  EXPECT_EQ(code_of([&] {
              reverse({{}, "s", {}, {}}, original_of("topup", "13.000001"), "s", wallet, at(2));
            }),
            "insufficient_funds");
  EXPECT_EQ(wallet.current, money("13"));
}

TEST(Reversal, AChargebackMayLeaveADebt) {
  wallet::Wallet wallet = wallet_with("3");
  ReversalRequest request{{}, "c", {}, "bank"};
  const auto plain = fingerprint(request);
  request.is_chargeback = true;
  EXPECT_NE(fingerprint(request), plain);
  EXPECT_EQ(code_of([&] { amount_to_reverse(request, original_of("credit", "10")); }),
            "already_reversed");
  reverse(request, original_of("topup", "10"), "c", wallet, at(1));
  EXPECT_EQ(wallet.current, money("-7"));
  EXPECT_EQ(wallet.debt_allowed, money("7"));
  EXPECT_TRUE(wallet::available(wallet).is_negative());
  wallet.status = wallet::Status::closed;
  EXPECT_EQ(code_of([&] { reverse(request, original_of("topup", "1"), "d", wallet, at(2)); }),
            "wallet_not_active");
}

Request debit_of(const char* amount, const char* key, std::uint8_t wallet = 7) {
  Request request;
  request.wallet_id = wallet_with("0", wallet).id;
  request.amount = money(amount);
  request.idempotency_key = key;
  request.metadata = "{}";
  return request;
}

TEST(Batch, JudgesInOrderAgainstRunningBalances) {
  Wallets wallets{{wallet_with("10").id, wallet_with("10")}};
  BatchJudge judge{{}, wallets};
  EXPECT_EQ(judge.post(debit_of("7", "a"), at(1)).balance_after, money("3"));
  EXPECT_EQ(code_of([&] { judge.post(debit_of("4", "b"), at(2)); }), "insufficient_funds");
  EXPECT_EQ(judge.post(debit_of("3", "c"), at(3)).balance_after, money("0"));
  ASSERT_EQ(judge.entries().size(), 2u);
  EXPECT_EQ(judge.entries()[1].seq, 2);
  EXPECT_EQ(judge.entries()[1].prev_hash, judge.entries()[0].row_hash);
}

TEST(Batch, AKeyPostsOnceInItToo) {
  Wallets wallets{{wallet_with("10").id, wallet_with("10")}};
  BatchJudge judge{{}, wallets};
  const Posting first = judge.post(debit_of("1", "a"), at(1));
  const Posting again = judge.post(debit_of("1.0", "a"), at(2));
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.transaction_id, first.transaction_id);
  EXPECT_EQ(code_of([&] { judge.post(debit_of("2", "a"), at(3)); }), "idempotency_conflict");
  EXPECT_EQ(judge.entries().size(), 1u);
}

TEST(Batch, ARefusedItemDoesNotBurnItsKey) {
  Wallets wallets{{wallet_with("1").id, wallet_with("1")}};
  BatchJudge judge{{}, wallets};
  EXPECT_EQ(code_of([&] { judge.post(debit_of("2", "a"), at(1)); }), "insufficient_funds");
  EXPECT_FALSE(judge.post(debit_of("1", "a"), at(2)).replayed);
  EXPECT_EQ(code_of([&] { judge.post(debit_of("1", "b", 9), at(3)); }), "wallet_not_found");
  const Error error = numbered({ErrorCode::insufficient_funds, "insufficient funds"}, 3);
  EXPECT_EQ(error.message(), "item 3: insufficient funds");
  EXPECT_EQ(error.code(), ErrorCode::insufficient_funds);
}

TEST(Threshold, IsCrossedOnlyFromAboveToBelow) {
  wallet::Wallet before = wallet_with("10");
  before.low_balance_threshold = money("5");
  const auto crosses = [&](const char* from, const char* to) {
    wallet::Wallet after = before;
    before.current = money(from);
    after.current = money(to);
    return wallet::crosses_threshold(before, after);
  };
  EXPECT_TRUE(crosses("5", "4.999999"));
  EXPECT_FALSE(crosses("10", "5"));
  EXPECT_FALSE(crosses("4.999999", "3"));
  EXPECT_FALSE(crosses("4", "6"));
}

tenancy::KeyRing ring_of(const char* kid, char secret) {
  tenancy::KeyRing ring;
  tenancy::Key& key = ring.slots[0];
  key.kid_size = static_cast<std::uint8_t>(std::string_view{kid}.copy(key.kid_text.data(), 32));
  key.secret_size = 32;
  key.secret_bytes.fill(static_cast<std::uint8_t>(secret));
  ring.size = 1;
  return ring;
}

TEST(Checkpoint, ComesBackAsItWasSigned) {
  Checkpoint checkpoint{"lad", wallet_with("0", 1).id, 42, {}};
  checkpoint.heads.push_back({wallet_with("0", 2).id, {7, {1, 2, 255}, money("-1.5"), money("2")}});
  const tenancy::KeyRing ring = ring_of("k1", 'a');
  const std::string text = sign(checkpoint, ring.signing_key());
  const Checkpoint read = read_signed(text, ring);
  EXPECT_EQ(read.database, "lad");
  EXPECT_EQ(read.tenant_id, checkpoint.tenant_id);
  EXPECT_EQ(read.taken_at_us, 42);
  ASSERT_EQ(read.heads.size(), 1u);
  EXPECT_EQ(read.heads[0].wallet_id, checkpoint.heads[0].wallet_id);
  EXPECT_EQ(read.heads[0].point.hash, checkpoint.heads[0].point.hash);
  EXPECT_EQ(read.heads[0].point.balance, money("-1.5"));
  EXPECT_EQ(sign(read, ring.signing_key()), text);
}

TEST(Checkpoint, EveryChangedByteIsRefused) {
  Checkpoint checkpoint{"lad", wallet_with("0", 1).id, 42, {}};
  checkpoint.heads.push_back({wallet_with("0", 2).id, {7, {1, 2, 3}, money("1"), {}}});
  const tenancy::KeyRing ring = ring_of("k1", 'a');
  const std::string text = sign(checkpoint, ring.signing_key());
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = changed[i] == 'x' ? 'y' : 'x';
    EXPECT_NE(code_of([&] { read_signed(changed, ring); }), "no error") << i;
    EXPECT_NE(code_of([&] { read_signed(text.substr(0, i), ring); }), "no error") << i;
  }
  EXPECT_EQ(code_of([&] { read_signed(text + "\n", ring); }), "invalid_argument");
  EXPECT_EQ(code_of([&] { read_signed(text, ring_of("k1", 'b')); }), "invalid_argument");
  EXPECT_EQ(code_of([&] { read_signed(text, ring_of("k2", 'a')); }), "key_unavailable");
  EXPECT_EQ(code_of([&] { sign(checkpoint, nullptr); }), "key_unavailable");
}

}  // namespace
}  // namespace lad::ledger
