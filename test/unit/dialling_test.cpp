#include "calls/dialling.hpp"

#include <gtest/gtest.h>

#include <array>

#include "expect_error.hpp"

namespace lad::calls {
namespace {

using Phone = std::optional<std::string>;

JsonNode object(std::string key, std::string text, JsonNode::Kind kind = JsonNode::Kind::number) {
  JsonNode value;
  value.kind = kind;
  value.text = std::move(text);
  JsonNode node;
  node.kind = JsonNode::Kind::object;
  node.keys = {std::move(key)};
  node.children = {value};
  return node;
}

TEST(DiallingEntry, EveryWordStandsSomewhere) {
  for (const char* open : {"queued", "running", "dispatched"}) {
    EXPECT_EQ(standing_of(open), Standing::open);
    EXPECT_EQ(test::code_of([&] { require_entry_end(open); }), "invalid_argument");
  }
  EXPECT_EQ(standing_of("completed"), Standing::completed);
  EXPECT_EQ(standing_of("ended"), Standing::completed);
  EXPECT_EQ(standing_of("failed"), Standing::failed);
  EXPECT_EQ(standing_of("declined"), Standing::failed);
  EXPECT_EQ(standing_of("cancelled"), Standing::cancelled);
  EXPECT_EQ(test::code_of([] { require_entry_end("cancelled"); }), "no error");
  EXPECT_EQ(test::code_of([] { require_entry_end("Completed"); }), "invalid_argument");
  EXPECT_EQ(test::code_of([] { require_entry_end("busy"); }), "invalid_argument");
}

TEST(DiallingBatch, IsOpenUntilItEnds) {
  for (const char* open : {"pending", "queued", "running"}) EXPECT_TRUE(is_batch_open(open));
  for (const char* over : {"completed", "stopped", "failed", "cancelled"}) {
    EXPECT_FALSE(is_batch_open(over));
  }
}

TEST(DiallingBatch, PlanComesFromMetadata) {
  EXPECT_FALSE(read_plan(object("other", "1")).retry_seconds);
  EXPECT_EQ(read_plan(object("retry_seconds", "86400")).retry_seconds, 86400);
  EXPECT_EQ(read_plan(object("wave_size", "12")).wave_size, 12);
  EXPECT_FALSE(read_plan(object("wave_size", "", JsonNode::Kind::null)).wave_size);
  for (const char* bad : {"0", "-1", "1.5", "86401", "99999999999", "1e2"}) {
    EXPECT_EQ(test::code_of([&] { read_plan(object("retry_seconds", bad)); }), "invalid_argument")
        << bad;
  }
  EXPECT_EQ(test::code_of([] { read_plan(object("wave_size", "12", JsonNode::Kind::string)); }),
            "invalid_argument");
  EXPECT_EQ(test::code_of([] { read_plan(object("wave_size", "10001")); }), "invalid_argument");
}

TEST(DiallingBatch, TakesEachLeadOnceInOrder) {
  const Uuid one = Uuid::parse("00000000-0000-4000-8000-000000000002");
  const Uuid two = Uuid::parse("00000000-0000-4000-8000-000000000001");
  EXPECT_EQ(each_once({one, two, one}), (std::vector<Uuid>{one, two}));
  EXPECT_EQ(test::code_of([] { each_once({}); }), "invalid_argument");
}

TEST(DiallingBatch, BoundsItsArguments) {
  for (const int bad : {0, -1, 101}) {
    EXPECT_EQ(test::code_of([&] { require_max_attempts(bad); }), "invalid_argument");
  }
  for (const int bad : {0, -1, 10'001}) {
    EXPECT_EQ(test::code_of([&] { require_max_rows(bad); }), "invalid_argument");
  }
  for (const std::int64_t bad : {std::int64_t{0}, std::int64_t{-1}, 86'400'000'001}) {
    EXPECT_EQ(test::code_of([&] { require_lease(bad); }), "invalid_argument");
  }
  EXPECT_EQ(test::code_of([] { require_lease(86'400'000'000); }), "no error");
  EXPECT_EQ(test::code_of([] { require_reason(""); }), "invalid_argument");
  EXPECT_EQ(test::code_of([] { require_reason(std::string(2001, 'x')); }), "invalid_argument");
  EXPECT_EQ(test::code_of([] { require_entry_error(std::string(2001, 'x')); }), "invalid_argument");
}

TEST(DiallingPhone, PartsBeforeText) {
  EXPECT_EQ(phone_of("+971", 501234567, "+1 555 0100"), Phone{"+971501234567"});
  EXPECT_EQ(phone_of("+971", std::nullopt, "+1 (555) 010-0000"), Phone{"+15550100000"});
  EXPECT_EQ(phone_of(std::nullopt, 5, "0044 20 7946.0000"), Phone{"+442079460000"});
  EXPECT_EQ(phone_of("+9715", 123456789012345, std::nullopt), std::nullopt);
  for (const char* none : {"", "+", "unknown", "555 0100", "+0 1234567", "+1555x0100", "+1234"}) {
    EXPECT_EQ(phone_of(std::nullopt, std::nullopt, none), std::nullopt) << none;
  }
  EXPECT_EQ(phone_of(std::nullopt, std::nullopt, std::nullopt), std::nullopt);
}

TEST(DiallingRetry, WaitsTwiceAsLongEachTimeUntilTheLimit) {
  EXPECT_EQ(retry_delay_seconds(std::nullopt, 1, 5), std::nullopt);
  EXPECT_EQ(retry_delay_seconds(60, 1, 5), 60);
  EXPECT_EQ(retry_delay_seconds(60, 2, 5), 120);
  EXPECT_EQ(retry_delay_seconds(60, 4, 5), 480);
  EXPECT_EQ(retry_delay_seconds(60, 5, 5), std::nullopt);
  EXPECT_EQ(retry_delay_seconds(60, 99, 100), 86400);
}

LostOutcome lost(std::int32_t attempt, std::optional<std::string> call = std::nullopt,
                 std::int64_t idle = 0, bool open = true) {
  return decide_lost({attempt, 2, open, std::move(call), idle});
}

TEST(DiallingLost, GoesBackUntilTheLimit) {
  EXPECT_EQ(lost(1).status, "queued");
  EXPECT_EQ(lost(2).status, "failed");
  EXPECT_EQ(lost(1, "in_queue").status, "queued");
  EXPECT_EQ(lost(2, "calling").status, "failed");
  EXPECT_EQ(lost(1, std::nullopt, 0, false).status, "cancelled");
}

TEST(DiallingLost, FollowsItsCall) {
  const std::array<std::array<const char*, 2>, 10> ends{{{"ended", "ended"},
                                                         {"completed", "completed"},
                                                         {"failed", "failed"},
                                                         {"error", "failed"},
                                                         {"not_reachable", "failed"},
                                                         {"no_answer", "failed"},
                                                         {"busy", "failed"},
                                                         {"declined", "declined"},
                                                         {"rejected", "declined"},
                                                         {"cancelled", "cancelled"}}};
  for (const auto& [call, entry] : ends) {
    EXPECT_EQ(lost(1, call).status, entry) << call;
    EXPECT_EQ(lost(2, call, 0, false).status, entry) << call;
    EXPECT_EQ(lost(1, call).error.empty(), std::string_view{call} == entry) << call;
  }
}

TEST(DiallingLost, CallsNobodyAgainWhosePhoneHasRung) {
  for (const char* rung : {"ringing", "ongoing", "in_progress"}) {
    EXPECT_EQ(lost(1, rung, kStuckSeconds - 1).status, "running");
    EXPECT_EQ(lost(1, rung, kStuckSeconds).status, "failed");
    EXPECT_EQ(lost(1, rung, kStuckSeconds, false).status, "failed");
  }
}

}  // namespace
}  // namespace lad::calls
