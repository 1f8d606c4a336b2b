#pragma once

#include <libpq-fe.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// libpq for the ledger's testers.
namespace oracle {

/// Rows of text; NULL is nothing.
using Row = std::vector<std::optional<std::string>>;
using Table = std::vector<Row>;

/// What became of statements sent together: the rows of the last that returned any, or an error.
struct Reply {
  Table rows;
  std::string sqlstate;  ///< empty: all of them succeeded
  std::string message;
  bool connected = true;  ///< false: nobody knows whether they took effect
};

/// A connection to the server whose connection string stands in a file. The file is read anew at
/// each attempt, so that a tester finds a restarted server, or its standby, at another address.
class Client {
 public:
  explicit Client(std::string address_file) : address_file_(std::move(address_file)) {}

  /// False when the server cannot be reached now.
  bool connect();
  bool is_connected() const { return connection_ && PQstatus(connection_.get()) == CONNECTION_OK; }
  Reply run(const std::string& statements);

  /// As run; an error throws std::runtime_error.
  Table query(const std::string& statements);

 private:
  struct Finish {
    void operator()(PGconn* connection) const { PQfinish(connection); }
  };
  std::string address_file_;
  std::unique_ptr<PGconn, Finish> connection_;
};

/// `--name value` pairs of a command line. Unknown names end the program.
class Options {
 public:
  Options(int argc, char** argv, const std::map<std::string, std::string>& defaults);
  const std::string& text(const std::string& name) const { return values_.at(name); }
  std::int64_t number(const std::string& name) const { return std::stoll(text(name)); }

 private:
  std::map<std::string, std::string> values_;
};

/// Microseconds since 1970 by the clock of this machine, which is the server's too.
std::int64_t now_us();

}  // namespace oracle
