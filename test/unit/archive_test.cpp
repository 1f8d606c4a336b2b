#include "partitions/archive.hpp"

#include <gtest/gtest.h>

#include "expect_error.hpp"

namespace lad::partitions {
namespace {

TEST(ArchivePath, StaysBelowItsDirectory) {
  EXPECT_EQ(path_parts("calls.zst"), std::vector<std::string>{"calls.zst"});
  EXPECT_EQ(path_parts("2026/01/calls"), (std::vector<std::string>{"2026", "01", "calls"}));
  for (const char* bad : {"", "/etc/passwd", "a//b", "a/", "..", "a/../b", ".", "./a", ".hidden",
                          "a/.b", "a\nb", "a\x7f"}) {
    EXPECT_EQ(test::code_of([&] { path_parts(bad); }), "invalid_argument") << bad;
  }
  EXPECT_EQ(test::code_of([] { path_parts(std::string(201, 'a')); }), "invalid_argument");
  EXPECT_EQ(test::code_of([] { path_parts(std::string_view{"a\0b", 3}); }), "invalid_argument");
}

TEST(ArchiveRows, HashKnowsNoOrderButCounts) {
  RowHash one, other, twice;
  for (const char* line : {"a", "b", "c"}) one.add(line);
  for (const char* line : {"c", "a", "b"}) other.add(line);
  for (const char* line : {"a", "b", "b"}) twice.add(line);
  EXPECT_EQ(one.hex(), other.hex());
  EXPECT_NE(one.hex(), twice.hex());
  EXPECT_EQ(one.rows(), 3);
  EXPECT_EQ(RowHash{}.hex(), std::string(64, '0'));
  RowHash pair;
  for (const char* line : {"a", "b", "c", "d", "d"}) pair.add(line);
  EXPECT_NE(one.hex(), pair.hex());
}

std::vector<std::string> records_of(std::string_view text, std::size_t piece) {
  RecordReader reader;
  std::vector<std::string> records;
  for (std::size_t at = 0; at < text.size(); at += piece) {
    reader.feed(text.substr(at, piece),
                [&](std::string_view record) { records.emplace_back(record); });
  }
  if (!reader.is_complete()) records.emplace_back("cut off");
  return records;
}

TEST(ArchiveRecords, QuotesHoldLineEnds) {
  const std::string text = "a,b\n\"x\ny\",1\n\"say \"\"hi\"\"\n\",\n\n";
  const std::vector<std::string> expected{"a,b", "\"x\ny\",1", "\"say \"\"hi\"\"\n\",", ""};
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    EXPECT_EQ(records_of(text, piece), expected) << piece;
  }
  EXPECT_EQ(records_of("a", 1), std::vector<std::string>{"cut off"});
  EXPECT_EQ(records_of("\"a\n", 1), std::vector<std::string>{"cut off"});
}

TEST(ArchiveManifest, NeedsAllOfIt) {
  JsonNode node;
  node.kind = JsonNode::Kind::object;
  EXPECT_EQ(test::code_of([&] { read_manifest(node); }), "archive_mismatch");
  const Manifest manifest{
      "id", "1.0", "s.t", "p", "", "2026", {{"f", "s.t", {{"a", "text"}}, 1, "h", 2, "x"}}};
  EXPECT_NE(manifest_text(manifest).find("\"columns\":[{\"name\":\"a\",\"type\":\"text\"}]"),
            std::string::npos);
}

TEST(ArchiveColumns, MustAllBeThere) {
  const std::vector<ArchivedColumn> archived{{"a", "text"}, {"b", "integer"}};
  require_columns(archived, {{"b", "integer"}, {"new", "text"}, {"a", "text"}});
  EXPECT_EQ(test::code_of([&] { require_columns(archived, {{"a", "text"}}); }), "archive_mismatch");
  EXPECT_EQ(test::code_of([&] {
              require_columns(archived, {{"a", "text"}, {"b", "bigint"}});
            }),
            "archive_mismatch");
}

}  // namespace
}  // namespace lad::partitions
