#include "core/json.hpp"

#include <gtest/gtest.h>

namespace lad {
namespace {

JsonNode null() {
  return {};
}

JsonNode text(std::string value) {
  JsonNode node;
  node.kind = JsonNode::Kind::string;
  node.text = std::move(value);
  return node;
}

JsonNode number(std::string value) {
  JsonNode node = text(std::move(value));
  node.kind = JsonNode::Kind::number;
  return node;
}

JsonNode array(std::vector<JsonNode> values) {
  JsonNode node;
  node.kind = JsonNode::Kind::array;
  node.children = std::move(values);
  return node;
}

JsonNode object(std::vector<std::pair<std::string, JsonNode>> members) {
  JsonNode node;
  node.kind = JsonNode::Kind::object;
  for (auto& [key, value] : members) {
    node.keys.push_back(key);
    node.children.push_back(value);
  }
  return node;
}

std::string merged(const JsonNode& target, const JsonNode& patch) {
  return to_text(merge_patch(target, patch));
}

TEST(JsonText, WritesEveryKind) {
  JsonNode yes;
  yes.kind = JsonNode::Kind::boolean;
  yes.boolean = true;
  EXPECT_EQ(to_text(object({{"a", null()},
                            {"b", yes},
                            {"c", number("1.50")},
                            {"d", array({text("x"), array({}), object({})})}})),
            R"({"a":null,"b":true,"c":1.50,"d":["x",[],{}]})");
}

TEST(JsonText, EscapesWhatJsonCannotHold) {
  EXPECT_EQ(to_text(text("\"\\\n\x01\x1f/é")), R"("\"\\\u000a\u0001\u001f/é")");
  EXPECT_EQ(to_text(object({{"a\"b", number("1")}})), R"({"a\"b":1})");
}

// The examples of RFC 7396, appendix A.
TEST(MergePatch, Rfc7396) {
  const JsonNode a_b = object({{"a", text("b")}});
  EXPECT_EQ(merged(a_b, object({{"a", text("c")}})), R"({"a":"c"})");
  EXPECT_EQ(merged(a_b, object({{"b", text("c")}})), R"({"a":"b","b":"c"})");
  EXPECT_EQ(merged(a_b, object({{"a", null()}})), R"({})");
  EXPECT_EQ(merged(object({{"a", text("b")}, {"b", text("c")}}), object({{"a", null()}})),
            R"({"b":"c"})");
  EXPECT_EQ(merged(object({{"a", array({text("b")})}}), object({{"a", text("c")}})),
            R"({"a":"c"})");
  EXPECT_EQ(merged(object({{"a", text("c")}}), object({{"a", array({text("b")})}})),
            R"({"a":["b"]})");
  EXPECT_EQ(merged(object({{"a", object({{"b", text("c")}})}}),
                   object({{"a", object({{"b", text("d")}, {"c", null()}})}})),
            R"({"a":{"b":"d"}})");
  EXPECT_EQ(merged(object({{"a", array({object({{"b", text("c")}})})}}),
                   object({{"a", array({number("1")})}})),
            R"({"a":[1]})");
  EXPECT_EQ(merged(array({text("a"), text("b")}), array({text("c"), text("d")})), R"(["c","d"])");
  EXPECT_EQ(merged(a_b, array({text("c")})), R"(["c"])");
  EXPECT_EQ(merged(object({{"a", text("foo")}}), null()), "null");
  EXPECT_EQ(merged(object({{"a", text("foo")}}), text("bar")), R"("bar")");
  EXPECT_EQ(merged(object({{"e", null()}}), object({{"a", number("1")}})), R"({"e":null,"a":1})");
  EXPECT_EQ(merged(array({number("1"), number("2")}), object({{"a", text("b")}, {"c", null()}})),
            R"({"a":"b"})");
  EXPECT_EQ(merged(object({}), object({{"a", object({{"bb", object({{"ccc", null()}})}})}})),
            R"({"a":{"bb":{}}})");
}

TEST(MergePatch, TheSamePatchTwiceChangesNothingMore) {
  const JsonNode target = object({{"a", object({{"x", number("1")}})}, {"b", text("y")}});
  const JsonNode patch = object({{"a", object({{"z", number("2")}})}, {"b", null()}});
  const JsonNode once = merge_patch(target, patch);
  EXPECT_EQ(to_text(merge_patch(once, patch)), to_text(once));
  EXPECT_EQ(to_text(once), R"({"a":{"x":1,"z":2}})");
}

}  // namespace
}  // namespace lad
