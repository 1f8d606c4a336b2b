#include "partitions/archive.hpp"

#include <algorithm>
#include <charconv>

#include "core/error.hpp"
#include "crypto/crypto.hpp"

namespace lad::partitions {
namespace {

constexpr std::size_t kMaxPath = 1000;
constexpr std::size_t kMaxPart = 200;
constexpr const char* kFormat = "lad_ext archive 1";

[[noreturn]] void refuse_path(const char* why) {
  throw Error{ErrorCode::invalid_argument, "path is not one below the archive directory", why};
}

[[noreturn]] void mismatch(std::string message, std::string detail = "") {
  throw Error{ErrorCode::archive_mismatch, std::move(message), std::move(detail)};
}

void require_part(std::string_view part) {
  if (part.empty()) refuse_path("It has an empty part, or starts or ends with a slash.");
  if (part.front() == '.') refuse_path("No part of it may start with a dot.");
  if (part.size() > kMaxPart) refuse_path("A part of it is longer than 200 bytes.");
  const bool is_plain = std::none_of(part.begin(), part.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
  if (!is_plain) refuse_path("It holds a control character.");
}

JsonNode text_node(std::string text) {
  JsonNode node;
  node.kind = JsonNode::Kind::string;
  node.text = std::move(text);
  return node;
}

JsonNode number_node(std::uint64_t number) {
  JsonNode node;
  node.kind = JsonNode::Kind::number;
  node.text = std::to_string(number);
  return node;
}

JsonNode array_node(std::vector<JsonNode> elements) {
  JsonNode node;
  node.kind = JsonNode::Kind::array;
  node.children = std::move(elements);
  return node;
}

JsonNode object_node(std::vector<std::pair<std::string, JsonNode>> members) {
  JsonNode node;
  node.kind = JsonNode::Kind::object;
  for (auto& [key, value] : members) {
    node.keys.push_back(key);
    node.children.push_back(std::move(value));
  }
  return node;
}

JsonNode columns_node(const std::vector<ArchivedColumn>& columns) {
  std::vector<JsonNode> nodes;
  for (const ArchivedColumn& column : columns) {
    nodes.push_back(
        object_node({{"name", text_node(column.name)}, {"type", text_node(column.type)}}));
  }
  return array_node(std::move(nodes));
}

JsonNode file_node(const ArchivedTable& file) {
  return object_node({{"path", text_node(file.path)},
                      {"table", text_node(file.table)},
                      {"columns", columns_node(file.columns)},
                      {"rows", number_node(file.rows)},
                      {"row_hash", text_node(file.row_hash)},
                      {"bytes", number_node(file.bytes)},
                      {"sha256", text_node(file.sha256)}});
}

const JsonNode& member(const JsonNode& object, const char* key, JsonNode::Kind kind) {
  const JsonNode* const node = object.find(key);
  if (node == nullptr || node->kind != kind) mismatch(std::string("the manifest lacks ") + key);
  return *node;
}

std::string text_of(const JsonNode& object, const char* key) {
  return member(object, key, JsonNode::Kind::string).text;
}

std::uint64_t number_of(const JsonNode& object, const char* key) {
  const std::string& text = member(object, key, JsonNode::Kind::number).text;
  std::uint64_t number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size()) {
    mismatch(std::string("the manifest has a bad number of ") + key);
  }
  return number;
}

ArchivedTable read_file(const JsonNode& node) {
  ArchivedTable file{text_of(node, "path"),   text_of(node, "table"),    {},
                     number_of(node, "rows"), text_of(node, "row_hash"), number_of(node, "bytes"),
                     text_of(node, "sha256")};
  for (const JsonNode& column : member(node, "columns", JsonNode::Kind::array).children) {
    file.columns.push_back({text_of(column, "name"), text_of(column, "type")});
  }
  return file;
}

}  // namespace

std::vector<std::string> path_parts(std::string_view path) {
  if (path.size() > kMaxPath) refuse_path("It is longer than 1000 bytes.");
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    require_part(part);
    parts.emplace_back(part);
    if (slash == std::string_view::npos) return parts;
    path.remove_prefix(slash + 1);
  }
}

std::string manifest_path(const std::string& path) {
  return path + ".manifest.json";
}

std::string analysis_path(const std::string& path) {
  return path + ".analysis";
}

void RowHash::add(std::string_view line) {
  const crypto::Digest digest = crypto::sha256(crypto::as_bytes(line));
  bool carry = false;
  for (std::size_t limb = 0; limb < sum_.size(); ++limb) {
    std::uint64_t part = 0;
    for (std::size_t i = 0; i < 8; ++i) part = part << 8 | digest[limb * 8 + i];
    std::uint64_t sum = 0;
    const bool first = __builtin_add_overflow(sum_[limb], part, &sum);
    const bool second = __builtin_add_overflow(sum, std::uint64_t{carry}, &sum);
    carry = first || second;
    sum_[limb] = sum;
  }
  ++rows_;
}

std::string RowHash::hex() const {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (std::size_t limb = sum_.size(); limb-- > 0;) {
    for (int shift = 60; shift >= 0; shift -= 4) text += kDigits[sum_[limb] >> shift & 15];
  }
  return text;
}

std::string manifest_text(const Manifest& manifest) {
  std::vector<JsonNode> files;
  for (const ArchivedTable& file : manifest.files) files.push_back(file_node(file));
  return to_text(object_node({{"format", text_node(kFormat)},
                              {"archive", text_node(manifest.archive)},
                              {"extension_version", text_node(manifest.version)},
                              {"parent", text_node(manifest.parent)},
                              {"partition", text_node(manifest.partition)},
                              {"range_start", text_node(manifest.from)},
                              {"range_end", text_node(manifest.to)},
                              {"files", array_node(std::move(files))}}));
}

Manifest read_manifest(const JsonNode& json) {
  if (text_of(json, "format") != kFormat) mismatch("the manifest is of another format");
  Manifest manifest{text_of(json, "archive"),
                    text_of(json, "extension_version"),
                    text_of(json, "parent"),
                    text_of(json, "partition"),
                    text_of(json, "range_start"),
                    text_of(json, "range_end"),
                    {}};
  for (const JsonNode& file : member(json, "files", JsonNode::Kind::array).children) {
    manifest.files.push_back(read_file(file));
  }
  if (manifest.files.empty()) mismatch("the manifest names no file");
  return manifest;
}

void require_columns(const std::vector<ArchivedColumn>& archived,
                     const std::vector<ArchivedColumn>& present) {
  for (const ArchivedColumn& column : archived) {
    if (std::find(present.begin(), present.end(), column) != present.end()) continue;
    mismatch("the table has other columns than the archive",
             "Column " + column.name + " of type " + column.type + " is missing.");
  }
}

void require_rows(const ArchivedTable& archived, const RowHash& found, const char* where) {
  if (archived.rows == found.rows() && archived.row_hash == found.hex()) return;
  mismatch(std::string("the rows ") + where + " are not those that were archived",
           std::to_string(archived.rows) + " rows were archived, " + std::to_string(found.rows()) +
               " are there.");
}

}  // namespace lad::partitions
