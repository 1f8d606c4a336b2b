#include "history.hpp"

namespace oracle {
namespace {

#define EPOCH(column) "(extract(epoch FROM " column ") * 1000000)::bigint"

LedgerRow to_ledger_row(const Row& row) {
  return {.id = *row[0],
          .wallet = *row[1],
          .seq = std::stoll(*row[2]),
          .type = *row[3],
          .amount = parse_money(*row[4]),
          .before = parse_money(*row[5]),
          .after = parse_money(*row[6]),
          .reserved_delta = parse_money(*row[7]),
          .counter_account = row[8].value_or(""),
          .currency = *row[9],
          .key = *row[10],
          .reverses = row[11].value_or(""),
          .hold = row[12].value_or(""),
          .created_us = std::stoll(*row[13])};
}

WalletRow to_wallet(const Row& row) {
  return {.id = *row[0],
          .current = parse_money(*row[1]),
          .reserved = parse_money(*row[2]),
          .credit_limit = parse_money(*row[3]),
          .currency = *row[4],
          .last_seq = std::stoll(*row[5])};
}

HoldRow to_hold(const Row& row) {
  return {.id = *row[0],
          .wallet = *row[1],
          .amount = parse_money(*row[2]),
          .captured = parse_money(*row[3]),
          .status = *row[4],
          .key = *row[5],
          .expires_us = std::stoll(*row[6])};
}

template <class Convert>
auto convert(const Table& table, Convert convert_row) {
  std::vector<decltype(convert_row(table.front()))> converted;
  converted.reserve(table.size());
  for (const Row& row : table) converted.push_back(convert_row(row));
  return converted;
}

}  // namespace

History read_history(Client& client) {
  History history;
  client.query(
      "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL enable_indexscan = off;"
      " SET LOCAL enable_indexonlyscan = off; SET LOCAL enable_bitmapscan = off");
  history.rows = convert(
      client.query("SELECT id, wallet_id, seq, transaction_type, amount, balance_before,"
                   " balance_after, reserved_delta, counter_account, currency, idempotency_key,"
                   " reverses_id, metadata ->> 'hold_id', " EPOCH("created_at")  //
                   " FROM lad_data.billing_ledger_transactions ORDER BY wallet_id, seq, id"),
      to_ledger_row);
  history.wallets = convert(
      client.query("SELECT id, current_balance, reserved_balance, credit_limit, currency, last_seq"
                   " FROM lad_data.billing_wallets ORDER BY id"),
      to_wallet);
  history.holds = convert(client.query("SELECT id, wallet_id, amount, captured, status,"
                                       " idempotency_key, " EPOCH("expires_at")  //
                                       " FROM lad_data.billing_holds"),
                          to_hold);
  client.query("SET LOCAL enable_indexscan = on; SET LOCAL enable_bitmapscan = on");
  for (const Row& row : client.query("SELECT currency, account, balance FROM lad.trial_balance()"))
    history.trial_balance[{*row[0], *row[1]}] = parse_money(*row[2]);
  for (const Row& row : client.query("SELECT wallet_id, seq, problem, detail"
                                     " FROM lad.verify_ledger(since_checkpoint => false)"))
    history.ledger_problems.push_back(row[0].value_or("") + " row " + row[1].value_or("-") + ": " +
                                      row[2].value_or("") + ": " + row[3].value_or(""));
  client.query("COMMIT");
  return history;
}

std::vector<std::string> read_wallet_ids(Client& client) {
  std::vector<std::string> ids;
  for (const Row& row : client.query("SELECT id FROM lad_data.billing_wallets ORDER BY id")) {
    ids.push_back(*row[0]);
  }
  return ids;
}

}  // namespace oracle
