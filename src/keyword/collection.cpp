#include "keyword/collection.hpp"

#include <algorithm>
#include <charconv>

#include "core/error.hpp"

namespace lad::keyword {
namespace {

constexpr std::size_t kShown = 100;
constexpr std::size_t kMaxName = 63;

[[noreturn]] void refuse(std::size_t place, const std::string& why) {
  throw Error{ErrorCode::lexicon_invalid, "entry " + std::to_string(place) + " " + why};
}

const std::string* text_of(const JsonNode& node, std::string_view key, std::size_t place) {
  const JsonNode* const value = node.find(key);
  if (value == nullptr || value->kind == JsonNode::Kind::null) return nullptr;
  if (value->kind != JsonNode::Kind::string) {
    refuse(place, "has a " + std::string{key} + " that is no text");
  }
  return &value->text;
}

const std::string& require_text(const JsonNode& node, std::string_view key, std::size_t place) {
  const std::string* const text = text_of(node, key, place);
  if (text == nullptr) refuse(place, "has no " + std::string{key});
  return *text;
}

float weight_of(const JsonNode& node, std::size_t place) {
  const JsonNode* const value = node.find("weight");
  if (value == nullptr || value->kind == JsonNode::Kind::null) return 1;
  float weight = 0;
  const char* const end = value->text.data() + value->text.size();
  const auto read = std::from_chars(value->text.data(), end, weight);
  if (value->kind != JsonNode::Kind::number || read.ec != std::errc{} || read.ptr != end ||
      !(weight > 0 && weight <= 1)) {
    refuse(place, "has a weight that is not above 0 and at most 1");
  }
  return weight;
}

JsonNode text_node(std::string text, JsonNode::Kind kind = JsonNode::Kind::string) {
  JsonNode node;
  node.kind = kind;
  node.text = std::move(text);
  return node;
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

}  // namespace

void Collection::start_file(std::string name) {
  file_ = std::move(name);
  all_lines_ += line_;
  line_ = 0;
}

void Collection::take(const Entry& entry) {
  if (builder_.add(entry)) {
    ++entries_;
  } else {
    reject(line_, entry.term, "has no words to search for, or stands for itself");
  }
}

void Collection::name_concept(std::string_view code, Source source, std::string_view name) {
  builder_.name_concept(code, source, name);
}

void Collection::reject(std::uint64_t line, std::string_view, std::string_view reason) {
  ++rejected_;
  if (rejections_.size() < kShown) rejections_.push_back({file_, line, std::string{reason}});
}

std::vector<std::byte> Collection::build() const {
  if (entries_ == 0) {
    throw Error{ErrorCode::lexicon_invalid, "the vocabulary has no usable entry",
                rejections_.empty() ? std::string{}
                                    : "Line " + std::to_string(rejections_.front().line) + ": " +
                                          rejections_.front().reason + "."};
  }
  return builder_.build();
}

void CountedLoader::line(std::string_view text) {
  collection_.start_line();
  loader_.line(text);
}

Entry read_entry(const JsonNode& node, std::size_t place) {
  if (node.kind != JsonNode::Kind::object) refuse(place, "is no json object");
  Entry entry;
  entry.term = require_text(node, "term", place);
  entry.expansion = require_text(node, "expansion", place);
  if (const std::string* const name = text_of(node, "relation", place)) {
    const std::optional<Relation> relation = find_relation(*name);
    if (!relation) refuse(place, "has an unknown relation");
    entry.relation = *relation;
  }
  if (const std::string* const name = text_of(node, "context", place)) {
    const std::optional<Context> context = find_context(*name);
    if (!context) refuse(place, "has an unknown context");
    entry.contexts = mask_of(*context);
  }
  entry.weight = weight_of(node, place);
  return entry;
}

JsonNode to_json(const std::vector<Rejection>& rejections) {
  JsonNode list;
  list.kind = JsonNode::Kind::array;
  for (const Rejection& each : rejections) {
    JsonNode node;
    node.kind = JsonNode::Kind::object;
    node.keys = {"file", "line", "reason"};
    node.children = {text_node(each.file),
                     text_node(std::to_string(each.line), JsonNode::Kind::number),
                     text_node(each.reason)};
    list.children.push_back(std::move(node));
  }
  return list;
}

void require_lexicon_name(std::string_view name) {
  const bool is_name = !name.empty() && name.size() <= kMaxName && name.front() >= 'a' &&
                       name.front() <= 'z' &&
                       std::all_of(name.begin(), name.end(), is_name_character);
  if (!is_name) {
    throw Error{ErrorCode::invalid_argument,
                "a lexicon's name is a lower-case letter, then letters, digits, _ and -"};
  }
}

}  // namespace lad::keyword
