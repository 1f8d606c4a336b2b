// What the keyword engine is worth: known and unseen job titles and industry entries, split by a
// hash, and how many of the ten terms it gives for an unseen one share its occupation or industry.
//   keyword_quality FOLDER [CURATED.tsv]     FOLDER as in LAD_LEXICON
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "keyword/engine.hpp"
#include "support/keyword_files.hpp"

namespace {

using namespace lad;
using namespace lad::keyword;
using test::english;

constexpr int kTerms = 10;
// One in five is left out, so that what is known is about as dense as a whole half.
constexpr unsigned kUnseenOf = 5;
constexpr const char* kSplits[] = {"a", "b", "c", "d", "e", "f"};

struct Measures {
  double precision = 0, recall = 0, reciprocal = 0, hits = 0, abstained = 0;
  std::size_t queries = 0;

  void add(const Measures& other) {
    precision += other.precision;
    recall += other.recall;
    reciprocal += other.reciprocal;
    hits += other.hits;
    abstained += other.abstained;
    queries += other.queries;
  }
};

bool is_unseen(const std::string& text, const std::string& salt) {
  return format::hash_text(salt + "/" + display_form(text, english())) % kUnseenOf == 0;
}

// The curated seed, where there is one, and the known half.
struct Lexicons {
  std::vector<std::vector<std::byte>> bytes;
  std::vector<LexiconView> views;

  void add(std::vector<std::byte> block) {
    bytes.push_back(std::move(block));
    verify_lexicon(bytes.back());
    views.emplace_back(bytes.back());
  }
};

using Concepts = std::map<std::string, std::set<std::string>>;  // of a display form

Measures measure_one(const Lexicons& lexicons, const std::string& text, Context context,
                     const std::set<std::string>& relevant, std::size_t relevant_count,
                     const Concepts& known) {
  const Query query = read_query(text, english());
  const auto found = expand(lexicons.views, query, context, kTerms);
  Measures one;
  one.queries = 1;
  one.abstained = found.empty() ? 1 : 0;
  std::set<std::uint64_t> seen{query.inflection_key};
  std::size_t hits = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    // Inflections and other orders of what was there already are worth nothing.
    if (!seen.insert(inflection_key(found[i].term, english())).second) continue;
    const auto at = known.find(found[i].term);
    if (at == known.end()) continue;
    const bool is_relevant =
        std::any_of(at->second.begin(), at->second.end(),
                    [&](const std::string& code) { return relevant.contains(code); });
    if (!is_relevant) continue;
    if (++hits == 1) one.reciprocal = 1.0 / static_cast<double>(i + 1);
  }
  one.precision = static_cast<double>(hits) / kTerms;
  one.hits = hits > 0 ? 1 : 0;
  if (relevant_count > 0) {
    one.recall = std::min(1.0, static_cast<double>(hits) / static_cast<double>(relevant_count));
  }
  return one;
}

struct Split {
  Lexicons lexicons;
  Concepts known, unseen;
  std::map<std::string, std::size_t> sizes;  // known terms of a concept
};

void load_split(const test::Vocabulary& all, const std::string& salt,
                const std::vector<std::byte>& curated, Split& split) {
  if (!curated.empty()) split.lexicons.add(curated);
  // Names of occupations and industries are always known: unseen are titles and index entries.
  std::set<std::string> names;
  for (const auto& name : all.names) names.insert(display_form(name.name, english()));
  const auto is_left_out = [&](const std::string& text) {
    return is_unseen(text, salt) && !names.contains(display_form(text, english()));
  };
  split.lexicons.add(all.compile([&](const Entry& entry) {
    return !is_left_out(entry.term) && (entry.expansion.empty() || !is_left_out(entry.expansion));
  }));
  for (const Entry& entry : all.entries) {
    if (entry.concept_code.empty()) continue;
    auto& side = is_left_out(entry.term) ? split.unseen : split.known;
    side[display_form(entry.term, english())].insert(entry.concept_code);
  }
  for (const auto& [term, codes] : split.known) {
    for (const std::string& code : codes) ++split.sizes[code];
  }
}

Measures measure_concepts(const Split& split, Context context) {
  Measures sum;
  for (const auto& [term, codes] : split.unseen) {
    std::size_t relevant = 0;
    for (const std::string& code : codes) {
      const auto at = split.sizes.find(code);
      relevant += at == split.sizes.end() ? 0 : at->second;
    }
    sum.add(measure_one(split.lexicons, term, context, codes, relevant, split.known));
  }
  return sum;
}

