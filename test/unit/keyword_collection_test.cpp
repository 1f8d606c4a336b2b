#include <gtest/gtest.h>

#include "core/error.hpp"
#include "keyword/collection.hpp"

namespace lad::keyword {
namespace {

JsonNode text(std::string value, JsonNode::Kind kind = JsonNode::Kind::string) {
  JsonNode node;
  node.kind = kind;
  node.text = std::move(value);
  return node;
}

JsonNode entry(std::vector<std::string> keys, std::vector<JsonNode> values) {
  JsonNode node;
  node.kind = JsonNode::Kind::object;
  node.keys = std::move(keys);
  node.children = std::move(values);
  return node;
}

TEST(ReadEntry, TakesDefaults) {
  const Entry read = read_entry(entry({"term", "expansion"}, {text("cto"), text("chief")}), 1);
  EXPECT_EQ(read.term, "cto");
  EXPECT_EQ(read.expansion, "chief");
  EXPECT_EQ(read.relation, Relation::synonym);
  EXPECT_EQ(read.weight, 1.0F);
  EXPECT_EQ(read.contexts, mask_of(Context::general));
}

TEST(ReadEntry, TakesAll) {
  const Entry read = read_entry(entry({"term", "expansion", "relation", "weight", "context"},
                                      {text("cto"), text("chief"), text("broader"),
                                       text("0.25", JsonNode::Kind::number), text("title")}),
                                1);
  EXPECT_EQ(read.relation, Relation::broader);
  EXPECT_EQ(read.weight, 0.25F);
  EXPECT_EQ(read.contexts, mask_of(Context::title));
}

TEST(ReadEntry, NamesTheEntryThatIsWrong) {
  const auto refused = [](const JsonNode& node) {
    try {
      read_entry(node, 7);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::lexicon_invalid);
      return error.message();
    }
    return std::string{"accepted"};
  };
  EXPECT_EQ(refused(text("cto")), "entry 7 is no json object");
  EXPECT_EQ(refused(entry({"term"}, {text("cto")})), "entry 7 has no expansion");
  EXPECT_EQ(refused(entry({"term", "expansion"}, {text("1", JsonNode::Kind::number), text("b")})),
            "entry 7 has a term that is no text");
  const auto with = [](std::string key, JsonNode value) {
    return entry({"term", "expansion", std::move(key)}, {text("a"), text("b"), std::move(value)});
  };
  EXPECT_EQ(refused(with("relation", text("antonym"))), "entry 7 has an unknown relation");
  EXPECT_EQ(refused(with("context", text("sports"))), "entry 7 has an unknown context");
  for (const char* weight : {"0", "-1", "1.01", "1e400", "x"}) {
    EXPECT_EQ(refused(with("weight", text(weight, JsonNode::Kind::number))),
              "entry 7 has a weight that is not above 0 and at most 1");
  }
  EXPECT_EQ(refused(with("weight", text("1"))),
            "entry 7 has a weight that is not above 0 and at most 1");
}

TEST(RequireLexiconName, TakesPlainNames) {
  EXPECT_NO_THROW(require_lexicon_name("a"));
  EXPECT_NO_THROW(require_lexicon_name("naics_2012-half"));
  EXPECT_NO_THROW(require_lexicon_name(std::string(63, 'a')));
  for (const char* name : {"", "1a", "A", "a b", "../a", "-a", "\xc3\xa9"}) {
    EXPECT_THROW(require_lexicon_name(name), Error) << name;
  }
  EXPECT_THROW(require_lexicon_name(std::string(64, 'a')), Error);
}

}  // namespace
}  // namespace lad::keyword
