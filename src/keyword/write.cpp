#include <algorithm>
#include <bit>
#include <cstring>
#include <numeric>
#include <span>

#include "core/error.hpp"
#include "crypto/crypto.hpp"
#include "keyword/draft.hpp"
#include "keyword/format.hpp"
#include "keyword/write_index.hpp"

namespace lad::keyword {

namespace {

using format::Text;

class Writer {
 public:
  explicit Writer(const Draft& draft) : draft_(draft) {}

  std::vector<std::byte> write() {
    order_terms();
    write_concepts();
    write_words();
    write_terms();
    write_edges();
    spellings_ = index_.spellings(draft_, word_of_spelling_, strings_);
    return assemble();
  }

 private:
  Text append(std::string_view text) { return append_text(strings_, text); }

  void order_terms() {
    order_.resize(draft_.terms.size());
    std::iota(order_.begin(), order_.end(), 0U);
    std::sort(order_.begin(), order_.end(), [&](std::uint32_t a, std::uint32_t b) {
      const auto& x = draft_.terms[a];
      const auto& y = draft_.terms[b];
      return std::tie(x.normal, x.display) < std::tie(y.normal, y.display);
    });
    new_terms_.resize(order_.size());
    for (std::uint32_t i = 0; i < order_.size(); ++i) new_terms_[order_[i]] = i;
  }

  void write_concepts() {
    if (draft_.concepts.size() > format::kMaxConcepts) {
      throw Error(ErrorCode::lexicon_invalid, "more than 65535 concepts in a lexicon");
    }
    term_concepts_.resize(draft_.terms.size());
    for (const auto& [key, of] : draft_.concepts) {
      if (of.members.empty()) continue;
      format::Concept record{};
      record.code = append(key.second);
      record.name = append(of.name.empty() ? key.second : of.name);
      record.source = static_cast<std::uint8_t>(key.first);
      record.contexts = of.contexts;
      record.members = static_cast<std::uint32_t>(members_.size());
      std::vector<std::uint32_t> members;
      for (const std::uint32_t member : of.members) members.push_back(new_terms_[member]);
      std::sort(members.begin(), members.end());
      members.erase(std::unique(members.begin(), members.end()), members.end());
      for (const std::uint32_t member : members) {
        term_concepts_[member].push_back(static_cast<std::uint32_t>(concepts_.size()));
        members_.push_back(member);
      }
      concepts_.push_back(record);
    }
    format::Concept end{};
    end.members = static_cast<std::uint32_t>(members_.size());
    concepts_.push_back(end);
  }

  // Numbers the stems in their order and counts them in concepts.
  void write_words() {
    std::vector<std::string_view> stems;
    for (const auto& spelling : draft_.spellings) stems.push_back(spelling.stem);
    std::sort(stems.begin(), stems.end());
    stems.erase(std::unique(stems.begin(), stems.end()), stems.end());
    for (const auto& spelling : draft_.spellings) {
      const auto at = std::lower_bound(stems.begin(), stems.end(), spelling.stem);
      word_of_spelling_.push_back(static_cast<std::uint32_t>(at - stems.begin()));
    }
    words_.resize(stems.size() + 1);
    for (std::size_t i = 0; i < stems.size(); ++i) words_[i].stem = append(stems[i]);
    WordCounts counts(words_);
    for (std::uint32_t number = 0; number + 1 < concepts_.size(); ++number) {
      const auto begin = members_.begin() + concepts_[number].members;
      const auto end = members_.begin() + concepts_[number + 1].members;
      for (auto member = begin; member != end; ++member) {
        concepts_[number].word_count +=
            counts.add(number, *member, words_of(*member), head_of(*member));
      }
    }
    for (std::uint32_t term = 0; term < order_.size(); ++term) {
      if (!term_concepts_[term].empty()) counts.add_term(words_of(term));
    }
    counts.finish(postings_, posting_terms_);
  }

  std::vector<std::uint32_t> words_of(std::uint32_t term) const {
    std::vector<std::uint32_t> words;
    for (const std::uint32_t spelling : draft_.terms[order_[term]].words) {
      words.push_back(word_of_spelling_[spelling]);
    }
    return words;
  }

  std::uint32_t head_of(std::uint32_t term) const {
    const Draft::Term& draft = draft_.terms[order_[term]];
    return draft.head < draft.words.size() ? word_of_spelling_[draft.words[draft.head]]
                                           : format::kNone;
  }

