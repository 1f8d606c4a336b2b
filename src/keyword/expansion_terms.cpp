#include "keyword/expansion_terms.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "core/error.hpp"
#include "keyword/expansion_characters.hpp"
#include "keyword/expansion_links.hpp"

namespace lad::keyword {
namespace {

constexpr std::size_t kMaxRejected = 32;
constexpr std::size_t kShownCharacters = 100;
/// Bytes that are looked at in one item: 80 characters need far less.
constexpr std::size_t kMaxItemBytes = 4'000;

JsonNode text_node(std::string text) {
  JsonNode node;
  node.kind = JsonNode::Kind::string;
  node.text = std::move(text);
  return node;
}

JsonNode array_node() {
  JsonNode node;
  node.kind = JsonNode::Kind::array;
  return node;
}

void add_member(JsonNode& object, const char* key, JsonNode value) {
  object.kind = JsonNode::Kind::object;
  object.keys.emplace_back(key);
  object.children.push_back(std::move(value));
}

/// One space between words, none at the ends.
std::string collapsed(std::string_view text) {
  std::string result;
  for (const char c : trimmed(text)) {
    if (c != ' ' || result.back() != ' ') result += c;
  }
  return result;
}

std::size_t count_words(std::string_view collapsed_text) {
  return static_cast<std::size_t>(std::ranges::count(collapsed_text, ' ')) + 1;
}

const char* hidden_character(std::string_view text) {
  while (!text.empty()) {
    const char32_t character = take_character(text);
    if (is_control(character)) return "control character";
    if (is_invisible(character)) return "invisible character";
  }
  return nullptr;
}

/// What a term and its inflections share.
std::string stems_of(std::string_view term, const Language& language) {
  std::string stems;
  for (const Word& word : split_words(normalize(term, language), language)) {
    stems += word.stem + ' ';
  }
  return stems;
}

/// A term, or why it is none.
struct Reading {
  std::string term;
  std::string stems;
  const char* refusal = nullptr;
};

Reading refused(const char* reason) {
  return {{}, {}, reason};
}

Reading read_term(const JsonNode& item, const Language& language) {
  if (item.kind != JsonNode::Kind::string) return refused("not a text");
  if (item.text.size() > kMaxItemBytes) return refused("longer than 80 characters");
  if (const char* const reason = hidden_character(item.text)) return refused(reason);
  // Characters that look like others may be compatible with forbidden ones.
  std::string term = collapsed(language.nfkc(item.text));
  if (term.empty()) return refused("empty");
  if (const char* const reason = hidden_character(term)) return refused(reason);
  if (count_characters(term) > kMaxTermLength) return refused("longer than 80 characters");
  if (count_words(term) > kMaxTermWords) return refused("more than 8 words");
  if (has_markup(term)) return refused("markup");
  if (has_address(language.fold_case(term))) return refused("address");
  std::string stems = stems_of(term, language);
  if (stems.empty()) return refused("no letters or digits");
  return {std::move(term), std::move(stems), nullptr};
}

class Rejections {
 public:
  void add(const JsonNode& item, const char* reason) {
    if (list_.children.size() == kMaxRejected) {
      ++more_;
      return;
    }
    const bool is_text = item.kind == JsonNode::Kind::string;
    const std::string shown = is_text ? item.text.substr(0, kMaxItemBytes) : to_text(item);
    JsonNode entry;
    add_member(entry, "item", text_node(made_visible(first_characters(shown, kShownCharacters))));
    add_member(entry, "reason", text_node(reason));
    list_.children.push_back(std::move(entry));
  }

  JsonNode finish() {
    if (more_ > 0) {
      JsonNode count;
      count.kind = JsonNode::Kind::number;
      count.text = std::to_string(more_);
      list_.children.emplace_back();
      add_member(list_.children.back(), "more", std::move(count));
    }
    return std::move(list_);
  }

