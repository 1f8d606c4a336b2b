#include "keyword/expansion_links.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace lad::keyword {
namespace {

constexpr std::array<std::string_view, 9> kMarkup{"<",  ">",  "`",  "{{", "}}",
                                                  "${", "](", "**", "&#"};

constexpr std::array<std::string_view, 11> kSchemes{
    "http:", "https:",    "ftp:", "mailto:", "data:", "javascript:",
    "file:", "vbscript:", "tel:", "sms:",    "www."};

// Ends of host names that programs turn into links; .net is also a technology.
constexpr std::array<std::string_view, 16> kTopLevels{
    "com", "org",   "info", "biz",  "io",   "xyz",    "ru",  "cn",
    "top", "click", "link", "site", "shop", "online", "app", "dev"};

bool is_alnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool is_letter(char c) {
  return is_alnum(c) && !(c >= '0' && c <= '9');
}

/// Such as &nbsp; -- a name of two letters or more between the signs.
bool has_character_reference(std::string_view text) {
  for (std::size_t at = text.find('&'); at != text.npos; at = text.find('&', at + 1)) {
    std::size_t end = at + 1;
    while (end < text.size() && is_alnum(text[end])) ++end;
    if (end >= at + 3 && end < text.size() && text[end] == ';') return true;
  }
  return false;
}

/// At the start of a word, with more behind it: "data: the basics" names no scheme.
bool has_scheme(std::string_view text) {
  return std::ranges::any_of(kSchemes, [text](std::string_view scheme) {
    for (std::size_t at = text.find(scheme); at != text.npos; at = text.find(scheme, at + 1)) {
      const std::size_t end = at + scheme.size();
      if ((at == 0 || !is_alnum(text[at - 1])) && end < text.size() && text[end] != ' ')
        return true;
    }
    return false;
  });
}

bool has_mail_address(std::string_view text) {
  for (std::size_t at = text.find('@'); at != text.npos; at = text.find('@', at + 1)) {
    if (at > 0 && at + 1 < text.size() && is_alnum(text[at - 1]) && is_alnum(text[at + 1])) {
      return true;
    }
  }
  return false;
}

/// The labels of a host name; none when the text is not shaped like one.
std::vector<std::string_view> labels_of(std::string_view text) {
  std::vector<std::string_view> labels;
  while (true) {
    const std::size_t dot = std::min(text.find('.'), text.size());
    const std::string_view label = text.substr(0, dot);
    const bool is_label = !label.empty() && std::ranges::all_of(label, [](char c) {
      return is_alnum(c) || c == '-';
    });
    if (!is_label) return {};
    labels.push_back(label);
    if (dot == text.size()) return labels;
    text.remove_prefix(dot + 1);
  }
}

bool is_host(std::string_view word) {
  const std::size_t slash = word.find_first_of("/:?#");
  const std::vector<std::string_view> labels = labels_of(word.substr(0, slash));
  if (labels.size() < 2) return false;
  const bool is_number = std::ranges::none_of(
      labels, [](std::string_view label) { return std::ranges::any_of(label, is_letter); });
  if (is_number) return labels.size() == 4;
  const std::string_view last = labels.back();
  if (last.size() < 2 || !std::ranges::all_of(last, is_letter)) return false;
  if (slash != word.npos) return true;
  if (std::ranges::find(kTopLevels, last) != kTopLevels.end()) return true;
  return labels.size() > 2 &&
         std::ranges::all_of(labels, [](std::string_view label) { return label.size() > 1; });
}

/// Words without the punctuation around them.
bool has_host(std::string_view text) {
  constexpr std::string_view kAround = "()[]{}\"',;.!?";
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t first = word.find_first_not_of(kAround);
    if (first == word.npos) continue;
    word = word.substr(first, word.find_last_not_of(kAround) + 1 - first);
    if (is_host(word)) return true;
  }
  return false;
}

}  // namespace

bool has_markup(std::string_view text) {
  return std::ranges::any_of(
             kMarkup, [text](std::string_view sign) { return text.find(sign) != text.npos; }) ||
         has_character_reference(text);
}

bool has_address(std::string_view folded) {
  return folded.find("://") != folded.npos || has_scheme(folded) || has_mail_address(folded) ||
         has_host(folded);
}

}  // namespace lad::keyword
