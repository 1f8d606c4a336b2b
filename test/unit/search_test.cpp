#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "core/json.hpp"
#include "search/json_containment.hpp"
#include "search/text_pattern.hpp"
#include "search/word_query.hpp"

namespace lad::search {
namespace {

using Random = std::mt19937_64;

void no_poll() {}

struct Cancelled {};
void cancel() {
  throw Cancelled{};
}

bool like(std::string_view text, std::string_view pattern) {
  return matches_pattern(text, pattern, utf8_length, no_poll);
}

/// The definition, tried in every way: exponential, for short texts of single bytes.
bool like_by_definition(std::string_view text, std::string_view pattern) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '%') {
    for (std::size_t i = 0; i <= text.size(); ++i) {
      if (like_by_definition(text.substr(i), pattern.substr(1))) return true;
    }
    return false;
  }
  if (text.empty()) return false;
  const bool is_escape = pattern[0] == '\\';
  const char wanted = is_escape ? pattern[1] : pattern[0];
  const bool fits = (!is_escape && wanted == '_') || wanted == text[0];
  return fits && like_by_definition(text.substr(1), pattern.substr(is_escape ? 2 : 1));
}

std::string random_text(Random& random, std::string_view alphabet, std::size_t most) {
  std::string text(random() % (most + 1), ' ');
  std::ranges::generate(text, [&] { return alphabet[random() % alphabet.size()]; });
  return text;
}