 private:
  JsonNode list_ = array_node();
  std::size_t more_ = 0;
};

[[noreturn]] void refuse_all(const JsonNode& rejected) {
  const std::string detail =
      rejected.children.empty()
          ? "The array is empty."
          : "The first item was refused: " + rejected.children.front().children.back().text + ".";
  throw Error{ErrorCode::keyword_rejected, "the model returned no usable term", detail,
              "Ask the model again and fulfil the same claim, or call lad.fail_expansion."};
}

/// How tenants spell a term, and how many have it.
struct Support {
  std::set<Uuid> tenants;
  std::map<std::string, std::set<Uuid>> spellings;
};

using Supports = std::map<std::string, Support>;

/// The version that most tenants have, of equal ones the first by name.
std::string common_version(const std::vector<Contribution>& contributions) {
  std::map<std::string, std::set<Uuid>> tenants;
  for (const Contribution& contribution : contributions) {
    tenants[contribution.prompt_version].insert(contribution.tenant_id);
  }
  const auto most = std::ranges::max_element(
      tenants, {}, [](const auto& version) { return version.second.size(); });
  return most == tenants.end() ? "" : most->first;
}

/// Terms of one version by their folded text. Tenants write their rows themselves, so that these
/// are trusted no more than a model.
Supports count_tenants(const std::vector<Contribution>& contributions,
                       const std::string& prompt_version, const Language& language) {
  Supports supports;
  for (const Contribution& contribution : contributions) {
    const bool counts = contribution.prompt_version == prompt_version &&
                        contribution.terms.kind == JsonNode::Kind::array;
    if (!counts) continue;
    const std::size_t count = std::min(contribution.terms.children.size(), kMaxTerms);
    for (std::size_t i = 0; i < count; ++i) {
      const Reading reading = read_term(contribution.terms.children[i], language);
      if (reading.refusal != nullptr) continue;
      Support& support = supports[language.fold_case(reading.term)];
      support.tenants.insert(contribution.tenant_id);
      support.spellings[reading.term].insert(contribution.tenant_id);
    }
  }
  return supports;
}

/// The spelling of most tenants, if they are enough.
std::string spelling_of(const std::string& folded, const Support& support,
                        std::size_t min_tenants) {
  const auto most = std::ranges::max_element(
      support.spellings, {}, [](const auto& spelling) { return spelling.second.size(); });
  return most->second.size() >= min_tenants ? most->first : folded;
}

}  // namespace

CleanTerms clean_terms(const JsonNode& output, const Language& language) {
  if (output.kind != JsonNode::Kind::array) {
    throw Error{ErrorCode::keyword_rejected, "the model's output is not an array of terms", "",
                "Ask the model again and fulfil the same claim, or call lad.fail_expansion."};
  }
  CleanTerms clean;
  Rejections rejections;
  std::set<std::string> known;
  for (const JsonNode& item : output.children) {
    if (clean.terms.size() == kMaxTerms) {
      rejections.add(item, "more than 32 terms");
      continue;
    }
    Reading reading = read_term(item, language);
    if (reading.refusal == nullptr && !known.insert(reading.stems).second) {
      reading.refusal = "said before";
    }
    if (reading.refusal != nullptr) {
      rejections.add(item, reading.refusal);
    } else {
      clean.terms.push_back(std::move(reading.term));
    }
  }
  clean.rejected = rejections.finish();
  if (clean.terms.empty()) refuse_all(clean.rejected);
  return clean;
}

Consensus find_consensus(const std::vector<Contribution>& contributions, std::size_t min_tenants,
                         const Language& language) {
  Consensus consensus{common_version(contributions), {}};
  const Supports supports = count_tenants(contributions, consensus.prompt_version, language);
  std::vector<const Supports::value_type*> enough;
  for (const auto& support : supports) {
    if (support.second.tenants.size() >= min_tenants) enough.push_back(&support);
  }
  std::ranges::stable_sort(enough, std::greater{},
                           [](const auto* support) { return support->second.tenants.size(); });
  std::set<std::string> known;
  for (const auto* const support : enough) {
    if (consensus.terms.size() == kMaxTerms) break;
    if (!known.insert(stems_of(support->first, language)).second) continue;
    consensus.terms.push_back(spelling_of(support->first, support->second, min_tenants));
  }
  return consensus;
}

std::string to_json(const std::vector<std::string>& terms) {
  JsonNode list = array_node();
  for (const std::string& term : terms) list.children.push_back(text_node(term));
  return to_text(list);
}

}  // namespace lad::keyword
