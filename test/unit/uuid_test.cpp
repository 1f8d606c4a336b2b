#include "core/uuid.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "expect_error.hpp"

namespace lad {
namespace {

TEST(Uuid, ReadsEitherCaseAndWritesLowerCase) {
  const Uuid uuid = Uuid::parse("0123ABCD-4567-89ab-cDeF-001122334455");
  EXPECT_EQ(uuid.to_string(), "0123abcd-4567-89ab-cdef-001122334455");
  EXPECT_EQ(uuid.bytes[0], 0x01);
  EXPECT_EQ(uuid.bytes[6], 0x89);
  EXPECT_EQ(uuid.bytes[15], 0x55);
}

TEST(Uuid, OrderIsThatOfItsText) {
  const Uuid low = Uuid::parse("00000000-0000-0000-0000-0000000000ff");
  const Uuid high = Uuid::parse("01000000-0000-0000-0000-000000000000");
  EXPECT_LT(low, high);
  EXPECT_NE(low, high);
}

TEST(Uuid, NilIsAllZeros) {
  EXPECT_TRUE(Uuid{}.is_nil());
  EXPECT_FALSE(Uuid::parse("00000000-0000-0000-0000-000000000001").is_nil());
}

TEST(Uuid, RefusesEveryOtherForm) {
  for (const char* text :
       {"", "0123abcd456789abcdef001122334455", "{0123abcd-4567-89ab-cdef-001122334455}",
        "0123abcd-4567-89ab-cdef-00112233445", "0123abcd-4567-89ab-cdef-0011223344556",
        "0123abcd-4567-89ab-cdef-00112233445g", "0123abcd-4567-89ab-cdef_001122334455",
        "0123abcd-4567-89abc-def-001122334455", "0123abcd-4567-89ab-cdef-0011223344 5",
        "-123abcd-4567-89ab-cdef-001122334455"}) {
    EXPECT_EQ(test::code_of([&] { Uuid::parse(text); }), "invalid_argument") << text;
  }
}

TEST(Uuid, RandomRoundTrip) {
  std::mt19937_64 random(11);
  for (int i = 0; i < 20'000; ++i) {
    Uuid uuid;
    for (auto& byte : uuid.bytes) byte = static_cast<std::uint8_t>(random());
    ASSERT_EQ(Uuid::parse(uuid.to_string()), uuid);
  }
}

}  // namespace
}  // namespace lad
