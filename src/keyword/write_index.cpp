#include "keyword/write_index.hpp"

#include <limits>
#include <numeric>

#include "core/error.hpp"
#include "keyword/characters.hpp"
#include "keyword/deletions.hpp"
#include "keyword/rarity.hpp"

namespace lad::keyword {

namespace {

constexpr std::size_t kTermsPerInitials = 16;
// What a misspelt word is compared with: the most frequent words.
constexpr std::size_t kMostSpellings = 200'000;

std::uint32_t short_hash(std::string_view text) {
  return static_cast<std::uint32_t>(format::hash_text(text));
}

void sort_and_unite(std::vector<std::uint32_t>& numbers) {
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
}

void count_up(std::uint16_t& count) {
  if (count < std::numeric_limits<std::uint16_t>::max()) ++count;
}

}  // namespace

format::Text append_text(std::string& strings, std::string_view text) {
  if (strings.size() + text.size() > std::numeric_limits<std::uint32_t>::max()) {
    throw Error(ErrorCode::lexicon_invalid, "more than 4 GiB of text in a lexicon");
  }
  const format::Text at{static_cast<std::uint32_t>(strings.size()),
                        static_cast<std::uint32_t>(text.size())};
  strings += text;
  return at;
}

std::uint32_t WordCounts::add(std::uint32_t concept_number, std::uint32_t term,
                              std::vector<std::uint32_t> words, std::uint32_t head) {
  sort_and_unite(words);
  for (const std::uint32_t word : words) {
    auto& row = rows_[word];
    if (row.empty() || row.back().concept_number != concept_number) {
      row.push_back({static_cast<std::uint16_t>(concept_number), 0, {}});
    }
    row.back().terms.push_back(term);
    if (word == head) count_up(row.back().heads);
    ++words_[word].occurrences;
  }
  return static_cast<std::uint32_t>(words.size());
}

void WordCounts::add_term(std::vector<std::uint32_t> words) {
  sort_and_unite(words);
  for (const std::uint32_t word : words) ++words_[word].terms;
  ++terms_;
}

void WordCounts::finish(std::vector<format::Posting>& postings, std::vector<std::uint32_t>& terms) {
  std::uint32_t occurrences = 0;
  for (std::size_t i = 0; i < words_.size(); ++i) {
    words_[i].postings = static_cast<std::uint32_t>(postings.size());
    for (const Row& row : rows_[i]) {
      postings.push_back({row.concept_number, row.heads, static_cast<std::uint32_t>(terms.size())});
      terms.insert(terms.end(), row.terms.begin(), row.terms.end());
    }
    occurrences += words_[i].occurrences;
  }
  postings.push_back({0, 0, static_cast<std::uint32_t>(terms.size())});
  words_.back().terms = terms_;
  words_.back().occurrences = occurrences;
}

std::uint32_t square_of(const std::vector<format::WordRecord>& words, std::vector<std::uint32_t> of,
                        std::uint32_t head) {
  sort_and_unite(of);
  double square = 0;
  for (const std::uint32_t word : of) {
    const double rarity = rarity_of(words[word].terms, words.back().terms);
    square += rarity * rarity * (word == head ? format::kHeadFactor : 1);
  }
  return static_cast<std::uint32_t>(square * 1024);
}

void merge_edges(std::vector<Draft::Edge>& edges) {
  const auto identity = [](const Draft::Edge& e) {
    return std::tuple(e.term, e.target, e.relation, e.source);
  };
  std::sort(edges.begin(), edges.end(), [&](const auto& a, const auto& b) {
    return std::tuple(identity(a), -int{a.weight}, a.contexts) <
           std::tuple(identity(b), -int{b.weight}, b.contexts);
  });
  std::size_t kept = 0;
  for (std::size_t i = 0; i < edges.size(); ++i) {
    if (kept > 0 && identity(edges[kept - 1]) == identity(edges[i])) {
      edges[kept - 1].contexts |= edges[i].contexts;
    } else {
      edges[kept++] = edges[i];
    }
  }
  edges.resize(kept);
  std::sort(edges.begin(), edges.end(), [](const auto& a, const auto& b) {
    return std::tuple(a.term, -int{a.weight}, a.source, a.relation, a.target) <
           std::tuple(b.term, -int{b.weight}, b.source, b.relation, b.target);
  });
}

void IndexWriter::add_initials(std::string_view letters, std::uint32_t term, std::size_t concepts) {
  const std::uint32_t rank =
      1000 - static_cast<std::uint32_t>(std::min<std::size_t>(concepts, 999));
  initials_.push_back({short_hash(letters), rank, term});
}

std::vector<format::Key> IndexWriter::initials() {
  std::sort(initials_.begin(), initials_.end(), [](const Initials& a, const Initials& b) {
    return std::tie(a.hash, a.rank, a.term) < std::tie(b.hash, b.rank, b.term);
  });
  std::vector<format::Key> keys;
  std::size_t same = 0;
  for (const Initials& of : initials_) {
    same = !keys.empty() && keys.back().hash == of.hash ? same + 1 : 0;
    if (same < kTermsPerInitials) keys.push_back({of.hash, of.term});
  }
  return keys;
}

std::vector<format::Spelling> IndexWriter::spellings(
    const Draft& draft, const std::vector<std::uint32_t>& word_of_spelling, std::string& strings) {
  std::vector<std::uint32_t> terms(draft.spellings.size());
  for (const Draft::Term& term : draft.terms) {
    for (const std::uint32_t word : term.words) ++terms[word];
  }
  std::vector<std::uint32_t> order(draft.spellings.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::tie(terms[b], draft.spellings[a].text) <
           std::tie(terms[a], draft.spellings[b].text);
  });
  order.resize(std::min(order.size(), kMostSpellings));
  std::vector<format::Spelling> out;
  for (const std::uint32_t at : order) {
    const std::string& text = draft.spellings[at].text;
    for (const std::string& key : deletions_of_word(text)) {
      deletions_.push_back({short_hash(key), static_cast<std::uint32_t>(out.size())});
    }
    out.push_back({append_text(strings, text), word_of_spelling[at], terms[at]});
  }
  return out;
}

std::vector<format::Key> IndexWriter::deletions() {
  std::sort(deletions_.begin(), deletions_.end(), [](const auto& a, const auto& b) {
    return std::tie(a.hash, a.number) < std::tie(b.hash, b.number);
  });
  return deletions_;
}

}  // namespace lad::keyword
