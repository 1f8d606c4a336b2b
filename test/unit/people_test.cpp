#include "tenancy/people.hpp"

#include <gtest/gtest.h>

#include "expect_error.hpp"

namespace lad::tenancy {
namespace {

using test::code_of;

const std::string kTail = "$10$" + std::string(53, 'a');

TEST(People, AddressesAreAccepted) {
  for (const std::string email :
       {"a@b.co", "Ada.Lovelace+lad@Example.COM", "o'neil@sub.example-host.org", "1@2.3"}) {
    EXPECT_NO_THROW(require_email(email)) << email;
  }
  EXPECT_NO_THROW(require_email(std::string(64, 'a') + "@example.com"));
}

TEST(People, OtherTextIsNoAddress) {
  for (const std::string email :
       {"",         "@",         "a@",         "@b.co",       "plain",         "a@b",
        "a@b.",     "a@.co",     "a@b..co",    "a@-b.co",     "a@b-.co",       ".a@b.co",
        "a.@b.co",  "a..b@c.co", "a b@c.co",   "a@b.co ",     " a@b.co",       "a@b@c.co",
        "a@b_c.co", "a\n@b.co",  "\"a\"@b.co", "a@[1.2.3.4]", "\xC3\xA4@b.co", "a@b\xE2\x80\xAE.co",
        "a,b@c.co"}) {
    EXPECT_EQ(code_of([&] { require_email(email); }), "invalid_argument");
  }
  EXPECT_EQ(code_of([&] { require_email(std::string(65, 'a') + "@example.com"); }),
            "invalid_argument");
  EXPECT_EQ(code_of([&] { require_email("a@" + std::string(64, 'b') + ".com"); }),
            "invalid_argument");
  std::string domain;
  for (int i = 0; i < 130; ++i) domain += "b.";
  EXPECT_EQ(code_of([&] { require_email("a@" + domain + "co"); }), "invalid_argument");
}

TEST(People, PasswordsHaveOneTo72Bytes) {
  EXPECT_NO_THROW(require_password("x"));
  EXPECT_NO_THROW(require_password(std::string(72, 'x')));
  EXPECT_EQ(code_of([&] { require_password(""); }), "invalid_argument");
  EXPECT_EQ(code_of([&] { require_password(std::string(73, 'x')); }), "invalid_argument");
}

TEST(People, HashesOfOtherLibrariesAreTheSameAlgorithm) {
  for (const std::string prefix : {"$2a", "$2b", "$2y"}) {
    EXPECT_EQ(normal_hash(prefix + kTail), "$2a" + kTail);
  }
}

TEST(People, OtherTextIsNoHash) {
  std::string cost = "$2a" + kTail;
  cost.replace(4, 2, "32");
  std::string letter = "$2a" + kTail;
  letter.back() = '$';
  for (const std::string& text : {std::string(), std::string("$2a"), "$2x" + kTail, "$1a" + kTail,
                                  "$2a" + kTail + "x", kTail, cost, letter, std::string(60, '$')}) {
    EXPECT_FALSE(normal_hash(text)) << text;
  }
}

TEST(People, DecoyMatchesNobody) {
  EXPECT_EQ(decoy_setting().size(), 29u);
  EXPECT_FALSE(normal_hash(decoy_setting()));
}

TEST(People, HashesAreComparedWhole) {
  EXPECT_TRUE(same_hash("abc", "abc"));
  EXPECT_FALSE(same_hash("abc", "abd"));
  EXPECT_FALSE(same_hash("xbc", "abc"));
  EXPECT_FALSE(same_hash("abc", "abcd"));
}

}  // namespace
}  // namespace lad::tenancy
