// Lexicons: lines of any content load and compile, what the verifier accepts can be read whatever
// it holds, and nothing else is accepted. The first bytes patch the lexicon under a right checksum.
#include <cstdint>
#include <cstring>
#include <string>

#include "core/error.hpp"
#include "crypto/crypto.hpp"
#include "fuzz.hpp"
#include "keyword/engine.hpp"
#include "support/keyword_files.hpp"

namespace {

using namespace lad;
using namespace lad::keyword;

void sign(std::vector<std::byte>& bytes) {
  constexpr std::size_t kAfter = offsetof(format::Header, places);
  const auto digest = crypto::sha256(
      {reinterpret_cast<const std::uint8_t*>(bytes.data()) + kAfter, bytes.size() - kAfter});
  std::memcpy(bytes.data() + offsetof(format::Header, sha256), digest.data(), digest.size());
}

void ask(const std::vector<std::byte>& bytes) {
  const LexiconView view(bytes);
  for (const char* text : {"cto", "java application engineer", "cna", "aplication enginer"}) {
    const auto found = expand({&view, 1}, read_query(text, test::english()), Context::general, 10);
    fuzz::require(found.size() <= 10, "no more terms than asked for");
  }
}

void load(Format format, std::string_view text) {
  test::Vocabulary found;
  const auto loader = make_loader(format, found, Source::tsv);
  for (std::size_t i = 0; i < files_of(format).size(); ++i) {
    loader->begin_file(i);
    LineFeeder feeder(*loader);
    feeder.feed(text);
    feeder.finish();
    loader->end_file();
  }
  const auto bytes = found.compile([](const Entry&) { return true; });
  verify_lexicon(bytes);
  ask(bytes);
}

const std::vector<std::byte>& sample() {
  static const std::vector<std::byte> bytes = [] {
    LexiconBuilder builder(test::english());
    for (const char* title : {"Software Engineer", "Application Developer", "Java Developer",
                              "Certified Nursing Assistant"}) {
      builder.add(Entry{.term = title, .concept_code = "15-1252.00", .source = Source::onet});
    }
    builder.add(Entry{.term = "CTO", .expansion = "chief technology officer"});
    return builder.build();
  }();
  return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 8 < 6) {
    load(static_cast<Format>(data[0] % 8), text);
    return 0;
  }
  std::vector<std::byte> bytes = sample();
  for (std::size_t i = 1; i + 3 < size; i += 4) {
    const std::size_t at = (data[i] * 256U + data[i + 1]) % bytes.size();
    bytes[at] = static_cast<std::byte>(data[i + 2]);
  }
  if (bytes != sample()) sign(bytes);
  try {
    verify_lexicon(bytes);
  } catch (const Error& error) {
    fuzz::require(error.code() == ErrorCode::lexicon_invalid, "a lexicon is refused as such");
    return 0;
  }
  ask(bytes);
  return 0;
}
