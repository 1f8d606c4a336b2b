#include "keyword/expansion_terms.hpp"

#include <algorithm>

#include "expect_error.hpp"
#include "keyword/expansion_characters.hpp"
#include "keyword/expansion_links.hpp"

namespace lad::keyword {
namespace {

std::string same(std::string_view text) {
  return std::string{text};
}

std::string lower(std::string_view text) {
  std::string result{text};
  std::ranges::transform(result, result.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return result;
}

/// Stands in for Snowball: takes a plural s off.
std::string singular(std::string_view word) {
  if (word.size() > 3 && word.back() == 's') word.remove_suffix(1);
  return std::string{word};
}

/// Stands in for Unicode: a full-width less-than sign is compatible with the ordinary one.
std::string narrow(std::string_view text) {
  std::string result{text};
  constexpr std::string_view kWide = "\uFF1C";
  for (std::size_t at = 0; (at = result.find(kWide, at)) != std::string::npos;) {
    result.replace(at, kWide.size(), "<");
  }
  return result;
}

constexpr Language kLanguage{narrow, lower, singular};

JsonNode node(std::string value, JsonNode::Kind kind = JsonNode::Kind::string) {
  JsonNode result;
  result.kind = kind;
  result.text = std::move(value);
  return result;
}

JsonNode list(std::vector<JsonNode> items) {
  JsonNode result;
  result.kind = JsonNode::Kind::array;
  result.children = std::move(items);
  return result;
}

JsonNode texts(const std::vector<std::string>& items) {
  std::vector<JsonNode> nodes;
  for (const std::string& item : items) nodes.push_back(node(item));
  return list(std::move(nodes));
}

/// Why a single item is refused; empty when it is not.
std::string refusal_of(const std::string& item) {
  const CleanTerms clean = clean_terms(texts({"fine", item}), kLanguage);
  const auto& rejected = clean.rejected.children;
  return rejected.empty() ? "" : rejected.front().find("reason")->text;
}

TEST(Terms, ArePlainText) {
  const CleanTerms clean = clean_terms(texts({" VP  of Sales ", "Head of Growth"}), kLanguage);
  EXPECT_EQ(clean.terms, (std::vector<std::string>{"VP of Sales", "Head of Growth"}));
  EXPECT_TRUE(clean.rejected.children.empty());
}

struct ItemCase {
  const char* item;
  const char* reason;
};

TEST(Terms, AreRefusedWithTheReason) {
  const std::vector<ItemCase> cases{
      {"", "empty"},
      {"   ", "empty"},
      {"a\x01", "control character"},
      {"a\x7F", "control character"},
      {"a\u0085", "control character"},
      {"two\nlines", "control character"},
      {"a\u2028", "control character"},
      {"a\u202E", "invisible character"},
      {"a\u2066", "invisible character"},
      {"a\u200F", "invisible character"},
      {"a\u200B", "invisible character"},
      {"a\u200D", "invisible character"},
      {"a\uFEFF", "invisible character"},
      {"a\u00AD", "invisible character"},
      {"a\uFE0F", "invisible character"},
      {"a\U000E0041", "invisible character"},
      {"\uFF1Cb", "markup"},
      {"<script>", "markup"},
      {"a & b &nbsp;", "markup"},
      {"&#60;", "markup"},
      {"{{secret}}", "markup"},
      {"${jndi}", "markup"},
      {"[here](x)", "markup"},
      {"**bold**", "markup"},
      {"https://evil.example", "address"},
      {"HTTPS:evil", "address"},
      {"javascript:alert(1)", "address"},
      {"www.evil", "address"},
      {"see evil.com", "address"},
      {"(Evil.com)", "address"},
      {"evil.example/login", "address"},
      {"mail.evil.example", "address"},
      {"10.0.0.1", "address"},
      {"me@evil.example", "address"},
      {"one two three four five six seven eight nine", "more than 8 words"},
      {"!?", "no letters or digits"},
      {"fines", "said before"},
  };
  for (const ItemCase& given : cases) EXPECT_EQ(refusal_of(given.item), given.reason) << given.item;
}

TEST(Terms, KeepTheSignsOfTheTrade) {
  for (const char* const item :
       {"C++", "C#", ".NET", "ASP.NET", "Node.js", "R&D", "B2B", "TCP/IP", "24/7 support",
        "A/B testing", "data: the basics", "V.P. of Sales", "e.g. this", "v1.2.3", "Zürich", "人事",
        "O'Reilly", "one two three four five six seven eight", "AT&T; others"}) {
    EXPECT_EQ(refusal_of(item), "") << item;
  }
}

TEST(Terms, CountCharactersAndNotBytes) {
  std::string long_term;
  for (int i = 0; i < 80; ++i) long_term += "é";
  EXPECT_EQ(refusal_of(long_term), "");
  EXPECT_EQ(refusal_of(long_term + "é"), "longer than 80 characters");
  EXPECT_EQ(refusal_of(std::string(1'000'000, 'x')), "longer than 80 characters");
}

TEST(Terms, MustBeTexts) {
  const CleanTerms clean = clean_terms(list({node("fine"), node("17", JsonNode::Kind::number),
                                             list({node("deep")}), node("", JsonNode::Kind::null)}),
                                       kLanguage);
  EXPECT_EQ(clean.terms, (std::vector<std::string>{"fine"}));
  ASSERT_EQ(clean.rejected.children.size(), 3U);
  EXPECT_EQ(clean.rejected.children[1].find("item")->text, R"(["deep"])");
}

TEST(Terms, AreCutAndTheRestIsCounted) {
  std::vector<std::string> items;
  for (int i = 0; i < 100; ++i) items.push_back("term number " + std::to_string(i));
  const CleanTerms clean = clean_terms(texts(items), kLanguage);
  EXPECT_EQ(clean.terms.size(), 32U);
  ASSERT_EQ(clean.rejected.children.size(), 33U);
  EXPECT_EQ(clean.rejected.children.back().find("more")->text, "36");
}

TEST(Terms, ThatAreRejectedAreShortAndVisible) {
  const CleanTerms clean = clean_terms(texts({"x", "\u202E" + std::string(5'000, 'y')}), kLanguage);
  const std::string shown = clean.rejected.children[0].find("item")->text;
  EXPECT_TRUE(shown.starts_with("\\u{202e}y") || shown.starts_with("\\u{202e}")) << shown;
  EXPECT_LT(shown.size(), 120U);
}

TEST(Terms, NothingUsableIsAnError) {
  for (const JsonNode& output : {texts({}), texts({"<b>"}), node("x"), JsonNode{}}) {
    EXPECT_EQ(test::code_of([&] { clean_terms(output, kLanguage); }), "keyword_rejected");
  }
}

Uuid tenant(std::uint8_t number) {
  Uuid id;
  id.bytes[15] = number;
  return id;
}

std::vector<Contribution> contributions(const std::vector<std::vector<std::string>>& terms) {
  std::vector<Contribution> result;
  for (const auto& of_one : terms) {
    result.push_back({tenant(static_cast<std::uint8_t>(result.size() + 1)), "v1", texts(of_one)});
  }
  return result;
}

TEST(Consensus, HoldsWhatEnoughTenantsHave) {
  const auto given = contributions({{"payments", "PayPal", "zeus"},
                                    {"Payments", "PayPal", "hera"},
                                    {"PAYMENTS", "PayPal"},
                                    {"lending", "PayPal"}});
  EXPECT_EQ(find_consensus(given, 3, kLanguage).terms,
            (std::vector<std::string>{"PayPal", "payments"}));
  EXPECT_EQ(find_consensus(given, 4, kLanguage).terms, (std::vector<std::string>{"PayPal"}));
  EXPECT_TRUE(find_consensus(given, 5, kLanguage).terms.empty());
  EXPECT_TRUE(find_consensus({}, 2, kLanguage).terms.empty());
}

TEST(Consensus, CountsTenantsAndNotRows) {
  auto given = contributions({{"secret", "secret"}, {"other"}});
  given.push_back({tenant(1), "v1", texts({"secret"})});
  EXPECT_TRUE(find_consensus(given, 2, kLanguage).terms.empty());
}

TEST(Consensus, TrustsNoTenant) {
  const std::vector<std::string> hostile{"evil.com", "<b>", "a\u202E", "fine"};
  const auto given = contributions({hostile, hostile, hostile});
  EXPECT_EQ(find_consensus(given, 2, kLanguage).terms, (std::vector<std::string>{"fine"}));
  auto odd = given;
  odd.push_back({tenant(9), "v1", node("no array")});
  EXPECT_EQ(find_consensus(odd, 3, kLanguage).terms.size(), 1U);
}

TEST(Consensus, IsOfOnePromptVersion) {
  auto given = contributions({{"a term"}, {"a term"}, {"a term"}});
  given[0].prompt_version = "v0";
  EXPECT_TRUE(find_consensus(given, 3, kLanguage).terms.empty());
  const Consensus two = find_consensus(given, 2, kLanguage);
  EXPECT_EQ(two.prompt_version, "v1");
  EXPECT_EQ(two.terms.size(), 1U);
}

TEST(Characters, AreReadAndMeasured) {
  std::string_view text = "é\xFF\U0001F600";
  EXPECT_EQ(take_character(text), 0xE9U);
  EXPECT_EQ(take_character(text), 0xFFFDU);
  EXPECT_EQ(take_character(text), 0x1F600U);
  EXPECT_TRUE(text.empty());
  EXPECT_EQ(count_characters("\xC3"), 1U);
  EXPECT_EQ(first_characters("éa", 1), "é");
  EXPECT_EQ(made_visible("a\u200Bb\n"), "a\\u{200b}b\\u{a}");
}

}  // namespace
}  // namespace lad::keyword
