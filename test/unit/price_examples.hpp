#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/json.hpp"

/// Metadata of prices, written by hand.
namespace lad::test {

inline JsonNode scalar(JsonNode::Kind kind, std::string value) {
  JsonNode node;
  node.kind = kind;
  node.text = std::move(value);
  return node;
}

inline JsonNode text(std::string value) {
  return scalar(JsonNode::Kind::string, std::move(value));
}

inline JsonNode number(std::string value) {
  return scalar(JsonNode::Kind::number, std::move(value));
}

inline JsonNode object(std::vector<std::pair<std::string, JsonNode>> members) {
  JsonNode node;
  node.kind = JsonNode::Kind::object;
  for (auto& [key, value] : members) {
    node.keys.push_back(key);
    node.children.push_back(std::move(value));
  }
  return node;
}

/// An up_to of nullptr is null.
inline JsonNode tiers(const std::vector<std::pair<const char*, const char*>>& list) {
  JsonNode node;
  node.kind = JsonNode::Kind::array;
  for (const auto& [up_to, unit_price] : list) {
    node.children.push_back(object({{"up_to", up_to == nullptr ? JsonNode{} : number(up_to)},
                                    {"unit_price", number(unit_price)}}));
  }
  return node;
}

}  // namespace lad::test
