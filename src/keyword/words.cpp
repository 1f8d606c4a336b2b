#include "keyword/words.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

#include "keyword/characters.hpp"

namespace lad::keyword {

namespace {

constexpr std::string_view kLeftOut[] = {"&", "a", "an", "and", "at", "for", "in", "of", "the"};
// "Series A" is no article.
constexpr std::string_view kBeforeLetter[] = {"class",  "grade", "level",  "plan",
                                              "series", "type",  "vitamin"};
// Letters that a hyphen joins to their word: e-commerce, x-ray, t-shirt.
constexpr std::u32string_view kJoined = U"eikmtux";

template <std::size_t Size>
bool is_one_of(const std::string& word, const std::string_view (&list)[Size]) {
  return std::find(std::begin(list), std::end(list), word) != std::end(list);
}

bool is_word(char32_t character) {
  const CharacterKind kind = kind_of(character);
  return kind == CharacterKind::letter || kind == CharacterKind::digit;
}

bool is_ascii_letter(char32_t character) {
  return character >= 'a' && character <= 'z';
}

bool is_letter(const std::string& word) {
  return word.size() == 1 && is_ascii_letter(static_cast<unsigned char>(word[0]));
}

class Cutter {
 public:
  explicit Cutter(const std::u32string& text) : text_(text) {}

  std::vector<std::string> cut() {
    for (at_ = 0; at_ < text_.size(); ++at_) take(text_[at_]);
    end_word();
    return std::move(words_);
  }

 private:
  void take(char32_t character) {
    switch (kind_of(character)) {
      case CharacterKind::letter:
      case CharacterKind::digit:
        word_.push_back(character);
        break;
      case CharacterKind::nothing:
        break;
      case CharacterKind::sign:
        take_sign(character);
        break;
      case CharacterKind::gap:
      case CharacterKind::control:
        if (character == 0x2019) {
          take_apostrophe();
        } else {
          end_word();
        }
    }
  }

  void take_sign(char32_t sign) {
    if (sign == '\'') return take_apostrophe();
    if (sign == '.') return take_dot();
    if (sign == '&') return take_ampersand();
    if (sign == '+' && !word_.empty() && !is_word(next())) {
      if (!word_.ends_with(U"++")) word_.push_back(sign);
      return;
    }
    if (sign == '+' && !word_.empty() && next() == '+') {
      word_.push_back(sign);
      return;
    }
    if (sign == '#' && !word_.empty() && !is_word(next()) && word_.back() != '#') {
      word_.push_back(sign);
      return end_word();
    }
    if (sign == '-' && word_.size() == 1 && is_ascii_letter(next()) &&
        kJoined.find(word_[0]) != kJoined.npos) {
      return;
    }
    end_word();
  }

  // The s of a possessive goes, any other apostrophe is as if it were not there.
  void take_apostrophe() {
    if (!word_.empty() && next() == 's' && !is_word(peek(2))) ++at_;
  }

  void take_dot() {
    const bool leads =
        word_.empty() && (at_ == 0 || (text_[at_ - 1] != '.' && !is_word(text_[at_ - 1])));
    if ((leads && is_ascii_letter(next())) || (!word_.empty() && is_word(next()))) {
      word_.push_back('.');
    } else {
      end_word();
    }
  }

  // R&D and AT&T are words of their own.
  void take_ampersand() {
    const bool short_left = !word_.empty() && word_.size() <= 2 &&
                            std::all_of(word_.begin(), word_.end(), is_ascii_letter);
    const bool short_right = is_ascii_letter(next()) &&
                             (!is_word(peek(2)) || (is_ascii_letter(peek(2)) && !is_word(peek(3))));
    if (short_left && short_right) {
      word_.push_back('&');
    } else {
      end_word();
      words_.emplace_back("&");
    }
  }

  char32_t peek(std::size_t distance) const {
    return at_ + distance < text_.size() ? text_[at_ + distance] : U' ';
  }
  char32_t next() const { return peek(1); }

  // Initials and short pieces (v.p, ph.d) lose their dots.
  bool is_initials() const {
    std::size_t piece = 0;
    bool has_dot = false;
    for (const char32_t character : word_) {
      if (character == '.') {
        if (piece == 0) return false;
        has_dot = true;
        piece = 0;
      } else if (!is_ascii_letter(character) || ++piece > 2) {
        return false;
      }
    }
    return has_dot && piece > 0;
  }

  void end_word() {
    if (word_.empty()) return;
    if (is_initials()) std::erase(word_, U'.');
    std::string out;
    for (const char32_t character : word_) append_utf8(out, character);
    words_.push_back(std::move(out));
    word_.clear();
  }

  const std::u32string& text_;
  std::size_t at_ = 0;
  std::u32string word_;
  std::vector<std::string> words_;
};

// "r and d" and "r & d" are r&d.
void join_letters(std::vector<std::string>& words) {
  for (std::size_t i = 1; i + 1 < words.size(); ++i) {
    if ((words[i] == "&" || words[i] == "and") && is_letter(words[i - 1]) &&
        is_letter(words[i + 1])) {
      words[i - 1] += "&" + words[i + 1];
      words.erase(words.begin() + static_cast<std::ptrdiff_t>(i),
                  words.begin() + static_cast<std::ptrdiff_t>(i) + 2);
    }
  }
}

}  // namespace

std::vector<std::string> cut_words(const std::u32string& folded) {
  std::vector<std::string> words = Cutter(folded).cut();
  join_letters(words);
  std::vector<std::string> kept;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool is_grade = words[i] == "a" && i > 0 && is_one_of(words[i - 1], kBeforeLetter);
    if (is_grade || !is_one_of(words[i], kLeftOut)) kept.push_back(words[i]);
  }
  return kept;
}

}  // namespace lad::keyword
