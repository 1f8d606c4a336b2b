#include "core/json.hpp"

#include <unordered_map>
#include <utility>

namespace lad {
namespace {

using Kind = JsonNode::Kind;

void write_string(std::string_view value, std::string& out) {
  constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 0x0F];
    } else {
      out += c;
    }
  }
  out += '"';
}

void write(const JsonNode& node, std::string& out) {
  switch (node.kind) {
    case Kind::null:
      out += "null";
      return;
    case Kind::boolean:
      out += node.boolean ? "true" : "false";
      return;
    case Kind::number:
      out += node.text;
      return;
    case Kind::string:
      return write_string(node.text, out);
    case Kind::array:
    case Kind::object:
      break;
  }
  const bool is_object = node.kind == Kind::object;
  out += is_object ? '{' : '[';
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    if (i > 0) out += ',';
    if (is_object) {
      write_string(node.keys[i], out);
      out += ':';
    }
    write(node.children[i], out);
  }
  out += is_object ? '}' : ']';
}

}  // namespace

std::string to_text(const JsonNode& node) {
  std::string text;
  write(node, text);
  return text;
}

JsonNode merge_patch(JsonNode target, const JsonNode& patch) {
  if (patch.kind != Kind::object) return patch;
  if (target.kind != Kind::object) {
    target = JsonNode{};
    target.kind = Kind::object;
  }
  std::unordered_map<std::string_view, const JsonNode*> changes;
  for (std::size_t i = 0; i < patch.keys.size(); ++i) {
    changes[patch.keys[i]] = &patch.children[i];
  }
  JsonNode merged;
  merged.kind = Kind::object;
  const auto keep = [&merged](std::string key, JsonNode value) {
    merged.keys.push_back(std::move(key));
    merged.children.push_back(std::move(value));
  };
  for (std::size_t i = 0; i < target.keys.size(); ++i) {
    const auto change = changes.find(target.keys[i]);
    if (change == changes.end()) {
      keep(std::move(target.keys[i]), std::move(target.children[i]));
      continue;
    }
    const JsonNode& value = *change->second;
    changes.erase(change);
    if (value.kind == Kind::null) continue;
    keep(std::move(target.keys[i]), merge_patch(std::move(target.children[i]), value));
  }
  for (const std::string& key : patch.keys) {
    const auto change = changes.find(key);
    if (change == changes.end()) continue;
    if (change->second->kind != Kind::null) keep(key, merge_patch(JsonNode{}, *change->second));
    changes.erase(change);
  }
  return merged;
}

}  // namespace lad
