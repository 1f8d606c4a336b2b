#include "record.hpp"

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace oracle {
namespace {

constexpr std::size_t kColumns = 11;

std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> words;
  std::istringstream in(line);
  for (std::string word; std::getline(in, word, '\t');) words.push_back(word == "-" ? "" : word);
  return words;
}

Money money_or_zero(const std::string& text) {
  return text.empty() ? 0 : parse_money(text);
}

Answer to_answer(const std::vector<std::string>& words) {
  if (words.size() != kColumns + 1) throw std::runtime_error("a broken line in the record");
  Answer answer;
  answer.sqlstate = words[11];
  if (!answer.sqlstate.empty()) return answer;
  answer.id = words[1];
  answer.wallet = words[2];
  answer.seq = words[3].empty() ? 0 : std::stoll(words[3]);
  answer.type = words[4];
  answer.amount = parse_money(words[5]);
  answer.before = money_or_zero(words[6]);
  answer.after = money_or_zero(words[7]);
  answer.available = parse_money(words[8]);
  answer.created_us = std::stoll(words[9]);
  answer.replayed = words[10] == "t";
  return answer;
}

}  // namespace

std::string head_line(const Record& record) {
  std::ostringstream out;
  out << "run\t" << record.seed << '\t' << record.sessions << '\t' << record.wallets << '\t'
      << record.batch_percent << '\n';
  return out.str();
}

std::string lines_of(const Answered& answered, const Table& rows) {
  std::ostringstream out;
  out << "did\t" << answered.session << '\t' << answered.index << '\t' << answered.start_us << '\t'
      << answered.end_us << '\t' << answered.attempts << '\t'
      << (answered.sqlstate.empty() ? "-" : answered.sqlstate) << '\n';
  if (!answered.sqlstate.empty()) return out.str();
  for (const Row& row : rows) {
    out << "row";
    for (const auto& value : row) out << '\t' << value.value_or("-");
    out << '\n';
  }
  return out.str();
}

Record read_record(const std::string& path) {
  std::ifstream in(path);
  Record record;
  for (std::string line; std::getline(in, line);) {
    const auto words = split(line);
    if (words.at(0) == "run") {
      record.seed = std::stoull(words.at(1));
      record.sessions = std::stoull(words.at(2));
      record.wallets = std::stoull(words.at(3));
      record.batch_percent = std::stoi(words.at(4));
    } else if (words[0] == "did") {
      record.answered.push_back({.session = std::stoull(words.at(1)),
                                 .index = std::stoull(words.at(2)),
                                 .start_us = std::stoll(words.at(3)),
                                 .end_us = std::stoll(words.at(4)),
                                 .attempts = std::stoi(words.at(5)),
                                 .sqlstate = words.at(6)});
    } else {
      record.answered.back().answers.push_back(to_answer(words));
    }
  }
  if (record.sessions == 0) throw std::runtime_error(path + " is not the record of a run");
  return record;
}

}  // namespace oracle
