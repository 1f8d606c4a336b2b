#include "ledger/checkpoint.hpp"

#include <charconv>

#include "core/error.hpp"

namespace lad::ledger {
namespace {

constexpr std::string_view kTitle = "lad-checkpoint 1";
constexpr std::string_view kSignature = "signature ";

[[noreturn]] void refuse(std::string detail) {
  throw Error{ErrorCode::invalid_argument, "the checkpoint is not genuine", std::move(detail)};
}

std::string hexadecimal(const crypto::Digest& digest) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : digest) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

/// Takes a text apart, word by word.
class Words {
 public:
  explicit Words(std::string_view line) : rest_(line) {}

  std::string_view next() {
    if (at_end_) refuse("A line lacks a word.");
    const std::size_t space = rest_.find(' ');
    const std::string_view word = rest_.substr(0, space);
    at_end_ = space == std::string_view::npos;
    rest_ = at_end_ ? std::string_view{} : rest_.substr(space + 1);
    return word;
  }
  std::string_view rest() const { return rest_; }
  void expect(std::string_view word) {
    if (next() != word) refuse("A line does not start with " + std::string(word) + ".");
  }
  void end() const {
    if (!at_end_) refuse("A line has a word too many.");
  }

  std::int64_t integer() {
    const std::string_view word = next();
    std::int64_t value = 0;
    const auto [stop, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc{} || stop != word.data() + word.size()) refuse("A number is none.");
    return value;
  }

  crypto::Digest digest() {
    const std::string_view word = next();
    crypto::Digest digest{};
    if (word.size() != 2 * digest.size()) refuse("A hash has another length.");
    for (std::size_t i = 0; i < digest.size(); ++i) {
      const char* const digits = word.data() + 2 * i;
      const auto [stop, error] = std::from_chars(digits, digits + 2, digest[i], 16);
      if (error != std::errc{} || stop != digits + 2) refuse("A hash is none.");
    }
    return digest;
  }

 private:
  std::string_view rest_;
  bool at_end_ = false;
};

CheckpointHead read_head(Words words) {
  words.expect("wallet");
  CheckpointHead head;
  head.wallet_id = Uuid::parse(words.next());
  head.point.seq = words.integer();
  head.point.hash = words.digest();
  head.point.balance = Decimal::parse(words.next());
  head.point.reserved = Decimal::parse(words.next());
  words.end();
  return head;
}

std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) refuse("A line has no end.");
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

Checkpoint read_body(std::string_view text) {
  Checkpoint checkpoint;
  if (take_line(text) != kTitle) refuse("It has another version.");
  Words database{take_line(text)};
  database.expect("database");
  checkpoint.database = database.rest();
  Words tenant{take_line(text)};
  tenant.expect("tenant");
  checkpoint.tenant_id = Uuid::parse(tenant.next());
  Words time{take_line(text)};
  time.expect("time");
  checkpoint.taken_at_us = time.integer();
  while (!text.empty()) checkpoint.heads.push_back(read_head(Words{take_line(text)}));
  return checkpoint;
}

}  // namespace

std::string sign(const Checkpoint& checkpoint, const tenancy::Key* key) {
  if (key == nullptr) throw Error{ErrorCode::key_unavailable, "no key signs checkpoints"};
  std::string text{kTitle};
  text += "\ndatabase " + checkpoint.database + "\ntenant " + checkpoint.tenant_id.to_string() +
          "\ntime " + std::to_string(checkpoint.taken_at_us) + "\n";
  for (const auto& [wallet_id, point] : checkpoint.heads) {
    text += "wallet " + wallet_id.to_string() + " " + std::to_string(point.seq) + " " +
            hexadecimal(point.hash) + " " + point.balance.to_string() + " " +
            point.reserved.to_string() + "\n";
  }
  const auto mac = crypto::hmac_sha256(key->secret(), crypto::as_bytes(text));
  return text.append(kSignature)
      .append(key->kid())
      .append(" ")
      .append(crypto::encode_base64url(mac))
      .append("\n");
}

Checkpoint read_signed(std::string_view text, const tenancy::KeyRing& ring) {
  const std::size_t start = text.rfind("\nsignature ");
  if (start == std::string_view::npos) refuse("It has no signature.");
  const std::string_view body = text.substr(0, start + 1);
  std::string_view tail = text.substr(start + 1);
  Words words{take_line(tail)};
  if (!tail.empty()) refuse("Something follows the signature.");
  words.expect("signature");
  const tenancy::Key* const key = ring.find(words.next());
  if (key == nullptr || key->algorithm != tenancy::KeyAlgorithm::hmac_sha256) {
    throw Error{ErrorCode::key_unavailable, "the key that signed the checkpoint is not at hand"};
  }
  crypto::Digest mac{};
  const bool is_mac = crypto::decode_base64url(words.next(), mac);
  words.end();
  const auto expected = crypto::hmac_sha256(key->secret(), crypto::as_bytes(body));
  if (!is_mac || !crypto::equal_in_constant_time(mac, expected)) refuse("Its signature is wrong.");
  return read_body(body);
}

}  // namespace lad::ledger
