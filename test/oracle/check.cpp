// ledger_check: replays what is committed through the model and compares what sessions were told.
// Reads one snapshot, so it may run while others post. Exit status 0: all agrees, 1: it does not.
//
//   --address FILE    holds the connection string of a superuser
//   --records A,B     what ledger_driver recorded; - for none
//   --complete yes    every session has had its last answer: what is committed was acknowledged

#include <exception>
#include <iostream>
#include <sstream>

#include "judge.hpp"

namespace {

constexpr std::size_t kShown = 20;

std::vector<oracle::Record> read_records(const std::string& paths) {
  std::vector<oracle::Record> records;
  if (paths == "-") return records;
  std::istringstream in(paths);
  for (std::string path; std::getline(in, path, ',');) records.push_back(oracle::read_record(path));
  return records;
}

int check(const oracle::Options& options) {
  // Before the snapshot, which then has everything that was acknowledged so far.
  const auto records = read_records(options.text("records"));
  oracle::Client client{options.text("address")};
  if (!client.connect()) throw std::runtime_error("no connection");
  const oracle::History history = oracle::read_history(client);
  oracle::Model model{history};
  oracle::Problems problems;
  model.replay(problems);
  oracle::Judge judge{model, oracle::read_wallet_ids(client), problems};
  for (const oracle::Record& record : records) judge.judge(record);
  if (options.text("complete") == "yes") judge.require_complete(history);
  for (std::size_t i = 0; i < problems.lines.size() && i < kShown; ++i) {
    std::cout << "problem: " << problems.lines[i] << "\n";
  }
  for (const auto& [outcome, count] : judge.outcomes())
    std::cout << outcome << ": " << count << "\n";
  std::cout << "rows: " << history.rows.size() << "\nacknowledged: " << judge.acknowledged()
            << "\nlost: " << problems.lost << "\ntwice: " << problems.twice
            << "\nproblems: " << problems.lines.size()
            << "\nproblems of the model: " << problems.lines.size() - history.ledger_problems.size()
            << "\n";
  return problems.lines.empty() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const oracle::Options options{
      argc, argv, {{"address", ""}, {"records", "-"}, {"complete", "no"}}};
  try {
    return check(options);
  } catch (const std::exception& error) {
    std::cerr << "ledger_check: " << error.what() << "\n";
    return 2;
  }
}
