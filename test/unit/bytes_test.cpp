#include "core/bytes.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace lad {
namespace {

std::vector<std::uint8_t> copy(const ByteWriter& writer) {
  return {writer.view().begin(), writer.view().end()};
}

TEST(ByteWriter, IntegersAreBigEndianTwosComplement) {
  using Encoded = std::vector<std::uint8_t>;
  EXPECT_EQ(copy(ByteWriter().int64(0x0102030405060708)), (Encoded{1, 2, 3, 4, 5, 6, 7, 8}));
  EXPECT_EQ(copy(ByteWriter().int64(-2)), (Encoded{255, 255, 255, 255, 255, 255, 255, 254}));
  Encoded minus_one_unit(16, 255);
  EXPECT_EQ(copy(ByteWriter().decimal(Decimal::parse("-0.000001"))), minus_one_unit);
  Encoded largest{0, 0, 0, 0, 0, 0, 0, 5, 0x6b, 0xc7, 0x5e, 0x2d, 0x63, 0x0f, 0xff, 0xff};
  EXPECT_EQ(copy(ByteWriter().decimal(Decimal::parse("99999999999999.999999"))), largest);
}

TEST(ByteWriter, TextCarriesItsLength) {
  EXPECT_EQ(copy(ByteWriter().text("ab")),
            (std::vector<std::uint8_t>{0, 0, 0, 0, 0, 0, 0, 2, 'a', 'b'}));
  EXPECT_NE(copy(ByteWriter().text("ab").text("c")), copy(ByteWriter().text("a").text("bc")));
  EXPECT_NE(copy(ByteWriter().text("").text("a")), copy(ByteWriter().text("a").text("")));
}

TEST(ByteWriter, RawPartsHaveNoLength) {
  const Uuid uuid = Uuid::parse("00010203-0405-0607-0809-0a0b0c0d0e0f");
  std::vector<std::uint8_t> expected;
  for (std::uint8_t i = 0; i < 16; ++i) expected.push_back(i);
  EXPECT_EQ(copy(ByteWriter().uuid(uuid)), expected);
  expected.push_back(7);
  EXPECT_EQ(copy(ByteWriter().raw(uuid.bytes).byte(7)), expected);
}

TEST(LoadInt64, InvertsTheWriter) {
  for (const std::int64_t value :
       {std::int64_t{0}, std::int64_t{-1}, std::int64_t{1} << 40,
        std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    const ByteWriter writer = ByteWriter().int64(value);
    EXPECT_EQ(load_int64(writer.view().first<8>()), value);
  }
}

}  // namespace
}  // namespace lad
