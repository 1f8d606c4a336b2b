#include "keyword/pair_loader.hpp"

#include <algorithm>
#include <charconv>
#include <string>

#include "keyword/fields.hpp"

namespace lad::keyword {

namespace {

// Synonyms of each other grow by the square.
constexpr std::size_t kMostSynonyms = 64;
constexpr float kSynonymWeight = 0.8F;

class PairLoader : public Loader {
 public:
  PairLoader(EntrySink& sink, Source source) : sink_(sink), source_(source) {}

  void begin_file(std::size_t) override { line_ = 0; }
  void end_file() override {}
  void line(std::string_view text) override {
    ++line_;
    const std::string_view content = trim(text);
    if (!content.empty() && content[0] != '#') read(text);
  }

 protected:
  virtual void read(std::string_view text) = 0;
  void reject(std::string_view text, std::string_view reason) { sink_.reject(line_, text, reason); }

  EntrySink& sink_;
  Source source_;
  std::uint64_t line_ = 0;
};

class TsvLoader : public PairLoader {
 public:
  using PairLoader::PairLoader;

 private:
  void read(std::string_view text) override {
    const auto fields = split(text, '\t');
    if (fields.size() < 5) return reject(text, "fewer than five columns");
    Entry entry;
    entry.source = source_;
    entry.term = std::string(fields[0]);
    entry.expansion = std::string(fields[1]);
    if (fields[0].empty() || fields[1].empty()) return reject(text, "no term or no expansion");
    const auto relation = find_relation(fields[2]);
    if (!relation) return reject(text, "unknown relation");
    entry.relation = *relation;
    const auto [end, error] =
        std::from_chars(fields[3].data(), fields[3].data() + fields[3].size(), entry.weight);
    if (error != std::errc() || end != fields[3].data() + fields[3].size() ||
        !(entry.weight > 0 && entry.weight <= 1)) {
      return reject(text, "weight not in (0, 1]");
    }
    entry.contexts = 0;
    for (const std::string_view name : split(fields[4], ',')) {
      const auto context = find_context(name);
      if (!context) return reject(text, "unknown context");
      entry.contexts |= mask_of(*context);
    }
    sink_.take(entry);
  }
};

class SynonymsLoader : public PairLoader {
 public:
  using PairLoader::PairLoader;

 private:
  static std::vector<std::string> terms_of(std::string_view text) {
    std::vector<std::string> terms;
    std::string term;
    const auto end_term = [&] {
      if (const std::string_view trimmed = trim(term); !trimmed.empty()) {
        terms.emplace_back(trimmed);
      }
      term.clear();
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\\' && i + 1 < text.size()) {
        term.push_back(text[++i]);
      } else if (text[i] == ',') {
        end_term();
      } else {
        term.push_back(text[i]);
      }
    }
    end_term();
    return terms;
  }

  void take(const std::string& term, const std::string& expansion) {
    if (term == expansion) return;
    Entry entry;
    entry.term = term;
    entry.expansion = expansion;
    entry.weight = kSynonymWeight;
    entry.source = source_;
    sink_.take(entry);
  }

  void read(std::string_view text) override {
    const std::size_t arrow = text.find("=>");
    const bool is_directed = arrow != text.npos;
    const auto from = terms_of(text.substr(0, arrow));
    const auto to = is_directed ? terms_of(text.substr(arrow + 2)) : from;
    if (from.empty() || to.empty() || (!is_directed && from.size() < 2)) {
      return reject(text, "a term without a synonym");
    }
    if (text.find("=>", is_directed ? arrow + 2 : 0) != text.npos) {
      return reject(text, "more than one arrow");
    }
    if (from.size() > kMostSynonyms || to.size() > kMostSynonyms) {
      return reject(text, "more than 64 terms");
    }
    for (const std::string& term : from) {
      for (const std::string& expansion : to) take(term, expansion);
    }
  }
};

}  // namespace

std::unique_ptr<Loader> make_tsv_loader(EntrySink& sink, Source source) {
  return std::make_unique<TsvLoader>(sink, source);
}

std::unique_ptr<Loader> make_synonyms_loader(EntrySink& sink, Source source) {
  return std::make_unique<SynonymsLoader>(sink, source);
}

}  // namespace lad::keyword
