#include "ledger/report_store.hpp"
#include "ledger/wallet_store.hpp"
#include "pg/args.hpp"
#include "pg/result.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"

namespace store = lad::ledger::store;
using lad::Decimal;
using lad::Error;
using lad::ErrorCode;
using lad::Uuid;
using lad::pg::Args;
using lad::pg::RowSet;

namespace {

constexpr int kPage = 2000;

void add(RowSet& rows, const store::StatementLine& line) {
  rows.add(line.seq, lad::pg::from_unix_us(line.created_at_us), line.type, line.amount,
           line.balance_after, line.reference_type, line.reference_id, line.description,
           line.idempotency_key);
}

store::StatementLine boundary_line(const char* type, std::int64_t at_us, Decimal balance) {
  store::StatementLine line;
  line.type = type;
  line.created_at_us = at_us;
  line.balance_after = balance;
  return line;
}

/// Adds the rows of the period page by page and returns the balance after the last.
Decimal add_period(RowSet& rows, const Uuid& wallet_id, std::int64_t from_us, std::int64_t to_us,
                   Decimal balance) {
  std::int64_t after_seq = 0;
  for (;;) {
    const auto lines = lad::pg::with_spi(
        [&] { return store::read_statement(wallet_id, from_us, to_us, after_seq, kPage); });
    for (const auto& line : lines) add(rows, line);
    if (!lines.empty()) {
      balance = lines.back().balance_after;
      after_seq = *lines.back().seq;
    }
    if (lines.size() < kPage) return balance;
    lad::pg::poll_interrupts();
  }
}

}  // namespace

LAD_FUNCTION(lad_statement) {
  const Args args{fcinfo};
  const auto wallet_id = args.get<Uuid>(0, "wallet_id");
  const auto from = lad::pg::unix_us(args.get<lad::pg::Timestamp>(1, "from_time"));
  const auto to = lad::pg::unix_us(args.get<lad::pg::Timestamp>(2, "to_time"));
  if (from > to) {
    throw Error{ErrorCode::invalid_argument, "from_time must not be after to_time"};
  }
  const Decimal opening = lad::pg::with_spi([&] {
    store::read_wallet(wallet_id);
    return store::balance_before(wallet_id, from);
  });
  RowSet rows{fcinfo};
  add(rows, boundary_line("opening", from, opening));
  const Decimal closing = add_period(rows, wallet_id, from, to, opening);
  add(rows, boundary_line("closing", to, closing));
  return rows.done();
}

LAD_FUNCTION(lad_balance_at) {
  const Args args{fcinfo};
  const auto wallet_id = args.get<Uuid>(0, "wallet_id");
  const auto at = lad::pg::unix_us(args.get<lad::pg::Timestamp>(1, "at"));
  const auto basis = args.get<std::string>(2, "basis");
  if (basis != "recorded" && basis != "effective") {
    throw Error{ErrorCode::invalid_argument, "basis must be recorded or effective"};
  }
  return lad::pg::to_datum(lad::pg::with_spi([&] {
    store::read_wallet(wallet_id);
    return store::balance_at(
        wallet_id, at, basis == "recorded" ? store::Basis::recorded : store::Basis::effective);
  }));
}

LAD_FUNCTION(lad_trial_balance) {
  RowSet rows{fcinfo};
  for (const auto& line : lad::pg::with_spi([] { return store::read_accounts(); })) {
    rows.add(line.account, line.currency, line.balance);
  }
  return rows.done();
}
