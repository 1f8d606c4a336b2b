#include "tenancy/key_ring.hpp"

#include <algorithm>
#include <string>
#include <type_traits>

#include "core/error.hpp"
#include "crypto/crypto.hpp"
#include "crypto/ed25519.hpp"

namespace lad::tenancy {
namespace {

static_assert(std::is_trivially_copyable_v<KeyRing> && std::is_standard_layout_v<KeyRing>);

struct AlgorithmRule {
  std::string_view name;
  KeyAlgorithm algorithm;
  std::size_t min_size;
  std::size_t max_size;
};

constexpr std::array kRules = {
    AlgorithmRule{"hmac-sha256", KeyAlgorithm::hmac_sha256, 32, Key::kMaxSecretSize},
    AlgorithmRule{"ed25519", KeyAlgorithm::ed25519, 32, 32},
    AlgorithmRule{"kek", KeyAlgorithm::kek, 32, 32},
};

[[noreturn]] void throw_unusable(std::size_t line, const std::string& problem) {
  throw Error(ErrorCode::key_unavailable,
              "line " + std::to_string(line) + " of the key file cannot be used", problem);
}

constexpr bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

constexpr bool is_kid_char(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

/// Cuts off everything up to the separator, or to the end.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string_view take_word(std::string_view& line) {
  while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
  std::size_t size = 0;
  while (size < line.size() && !is_blank(line[size])) ++size;
  const std::string_view word = line.substr(0, size);
  line.remove_prefix(size);
  return word;
}

/// Reads a line into a key, which the caller cleanses if this throws.
void read_key(std::string_view line, std::size_t number, Key& key) {
  const std::string_view kid = take_word(line);
  const std::string_view algorithm = take_word(line);
  const std::string_view secret = take_word(line);
  if (secret.empty() || !take_word(line).empty()) {
    throw_unusable(number, "A line has three words: kid, algorithm and key.");
  }
  if (kid.size() > Key::kMaxKidSize || !std::all_of(kid.begin(), kid.end(), is_kid_char)) {
    throw_unusable(number, "A kid has 1 to 32 letters, digits, underscores and hyphens.");
  }
  const auto rule = std::find_if(kRules.begin(), kRules.end(),
                                 [&](const AlgorithmRule& r) { return r.name == algorithm; });
  if (rule == kRules.end()) {
    throw_unusable(number, "The algorithm must be hmac-sha256, ed25519 or kek.");
  }
  std::copy(kid.begin(), kid.end(), key.kid_text.begin());
  key.kid_size = static_cast<std::uint8_t>(kid.size());
  key.algorithm = rule->algorithm;
  std::size_t size = 0;
  if (!crypto::decode_base64(secret, key.secret_bytes, size)) {
    throw_unusable(number, "The key must be standard base64 of at most 64 bytes.");
  }
  key.secret_size = static_cast<std::uint8_t>(size);
  if (size < rule->min_size || size > rule->max_size) {
    throw_unusable(number, "A key for " + std::string(rule->name) + " has " +
                               std::to_string(rule->min_size) + " to " +
                               std::to_string(rule->max_size) + " bytes.");
  }
  if (key.algorithm == KeyAlgorithm::ed25519 && !crypto::is_ed25519_public_key(key.secret())) {
    throw_unusable(number, "The key is not an Ed25519 public key of full order.");
  }
}

void add_line(KeyRing& ring, std::string_view line, std::size_t number) {
  if (ring.size == KeyRing::kCapacity) throw_unusable(number, "A key file has at most 16 keys.");
  Key& slot = ring.slots[ring.size];
  read_key(line, number, slot);
  if (ring.find(slot.kid()) != nullptr)
    throw_unusable(number, "The kid is used by an earlier line.");
  ++ring.size;
}

/// Leaves no key on the stack when an error unwinds it.
struct CleanseUnlessKept {
  KeyRing& ring;
  bool kept = false;
  ~CleanseUnlessKept() {
    if (!kept) ring.cleanse();
  }
};

}  // namespace

const Key* KeyRing::find(std::string_view kid) const noexcept {
  for (const Key& key : keys()) {
    if (key.kid() == kid) return &key;
  }
  return nullptr;
}

const Key* KeyRing::signing_key() const noexcept {
  for (const Key& key : keys()) {
    if (key.algorithm == KeyAlgorithm::hmac_sha256) return &key;
  }
  return nullptr;
}

bool KeyRing::can_verify() const noexcept {
  return std::any_of(keys().begin(), keys().end(),
                     [](const Key& key) { return key.algorithm != KeyAlgorithm::kek; });
}

void KeyRing::cleanse() noexcept {
  for (Key& key : slots) {
    crypto::cleanse(key.secret_bytes);
    key = Key{};
  }
  size = 0;
}

KeyRing parse_key_ring(std::string_view file_text) {
  KeyRing ring;
  CleanseUnlessKept guard{ring};
  for (std::size_t number = 1; !file_text.empty(); ++number) {
    const std::string_view line = take_line(file_text);
    std::string_view rest = line;
    const std::string_view first = take_word(rest);
    if (!first.empty() && first.front() != '#') add_line(ring, line, number);
  }
  if (ring.size == 0) throw Error(ErrorCode::key_unavailable, "the key file holds no key");
  guard.kept = true;
  return ring;
}

}  // namespace lad::tenancy
