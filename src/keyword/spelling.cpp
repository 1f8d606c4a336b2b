#include "keyword/spelling.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <span>
#include <utility>

namespace lad::keyword {

namespace {

struct Rewrite {
  std::array<std::string_view, 3> from;  // unused places are empty
  std::array<std::string_view, 2> to;
};

// No word of a right side stands in a left side, so one pass leaves nothing to rewrite. Longer left
// sides come before shorter ones of the same first word.
constexpr Rewrite kRewrites[] = {
    {{"avp"}, {"assistant", "vp"}},
    {{"b", "2", "b"}, {"b2b"}},
    {{"b", "to", "b"}, {"b2b"}},
    {{"b", "2", "c"}, {"b2c"}},
    {{"b", "to", "c"}, {"b2c"}},
    {{"c", "plus", "plus"}, {"c++"}},
    {{"c", "sharp"}, {"c#"}},
    {{"co", "founder"}, {"cofounder"}},
    {{"co", "founders"}, {"cofounders"}},
    {{"cpp"}, {"c++"}},
    {{"csharp"}, {"c#"}},
    {{"cyber", "security"}, {"cybersecurity"}},
    {{"d", "2", "c"}, {"d2c"}},
    {{"d", "to", "c"}, {"d2c"}},
    {{"dot", "net"}, {".net"}},
    {{"dotnet"}, {".net"}},
    {{"e", "commerce"}, {"ecommerce"}},
    {{"e", "learning"}, {"elearning"}},
    {{"e", "mail"}, {"email"}},
    {{"ed", "tech"}, {"edtech"}},
    {{"evp"}, {"executive", "vp"}},
    {{"fin", "tech"}, {"fintech"}},
    {{"health", "care"}, {"healthcare"}},
    {{"jr"}, {"junior"}},
    {{"node", "js"}, {"node.js"}},
    {{"nodejs"}, {"node.js"}},
    {{"on", "line"}, {"online"}},
    {{"sr"}, {"senior"}},
    {{"start", "up"}, {"startup"}},
    {{"start", "ups"}, {"startups"}},
    {{"svp"}, {"senior", "vp"}},
    {{"v", "p"}, {"vp"}},
    {{"vice", "president"}, {"vp"}},
    {{"vice", "presidents"}, {"vps"}},
    {{"vicepresident"}, {"vp"}},
    {{"web", "site"}, {"website"}},
    {{"web", "sites"}, {"websites"}},
    {{"x", "ray"}, {"xray"}},
};

using Spelling = std::pair<std::string_view, std::string_view>;

// Beginnings of words, British first; what follows is kept ("labour" also spells "labourer").
constexpr Spelling kBeginnings[] = {{"adviser", "advisor"},
                                    {"aeroplane", "airplane"},
                                    {"ageing", "aging"},
                                    {"aluminium", "aluminum"},
                                    {"anaesth", "anesth"},
                                    {"analys", "analyz"},
                                    {"armour", "armor"},
                                    {"behaviour", "behavior"},
                                    {"catalogue", "catalog"},
                                    {"centre", "center"},
                                    {"colour", "color"},
                                    {"counsell", "counsel"},
                                    {"defence", "defense"},
                                    {"draught", "draft"},
                                    {"enrolment", "enrollment"},
                                    {"favour", "favor"},
                                    {"fibre", "fiber"},
                                    {"flavour", "flavor"},
                                    {"fulfilment", "fulfillment"},
                                    {"grey", "gray"},
                                    {"gynaec", "gynec"},
                                    {"haemat", "hemat"},
                                    {"harbour", "harbor"},
                                    {"honour", "honor"},
                                    {"jewellery", "jewelry"},
                                    {"jeweller", "jeweler"},
                                    {"labour", "labor"},
                                    {"licence", "license"},
                                    {"manoeuvr", "maneuver"},
                                    {"modell", "model"},
                                    {"mould", "mold"},
                                    {"neighbour", "neighbor"},
                                    {"offence", "offense"},
                                    {"orthopaed", "orthoped"},
                                    {"paediatr", "pediatr"},
                                    {"plough", "plow"},
                                    {"programme", "program"},
                                    {"theatre", "theater"},
                                    {"travell", "travel"},
                                    {"tumour", "tumor"},
                                    {"tyre", "tire"},
                                    {"vapour", "vapor"}};

// -ise that is no -ize, by what stands before it.
constexpr std::string_view kKeepsIse[] = {
    "adv",      "advert", "ar",    "chast",   "compr", "comprom", "conc",   "cru",    "dem",
    "desp",     "dev",    "disgu", "enterpr", "exc",   "exerc",   "expert", "franch", "improv",
    "merchand", "no",     "pra",   "prec",    "prem",  "prom",    "ra",     "rev",    "superv",
    "surpr",    "telev",  "treat", "w",       "r",     "parad",   "br"};

constexpr std::string_view kIseEndings[] = {"isation", "isations", "ise",  "ised",
                                            "iser",    "isers",    "ises", "ising"};

std::size_t length_of(std::span<const std::string_view> words) {
  return static_cast<std::size_t>(std::count_if(
      words.begin(), words.end(), [](std::string_view word) { return !word.empty(); }));
}

const Rewrite* rewrite_at(std::span<const std::string> words) {
  for (const Rewrite& rewrite : kRewrites) {
    const std::size_t length = length_of(rewrite.from);
    if (length <= words.size() &&
        std::equal(words.begin(), words.begin() + length, rewrite.from.begin())) {
      return &rewrite;
    }
  }
  return nullptr;
}

// The z of organization, where the word has one.
bool spell_with_z(std::string& word) {
  for (const std::string_view ending : kIseEndings) {
    if (!word.ends_with(ending)) continue;
    const std::string_view stem = std::string_view(word).substr(0, word.size() - ending.size());
    if (stem.size() < 4 ||
        std::find(std::begin(kKeepsIse), std::end(kKeepsIse), stem) != std::end(kKeepsIse)) {
      return false;
    }
    word[stem.size() + 1] = 'z';
    return true;
  }
  return false;
}

}  // namespace

void unify_spelling(std::vector<std::string>& words) {
  std::vector<std::string> out;
  out.reserve(words.size());
  for (std::size_t i = 0; i < words.size();) {
    const Rewrite* rewrite = rewrite_at(std::span(words).subspan(i));
    if (rewrite == nullptr) {
      out.push_back(std::move(words[i++]));
      continue;
    }
    i += length_of(rewrite->from);
    for (const std::string_view word : rewrite->to) {
      if (!word.empty()) out.emplace_back(word);
    }
  }
  words = std::move(out);
}

std::string american_spelling(std::string_view word) {
  std::string out(word);
  for (const auto& [british, american] : kBeginnings) {
    if (!word.starts_with(british)) continue;
    out.replace(0, british.size(), american);
    return out;
  }
  spell_with_z(out);
  return out;
}

}  // namespace lad::keyword
