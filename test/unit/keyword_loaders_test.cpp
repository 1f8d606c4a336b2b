#include <gtest/gtest.h>

#include "keyword/loaders.hpp"
#include "support/keyword_files.hpp"

namespace lad::keyword {
namespace {

// Feeds each file in blocks of a few bytes, as a server reads it in blocks of many.
test::Vocabulary load(Format format, std::initializer_list<std::string_view> files,
                      std::size_t block = 7) {
  test::Vocabulary found;
  const auto loader = make_loader(format, found, Source::tsv);
  std::size_t index = 0;
  for (std::string_view file : files) {
    loader->begin_file(index++);
    LineFeeder feeder(*loader);
    for (; !file.empty(); file.remove_prefix(std::min(block, file.size()))) {
      feeder.feed(file.substr(0, block));
    }
    feeder.finish();
    loader->end_file();
  }
  return found;
}

std::string text_of(const test::Vocabulary& found) {
  std::string out;
  for (const Entry& e : found.entries) {
    out += e.term + (e.expansion.empty() ? " @" + e.concept_code : " > " + e.expansion) + "; ";
  }
  return out;
}

std::string rejects_of(const test::Vocabulary& found) {
  std::string out;
  for (const auto& r : found.rejected) out += std::to_string(r.line) + ": " + r.reason + "; ";
  return out;
}

TEST(KeywordLoaders, ReadOnet) {
  const auto found =
      load(Format::onet, {"O*NET-SOC Code\tTitle\tDescription\r\n"
                          "11-1011.00\tChief Executives\tThey lead.\r\n"
                          "15-1253.00\tSoftware Testers\tThey test.\r\n"
                          "11-10\tBad code\r\nnothing\r\n",
                          "O*NET-SOC Code\tAlternate Title\tShort Title\tSource(s)\n"
                          "11-1011.00\tChief Executive Officer (CEO)\tCEO\t02\n"
                          "15-1253.00\tQuality Assurance Tester (QA Tester)\tQA Tester\t08\n"
                          "15-1253.00\tTester (Games)\tn/a\t08\n"
                          "99-9999.00\tNobody\tn/a\t08"});
  EXPECT_EQ(text_of(found),
            "Chief Executives @11-1011.00; Software Testers @15-1253.00; "
            "CEO > Chief Executive Officer; Chief Executive Officer > CEO; "
            "Chief Executive Officer @11-1011.00; "
            "QA Tester > Quality Assurance Tester; Quality Assurance Tester > QA Tester; "
            "QA > Quality Assurance; Quality Assurance Tester @15-1253.00; "
            "Tester (Games) @15-1253.00; ");
  EXPECT_EQ(rejects_of(found),
            "4: not an O*NET-SOC code; 5: fewer than two columns; "
            "5: occupation not in Occupation Data; ");
  EXPECT_EQ(found.names.at(0).name, "Chief Executives");
  EXPECT_EQ(found.entries.at(0).contexts, mask_of(Context::title));
}

TEST(KeywordLoaders, ReadNaics) {
  const auto found = load(Format::naics, {"\xEF\xBB\xBF"
                                          "code\ttitle\tentry\n"
                                          "111110\tSoybean Farming\tSoybean farming, field\n"
                                          "111110\tSoybean Farming\tSoybean seed\n\n"
                                          "1111100\tx\ty\n111120\tOilseed Farming\t\n"});
  EXPECT_EQ(text_of(found),
            "Soybean Farming @111110; Soybean farming, field @111110; Soybean seed @111110; ");
  EXPECT_EQ(rejects_of(found), "5: not a NAICS code of two to six digits; 6: no index entry; ");
}

TEST(KeywordLoaders, ReadEsco) {
  const auto found = load(
      Format::esco,
      {"conceptType,conceptUri,iscoGroup,preferredLabel,altLabels,status\n"
       "Occupation,http://data.europa.eu/esco/occupation/00ab,2166,\"animator, 3D\",\"3D animator\n"
       "\"\"3D\"\" artist\",released\n"
       "Occupation,http://data.europa.eu/esco/occupation/00ac,2166,,x,released\n"
       "Occupation,http://data.europa.eu/esco/occupation/00ad,2166,\"open,x"});
  EXPECT_EQ(text_of(found), "animator, 3D @00ab; 3D animator @00ab; \"3D\" artist @00ab; ");
  EXPECT_EQ(rejects_of(found),
            "4: no conceptUri or no preferredLabel; 5: quotes that do not end; ");
}

TEST(KeywordLoaders, ReadTheFirstSensesOfWordnet) {
  const auto found =
      load(Format::wordnet,
           {"  1 This software\nattorney n 1 1 @ 1 1 00000100  \nlawyer n 1 1 @ 1 1 00000100  \n"
            "barrister n 2 0 2 0 00000200 00000100  \nbad n 3 x\n",
            "00000100 18 n 03 Lawyer 0 attorney 0 barrister 0 001 @ 00000300 n 0000 | a person\n"
            "00000200 18 n 01 barrister 1 000 | a British lawyer\n00000300 18 n zz\n"});
  EXPECT_EQ(text_of(found),
            "Lawyer > attorney; Lawyer > barrister; attorney > Lawyer; attorney > barrister; ");
  EXPECT_EQ(rejects_of(found), "5: not as wndb(5WN) says; 3: not as wndb(5WN) says; ");
}

TEST(KeywordLoaders, ReadSynonymFiles) {
  const auto found = load(Format::synonyms, {"# a comment\n\nvp, vice president\n"
                                             "a\\,b => c, d\nlonely\nx => \na => b => c\n"});
  EXPECT_EQ(text_of(found), "vp > vice president; vice president > vp; a,b > c; a,b > d; ");
  EXPECT_EQ(rejects_of(found),
            "5: a term without a synonym; 6: a term without a synonym; 7: more than one arrow; ");
}

TEST(KeywordLoaders, ReadTsv) {
  const auto found =
      load(Format::tsv, {"# term\texpansion\n"
                         "cto\tchief technology officer\tabbreviation\t0.9\ttitle\tnote\n"
                         "ai\tml\trelated\t1\ttechnology,general\n"
                         "a\tb\tcousin\t1\tgeneral\na\tb\tsynonym\t0\tgeneral\n"
                         "a\tb\tsynonym\tnan\tgeneral\na\tb\tsynonym\t1e9\tgeneral\n"
                         "a\tb\tsynonym\t1\tsports\na\tb\n\tb\tsynonym\t1\tgeneral\n"});
  EXPECT_EQ(text_of(found), "cto > chief technology officer; ai > ml; ");
  EXPECT_EQ(rejects_of(found),
            "4: unknown relation; 5: weight not in (0, 1]; 6: weight not in (0, 1]; "
            "7: weight not in (0, 1]; 8: unknown context; 9: fewer than five columns; "
            "10: no term or no expansion; ");
  EXPECT_EQ(found.entries.at(0).relation, Relation::abbreviation);
  EXPECT_EQ(found.entries.at(1).contexts, mask_of(Context::technology) | mask_of(Context::general));
}

TEST(KeywordLoaders, CutLongLines) {
  const std::string line = "a\t" + std::string(200'000, 'b') + "\tsynonym\t1\tgeneral\n";
  const auto found = load(Format::tsv, {line + "a\tc\tsynonym\t1\tgeneral"}, 4096);
  EXPECT_EQ(text_of(found), "a > c; ");
  EXPECT_EQ(found.rejected.at(0).text.size(), 64U * 1024);
}

TEST(KeywordLoaders, KnowTheirFormats) {
  for (const Format format : {Format::onet, Format::naics, Format::esco, Format::wordnet,
                              Format::synonyms, Format::tsv}) {
    EXPECT_EQ(find_format(name_of(format)), format);
    EXPECT_FALSE(files_of(format).empty());
  }
  EXPECT_FALSE(find_format("xml").has_value());
  EXPECT_EQ(files_of(Format::onet)[1].names[0], "Alternate Titles.txt");
}

}  // namespace
}  // namespace lad::keyword