  void write_terms() {
    for (std::uint32_t number = 0; number < order_.size(); ++number) {
      const Draft::Term& draft = draft_.terms[order_[number]];
      const bool is_first = number == 0 || draft_.terms[order_[number - 1]].normal != draft.normal;
      format::Term term{};
      term.first = is_first ? number : terms_.back().first;
      term.display = append(draft.display);
      if (draft.normal == draft.display) {
        term.normal = term.display;
      } else {
        term.normal = is_first ? append(draft.normal) : terms_[term.first].normal;
      }
      term.inflection_key = draft.inflection_key;
      term.words = static_cast<std::uint32_t>(term_words_.size());
      term.concepts = static_cast<std::uint32_t>(flat_concepts_.size());
      term.head = head_of(number);
      term.square = square_of(words_, words_of(number), term.head);
      for (const std::uint32_t word : words_of(number)) term_words_.push_back(word);
      const auto& of = term_concepts_[number];
      flat_concepts_.insert(flat_concepts_.end(), of.begin(), of.end());
      if (!draft.initials.empty()) index_.add_initials(draft.initials, number, of.size());
      terms_.push_back(term);
    }
    format::Term end{};
    end.words = static_cast<std::uint32_t>(term_words_.size());
    end.concepts = static_cast<std::uint32_t>(flat_concepts_.size());
    end.head = format::kNone;
    terms_.push_back(end);
  }

  void write_edges() {
    std::vector<Draft::Edge> edges = draft_.edges;
    for (Draft::Edge& edge : edges) {
      edge.term = terms_[new_terms_[edge.term]].first;
      edge.target = new_terms_[edge.target];
    }
    merge_edges(edges);
    std::size_t next = 0;
    for (std::uint32_t number = 0; number < terms_.size(); ++number) {
      terms_[number].edges = static_cast<std::uint32_t>(edges_.size());
      for (; next < edges.size() && edges[next].term == number; ++next) {
        const Draft::Edge& edge = edges[next];
        edges_.push_back({edge.target, edge.weight, static_cast<std::uint8_t>(edge.relation),
                          static_cast<std::uint8_t>(static_cast<unsigned>(edge.source) << 4U |
                                                    (edge.contexts & 0xFU))});
      }
    }
  }

  std::vector<std::byte> assemble() {
    std::vector<format::Slot> term_slots = make_slots(terms_, [&](const format::Term& term) {
      return &term == &terms_[term.first] ? text_of(term.normal) : std::string_view();
    });
    std::vector<format::Slot> word_slots =
        make_slots(words_, [&](const format::WordRecord& word) { return text_of(word.stem); });
    bytes_.resize(sizeof(format::Header));
    put(format::Part::strings, std::span<const char>(strings_));
    put(format::Part::terms, std::span<const format::Term>(terms_));
    put(format::Part::term_slots, std::span<const format::Slot>(term_slots));
    put(format::Part::edges, std::span<const format::Edge>(edges_));
    put(format::Part::term_words, std::span<const std::uint32_t>(term_words_));
    put(format::Part::term_concepts, std::span<const std::uint32_t>(flat_concepts_));
    put(format::Part::concepts, std::span<const format::Concept>(concepts_));
    put(format::Part::members, std::span<const std::uint32_t>(members_));
    put(format::Part::words, std::span<const format::WordRecord>(words_));
    put(format::Part::word_slots, std::span<const format::Slot>(word_slots));
    put(format::Part::postings, std::span<const format::Posting>(postings_));
    put(format::Part::posting_terms, std::span<const std::uint32_t>(posting_terms_));
    put(format::Part::spellings, std::span<const format::Spelling>(spellings_));
    const auto deletions = index_.deletions();
    put(format::Part::deletions, std::span<const format::Key>(deletions));
    const auto initials = index_.initials();
    put(format::Part::initials, std::span<const format::Key>(initials));
    header_.magic = format::kMagic;
    header_.version = format::kFormatVersion;
    header_.parts = format::kParts;
    header_.bytes = bytes_.size();
    std::memcpy(bytes_.data(), &header_, sizeof header_);
    constexpr std::size_t kAfter = offsetof(format::Header, places);
    header_.sha256 = crypto::sha256(
        {reinterpret_cast<const std::uint8_t*>(bytes_.data()) + kAfter, bytes_.size() - kAfter});
    std::memcpy(bytes_.data(), &header_, sizeof header_);
    return std::move(bytes_);
  }

  std::string_view text_of(Text text) const {
    return std::string_view(strings_).substr(text.offset, text.length);
  }

  template <typename Record>
  void put(format::Part part, std::span<const Record> records) {
    header_.places[static_cast<std::size_t>(part)] = {bytes_.size(), records.size()};
    const auto raw = std::as_bytes(records);
    bytes_.insert(bytes_.end(), raw.begin(), raw.end());
    bytes_.resize((bytes_.size() + 7) / 8 * 8);
  }

  const Draft& draft_;
  IndexWriter index_;
  format::Header header_{};
  std::vector<std::byte> bytes_;
  std::string strings_;
  std::vector<std::uint32_t> order_, new_terms_, word_of_spelling_;
  std::vector<std::vector<std::uint32_t>> term_concepts_;
  std::vector<format::Term> terms_;
  std::vector<format::Edge> edges_;
  std::vector<std::uint32_t> term_words_, flat_concepts_, members_, posting_terms_;
  std::vector<format::Concept> concepts_;
  std::vector<format::WordRecord> words_;
  std::vector<format::Posting> postings_;
  std::vector<format::Spelling> spellings_;
};

}  // namespace

std::vector<std::byte> write_lexicon(const Draft& draft) {
  return Writer(draft).write();
}

}  // namespace lad::keyword
