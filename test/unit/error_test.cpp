#include "core/error.hpp"

#include <gtest/gtest.h>

#include <cctype>
#include <cstddef>
#include <set>
#include <string>

namespace lad {
namespace {

bool is_sentence(std::string_view text) {
  return text.size() > 10 && std::isupper(static_cast<unsigned char>(text.front())) != 0 &&
         text.ends_with('.');
}

TEST(ErrorCatalog, EveryCodeIsItsOwnLine) {
  std::size_t index = 0;
  for (const ErrorInfo& info : error_catalog()) {
    EXPECT_EQ(static_cast<std::size_t>(info.code), index++) << info.name;
    EXPECT_EQ(&error_info(info.code), &info);
  }
  EXPECT_EQ(static_cast<std::size_t>(ErrorCode::internal) + 1, index);
}

TEST(ErrorCatalog, SqlstatesAreUniqueAndWellFormed) {
  std::set<std::string_view> seen;
  for (const ErrorInfo& info : error_catalog()) {
    EXPECT_EQ(info.sqlstate.size(), 5U) << info.name;
    EXPECT_TRUE(seen.insert(info.sqlstate).second) << info.sqlstate;
    for (const char c : info.sqlstate) {
      EXPECT_TRUE((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')) << info.sqlstate;
    }
  }
}

TEST(ErrorCatalog, ConditionsAndRemediesAreSentences) {
  for (const ErrorInfo& info : error_catalog()) {
    EXPECT_TRUE(is_sentence(info.condition)) << info.name << ": " << info.condition;
    EXPECT_TRUE(is_sentence(info.remedy)) << info.name << ": " << info.remedy;
  }
}

TEST(ErrorCatalog, SqlstatesOfTheContract) {
  EXPECT_EQ(sqlstate(ErrorCode::no_tenant_context), "LD001");
  EXPECT_EQ(sqlstate(ErrorCode::token_revoked), "LD005");
  EXPECT_EQ(sqlstate(ErrorCode::chain_broken), "LD104");
  EXPECT_EQ(sqlstate(ErrorCode::balance_not_as_expected), "LD206");
  EXPECT_EQ(sqlstate(ErrorCode::call_refused), "LD305");
  EXPECT_EQ(sqlstate(ErrorCode::lexicon_invalid), "LD403");
  EXPECT_EQ(sqlstate(ErrorCode::archive_mismatch), "LD503");
  EXPECT_EQ(sqlstate(ErrorCode::cannot_decrypt), "LD602");
  EXPECT_EQ(sqlstate(ErrorCode::out_of_range), "22003");
  EXPECT_EQ(sqlstate(ErrorCode::null_argument), "22004");
  EXPECT_EQ(sqlstate(ErrorCode::privilege), "42501");
  EXPECT_EQ(sqlstate(ErrorCode::not_found), "P0002");
}

TEST(Error, CarriesWhatItIsGiven) {
  const Error error(ErrorCode::insufficient_funds, "too little", "One is missing.", "Pay.");
  EXPECT_EQ(error.code(), ErrorCode::insufficient_funds);
  EXPECT_EQ(error.message(), "too little");
  EXPECT_EQ(error.detail(), "One is missing.");
  EXPECT_EQ(error.hint(), "Pay.");
  EXPECT_STREQ(error.what(), "too little");
}

TEST(Error, HintDefaultsToTheRemedyOfItsOwnClassOnly) {
  EXPECT_EQ(Error(ErrorCode::token_expired, "x").hint(),
            error_info(ErrorCode::token_expired).remedy);
  EXPECT_EQ(Error(ErrorCode::invalid_argument, "x").hint(), "");
}

}  // namespace
}  // namespace lad
