#include <gtest/gtest.h>

#include "catalog/columns.hpp"
#include "catalog/definitions.hpp"
#include "catalog/lead_words.hpp"
#include "catalog/months.hpp"
#include "catalog/protection.hpp"

namespace lad::catalog {
namespace {

std::vector<std::string> statements_of(const TableShape& table) {
  std::vector<std::string> statements;
  for (const Protection& protection : protections_of(table)) {
    if (!protection.sql.empty()) statements.push_back(protection.sql);
  }
  return statements;
}

TEST(Protection, TenantTableGetsEverything) {
  const TableShape table{
      .name = "notes",
      .columns = {"id", "tenant_id", "organization_id", "updated_at", "is_deleted", "deleted_at"}};
  const std::vector<std::string> expected{
      "ALTER TABLE lad_data.\"notes\" ENABLE ROW LEVEL SECURITY",
      "ALTER TABLE lad_data.\"notes\" FORCE ROW LEVEL SECURITY",
      "ALTER TABLE lad_data.\"notes\" ALTER COLUMN tenant_id SET DEFAULT lad.current_tenant_id()",
      "CREATE POLICY \"notes_tenant\" ON lad_data.\"notes\" TO public USING ((tenant_id = "
      "lad.current_tenant_id())) WITH CHECK ((tenant_id = lad.current_tenant_id()))",
      "CREATE POLICY \"notes_service\" ON lad_data.\"notes\" TO lad_service USING (true) WITH "
      "CHECK (true)",
      "CREATE TRIGGER \"notes_update_keep_tenant\" BEFORE UPDATE ON lad_data.\"notes\" FOR EACH "
      "ROW EXECUTE FUNCTION lad.keep_tenant()",
      "CREATE TRIGGER \"notes_write_access\" BEFORE INSERT OR UPDATE OR DELETE ON "
      "lad_data.\"notes\" FOR EACH STATEMENT EXECUTE FUNCTION lad.require_writer()",
      "CREATE TRIGGER \"notes_update_touch\" BEFORE UPDATE ON lad_data.\"notes\" FOR EACH ROW "
      "EXECUTE FUNCTION lad.touch_updated_at()",
      "CREATE TRIGGER \"notes_write_organization\" BEFORE INSERT OR UPDATE ON lad_data.\"notes\" "
      "FOR EACH ROW EXECUTE FUNCTION lad.sync_columns('tenant_id', 'organization_id')",
      "CREATE TRIGGER \"notes_write_soft_delete\" BEFORE INSERT OR UPDATE ON lad_data.\"notes\" "
      "FOR EACH ROW EXECUTE FUNCTION lad.sync_soft_delete()"};
  EXPECT_EQ(statements_of(table), expected);
}

TEST(Protection, GlobalTableHasNoTenantPolicy) {
  const TableShape table{.name = "versions", .columns = {"version"}};
  EXPECT_EQ(statements_of(table).size(), 3u);
}

TEST(Protection, PartitionGetsNoTriggers) {
  const TableShape table{.name = "calls_2026_01",
                         .columns = {"id", "tenant_id", "updated_at", "is_deleted", "deleted_at"},
                         .is_partition = true};
  EXPECT_EQ(statements_of(table).size(), 4u);
}

TEST(Protection, WhatIsThereIsNotMadeAgain) {
  const TableShape table{
      .name = "notes",
      .columns = {"tenant_id", "updated_at"},
      .defaults = {"tenant_id"},
      .policies = {"notes_tenant", "notes_service"},
      .triggers = {"notes_update_keep_tenant", "notes_update_touch", "notes_write_access"},
      .row_security = true,
      .row_security_forced = true};
  EXPECT_TRUE(statements_of(table).empty());
  EXPECT_EQ(protections_of(table).size(), 7u);
}

TEST(Protection, NamesAreQuoted) {
  const TableShape table{.name = "odd\"name"};
  EXPECT_EQ(statements_of(table).front(),
            "ALTER TABLE lad_data.\"odd\"\"name\" ENABLE ROW LEVEL SECURITY");
}

TEST(Month, CarriesIntoTheNextYear) {
  EXPECT_EQ((Month{2026, 12}.plus(1)), (Month{2027, 1}));
  EXPECT_EQ((Month{2026, 1}.plus(25)), (Month{2028, 2}));
  EXPECT_EQ((Month{2026, 1}.plus(-1)), (Month{2025, 12}));
  EXPECT_EQ((Month{2026, 2}.suffix()), "2026_02");
  EXPECT_EQ((Month{2026, 2}.boundary()), "2026-02-01 00:00:00+00");
}

TEST(MissingPartitions, FreshTableGetsThePastThisMonthAndTheNext) {
  const auto missing = missing_partitions("calls", {2026, 11}, 12, std::nullopt);
  ASSERT_EQ(missing.size(), 14u);
  EXPECT_EQ(missing[0].name, "calls_legacy");
  EXPECT_EQ(missing[0].from, "MINVALUE");
  EXPECT_EQ(missing[0].to, "2026-11-01 00:00:00+00");
  EXPECT_EQ(missing[1].name, "calls_2026_11");
  EXPECT_EQ(missing[13].name, "calls_2027_11");
  EXPECT_EQ(missing[13].to, "2027-12-01 00:00:00+00");
  for (std::size_t i = 1; i < missing.size(); ++i) EXPECT_EQ(missing[i].from, missing[i - 1].to);
}

TEST(MissingPartitions, GoesOnWhereTheLastOneEnds) {
  EXPECT_TRUE(missing_partitions("calls", {2026, 11}, 12, Month{2027, 12}).empty());
  const auto later = missing_partitions("calls", {2027, 1}, 12, Month{2027, 12});
  ASSERT_EQ(later.size(), 2u);
  EXPECT_EQ(later[0].name, "calls_2027_12");
  EXPECT_EQ(later[1].name, "calls_2028_01");
}

TEST(MissingPartitions, LeavesNoGapAfterALongPause) {
  const auto missing = missing_partitions("calls", {2030, 3}, 1, Month{2029, 12});
  ASSERT_EQ(missing.size(), 5u);
  EXPECT_EQ(missing.front().name, "calls_2029_12");
  EXPECT_EQ(missing.back().name, "calls_2030_04");
}

TEST(ColumnDifference, NamesTheFirstDifference) {
  const std::vector<Column> wanted{{"id", "uuid", true}, {"note", "text", false}};
  EXPECT_EQ(column_difference(wanted, wanted), "");
  EXPECT_EQ(column_difference(wanted, {{"id", "uuid", true}}), "Column note is missing.");
  EXPECT_EQ(column_difference(wanted, {{"id", "bigint", true}, {"note", "text", false}}),
            "Column id has type bigint, wanted uuid.");
  EXPECT_EQ(column_difference(wanted, {{"id", "uuid", true}, {"note", "text", true}}),
            "Column note is NOT NULL, wanted nullable.");
}

TEST(ColumnDifference, AUsersOwnColumnIsWelcomeUnlessItMustBeGiven) {
  const std::vector<Column> wanted{{"id", "uuid", true}};
  EXPECT_EQ(column_difference(wanted, {{"id", "uuid", true}, {"extra", "text", false}}), "");
  EXPECT_EQ(column_difference(wanted, {{"id", "uuid", true}, {"extra", "text", true, true}}),
            "Column extra is NOT NULL without a default and unknown to the schema.");
}

TEST(ColumnDifference, AnIdentityIsWanted) {
  const std::vector<Column> wanted{{"id", "bigint", true, false, true}};
  EXPECT_EQ(column_difference(wanted, wanted), "");
  EXPECT_EQ(column_difference(wanted, {{"id", "bigint", true}}),
            "Column id is not GENERATED BY DEFAULT AS IDENTITY.");
}

TEST(ColumnDifference, OnlyAMissingDefaultLacks) {
  const std::vector<Column> existing{{"a", "text"}, {"b", "text", false, false, false, true}};
  EXPECT_TRUE(lacks_default("a", existing));
  EXPECT_FALSE(lacks_default("b", existing));
  EXPECT_FALSE(lacks_default("c", existing));
}

TEST(DefinitionDifference, NamesWhatIsAndWhatIsWanted) {
  const std::vector<Definition> wanted{{"a", "CHECK (x > 0)"}, {"b", "UNIQUE (y)"}};
  EXPECT_EQ(definition_difference("Constraint", wanted, wanted), "");
  EXPECT_EQ(definition_difference("Constraint", wanted, {}), "");
  EXPECT_EQ(definition_difference("Constraint", wanted, {{"c", "CHECK (x < 0)"}}), "");
  EXPECT_EQ(definition_difference("Constraint", wanted, {{"b", "UNIQUE (y, z)"}}),
            "Constraint b is UNIQUE (y, z), wanted UNIQUE (y).");
}

TEST(DefinitionDifference, ADumpMovesCasts) {
  const std::string written =
      "CHECK (((s)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[])))";
  const std::string restored =
      "CHECK (((s)::text = ANY (ARRAY[('a'::character varying)::text, "
      "('b'::character varying)::text])))";
  EXPECT_EQ(normal_definition(written), normal_definition(restored));
  EXPECT_EQ(definition_difference("Constraint", {{"c", written}}, {{"c", restored}}), "");
  EXPECT_NE(normal_definition(written),
            normal_definition("CHECK (((s)::text = ANY (ARRAY[('a'::character varying)::text])))"));
}

TEST(LeadWords, KnowsTheBuiltInOnes) {
  static_assert(is_built_in(kLeadStages, "closed-won"));
  static_assert(!is_built_in(kLeadStages, "new"));
  static_assert(is_built_in(kLeadStatuses, "new"));
  EXPECT_FALSE(is_built_in(kLeadStatuses, ""));
}

}  // namespace
}  // namespace lad::catalog
