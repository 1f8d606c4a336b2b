// ledger_driver: sessions that do random operations on the ledger and record every answer. SIGTERM
// ends it when each session has had its answer. Exit status 1: a session never had its last one.
//
//   --address FILE     holds a connection string; read again at each connection
//   --tenant UUID      the tenant whose wallets are used, all of them
//   --record FILE      where the answers go (ledger_check reads them)
//   --seed N           the same seed, sessions and wallets: the same requests
//   --sessions N       at once, each on a connection of its own
//   --operations N     of each session; 0: until SIGTERM
//   --seconds N        at most; 0: no limit
//   --batches N        percent of the operations that post to ten wallets
//   --retry yes        ask again, under the same key, after a lost connection or a server that is
//                      down, full or starting; no: the session ends there

#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <exception>
#include <iostream>
#include <mutex>
#include <thread>

#include "../oracle/history.hpp"
#include "../oracle/operations.hpp"
#include "../oracle/record.hpp"

namespace {

volatile std::sig_atomic_t stopped = 0;

void stop(int) {
  stopped = 1;
}

/// A line is in the file before the session goes on.
class Recorder {
 public:
  explicit Recorder(const std::string& path)
      : file_(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) {
    if (file_ < 0) throw std::runtime_error("cannot write " + path);
  }
  void add(const std::string& lines) {
    const std::lock_guard lock(mutex_);
    if (write(file_, lines.data(), lines.size()) != static_cast<ssize_t>(lines.size())) {
      std::cerr << "ledger_driver: cannot record\n";
      std::_Exit(2);
    }
  }

 private:
  std::mutex mutex_;
  int file_;
};

struct Plan {
  std::string address;
  std::string tenant;
  std::vector<std::string> wallets;
  std::uint64_t operations = 0;
  std::int64_t until_us = 0;
  bool retry = false;
};

/// Nothing was decided: the server was down, starting, full, or still a standby.
bool is_passing(const oracle::Reply& reply) {
  const std::string kind = reply.sqlstate.substr(0, 2);
  return !reply.connected || kind == "08" || kind == "53" || kind == "57" || kind == "58" ||
         reply.sqlstate == "25006";
}

/// Asks until there is an answer; nothing when there is none and the plan is not to retry.
std::optional<oracle::Reply> ask(const Plan& plan, oracle::Client& client, const std::string& what,
                                 oracle::Answered& answered) {
  for (;;) {
    ++answered.attempts;
    answered.start_us = oracle::now_us();
    oracle::Reply reply = client.run(what);
    if (!is_passing(reply)) {
      answered.end_us = oracle::now_us();
      answered.sqlstate = reply.sqlstate;
      return reply;
    }
    if (!plan.retry) return std::nullopt;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    if (!client.is_connected()) client.connect();
  }
}

/// False when the session ended without the answer to its last request.
bool run_session(const Plan& plan, const oracle::Operations& operations, std::size_t session,
                 Recorder& recorder) {
  oracle::Client client{plan.address};
  client.connect();
  const auto is_over = [&](std::uint64_t index) {
    return stopped || (plan.operations != 0 && index >= plan.operations) ||
           (plan.until_us != 0 && oracle::now_us() > plan.until_us);
  };
  for (std::uint64_t index = 0; !is_over(index); ++index) {
    const oracle::Operation operation = operations.at(session, index);
    oracle::Answered answered{.session = session, .index = index};
    const auto reply =
        ask(plan, client,
            "BEGIN; SELECT lad.authenticate_service('" + plan.tenant + "', 'driver'); " +
                oracle::statement_of(operation, plan.wallets) + "; COMMIT",
            answered);
    if (!reply) return false;
    recorder.add(oracle::lines_of(answered, reply->rows));
  }
  return true;
}

/// The tenant's wallets, as ledger_check counts them.
std::vector<std::string> read_wallets(const Plan& plan) {
  oracle::Client client{plan.address};
  if (!client.connect()) throw std::runtime_error("no connection");
  client.query("BEGIN; SELECT lad.authenticate_service('" + plan.tenant + "', 'driver')");
  return oracle::read_wallet_ids(client);
}

/// False when a session lost its connection, and did not ask again.
bool run(const oracle::Options& options) {
  Plan plan{.address = options.text("address"),
            .tenant = options.text("tenant"),
            .wallets = {},
            .operations = static_cast<std::uint64_t>(options.number("operations")),
            .retry = options.text("retry") == "yes"};
  plan.wallets = read_wallets(plan);
  if (const auto seconds = options.number("seconds")) {
    plan.until_us = oracle::now_us() + seconds * 1'000'000;
  }
  const oracle::Record head{.seed = static_cast<std::uint64_t>(options.number("seed")),
                            .sessions = static_cast<std::size_t>(options.number("sessions")),
                            .wallets = plan.wallets.size(),
                            .batch_percent = static_cast<int>(options.number("batches"))};
  Recorder recorder{options.text("record")};
  recorder.add(oracle::head_line(head));
  const oracle::Operations operations{head.seed, head.sessions, head.wallets, head.batch_percent};
  std::atomic<bool> all_answered = true;
  std::vector<std::thread> sessions;
  for (std::size_t session = 0; session < head.sessions; ++session) {
    sessions.emplace_back([&, session] {
      if (!run_session(plan, operations, session, recorder)) all_answered = false;
    });
  }
  for (std::thread& session : sessions) session.join();
  return all_answered;
}

}  // namespace

int main(int argc, char** argv) {
  const oracle::Options options{argc,
                                argv,
                                {{"address", ""},
                                 {"tenant", ""},
                                 {"record", ""},
                                 {"seed", "1"},
                                 {"sessions", "8"},
                                 {"operations", "0"},
                                 {"seconds", "0"},
                                 {"batches", "8"},
                                 {"retry", "no"}}};
  std::signal(SIGTERM, stop);
  // It would ask for ever when the test that started it is killed with the server.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  try {
    return run(options) ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << "ledger_driver: " << error.what() << "\n";
    return 2;
  }
}
