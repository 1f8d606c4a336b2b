#pragma once

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include "keyword/builder.hpp"
#include "keyword/loaders.hpp"
#include "support/keyword_language.hpp"

/// Vocabularies from files, as the server loads them.
namespace lad::test {

struct Vocabulary : keyword::EntrySink {
  struct Name {
    std::string code;
    keyword::Source source;
    std::string name;
  };
  struct Rejected {
    std::uint64_t line;
    std::string text;
    std::string reason;
  };

  void take(const keyword::Entry& entry) override { entries.push_back(entry); }
  void name_concept(std::string_view code, keyword::Source source, std::string_view name) override {
    names.push_back({std::string(code), source, std::string(name)});
  }
  void reject(std::uint64_t line, std::string_view text, std::string_view reason) override {
    rejected.push_back({line, std::string(text), std::string(reason)});
  }

  std::vector<std::byte> compile(const std::function<bool(const keyword::Entry&)>& takes) const {
    keyword::LexiconBuilder builder(english());
    for (const keyword::Entry& entry : entries) {
      if (takes(entry)) builder.add(entry);
    }
    for (const Name& name : names) builder.name_concept(name.code, name.source, name.name);
    return builder.build();
  }

  std::vector<keyword::Entry> entries;
  std::vector<Name> names;
  std::vector<Rejected> rejected;
};

/// Reads a file, or a folder for a format of several files. False when a required file is missing.
inline bool read_vocabulary(keyword::Format format, const std::filesystem::path& path,
                            keyword::Source source, Vocabulary& into) {
  const auto loader = keyword::make_loader(format, into, source);
  const auto files = keyword::files_of(format);
  for (std::size_t i = 0; i < files.size(); ++i) {
    std::filesystem::path file = files[i].names.empty() ? path : std::filesystem::path();
    for (const std::string_view name : files[i].names) {
      if (file.empty() && std::filesystem::exists(path / name)) file = path / name;
    }
    std::ifstream in(file, std::ios::binary);
    if (!in) {
      if (files[i].is_required) return false;
      continue;
    }
    const std::string all{std::istreambuf_iterator<char>(in), {}};
    loader->begin_file(i);
    keyword::LineFeeder feeder(*loader);
    feeder.feed(all);
    feeder.finish();
    loader->end_file();
  }
  return true;
}

}  // namespace lad::test
