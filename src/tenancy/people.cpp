#include "tenancy/people.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace lad::tenancy {
namespace {

constexpr std::size_t kMaxEmail = 254;
constexpr std::size_t kMaxLocal = 64;
constexpr std::size_t kMaxLabel = 63;
constexpr std::size_t kMaxPassword = 72;
constexpr std::size_t kHashLength = 60;

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_atom_character(char c) {
  return is_alphanumeric(c) || std::string_view{"!#$%&'*+-/=?^_`{|}~"}.find(c) != std::string::npos;
}

bool is_atom(std::string_view atom) {
  return !atom.empty() && std::all_of(atom.begin(), atom.end(), is_atom_character);
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= kMaxLabel && label.front() != '-' &&
         label.back() != '-' && std::all_of(label.begin(), label.end(), [](char c) {
           return is_alphanumeric(c) || c == '-';
         });
}

/// Whether every part between dots passes, and how many there are at least.
template <class Check>
bool parts_pass(std::string_view text, int at_least, Check check) {
  int count = 0;
  for (;;) {
    const std::size_t dot = text.find('.');
    if (!check(text.substr(0, dot))) return false;
    ++count;
    if (dot == std::string_view::npos) return count >= at_least;
    text.remove_prefix(dot + 1);
  }
}

bool is_email(std::string_view email) {
  const std::size_t at = email.find('@');
  if (email.size() > kMaxEmail || at == std::string_view::npos || at > kMaxLocal) return false;
  return parts_pass(email.substr(0, at), 1, is_atom) &&
         parts_pass(email.substr(at + 1), 2, is_label);
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

void require_email(std::string_view email) {
  if (is_email(email)) return;
  throw Error{ErrorCode::invalid_argument, "email is not a mail address", "",
              "Pass an address such as name@example.com."};
}

bool may_be_password(std::string_view password) noexcept {
  return !password.empty() && password.size() <= kMaxPassword;
}

void require_password(std::string_view password) {
  if (may_be_password(password)) return;
  throw Error{ErrorCode::invalid_argument, "password must have 1 to 72 bytes",
              "bcrypt would ignore what follows the first 72."};
}

std::optional<std::string> normal_hash(std::string_view stored) {
  if (stored.size() != kHashLength || stored.substr(0, 2) != "$2" || stored[3] != '$' ||
      std::string_view{"aby"}.find(stored[2]) == std::string_view::npos || !is_digit(stored[4]) ||
      !is_digit(stored[5]) || stored[6] != '$' ||
      !std::all_of(stored.begin() + 7, stored.end(),
                   [](char c) { return is_alphanumeric(c) || c == '.' || c == '/'; })) {
    return std::nullopt;
  }
  const std::string_view cost = stored.substr(4, 2);
  if (cost < "04" || cost > "31") return std::nullopt;
  return "$2a" + std::string(stored.substr(3));
}

std::string_view decoy_setting() noexcept {
  static_assert(kBcryptCost == 10);
  return "$2a$10$abcdefghijklmnopqrstuu";
}

bool same_hash(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  unsigned char difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
  }
  return difference == 0;
}

}  // namespace lad::tenancy
