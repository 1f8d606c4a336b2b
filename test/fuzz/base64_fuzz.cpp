// base64 and base64url: one text for each byte string, and nothing else is read.
#include <openssl/evp.h>

#include <algorithm>
#include <string>
#include <vector>

#include "crypto/crypto.hpp"
#include "fuzz.hpp"

namespace {

using namespace lad;

/// OpenSSL's encoder, which is not ours.
std::string encode_standard(crypto::Bytes bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  text.resize(
      static_cast<std::size_t>(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                               bytes.data(), static_cast<int>(bytes.size()))));
  return text;
}

std::string to_url_form(std::string text) {
  while (text.ends_with('=')) text.pop_back();
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text;
}

void check_encoding(crypto::Bytes bytes) {
  const std::string text = crypto::encode_base64url(bytes);
  fuzz::require(text == to_url_form(encode_standard(bytes)), "base64url is that of OpenSSL");
  std::vector<std::uint8_t> read(bytes.size());
  fuzz::require(crypto::decode_base64url(text, read) && std::ranges::equal(read, bytes),
                "what was encoded is read back");
  std::size_t size = 0;
  fuzz::require(crypto::decode_base64(encode_standard(bytes), read, size) && size == bytes.size() &&
                    std::ranges::equal(read, bytes),
                "what OpenSSL encoded is read back");
}

void check_decoding(const std::string& text, std::size_t room) {
  std::vector<std::uint8_t> out(room, 0xa5);
  if (crypto::decode_base64url(text, out)) {
    fuzz::require(crypto::encode_base64url(out) == text, "an accepted text is the canonical one");
  } else {
    fuzz::require(std::ranges::all_of(out, [](std::uint8_t byte) { return byte == 0; }),
                  "nothing is left of a refused text");
  }
  std::ranges::fill(out, 0xa5);
  std::size_t size = 0;
  if (crypto::decode_base64(text, out, size)) {
    fuzz::require(size <= room && encode_standard(crypto::Bytes(out).first(size)) == text,
                  "an accepted text is the canonical one");
  } else {
    fuzz::require(
        size == 0 && std::ranges::all_of(out, [](std::uint8_t byte) { return byte == 0; }),
        "nothing is left of a refused text");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  check_encoding({bytes, size});
  FuzzedDataProvider data(bytes, size);
  const auto room = data.ConsumeIntegralInRange<std::size_t>(0, 100);
  const std::string text = data.ConsumeRemainingBytesAsString();
  check_decoding(text, room);
  // Just the room that the text would need.
  check_decoding(text, text.size() * 6 / 8);
  return 0;
}
