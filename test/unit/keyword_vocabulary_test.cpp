#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <string>

#include "keyword/normalize.hpp"

namespace lad::keyword {
namespace {

std::string as_is(std::string_view text) {
  return std::string{text};
}

/// The shipped file is ASCII in lower case, so that nothing is left to fold.
constexpr Language kPlain{as_is, as_is, as_is};

// What test/lint cannot see: a line that only says what normalisation says already, or two that say
// the same.
TEST(Vocabulary, HasNoLineThatNormalisationMakesVoid) {
  std::ifstream file{LAD_SOURCE_DIR "/lexicon/b2b.tsv"};
  ASSERT_TRUE(file.is_open());
  std::set<std::string> known;
  std::string line;
  while (std::getline(file, line)) {
    if (line.empty() || line.front() == '#') continue;
    const std::size_t first = line.find('\t');
    const std::size_t second = line.find('\t', first + 1);
    const std::string term = normalize(line.substr(0, first), kPlain);
    const std::string expansion = normalize(line.substr(first + 1, second - first - 1), kPlain);
    const std::string context = line.substr(line.rfind('\t', line.rfind('\t') - 1));
    EXPECT_NE(term, "") << line;
    EXPECT_NE(expansion, "") << line;
    EXPECT_NE(term, expansion) << line;
    EXPECT_TRUE(known.insert(term + "\t" + expansion + context).second) << line;
  }
  EXPECT_GT(known.size(), 4000U);
}

}  // namespace
}  // namespace lad::keyword
