// Time of one expansion in C++, over made-up lexicons of 60,000 terms with 200,000 edges and of a
// million with four million: keywords that are known, and keywords that must be linked.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "keyword/builder.hpp"
#include "keyword/engine.hpp"
#include "support/keyword_language.hpp"

namespace {

using namespace lad;
using namespace lad::keyword;
using test::english;

std::string word(std::size_t number) {
  constexpr const char* kSyllables[] = {"ba", "ce",  "di",  "fo",  "gu",  "ka", "le",
                                        "mi", "no",  "pu",  "ra",  "se",  "ti", "vo",
                                        "zu", "lan", "mer", "tor", "sin", "wel"};
  std::string out;
  for (int i = 0; i < 4; ++i, number /= 20) out += kSyllables[number % 20];
  return out;
}

// Three words each; a few words are in many terms, most in few, as in real vocabularies.
std::vector<std::string> make_terms(std::size_t count, std::mt19937& random) {
  std::vector<std::string> terms;
  const double words = 20'000;
  for (std::size_t i = 0; i < count; ++i) {
    std::string term;
    for (int k = 0; k < 3; ++k) {
      const double u = std::uniform_real_distribution<>(0, 1)(random);
      term += (k > 0 ? " " : "") + word(static_cast<std::size_t>(words * u * u * u));
    }
    terms.push_back(term);
  }
  return terms;
}

void measure(const char* what, const LexiconView& view, const std::vector<Query>& queries,
             Context context) {
  std::vector<double> times;
  std::size_t found = 0;
  for (int round = 0; round < 3; ++round) {
    times.clear();
    for (const Query& query : queries) {
      const auto start = std::chrono::steady_clock::now();
      found += expand({&view, 1}, query, context, 10).size();
      const std::chrono::duration<double, std::micro> taken =
          std::chrono::steady_clock::now() - start;
      times.push_back(taken.count());
    }
  }
  double sum = 0;
  for (const double time : times) sum += time;
  std::sort(times.begin(), times.end());
  std::printf("| %-34s | %6.1f | %6.1f | %6.1f | %5.1f |\n", what,
              sum / static_cast<double>(times.size()), times[times.size() / 2],
              times[times.size() * 99 / 100],
              static_cast<double>(found) / static_cast<double>(3 * queries.size()));
}

void run(std::size_t terms, std::size_t edges) {
  std::mt19937 random(9);
  const std::vector<std::string> all = make_terms(terms, random);
  LexiconBuilder builder(english());
  const auto pick = [&] { return random() % all.size(); };
  for (std::size_t i = 0; i < edges; ++i) {
    builder.add(Entry{.term = all[i % all.size()],
                      .expansion = all[pick()],
                      .relation = static_cast<Relation>(random() % 7),
                      .weight = static_cast<float>(1 + random() % 100) / 100,
                      .source = Source::curated});
  }
  for (std::size_t i = 0; i < all.size() / 3; ++i) {
    builder.add(Entry{.term = all[3 * i],
                      .concept_code = "c" + std::to_string(i % 1000),
                      .contexts = mask_of(Context::title),
                      .source = Source::onet});
  }
  const auto bytes = builder.build();
  const LexiconView view(bytes);
  std::printf("%u terms, %u edges, %.1f MB\n", read_facts(bytes).terms, read_facts(bytes).edges,
              static_cast<double>(bytes.size()) / 1e6);
  std::vector<Query> known, linked;
  for (int i = 0; i < 20'000; ++i) known.push_back(read_query(all[pick()], english()));
  for (const std::string& term : make_terms(5'000, random))
    linked.push_back(read_query(term, english()));
  std::puts("| microseconds                       |   mean | median |    p99 | terms |");
  std::puts("|------------------------------------|--------|--------|--------|-------|");
  measure("known keyword, general", view, known, Context::general);
  measure("known keyword, title", view, known, Context::title);
  measure("unknown keyword, linked", view, linked, Context::title);
}

}  // namespace

int main(int argc, char**) {
  run(60'000, 200'000);
  if (argc > 1) run(1'000'000, 4'000'000);
}
