#include "catalog/protect.hpp"

#include <gtest/gtest.h>

#include "catalog/names.hpp"
#include "catalog/server_flaws.hpp"

namespace lad::catalog {
namespace {

ProtectMember bare(const std::string& name) {
  return {.target = "app." + name, .name = name};
}

ProtectMember whole(const std::string& name) {
  return {"app." + name, name, true, true, true, true};
}

std::vector<std::string> statements_of(const ProtectTable& table) {
  std::vector<std::string> statements;
  for (const ProtectStep& step : steps_of(table)) {
    statements.insert(statements.end(), step.sql.begin(), step.sql.end());
  }
  return statements;
}

std::string reasons_of(const ProtectTable& table) {
  std::string reasons;
  for (const Blocker& blocker : blockers_of(table)) reasons += blocker.reason + "\n";
  return reasons;
}

TEST(Protect, ABareTableGetsEverythingInOrder) {
  const ProtectTable table{.has_updated_at = true, .members = {bare("notes")}};
  const std::string rows = "(tenant_id = lad.current_tenant_id())";
  const std::vector<std::string> expected{
      "ALTER TABLE app.notes ADD COLUMN tenant_id uuid",
      "ALTER TABLE app.notes ALTER COLUMN tenant_id SET DEFAULT lad.current_tenant_id()",
      "ALTER TABLE app.notes ALTER COLUMN tenant_id SET NOT NULL",
      "CREATE INDEX ON app.notes (tenant_id)",
      "ALTER TABLE app.notes ENABLE ROW LEVEL SECURITY",
      "ALTER TABLE app.notes FORCE ROW LEVEL SECURITY",
      "CREATE POLICY \"notes_tenant\" ON app.notes USING " + rows + " WITH CHECK " + rows,
      "CREATE POLICY \"notes_service\" ON app.notes TO lad_service USING (true) WITH CHECK (true)",
      "CREATE TRIGGER \"notes_update_keep_tenant\" BEFORE UPDATE ON app.notes FOR EACH ROW EXECUTE "
      "FUNCTION lad.keep_tenant()",
      "CREATE TRIGGER \"notes_write_access\" BEFORE INSERT OR UPDATE OR DELETE ON app.notes FOR "
      "EACH "
      "STATEMENT EXECUTE FUNCTION lad.require_writer()",
      "CREATE TRIGGER \"notes_update_touch\" BEFORE UPDATE ON app.notes FOR EACH ROW EXECUTE "
      "FUNCTION lad.touch_updated_at()"};
  EXPECT_TRUE(blockers_of(table).empty());
  EXPECT_EQ(statements_of(table), expected);
}

TEST(Protect, NothingIsLeftToDoTwice) {
  const ProtectTable table{.tenant = TenantColumn{"uuid", true, true},
                           .tenant_index = true,
                           .has_updated_at = true,
                           .keep_trigger = true,
                           .touch_trigger = true,
                           .writer_trigger = true,
                           .members = {whole("notes"), whole("notes_2026")}};
  EXPECT_TRUE(statements_of(table).empty());
  for (const ProtectStep& step : steps_of(table)) EXPECT_EQ(step.action, "exists") << step.object;
}

TEST(Protect, EveryPartitionGetsPoliciesAndLosesItsRights) {
  ProtectMember month = bare("notes_2026");
  month.excess = {{"ALL", "lad_app"}, {"ALL", "PUBLIC"}};
  const ProtectTable table{.tenant = TenantColumn{"uuid", true, true},
                           .tenant_index = true,
                           .keep_trigger = true,
                           .writer_trigger = true,
                           .members = {whole("notes"), month}};
  const std::vector<std::string> statements = statements_of(table);
  ASSERT_EQ(statements.size(), 6u);
  EXPECT_EQ(statements[0], "ALTER TABLE app.notes_2026 ENABLE ROW LEVEL SECURITY");
  EXPECT_EQ(statements[4], "REVOKE ALL ON app.notes_2026 FROM lad_app CASCADE");
  EXPECT_EQ(statements[5], "REVOKE ALL ON app.notes_2026 FROM PUBLIC CASCADE");
}

TEST(Protect, APartitionHasItsColumnIndexAndTriggersFromItsTable) {
  const ProtectTable table{.is_partition = true, .members = {bare("notes_2026")}};
  EXPECT_TRUE(blockers_of(table).empty());
  EXPECT_EQ(statements_of(table).size(), 4u);
}

TEST(Protect, RowsMustTellWhoseTheyAre) {
  EXPECT_EQ(reasons_of({.has_rows = true, .members = {bare("notes")}}),
            "The table has rows and no column tenant_id to tell whose they are.\n");
  EXPECT_EQ(reasons_of({.tenant = TenantColumn{.type = "uuid", .has_nulls = true},
                        .members = {bare("notes")}}),
            "Column tenant_id is NULL in some rows: whose they are must be said.\n");
  EXPECT_EQ(reasons_of({.tenant = TenantColumn{.type = "text", .is_generated = true},
                        .members = {bare("notes")}}),
            "Column tenant_id has type text, not uuid.\nColumn tenant_id is generated.\n");
}

TEST(Protect, EveryObstacleIsNamed) {
  const ProtectTable table{.tenant = TenantColumn{"uuid", true, true},
                           .obstacles = {{Obstacle::Kind::key, "notes_pkey", "a"},
                                         {Obstacle::Kind::foreign_key, "notes_lead_fkey", "b"},
                                         {Obstacle::Kind::policy, "open", "c"},
                                         {Obstacle::Kind::trigger, "notes_update_touch", "d"},
                                         {Obstacle::Kind::partition, "far", "e"}},
                           .members = {bare("notes")}};
  const auto blockers = blockers_of(table);
  ASSERT_EQ(blockers.size(), 5u);
  EXPECT_EQ(blockers[0].reason,
            "Key notes_pkey lacks tenant_id: it would tell that another tenant has a value.");
  for (std::size_t i = 0; i < blockers.size(); ++i) {
    EXPECT_NE(blockers[i].reason.find(table.obstacles[i].name), std::string::npos);
    EXPECT_EQ(blockers[i].remedy, table.obstacles[i].remedy);
  }
}

TEST(Protect, WhatDoesNotFitAnErrorIsCounted) {
  EXPECT_EQ(joined_within({"one", "two"}, " ", 100), "one two");
  EXPECT_EQ(joined_within({"one", "two", "three"}, " ", 24), "one two (and 1 more)");
  EXPECT_EQ(joined_within({}, " ", 24), "");
}

TEST(PartName, KeepsWithinANameOfPostgreSql) {
  EXPECT_EQ(part_name("notes", "tenant"), "notes_tenant");
  const std::string cut = part_name(std::string(63, 'n'), "update_keep_tenant");
  EXPECT_EQ(cut, std::string(44, 'n') + "_update_keep_tenant");
  // 22 characters of two bytes: half of one would be no text.
  std::string umlauts;
  for (int i = 0; i < 30; ++i) umlauts += "\xC3\xA4";
  EXPECT_EQ(part_name(umlauts + "n", "update_keep_tenant").size() % 2, 1u);
  EXPECT_EQ(part_name("x" + umlauts, "tenant").size(), 62u);
}

TEST(ServerFlaws, NamesWhatLaterMinorsFixed) {
  EXPECT_EQ(server_flaws(150020), "");
  EXPECT_EQ(server_flaws(150019), "CVE-2026-120154 (fixed in 15.20)");
  EXPECT_NE(server_flaws(150003).find("CVE-2023-39418 (fixed in 15.4)"), std::string::npos);
  EXPECT_EQ(server_flaws(150003).find("CVE-2023-2455"), std::string::npos);
  EXPECT_EQ(sound_version(), "15.20");
}

}  // namespace
}  // namespace lad::catalog
