#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "client.hpp"
#include "money.hpp"

/// What is committed, read in one snapshot without any index.
namespace oracle {

struct LedgerRow {
  std::string id;
  std::string wallet;
  std::int64_t seq = 0;
  std::string type;
  Money amount = 0;
  Money before = 0;
  Money after = 0;
  Money reserved_delta = 0;
  std::string counter_account;
  std::string currency;
  std::string key;
  std::string reverses;  ///< id, empty if none
  std::string hold;      ///< id, of a row that closes one
  std::int64_t created_us = 0;
};

struct WalletRow {
  std::string id;
  Money current = 0;
  Money reserved = 0;
  Money credit_limit = 0;
  std::string currency;
  std::int64_t last_seq = 0;
};

struct HoldRow {
  std::string id;
  std::string wallet;
  Money amount = 0;
  Money captured = 0;
  std::string status;
  std::string key;
  std::int64_t expires_us = 0;
};

struct History {
  std::vector<LedgerRow> rows;  ///< by wallet and seq
  std::vector<WalletRow> wallets;
  std::vector<HoldRow> holds;
  std::map<std::pair<std::string, std::string>, Money> trial_balance;  ///< by currency, account
  std::vector<std::string> ledger_problems;  ///< what lad.verify_ledger reports
};

/// As a superuser, who sees every tenant.
History read_history(Client& client);

/// The wallets by id: operations name them by their place in this order.
std::vector<std::string> read_wallet_ids(Client& client);

}  // namespace oracle
