#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client.hpp"
#include "money.hpp"

/// What sessions were told: a file with one line for the run, one for each operation that got an
/// answer, and one for each row of that answer.
namespace oracle {

/// One row that an operation returned: a posting, an item of a batch, or a hold.
struct Answer {
  std::string id;
  std::string wallet;
  std::int64_t seq = 0;  ///< 0: a hold
  std::string type;      ///< of a hold its status
  Money amount = 0;
  Money before = 0;
  Money after = 0;
  Money available = 0;
  std::int64_t created_us = 0;
  bool replayed = false;
  std::string sqlstate;  ///< of an item that was refused; nothing else is set then
};

struct Answered {
  std::size_t session = 0;
  std::uint64_t index = 0;
  std::int64_t start_us = 0;  ///< of the attempt that was answered
  std::int64_t end_us = 0;
  int attempts = 0;
  std::string sqlstate = {};  ///< of a refusal
  std::vector<Answer> answers = {};
};

struct Record {
  std::uint64_t seed = 0;
  std::size_t sessions = 0;
  std::size_t wallets = 0;
  int batch_percent = 0;
  std::vector<Answered> answered = {};
};

std::string head_line(const Record& record);
std::string lines_of(const Answered& answered, const Table& rows);
Record read_record(const std::string& path);

}  // namespace oracle
