#include "keyword/expansion.hpp"

#include <algorithm>

#include "expect_error.hpp"

namespace lad::keyword {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kNow = 700'000'000 * kSecond;

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

constexpr Language kLanguage{same, lower, same};

ExpansionKey key_of(std::string_view keyword) {
  return read_expansion_key(keyword, Context::general, kLanguage);
}

TEST(ExpansionKey, KeepsTheApplicationsKeyBesideTheNormalForm) {
  const ExpansionKey key = key_of("  V.P., Sales ");
  EXPECT_EQ(key.original, "v.p., sales");
  EXPECT_EQ(key.normal, key_of("vp sales").normal);
}

TEST(ExpansionKey, RefusesWhatCannotBeCompared) {
  for (const std::string& keyword :
       {std::string{}, std::string{" .! "}, std::string(256, 'x'), std::string{"a\tb"}}) {
    EXPECT_EQ(test::code_of([&] { key_of(keyword); }), "keyword_rejected") << keyword;
  }
  EXPECT_EQ(key_of(std::string(255, 'x')).normal.size(), 255U);
}

TEST(ClaimOrder, IsTheSameForEverySession) {
  const std::vector<ExpansionKey> keys{key_of("gamma"), key_of("Alpha"), key_of("beta"),
                                       key_of("alpha")};
  EXPECT_EQ(claim_order(keys), (std::vector<std::size_t>{1, 3, 2, 0}));
}

TEST(Freshness, EndsWithTheTimeAndWithThePrompt) {
  EXPECT_TRUE(is_fresh("v1", std::nullopt, "v1", kNow));
  EXPECT_TRUE(is_fresh("v1", kNow + 1, "v1", kNow));
  EXPECT_FALSE(is_fresh("v1", kNow, "v1", kNow));
  EXPECT_FALSE(is_fresh("v1", std::nullopt, "v2", kNow));
}

struct JudgeCase {
  const char* name;
  std::optional<Work> work;
  bool has_terms;
  ExpansionStatus status;
  bool may_claim;
  std::optional<std::int64_t> retry_after_us;
};

class Judge : public testing::TestWithParam<JudgeCase> {};

TEST_P(Judge, TellsWhoMayAsk) {
  const JudgeCase& given = GetParam();
  const Verdict verdict = judge(given.work, given.has_terms, "v1", kNow);
  EXPECT_EQ(name_of(verdict.status), name_of(given.status));
  EXPECT_EQ(verdict.may_claim, given.may_claim);
  EXPECT_EQ(verdict.retry_after_us, given.retry_after_us);
}

using enum ExpansionStatus;
INSTANTIATE_TEST_SUITE_P(
    Expansions, Judge,
    testing::Values(
        JudgeCase{"nobody", {}, false, claimed, true, {}},
        JudgeCase{"nobody_stale", {}, true, claimed_stale, true, {}},
        JudgeCase{"leased", Work{"v1", kNow + 1, {}}, false, wait, false, kSecond / 20},
        JudgeCase{"leased_long", Work{"v0", kNow + 30 * kSecond, {}}, false, wait, false, kSecond},
        JudgeCase{"leased_stale", Work{"v1", kNow + kSecond / 2, {}}, true, stale, false,
                  kSecond / 2},
        JudgeCase{"lease_over", Work{"v1", kNow, {}}, false, claimed, true, {}},
        JudgeCase{"failed", Work{"v1", {}, kNow + 7}, false, negative, false, 7},
        JudgeCase{"failed_stale", Work{"v1", {}, kNow + 7}, true, stale, false, 7},
        JudgeCase{"failed_long_ago", Work{"v1", {}, kNow}, false, claimed, true, {}},
        JudgeCase{"other_prompt_failed", Work{"v0", {}, kNow + 7}, false, claimed, true, {}}),
    [](const auto& info) { return info.param.name; });

TEST(Backoff, DoublesUpToAnHour) {
  EXPECT_EQ(backoff_us(1), 10 * kSecond);
  EXPECT_EQ(backoff_us(2), 20 * kSecond);
  EXPECT_EQ(backoff_us(9), 2'560 * kSecond);
  EXPECT_EQ(backoff_us(10), 3'600 * kSecond);
  EXPECT_EQ(backoff_us(2'147'483'647), 3'600 * kSecond);
}

TEST(Arguments, HaveBounds) {
  EXPECT_EQ(test::code_of([] { require_lease(kSecond - 1); }), "invalid_argument");
  EXPECT_EQ(test::code_of([] { require_lease(3'600 * kSecond + 1); }), "invalid_argument");
  EXPECT_EQ(test::code_of([] { require_ttl(0); }), "invalid_argument");
  EXPECT_EQ(test::code_of([] { require_model(""); }), "invalid_argument");
  EXPECT_EQ(test::code_of([] { require_error_class("a\nb"); }), "invalid_argument");
  EXPECT_EQ(test::code_of([] { require_prompt_version(std::string(101, 'v')); }),
            "invalid_argument");
  require_lease(kSecond);
  require_ttl(3'660LL * 86'400 * kSecond);
  require_prompt_version("");
  require_model("gpt-4");
}

}  // namespace
}  // namespace lad::keyword