// Abbreviations of unseen pairs: what stands for one must be among the terms.
Measures measure_abbreviations(const test::Vocabulary& all, const std::string& salt,
                               const std::vector<std::byte>& curated) {
  Lexicons lexicons;
  const auto is_left_out = [&](const Entry& entry) {
    const std::string& shorter =
        entry.term.size() < entry.expansion.size() ? entry.term : entry.expansion;
    const std::string& longer = &shorter == &entry.term ? entry.expansion : entry.term;
    return !entry.expansion.empty() && is_unseen(shorter + "=" + longer, salt);
  };
  if (!curated.empty()) lexicons.add(curated);
  lexicons.add(all.compile([&](const Entry& entry) { return !is_left_out(entry); }));
  std::map<std::string, std::set<std::uint64_t>> meant;
  for (const Entry& entry : all.entries) {
    if (!is_left_out(entry) || entry.term.size() > entry.expansion.size()) continue;
    meant[entry.term].insert(inflection_key(display_form(entry.expansion, english()), english()));
  }
  Measures sum;
  for (const auto& [term, keys] : meant) {
    std::size_t hits = 0;
    double first = 0;
    const auto found = expand(lexicons.views, read_query(term, english()), Context::title, kTerms);
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (!keys.contains(inflection_key(found[i].term, english()))) continue;
      if (++hits == 1) first = 1.0 / static_cast<double>(i + 1);
    }
    Measures one;
    one.queries = 1;
    one.abstained = found.empty() ? 1 : 0;
    one.precision = static_cast<double>(hits) / kTerms;
    one.recall = static_cast<double>(hits) / static_cast<double>(keys.size());
    one.reciprocal = first;
    one.hits = hits > 0 ? 1 : 0;
    sum.add(one);
  }
  return sum;
}

// Letters without meaning, and words that have nothing to do with each other or with business.
std::vector<std::string> nonsense() {
  std::mt19937 random(20);
  const auto pick = [&](std::size_t count) { return random() % count; };
  constexpr const char* kSyllables[] = {"bla", "zor", "quix", "mup", "fren", "dol", "vark", "tsi",
                                        "gru", "plo", "nim",  "wex", "jad",  "hok", "yib",  "sna"};
  constexpr const char* kWords[] = {
      "purple", "yesterday", "seven",   "moonlight", "sadly", "banana",  "whisper", "rainbow",
      "sneeze", "therefore", "Tuesday", "giraffe",   "soup",  "unicorn", "pillow",  "sloth"};
  std::vector<std::string> out;
  for (int i = 0; i < 150; ++i) {
    std::string letters;
    for (std::size_t k = 5 + pick(6); k > 0; --k)
      letters.push_back("abcdefghijklmnopqrstuvwxyz"[pick(26)]);
    out.push_back(letters);
    std::string word;
    for (std::size_t k = 2 + pick(3); k > 0; --k) word += kSyllables[pick(16)];
    out.push_back(word);
    out.push_back(word + " " + kSyllables[pick(16)] + kSyllables[pick(16)]);
    std::string words;
    for (std::size_t k = 2 + pick(3); k > 0; --k) words += std::string(kWords[pick(16)]) + " ";
    out.push_back(words);
  }
  return out;
}

void print(const char* what, const Measures& sum) {
  const auto n = static_cast<double>(sum.queries);
  std::printf("| %-28s | %6zu | %.3f | %.3f | %.3f | %.3f | %.3f |\n", what, sum.queries,
              sum.precision / n, sum.recall / n, sum.reciprocal / n, sum.hits / n,
              sum.abstained / n);
}

void report(const test::Vocabulary& titles, const test::Vocabulary& industries,
            const std::vector<std::byte>& curated) {
  std::printf("| %-28s | %6s | P@10  | R@10  | MRR   | hit   | none  |\n", "", "terms");
  std::puts("|------------------------------|--------|-------|-------|-------|-------|-------|");
  Measures title_sum, industry_sum, abbreviation_sum;
  for (const std::string salt : kSplits) {
    Split title, industry;
    load_split(titles, salt, curated, title);
    load_split(industries, salt, curated, industry);
    const Measures a = measure_concepts(title, Context::title);
    const Measures b = measure_concepts(industry, Context::industry);
    const Measures c = measure_abbreviations(titles, salt, curated);
    print(("titles, split " + salt).c_str(), a);
    print(("industries, split " + salt).c_str(), b);
    print(("abbreviations, split " + salt).c_str(), c);
    title_sum.add(a);
    industry_sum.add(b);
    abbreviation_sum.add(c);
  }
  print("unseen job titles", title_sum);
  print("unseen industry entries", industry_sum);
  print("unseen abbreviations", abbreviation_sum);
  Lexicons all;
  if (!curated.empty()) all.add(curated);
  const auto takes_all = [](const Entry&) { return true; };
  all.add(titles.compile(takes_all));
  all.add(industries.compile(takes_all));
  for (const Context context : {Context::general, Context::title, Context::industry}) {
    Measures sum;
    for (const std::string& text : nonsense()) {
      sum.add(measure_one(all, text, context, {}, 0, {}));
    }
    print(("nonsense, " + std::string(name_of(context))).c_str(), sum);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::string folder = argc > 1 ? argv[1] : "";
  test::Vocabulary titles, industries, seed;
  if (!test::read_vocabulary(Format::onet, folder, Source::onet, titles) ||
      !test::read_vocabulary(Format::naics, folder + "/naics_index.tsv", Source::naics,
                             industries)) {
    std::printf("skipped: no O*NET and NAICS files in \"%s\"; LAD_LEXICON names their folder\n",
                folder.c_str());
    return 0;
  }
  std::vector<std::byte> curated;
  if (argc > 2 && test::read_vocabulary(Format::tsv, argv[2], Source::curated, seed)) {
    curated = seed.compile([](const Entry&) { return true; });
  }
  std::printf(
      "%zu titles and abbreviations (%zu lines rejected), %zu industry entries (%zu), %zu "
      "curated (%zu)\n",
      titles.entries.size(), titles.rejected.size(), industries.entries.size(),
      industries.rejected.size(), seed.entries.size(), seed.rejected.size());
  report(titles, industries, curated);
}
