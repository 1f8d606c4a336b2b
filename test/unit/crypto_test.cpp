#include "crypto/crypto.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace lad::crypto {
namespace {

std::string hex(Bytes bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::string sha(const std::string& message) {
  return hex(sha256(as_bytes(message)));
}

std::string hmac(const std::string& key, const std::string& message) {
  return hex(hmac_sha256(as_bytes(key), as_bytes(message)));
}

TEST(Sha256, VectorsOfFips180) {
  EXPECT_EQ(sha(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(HmacSha256, VectorsOfRfc4231) {
  EXPECT_EQ(hmac(std::string(20, '\x0b'), "Hi There"),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hmac("Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hmac(std::string(20, '\xaa'), std::string(50, '\xdd')),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  EXPECT_EQ(
      hmac(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First"),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(HmacSha256, AnEmptyKeyIsNotThatOfTheCallBefore) {
  hmac("another key", "");
  EXPECT_EQ(hex(hmac_sha256({}, {})),
            "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(EqualInConstantTime, ComparesEveryByteAndTheLength) {
  const std::string text(32, 'x');
  EXPECT_TRUE(equal_in_constant_time(as_bytes(text), as_bytes(std::string(32, 'x'))));
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string other = text;
    other[i] = static_cast<char>(other[i] ^ 1);
    EXPECT_FALSE(equal_in_constant_time(as_bytes(text), as_bytes(other))) << i;
  }
  EXPECT_FALSE(equal_in_constant_time(as_bytes("xx"), as_bytes("xxx")));
  EXPECT_TRUE(equal_in_constant_time({}, {}));
}

TEST(Cleanse, LeavesZeros) {
  std::array<std::uint8_t, 4> secret{1, 2, 3, 4};
  cleanse(secret);
  EXPECT_EQ(secret, (std::array<std::uint8_t, 4>{}));
}

/// The bytes of a base64url text that must be those of size bytes, or "refused".
std::string read_url(const std::string& text, std::size_t size) {
  std::vector<std::uint8_t> out(size, 0xee);
  if (decode_base64url(text, out)) return {out.begin(), out.end()};
  EXPECT_EQ(out, std::vector<std::uint8_t>(size)) << "a refused text leaves something behind";
  return "refused";
}

TEST(Base64Url, VectorsOfRfc4648WithoutPadding) {
  const std::vector<std::pair<std::string, std::string>> vectors = {
      {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},         {"foo", "Zm9v"},
      {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(encode_base64url(as_bytes(bytes)), text);
    EXPECT_EQ(read_url(text, bytes.size()), bytes);
  }
  EXPECT_EQ(encode_base64url(as_bytes("\xfb\xff\xfe")), "-__-");
}

TEST(Base64Url, RefusesEveryOtherSpelling) {
  for (const char* text : {"Zg==", "Zg=", "Z", "", "Zh", "Zv", "Z+", "Z/", "Z ", "Zg\n", "Z."}) {
    EXPECT_EQ(read_url(text, 1), "refused") << text;
  }
  EXPECT_EQ(read_url("Zm9", 2), "refused");
  EXPECT_EQ(read_url("Zm8", 1), "refused");
  EXPECT_EQ(read_url("Zm8", 3), "refused");
  EXPECT_EQ(read_url("+//+", 3), "refused");
}

TEST(Base64Url, EachBytesHaveExactlyOneText) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  int one_byte = 0;
  int two_bytes = 0;
  for (const char a : kAlphabet) {
    for (const char b : kAlphabet) {
      std::array<std::uint8_t, 1> one{};
      one_byte += decode_base64url(std::string{a, b}, one) ? 1 : 0;
      for (const char c : kAlphabet) {
        std::array<std::uint8_t, 2> two{};
        two_bytes += decode_base64url(std::string{a, b, c}, two) ? 1 : 0;
      }
    }
  }
  EXPECT_EQ(one_byte, 256);
  EXPECT_EQ(two_bytes, 65536);
}

TEST(Base64Url, RandomRoundTrip) {
  std::mt19937_64 random(21);
  for (int i = 0; i < 50'000; ++i) {
    std::string bytes(random() % 80, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    ASSERT_EQ(read_url(encode_base64url(as_bytes(bytes)), bytes.size()), bytes);
  }
}

/// The bytes of a standard base64 text that fit a room, or "refused".
std::string read_standard(const std::string& text, std::size_t room = 64) {
  std::vector<std::uint8_t> out(room, 0xee);
  std::size_t size = 77;
  if (decode_base64(text, out, size)) return std::string(out.begin(), out.begin() + size);
  EXPECT_EQ(size, 0U);
  EXPECT_EQ(out, std::vector<std::uint8_t>(room)) << "a refused text leaves something behind";
  return "refused";
}

TEST(Base64, VectorsOfRfc4648) {
  EXPECT_EQ(read_standard(""), "");
  EXPECT_EQ(read_standard("Zg=="), "f");
  EXPECT_EQ(read_standard("Zm8="), "fo");
  EXPECT_EQ(read_standard("Zm9v"), "foo");
  EXPECT_EQ(read_standard("Zm9vYmFy"), "foobar");
  EXPECT_EQ(read_standard("+//+"), "\xfb\xff\xfe");
}

TEST(Base64, RefusesEveryOtherSpelling) {
  for (const char* text : {"Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Z===", "A===", "====", "=",
                           "Zg==Zg==", "Zm9v\n", "Zm 9v", "-__-", "Zm9vY", "Zm9vYg"}) {
    EXPECT_EQ(read_standard(text), "refused") << text;
  }
}

TEST(Base64, RefusesMoreThanItsRoom) {
  EXPECT_EQ(read_standard("Zm9v", 3), "foo");
  EXPECT_EQ(read_standard("Zm9v", 2), "refused");
  EXPECT_EQ(read_standard("Zg==", 0), "refused");
}

}  // namespace
}  // namespace lad::crypto
