// Mint a token, then run a query for a tenant in one transaction.
//
// Usage: mint hmac|ed25519 KID KEY_FILE TENANT QUERY
//
// KEY_FILE holds the base64 secret of the kid (hmac), or the private key in PEM (ed25519). PGHOST,
// PGPORT and PGDATABASE say where the database is. AUTH_USER, a member of lad_auth, asks for the
// tenant's epoch; APP_USER, a member of lad_app, runs the query. Two services, in earnest: the one
// that runs queries never sees a key.
//
// Build: g++ -std=c++20 mint.cpp -o mint -I"$(pg_config --includedir)" -lpq -lcrypto
#include <libpq-fe.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

constexpr const char* kNobody = "00000000-0000-0000-0000-000000000000";

void require(bool worked, const std::string& what) {
  if (!worked) throw std::runtime_error(what);
}

// ---- encodings
// -----------------------------------------------------------------------------------
std::string base64url(const std::string& bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  while (text.ends_with('=')) text.pop_back();
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return text;
}

std::string decode_base64(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  std::string bytes(text.size(), '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  require(size > 0, "the key is not base64");
  // EVP_DecodeBlock counts the padding as zeros.
  bytes.resize(static_cast<std::size_t>(size));
  for (; text.ends_with('='); text.pop_back()) bytes.pop_back();
  return bytes;
}

std::string uuid_bytes(const std::string& text) {
  std::string digits;
  for (const char c : text) {
    if (c != '-') digits += c;
  }
  require(digits.size() == 32, "a uuid has 32 digits");
  std::string bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
  }
  return bytes;
}

std::string int64_bytes(std::int64_t value) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift);
  return bytes;
}

// ---- signatures
// ----------------------------------------------------------------------------------
std::string sign_hmac(const std::string& key_file, const std::string& message) {
  std::ifstream file(key_file);
  std::string line;
  require(static_cast<bool>(std::getline(file, line)), "the key cannot be read");
  const std::string secret = decode_base64(line);
  std::string mac(32, '\0');
  unsigned int size = 0;
  require(HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
               reinterpret_cast<const unsigned char*>(message.data()), message.size(),
               reinterpret_cast<unsigned char*>(mac.data()), &size) != nullptr,
          "HMAC-SHA256 failed");
  return mac;
}

std::string sign_ed25519(const std::string& key_file, const std::string& message) {
  const std::unique_ptr<std::FILE, decltype(&std::fclose)> file(std::fopen(key_file.c_str(), "r"),
                                                                &std::fclose);
  require(file != nullptr, "the key cannot be read");
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      PEM_read_PrivateKey(file.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  std::string signature(64, '\0');
  std::size_t size = signature.size();
  require(key != nullptr && context != nullptr &&
              EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
              EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()),
                             &size, reinterpret_cast<const unsigned char*>(message.data()),
                             message.size()) == 1,
          "Ed25519 failed");
  return signature;
}

// ---- the token
// -----------------------------------------------------------------------------------
struct Signer {
  bool is_ed25519;
  std::string kid, key_file;
};

std::string mint(const Signer& signer, const std::string& database, const std::string& tenant,
                 std::int64_t epoch, const std::string& user = kNobody, int seconds = 60) {
  using std::chrono::microseconds;
  const std::int64_t now_us =
      std::chrono::duration_cast<microseconds>(std::chrono::system_clock::now().time_since_epoch())
          .count();
  const std::string payload = uuid_bytes(tenant) + uuid_bytes(user) + int64_bytes(now_us) +
                              int64_bytes(now_us + seconds * std::int64_t{1'000'000}) +
                              int64_bytes(epoch);
  const std::string head =
      (signer.is_ed25519 ? "v2." : "v1.") + signer.kid + "." + base64url(payload);
  const std::string message = database + "|" + head;
  return head + "." +
         base64url(signer.is_ed25519 ? sign_ed25519(signer.key_file, message)
                                     : sign_hmac(signer.key_file, message));
}

// ---- the database
// --------------------------------------------------------------------------------
class Connection {
 public:
  explicit Connection(const std::string& user)
      : connection_(PQconnectdb(("user=" + user).c_str()), &PQfinish) {
    require(PQstatus(connection_.get()) == CONNECTION_OK, PQerrorMessage(connection_.get()));
  }

  using Rows = std::vector<std::vector<std::string>>;

  Rows run(const std::string& sql, const std::vector<std::string>& values = {}) {
    std::vector<const char*> pointers;
    for (const std::string& value : values) pointers.push_back(value.c_str());
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(
        PQexecParams(connection_.get(), sql.c_str(), static_cast<int>(values.size()), nullptr,
                     pointers.data(), nullptr, nullptr, 0),
        &PQclear);
    const ExecStatusType status = PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
      const char* const sqlstate = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
      throw std::runtime_error(std::string(sqlstate == nullptr ? "" : sqlstate) + ": " +
                               PQresultErrorMessage(result.get()));
    }
    Rows rows(static_cast<std::size_t>(PQntuples(result.get())));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      for (int column = 0; column < PQnfields(result.get()); ++column) {
        rows[i].emplace_back(PQgetvalue(result.get(), static_cast<int>(i), column));
      }
    }
    return rows;
  }

 private:
  std::unique_ptr<PGconn, decltype(&PQfinish)> connection_;
};

std::string environment(const char* name, const char* otherwise) {
  const char* const value = std::getenv(name);
  return value == nullptr ? otherwise : value;
}

void run(const Signer& signer, const std::string& tenant, const std::string& query) {
  Connection auth(environment("AUTH_USER", "auth"));
  const auto answer = auth.run("SELECT lad.tenant_epoch($1), current_database()", {tenant});
  const std::string token = mint(signer, answer[0][1], tenant, std::stoll(answer[0][0]));

  Connection app(environment("APP_USER", "app"));
  app.run("BEGIN");
  app.run("SELECT lad.authenticate($1)", {token});
  const auto rows = app.run(query);
  app.run("COMMIT");
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) std::cout << (i == 0 ? "" : "|") << row[i];
    std::cout << '\n';
  }
}

}  // namespace

int main(int count, char** arguments) {
  const std::vector<std::string> words(arguments + 1, arguments + count);
  if (words.size() != 5 || (words[0] != "hmac" && words[0] != "ed25519")) {
    std::cerr << "Usage: mint hmac|ed25519 KID KEY_FILE TENANT QUERY\n";
    return 2;
  }
  try {
    run({words[0] == "ed25519", words[1], words[2]}, words[3], words[4]);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
  return 0;
}
