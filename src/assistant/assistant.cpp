#include "assistant/assistant.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "core/error.hpp"

namespace lad::assistant {
namespace {

using Kind = JsonNode::Kind;

constexpr std::size_t kMaxName = 255;
constexpr const char* kProvider = "openai";
constexpr const char* kModel = "gpt-4";

/// A member of the search, and the spellings under which the facts name it.
struct Facet {
  std::string_view name;
  std::array<std::string_view, 5> spellings;
  bool is_list = false;  ///< always an array, and separated by commas in a text
};
constexpr std::array<Facet, 6> kFacets{{
    {"keywords", {"keywords", "keyword", "search_terms"}, true},
    {"expandedKeywords", {"expandedKeywords", "expanded_keywords"}, true},
    {"industry", {"industry", "industries", "target_industry", "targetIndustry"}},
    {"location", {"location", "locations", "geography", "region", "country"}},
    {"company_size", {"company_size", "companySize", "company_sizes", "employee_count"}},
    {"job_titles", {"job_titles", "jobTitles", "titles", "roles", "decision_makers"}, true},
}};

using Terms = std::vector<std::string>;

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_same(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

void add(Terms& terms, std::string_view text) {
  text = trim(text);
  if (text.empty()) return;
  const bool known = std::any_of(terms.begin(), terms.end(),
                                 [&](const std::string& term) { return is_same(term, text); });
  if (!known) terms.emplace_back(text);
}

void add_separated(Terms& terms, std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(",;"), text.size());
    add(terms, text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void add_value(Terms& terms, const JsonNode& value, const Facet& facet) {
  if (value.kind == Kind::null) return;
  if (value.kind == Kind::array) {
    for (const JsonNode& element : value.children) {
      if (element.kind == Kind::array || element.kind == Kind::object) {
        throw Error{ErrorCode::invalid_argument,
                    std::string(facet.name) + " must be a text or an array of texts"};
      }
      if (element.kind != Kind::null) add(terms, element.text);
    }
    return;
  }
  if (value.kind != Kind::string && value.kind != Kind::number) {
    throw Error{ErrorCode::invalid_argument,
                std::string(facet.name) + " must be a text or an array of texts"};
  }
  facet.is_list ? add_separated(terms, value.text) : add(terms, value.text);
}

Terms terms_of(const JsonNode& icp_data, const Facet& facet) {
  Terms terms;
  for (const std::string_view spelling : facet.spellings) {
    if (spelling.empty()) break;
    if (const JsonNode* const value = icp_data.find(spelling)) add_value(terms, *value, facet);
  }
  return terms;
}

bool is_facet(std::string_view key) {
  return std::any_of(kFacets.begin(), kFacets.end(), [key](const Facet& facet) {
    return std::find(facet.spellings.begin(), facet.spellings.end(), key) != facet.spellings.end();
  });
}

bool is_empty(const JsonNode& value) {
  if (value.kind == Kind::array || value.kind == Kind::object) return value.children.empty();
  return value.kind == Kind::null || (value.kind == Kind::string && trim(value.text).empty());
}

JsonNode text_node(std::string text) {
  JsonNode node;
  node.kind = Kind::string;
  node.text = std::move(text);
  return node;
}

JsonNode to_node(const Terms& terms, bool is_list) {
  if (!is_list && terms.size() == 1) return text_node(terms.front());
  JsonNode node;
  node.kind = Kind::array;
  for (const std::string& term : terms) node.children.push_back(text_node(term));
  return node;
}

void put(JsonNode& object, std::string_view key, JsonNode value) {
  object.keys.emplace_back(key);
  object.children.push_back(std::move(value));
}

/// A name of the message's data, when it is one that a price can have.
std::optional<std::string> name_in(const std::optional<JsonNode>& data, std::string_view key) {
  const JsonNode* const value = data ? data->find(key) : nullptr;
  if (value == nullptr || value->kind != Kind::string) return std::nullopt;
  if (value->text.empty() || value->text.size() > kMaxName) return std::nullopt;
  return value->text;
}

}  // namespace

JsonNode build_search_params(const JsonNode& icp_data) {
  if (icp_data.kind != Kind::object) {
    throw Error{ErrorCode::invalid_argument, "icp_data must be a json object"};
  }
  std::array<Terms, kFacets.size()> found;
  for (std::size_t i = 0; i < kFacets.size(); ++i) found[i] = terms_of(icp_data, kFacets[i]);
  auto& [keywords, expanded, industries, locations, sizes, titles] = found;
  if (keywords.empty()) keywords = industries;
  Terms all = keywords;
  for (const std::string& term : expanded) add(all, term);
  expanded = std::move(all);

  JsonNode search;
  search.kind = Kind::object;
  for (std::size_t i = 0; i < kFacets.size(); ++i) {
    if (found[i].empty()) continue;
    put(search, kFacets[i].name, to_node(found[i], kFacets[i].is_list));
  }
  for (std::size_t i = 0; i < icp_data.keys.size(); ++i) {
    if (is_facet(icp_data.keys[i]) || is_empty(icp_data.children[i])) continue;
    put(search, icp_data.keys[i], icp_data.children[i]);
  }
  return search;
}

std::string usage_key(const Uuid& message_id) {
  return "ai_message:" + message_id.to_string();
}

std::string usage_items(std::int64_t tokens, const std::optional<std::string>& model,
                        const std::optional<JsonNode>& message_data) {
  JsonNode item;
  item.kind = Kind::object;
  put(item, "category", text_node("llm"));
  put(item, "provider", text_node(name_in(message_data, "provider").value_or(kProvider)));
  const bool own = model && !model->empty();
  put(item, "model", text_node(own ? *model : name_in(message_data, "model").value_or(kModel)));
  put(item, "unit", text_node("token"));
  JsonNode quantity;
  quantity.kind = Kind::number;
  quantity.text = std::to_string(tokens);
  put(item, "quantity", std::move(quantity));
  JsonNode items;
  items.kind = Kind::array;
  items.children.push_back(std::move(item));
  return to_text(items);
}

}  // namespace lad::assistant
