#include "client.hpp"

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>

namespace oracle {
namespace {

std::string read_file(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

Table to_table(const PGresult* result) {
  Table table;
  for (int row = 0; row < PQntuples(result); ++row) {
    Row& values = table.emplace_back();
    for (int column = 0; column < PQnfields(result); ++column) {
      if (PQgetisnull(result, row, column)) {
        values.emplace_back();
      } else {
        values.emplace_back(PQgetvalue(result, row, column));
      }
    }
  }
  return table;
}

void take(Reply& reply, const PGresult* result) {
  const ExecStatusType status = PQresultStatus(result);
  if (status == PGRES_TUPLES_OK) reply.rows = to_table(result);
  if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) return;
  const char* const state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  reply.sqlstate = state ? state : "08006";
  reply.message = PQresultErrorMessage(result);
}

}  // namespace

bool Client::connect() {
  connection_.reset(PQconnectdb(read_file(address_file_).c_str()));
  if (!is_connected()) return false;
  PQsetNoticeProcessor(
      connection_.get(), [](void*, const char*) {}, nullptr);
  return true;
}

Reply Client::run(const std::string& statements) {
  Reply reply;
  if (!is_connected() || PQsendQuery(connection_.get(), statements.c_str()) == 0) {
    reply.connected = false;
    return reply;
  }
  while (PGresult* result = PQgetResult(connection_.get())) {
    take(reply, result);
    PQclear(result);
  }
  reply.connected = is_connected();
  if (reply.connected && PQtransactionStatus(connection_.get()) != PQTRANS_IDLE &&
      !reply.sqlstate.empty()) {
    PQclear(PQexec(connection_.get(), "ROLLBACK"));
  }
  return reply;
}

Table Client::query(const std::string& statements) {
  Reply reply = run(statements);
  if (!reply.connected) throw std::runtime_error("the connection is lost");
  if (!reply.sqlstate.empty()) throw std::runtime_error(reply.message);
  return std::move(reply.rows);
}

Options::Options(int argc, char** argv, const std::map<std::string, std::string>& defaults)
    : values_(defaults) {
  for (int i = 1; i < argc; i += 2) {
    const std::string name = std::string(argv[i]).substr(0, 2) == "--" ? argv[i] + 2 : "";
    if (i + 1 < argc && values_.contains(name)) {
      values_[name] = argv[i + 1];
      continue;
    }
    std::cerr << "usage: " << argv[0];
    for (const auto& [option, value] : defaults) std::cerr << " --" << option << " " << value;
    std::cerr << "\n";
    std::exit(2);
  }
}

std::int64_t now_us() {
  using std::chrono::duration_cast;
  using std::chrono::microseconds;
  using std::chrono::system_clock;
  return duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace oracle
