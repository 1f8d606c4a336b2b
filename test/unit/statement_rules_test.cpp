#include "tenancy/statement_rules.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "expect_error.hpp"

namespace lad::tenancy {
namespace {

using test::code_of;
using test::error_of;

std::string verdict(const StatementFacts& statement) {
  return code_of([&] { require_harmless(statement); });
}

TEST(StatementRules, WhatEndsWithTheTransactionIsHarmless) {
  for (const auto kind : {StatementKind::cursor, StatementKind::temporary_object}) {
    EXPECT_EQ(verdict({kind, false}), "no error");
    EXPECT_EQ(verdict({kind, true}), "privilege");
  }
}

TEST(StatementRules, TablesOfOneOwnerAreHisOwn) {
  for (const auto kind : {StatementKind::lock, StatementKind::truncation}) {
    EXPECT_EQ(verdict({kind}), "no error");
    EXPECT_EQ(verdict({.kind = kind, .touches_all_tenants = true}), "privilege");
  }
}

TEST(StatementRules, OnlyExecutedExplanationsTell) {
  EXPECT_EQ(verdict({StatementKind::explanation}), "no error");
  EXPECT_EQ(verdict({.kind = StatementKind::explanation, .is_executed = true}), "privilege");
}

TEST(StatementRules, ChannelsOfTheExtension) {
  const auto listen = [](std::string_view channel) {
    return verdict({.kind = StatementKind::channel, .channel = channel});
  };
  for (const auto* channel : {"lad", "lad_events", "lad.events", "ladder"}) {
    EXPECT_EQ(listen(channel), "privilege") << channel;
  }
  for (const auto* channel : {"", "la", "LAD", "orders", "my_lad"}) {
    EXPECT_EQ(listen(channel), "no error") << channel;
  }
}

TEST(StatementRules, CountersAlwaysTell) {
  EXPECT_EQ(verdict({StatementKind::row_counter}), "privilege");
}

TEST(StatementRules, LibrariesAndRolesAlwaysLast) {
  for (const auto kind :
       {StatementKind::library, StatementKind::role_settings, StatementKind::other_role}) {
    EXPECT_EQ(verdict({kind}), "privilege");
  }
}

TEST(StatementRules, EveryRefusalSaysWhyAndWhatElse) {
  constexpr std::array kinds = {StatementKind::cursor,           StatementKind::channel,
                                StatementKind::temporary_object, StatementKind::lock,
                                StatementKind::truncation,       StatementKind::explanation,
                                StatementKind::library,          StatementKind::role_settings,
                                StatementKind::other_role,       StatementKind::row_counter};
  for (const auto kind : kinds) {
    const auto error = error_of([&] { require_harmless({kind, true, true, true, "lad"}); });
    ASSERT_TRUE(error);
    EXPECT_FALSE(error->message().empty());
    EXPECT_FALSE(error->message().ends_with('.'));
    EXPECT_TRUE(error->detail().ends_with("Members of lad_app are guarded (lad.guard)."));
    EXPECT_TRUE(error->hint().ends_with('.'));
  }
}

}  // namespace
}  // namespace lad::tenancy
