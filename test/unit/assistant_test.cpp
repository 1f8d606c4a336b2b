#include "assistant/assistant.hpp"

#include "expect_error.hpp"

namespace lad::assistant {
namespace {

JsonNode text(std::string value, JsonNode::Kind kind = JsonNode::Kind::string) {
  JsonNode node;
  node.kind = kind;
  node.text = std::move(value);
  return node;
}

JsonNode array(std::vector<JsonNode> elements) {
  JsonNode node;
  node.kind = JsonNode::Kind::array;
  node.children = std::move(elements);
  return node;
}

JsonNode object(std::vector<std::pair<std::string, JsonNode>> members) {
  JsonNode node;
  node.kind = JsonNode::Kind::object;
  for (auto& [key, value] : members) {
    node.keys.push_back(key);
    node.children.push_back(std::move(value));
  }
  return node;
}

std::string search_of(std::vector<std::pair<std::string, JsonNode>> facts) {
  return to_text(build_search_params(object(std::move(facts))));
}

TEST(SearchParams, SeparateTrimAndKeepTermsOnce) {
  EXPECT_EQ(
      search_of({{"keywords", text(" crm ,CRM;; sales\tautomation,")}}),
      R"({"keywords":["crm","sales\u0009automation"],"expandedKeywords":["crm","sales\u0009automation"]})");
}

TEST(SearchParams, SearchForTheIndustryWithoutKeywords) {
  EXPECT_EQ(
      search_of({{"industries", array({text("SaaS"), text("Fintech")})}}),
      R"({"keywords":["SaaS","Fintech"],"expandedKeywords":["SaaS","Fintech"],"industry":["SaaS","Fintech"]})");
}

TEST(SearchParams, KeepEveryOtherFact) {
  EXPECT_EQ(search_of({{"location", text("Dubai, UAE")},
                       {"revenue", text("5", JsonNode::Kind::number)},
                       {"empty", text("  ")}}),
            R"({"location":"Dubai, UAE","revenue":5})");
}

TEST(SearchParams, RefuseWhatIsNoObjectOrNoTerm) {
  EXPECT_EQ(test::code_of([] { build_search_params(text("x")); }), "invalid_argument");
  EXPECT_EQ(test::code_of([] { search_of({{"keywords", object({})}}); }), "invalid_argument");
  EXPECT_EQ(test::code_of([] {
              search_of({{"industry", array({array({})})}});
            }),
            "invalid_argument");
}

TEST(MessageUsage, NamesModelAndProviderOrTheDefault) {
  EXPECT_EQ(
      usage_items(5, std::nullopt, std::nullopt),
      R"([{"category":"llm","provider":"openai","model":"gpt-4","unit":"token","quantity":5}])");
  const JsonNode data = object({{"provider", text("google")}, {"model", text("gemini")}});
  EXPECT_EQ(
      usage_items(5, "", data),
      R"([{"category":"llm","provider":"google","model":"gemini","unit":"token","quantity":5}])");
  EXPECT_EQ(
      usage_items(5, "own", data),
      R"([{"category":"llm","provider":"google","model":"own","unit":"token","quantity":5}])");
  const JsonNode odd = object({{"provider", text(std::string(256, 'x'))}, {"model", array({})}});
  EXPECT_EQ(usage_items(5, std::nullopt, odd), usage_items(5, std::nullopt, std::nullopt));
}

}  // namespace
}  // namespace lad::assistant
