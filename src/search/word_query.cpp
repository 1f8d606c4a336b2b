#include "search/word_query.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <string_view>
#include <vector>

namespace lad::search {
namespace {

using Kind = QueryNode::Kind;

/// Where a part of a phrase matches. Maybe: its words have lost their positions.
enum class Answer { no, maybe, yes };

constexpr std::size_t kLexemesBetweenPolls = 1024;

/// Positions have 14 bits. What lies beyond wraps around, as it does in PostgreSQL.
constexpr int position_of(std::uint16_t stored) {
  return stored & 0x3FFF;
}

/// The places of a match: the positions of its last word, or, negated, everywhere
/// but there.
struct Places {
  std::vector<std::uint16_t> positions;
  bool is_negated = false;
  std::int64_t width = 0;  ///< words between the first and the last

  Answer found() const { return positions.empty() ? Answer::no : Answer::yes; }
};

enum Side : unsigned { left_only = 1, right_only = 2, both_sides = 4 };
constexpr unsigned kAnySide = left_only | right_only | both_sides;

/// One operand of a merge, and how far its positions are shifted.
struct Operand {
  const Places& places;
  std::int64_t shift;

  static constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max();
  std::int64_t at(std::size_t index) const {
    return index < places.positions.size() ? position_of(places.positions[index]) + shift : kEnd;
  }
};

/// The shifted positions that occur on the wanted sides.
std::vector<std::uint16_t> merge(const Operand& left, const Operand& right, unsigned wanted) {
  std::vector<std::uint16_t> result;
  std::size_t l = 0, r = 0;
  for (;;) {
    const std::int64_t left_at = left.at(l);
    const std::int64_t right_at = right.at(r);
    if (left_at == Operand::kEnd && right_at == Operand::kEnd) return result;
    const unsigned side = left_at < right_at    ? left_only
                          : left_at == right_at ? both_sides
                                                : right_only;
    if (side != right_only) ++l;
    if (side != left_only) ++r;
    const std::int64_t position = std::min(left_at, right_at);
    if ((wanted & side) != 0 && position > 0) {
      result.push_back(static_cast<std::uint16_t>(position));
    }
  }
}

class Evaluation {
 public:
  Evaluation(const LexemeList& document, std::span<const QueryNode> query, Poll poll)
      : document_(document), query_(query), poll_(poll) {}

  bool evaluate(std::size_t at) const;

 private:
  Answer locate(std::size_t at, Places& places) const;
  Answer locate_negation(std::size_t at, Places& places) const;
  Answer locate_both(std::size_t at, Places& places) const;
  Answer locate_either(std::size_t at, Places& places) const;
  Answer locate_word(const QueryNode& word, Places& places) const;

  bool has_word(const QueryNode& word) const;
  std::size_t first_not_below(std::string_view text) const;

  /// Calls visit(lexeme) for each lexeme of the document that the word means, until it says false.
  template <class Visit>
  void for_each_meant(const QueryNode& word, Visit&& visit) const;