TEST(TextPattern, MatchesAsItsDefinitionSays) {
  Random random(61);
  int matches = 0;
  for (int i = 0; i < 100'000; ++i) {
    const std::string text = random_text(random, "ab%", 8);
    const std::string pattern = random_text(random, "aabb%%_\\", 7);
    if (!is_well_formed(pattern)) continue;
    const bool expected = like_by_definition(text, pattern);
    ASSERT_EQ(like(text, pattern), expected) << text << " LIKE " << pattern;
    ASSERT_EQ(matches_pattern(text, pattern, byte_length, no_poll), expected);
    matches += expected;
  }
  EXPECT_GT(matches, 5'000);
}

TEST(TextPattern, CountsCharactersAndNotBytes) {
  EXPECT_TRUE(like("é", "_"));
  EXPECT_FALSE(like("é", "__"));
  EXPECT_TRUE(like("a€😀b", "a__b"));
  EXPECT_TRUE(like("€x€y", "%€_"));
  EXPECT_TRUE(matches_pattern("é", "__", byte_length, no_poll));
  EXPECT_TRUE(like("é", "\\é"));
}

TEST(TextPattern, IsWellFormedUnlessItEndsInALoneEscape) {
  EXPECT_TRUE(is_well_formed(""));
  EXPECT_TRUE(is_well_formed("a\\\\"));
  EXPECT_FALSE(is_well_formed("\\"));
  EXPECT_FALSE(is_well_formed("a\\\\\\"));
}

TEST(TextPattern, LongMatchesCanBeCancelled) {
  const std::string text(100'000, 'a');
  EXPECT_THROW(matches_pattern(text, "%a_a_a_b", utf8_length, cancel), Cancelled);
}

/// The view of a JSON value as plain data.
class NodeView {
 public:
  explicit NodeView(const JsonNode& node) : node_(&node) {}
  bool is_object() const { return node_->kind == JsonNode::Kind::object; }
  bool is_array() const { return node_->kind == JsonNode::Kind::array; }
  std::size_t size() const { return node_->children.size(); }
  NodeView child(std::size_t i) const { return NodeView(node_->children[i]); }
  std::string_view key(std::size_t i) const { return node_->keys[i]; }
  bool find(std::string_view key, NodeView& result) const {
    const JsonNode* found = node_->find(key);
    if (found != nullptr) result = NodeView(*found);
    return found != nullptr;
  }
  bool equals(const NodeView& other) const {
    return node_->kind == other.node_->kind && node_->text == other.node_->text &&
           node_->boolean == other.node_->boolean;
  }

 private:
  const JsonNode* node_;
};

JsonNode number(const char* text) {
  JsonNode node;
  node.kind = JsonNode::Kind::number;
  node.text = text;
  return node;
}

JsonNode array(std::vector<JsonNode> children) {
  JsonNode node;
  node.kind = JsonNode::Kind::array;
  node.children = std::move(children);
  return node;
}

JsonNode object(std::vector<std::string> keys, std::vector<JsonNode> children) {
  JsonNode node = array(std::move(children));
  node.kind = JsonNode::Kind::object;
  node.keys = std::move(keys);
  return node;
}

JsonNode nested(int levels) {
  JsonNode node = number("1");
  while (levels-- > 0) node = array({node});
  return node;
}

bool holds(const JsonNode& value, const JsonNode& pattern) {
  return contains(NodeView(value), NodeView(pattern), no_poll);
}

TEST(JsonContainment, ScalarsStandForThemselvesAndInArraysAtTheTop) {
  EXPECT_TRUE(holds(number("1"), number("1")));
  EXPECT_FALSE(holds(number("1"), number("2")));
  EXPECT_TRUE(holds(array({number("1")}), number("1")));
  EXPECT_FALSE(holds(number("1"), array({number("1")})));
  EXPECT_FALSE(holds(array({array({number("1")})}), number("1")));
  EXPECT_FALSE(holds(object({"a"}, {array({number("1")})}), object({"a"}, {number("1")})));
  EXPECT_FALSE(holds(object({"a"}, {number("1")}), number("1")));
}

TEST(JsonContainment, ArraysAreSetsOfElements) {
  EXPECT_TRUE(holds(array({number("1"), number("2")}), array({number("2"), number("2")})));
  EXPECT_TRUE(holds(array({}), array({})));
  EXPECT_FALSE(holds(array({}), array({array({})})));
  EXPECT_TRUE(holds(array({array({number("1")})}), array({array({}), array({})})));
}

TEST(JsonContainment, ObjectsNeedEveryMember) {
  const JsonNode value = object({"a", "b"}, {number("1"), array({number("2")})});
  EXPECT_TRUE(holds(value, object({}, {})));
  EXPECT_TRUE(holds(value, object({"b"}, {array({})})));
  EXPECT_FALSE(holds(value, object({"b"}, {number("2")})));
  EXPECT_FALSE(holds(value, object({"c"}, {number("1")})));
  EXPECT_FALSE(holds(value, array({})));
}

TEST(JsonContainment, PatternsBeyondTheDepthAreInNothing) {
  EXPECT_TRUE(holds(nested(kMaxJsonDepth), nested(kMaxJsonDepth)));
  EXPECT_FALSE(holds(nested(kMaxJsonDepth + 1), nested(kMaxJsonDepth + 1)));
  EXPECT_TRUE(holds(nested(1'000), array({array({})})));
  EXPECT_FALSE(is_deeper_than(NodeView(nested(kMaxJsonDepth)), kMaxJsonDepth));
  EXPECT_TRUE(is_deeper_than(NodeView(nested(kMaxJsonDepth + 1)), kMaxJsonDepth));
}

TEST(JsonContainment, CanBeCancelled) {
  EXPECT_THROW(contains(NodeView(nested(2)), NodeView(nested(2)), cancel), Cancelled);
}

struct Word {
  std::string text;
  bool has_positions;
  std::vector<std::uint16_t> positions;
};

class Document final : public LexemeList {
 public:
  explicit Document(std::vector<Word> words) : words_(std::move(words)) {}
  std::size_t size() const override { return words_.size(); }
  Lexeme at(std::size_t i) const override {
    return {words_[i].text, words_[i].has_positions, words_[i].positions};
  }

 private:
  std::vector<Word> words_;
};

using Kind = QueryNode::Kind;
using Query = std::vector<QueryNode>;

Query word(std::string_view text, bool is_prefix = false, std::uint8_t weights = 0) {
  QueryNode node;
  node.text = text;
  node.is_prefix = is_prefix;
  node.weights = weights;
  return {node};
}

Query negation(const Query& operand) {
  Query result(1);
  result[0].kind = Kind::negation;
  result.insert(result.end(), operand.begin(), operand.end());
  for (std::size_t i = 1; i < result.size(); ++i) {
    if (result[i].left != 0) ++result[i].left;
  }
  return result;
}

Query binary(Kind kind, const Query& left, const Query& right, int distance = 0) {
  Query result(1);
  result[0].kind = kind;
  result[0].distance = distance;
  for (const Query* part : {&right, &left}) {
    const std::size_t offset = result.size();
    if (part == &left) result[0].left = offset;
    for (QueryNode node : *part) {
      if (node.left != 0) node.left += offset;
      result.push_back(node);
    }
  }
  return result;
}

Query phrase(const Query& left, const Query& right, int distance = 1) {
  return binary(Kind::phrase, left, right, distance);
}

constexpr std::uint16_t at(int position, int weight = 0) {
  return static_cast<std::uint16_t>(weight << 14 | position);
}

const Document kDocument({{"a", true, {at(1), at(5, 3)}},
                          {"ab", true, {at(2)}},
                          {"b", true, {at(3), at(6)}},
                          {"c", false, {}}});

bool found(const Query& query) {
  return is_shallow(query) && matches_words(kDocument, query, no_poll);
}

TEST(WordQuery, FindsWordsPrefixesAndWeights) {
  EXPECT_TRUE(found(word("a")));
  EXPECT_FALSE(found(word("aa")));
  EXPECT_TRUE(found(word("ab", true)));
  EXPECT_FALSE(found(word("abc", true)));
  EXPECT_TRUE(found(word("a", false, 1 << 3)));
  EXPECT_FALSE(found(word("b", false, 1 << 3)));
  EXPECT_TRUE(found(word("c", false, 1 << 3))) << "without positions a word has every weight";
  EXPECT_TRUE(found(negation(word("x"))));
  EXPECT_TRUE(found(binary(Kind::conjunction, word("a"), word("b"))));
  EXPECT_FALSE(found(binary(Kind::conjunction, word("a"), word("x"))));
  EXPECT_TRUE(found(binary(Kind::disjunction, word("x"), word("b"))));
  EXPECT_FALSE(found({}));
}

TEST(WordQuery, PhrasesCountTheWordsBetween) {
  EXPECT_TRUE(found(phrase(word("a"), word("ab"))));
  EXPECT_FALSE(found(phrase(word("ab"), word("a"))));
  EXPECT_TRUE(found(phrase(word("ab"), word("a"), 3)));
  EXPECT_TRUE(found(phrase(phrase(word("a"), word("ab")), word("b"))));
  EXPECT_TRUE(found(phrase(word("a"), phrase(word("ab"), word("b"))))) << "to the phrase's start";
  EXPECT_TRUE(found(phrase(word("a", true), word("b"))));
  EXPECT_FALSE(found(phrase(word("a", false, 1 << 3), word("ab"))));
}

TEST(WordQuery, PhrasesAreAlignedByTheirLastWord) {
  const Query triple = phrase(word("a"), phrase(word("ab"), word("b")));
  EXPECT_TRUE(found(phrase(word("a"), triple, 0))) << "two words wide";
  EXPECT_FALSE(found(phrase(word("a"), triple, 1)));
  const Query nowhere = phrase(word("ab"), word("a"));
  EXPECT_TRUE(found(phrase(binary(Kind::disjunction, nowhere, word("ab")), word("b"))))
      << "what matches nowhere is not wide";
  EXPECT_TRUE(found(phrase(binary(Kind::disjunction, word("ab"), nowhere), word("b"))));
}

TEST(WordQuery, NegationsWithinPhrasesMeanOtherPlaces) {
  EXPECT_TRUE(found(phrase(word("a"), negation(word("ab"))))) << "the second a";
  EXPECT_FALSE(found(phrase(word("ab"), negation(word("b")))));
  EXPECT_TRUE(found(phrase(negation(word("x")), word("b"))));
  EXPECT_TRUE(found(phrase(negation(word("a")), negation(word("b")))));
  EXPECT_FALSE(found(phrase(negation(negation(word("x"))), word("b"))));
}

TEST(WordQuery, WithoutPositionsNoPhraseMatches) {
  EXPECT_FALSE(found(phrase(word("c"), word("a"))));
  EXPECT_FALSE(found(phrase(negation(word("c")), word("a"))));
  EXPECT_TRUE(found(negation(phrase(word("c"), word("a")))));
}

TEST(WordQuery, IsShallowToTheBound) {
  Query query = word("x");
  for (int level = 1; level < kMaxQueryDepth; ++level) query = negation(query);
  EXPECT_TRUE(is_shallow(query));
  EXPECT_TRUE(found(query));
  EXPECT_FALSE(is_shallow(negation(query)));
}

TEST(WordQuery, CanBeCancelled) {
  EXPECT_THROW(matches_words(kDocument, word("a"), cancel), Cancelled);
}

}  // namespace
}  // namespace lad::search
