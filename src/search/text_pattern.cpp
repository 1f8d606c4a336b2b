#include "search/text_pattern.hpp"

#include <cstring>

namespace lad::search {
namespace {

constexpr std::size_t kStepsBetweenPolls = 1 << 14;

/// In these encodings no byte that starts a character occurs inside another one.
bool has_distinct_starts(CharacterLength length) {
  return length == byte_length || length == utf8_length;
}

/// The first place from `at` on where what follows a % can begin, or nullptr.
const char* find_start(const char* at, const char* end, const char* pattern,
                       CharacterLength length) {
  if (*pattern == '_' || *pattern == '%' || !has_distinct_starts(length)) return at;
  const char wanted = *pattern == '\\' ? pattern[1] : *pattern;
  return static_cast<const char*>(std::memchr(at, wanted, static_cast<std::size_t>(end - at)));
}

}  // namespace

std::size_t byte_length(const char*, const char*) {
  return 1;
}

std::size_t utf8_length(const char* at, const char* end) {
  const char* next = at + 1;
  while (next != end && (static_cast<unsigned char>(*next) & 0xC0) == 0x80) ++next;
  return static_cast<std::size_t>(next - at);
}

bool is_well_formed(std::string_view pattern) noexcept {
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\' && ++i == pattern.size()) return false;
  }
  return true;
}

bool matches_pattern(std::string_view text, std::string_view pattern, CharacterLength length,
                     Poll poll) {
  const char* t = text.data();
  const char* const text_end = t + text.size();
  const char* p = pattern.data();
  const char* const pattern_end = p + pattern.size();
  // Behind the last % seen, and where in the text what follows it was tried last. Earlier ones need
  // no second try: what matched between them matched as early as it can.
  const char* resume_pattern = nullptr;
  const char* resume_text = nullptr;

  for (std::size_t step = 1;; ++step) {
    if (step % kStepsBetweenPolls == 0) poll();
    if (p != pattern_end && *p == '%') {
      if (++p == pattern_end) return true;
      resume_pattern = p;
      resume_text = t = find_start(t, text_end, p, length);
      if (t == nullptr) return false;
      continue;
    }
    if (t == text_end) return p == pattern_end;
    if (p != pattern_end) {
      if (*p == '_') {
        t += length(t, text_end);
        ++p;
        continue;
      }
      const char* const literal = *p == '\\' ? p + 1 : p;
      if (*literal == *t) {
        ++t;
        p = literal + 1;
        continue;
      }
    }
    if (resume_pattern == nullptr) return false;
    p = resume_pattern;
    const char* const next = resume_text + length(resume_text, text_end);
    resume_text = t = find_start(next, text_end, p, length);
    if (t == nullptr) return false;
  }
}

}  // namespace lad::search