  const LexemeList& document_;
  std::span<const QueryNode> query_;
  Poll poll_;
};

bool counts(const QueryNode& word, std::uint16_t position) {
  return word.weights == 0 || (word.weights >> (position >> 14) & 1) != 0;
}

std::size_t Evaluation::first_not_below(std::string_view text) const {
  std::size_t low = 0, high = document_.size();
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (document_.at(middle).text < text) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

template <class Visit>
void Evaluation::for_each_meant(const QueryNode& word, Visit&& visit) const {
  std::size_t seen = 0;
  for (std::size_t i = first_not_below(word.text); i < document_.size(); ++i) {
    if (++seen % kLexemesBetweenPolls == 0) poll_();
    const Lexeme lexeme = document_.at(i);
    const bool is_meant = word.is_prefix ? lexeme.text.starts_with(word.text)  //
                                         : lexeme.text == word.text;
    if (!is_meant || !visit(lexeme)) return;
  }
}

/// A lexeme without positions has every weight.
bool Evaluation::has_word(const QueryNode& word) const {
  bool found = false;
  for_each_meant(word, [&](const Lexeme& lexeme) {
    found = word.weights == 0 || !lexeme.has_positions ||
            std::ranges::any_of(lexeme.positions, [&](auto at) { return counts(word, at); });
    return !found;
  });
  return found;
}

Answer Evaluation::locate_word(const QueryNode& word, Places& places) const {
  bool is_sure = true;
  std::vector<std::uint16_t>& found = places.positions;
  for_each_meant(word, [&](const Lexeme& lexeme) {
    is_sure = lexeme.has_positions;
    std::ranges::copy_if(lexeme.positions, std::back_inserter(found),
                         [&](auto at) { return counts(word, at); });
    return is_sure;
  });
  if (!is_sure) {
    found.clear();
    return Answer::maybe;
  }
  if (word.is_prefix) {
    std::ranges::sort(found, {}, position_of);
    const auto is_same = [](auto a, auto b) { return position_of(a) == position_of(b); };
    found.erase(std::unique(found.begin(), found.end(), is_same), found.end());
  }
  return places.found();
}

/// Width is left as the operand set it, also where the operand matches nowhere.
Answer Evaluation::locate_negation(std::size_t at, Places& places) const {
  const Answer operand = locate(at + 1, places);
  if (operand == Answer::maybe) return operand;
  const bool was_everywhere = places.is_negated && places.positions.empty();
  places.is_negated = !places.is_negated;
  return was_everywhere ? Answer::no : Answer::yes;
}

/// A phrase, or an `and` within one: both match, so many words apart.
Answer Evaluation::locate_both(std::size_t at, Places& places) const {
  const QueryNode& node = query_[at];
  Places left, right;
  const Answer left_answer = locate(node.left, left);
  if (left_answer == Answer::no) return Answer::no;
  const Answer right_answer = locate(at + 1, right);
  if (right_answer == Answer::no) return Answer::no;
  if (std::min(left_answer, right_answer) == Answer::maybe) return Answer::maybe;

  const bool is_phrase = node.kind == Kind::phrase;
  const std::int64_t wider = std::max(left.width, right.width);
  places.width = is_phrase ? node.distance + left.width + right.width : wider;
  const Operand l{left, is_phrase ? node.distance + right.width : wider - left.width};
  const Operand r{right, is_phrase ? 0 : wider - right.width};
  if (left.is_negated && right.is_negated) {
    places.positions = merge(l, r, kAnySide);
    places.is_negated = true;
    return Answer::yes;
  }
  const unsigned wanted = left.is_negated ? right_only : right.is_negated ? left_only : both_sides;
  places.positions = merge(l, r, wanted);
  return places.found();
}

Answer Evaluation::locate_either(std::size_t at, Places& places) const {
  Places left, right;
  const Answer left_answer = locate(query_[at].left, left);
  const Answer right_answer = locate(at + 1, right);
  if (std::max(left_answer, right_answer) == Answer::no) return Answer::no;
  if (left_answer == Answer::maybe || right_answer == Answer::maybe) return Answer::maybe;
  if (left_answer == Answer::no) left.width = 0;
  if (right_answer == Answer::no) right.width = 0;

  places.width = std::max(left.width, right.width);
  const Operand l{left, places.width - left.width};
  const Operand r{right, places.width - right.width};
  if (!left.is_negated && !right.is_negated) {
    places.positions = merge(l, r, kAnySide);
    return places.found();
  }
  // With a negated side: everywhere but where the other one does not match either.
  const unsigned excluded = !right.is_negated  ? left_only
                            : !left.is_negated ? right_only
                                               : both_sides;
  places.positions = merge(l, r, excluded);
  places.is_negated = true;
  return Answer::yes;
}

/// Where the part of a phrase at `at` matches. Recursion is as deep as the query.
Answer Evaluation::locate(std::size_t at, Places& places) const {
  poll_();
  switch (query_[at].kind) {
    case Kind::word:
      return locate_word(query_[at], places);
    case Kind::negation:
      return locate_negation(at, places);
    case Kind::disjunction:
      return locate_either(at, places);
    default:
      return locate_both(at, places);
  }
}

bool Evaluation::evaluate(std::size_t at) const {
  poll_();
  const QueryNode& node = query_[at];
  switch (node.kind) {
    case Kind::word:
      return has_word(node);
    case Kind::negation:
      return !evaluate(at + 1);
    case Kind::conjunction:
      return evaluate(node.left) && evaluate(at + 1);
    case Kind::disjunction:
      return evaluate(node.left) || evaluate(at + 1);
    default: {
      Places places;
      return locate(at, places) == Answer::yes;
    }
  }
}

bool is_within(std::span<const QueryNode> query, std::size_t at, int levels) noexcept {
  if (levels == 0) return false;
  const QueryNode& node = query[at];
  if (node.kind == Kind::word) return true;
  if (node.kind != Kind::negation && !is_within(query, node.left, levels - 1)) return false;
  return is_within(query, at + 1, levels - 1);
}

}  // namespace

bool is_shallow(std::span<const QueryNode> query) noexcept {
  return query.empty() || is_within(query, 0, kMaxQueryDepth);
}

bool matches_words(const LexemeList& document, std::span<const QueryNode> query, Poll poll) {
  return !query.empty() && Evaluation{document, query, poll}.evaluate(0);
}

}  // namespace lad::search
