#include "records/records.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "expect_error.hpp"

namespace lad::records {
namespace {

Table leads() {
  return {"lad_data.leads", true, "uuid", true, true, true};
}

TEST(Tables, RowsNeedAnIdInTheDataSchema) {
  EXPECT_NO_THROW(require_rows(leads()));
  Table elsewhere = leads();
  elsewhere.is_data = false;
  EXPECT_EQ(test::code_of([&] { require_rows(elsewhere); }), "invalid_argument");
  Table nameless = leads();
  nameless.id_type = "";
  EXPECT_EQ(test::code_of([&] { require_rows(nameless); }), "invalid_argument");
  EXPECT_EQ(test::code_of([] { require_rows({}); }), "invalid_argument");
}

TEST(Tables, SoftDeleteNeedsBothColumns) {
  EXPECT_NO_THROW(require_soft_delete(leads()));
  Table hard = leads();
  hard.soft_deletes = false;
  EXPECT_EQ(test::code_of([&] { require_soft_delete(hard); }), "invalid_argument");
}

TEST(Tables, OnlyRowsOfTenantsArePurged) {
  EXPECT_TRUE(is_purgeable(leads()));
  Table people = leads();
  people.has_tenant = false;
  EXPECT_FALSE(is_purgeable(people));
  Table money = leads();
  money.soft_deletes = false;
  EXPECT_FALSE(is_purgeable(money));
}

TEST(PurgeAge, IsNotNegative) {
  EXPECT_EQ(purge_age(0), 0);
  EXPECT_EQ(purge_age(5), 5);
  EXPECT_EQ(test::code_of([] { purge_age(-1); }), "invalid_argument");
}

/// Rows 0 … count-1, of which some cannot be deleted.
struct Rows {
  std::vector<Key> keys;
  std::set<std::string> held;
  std::set<std::string> gone;
  int attempts = 0;

  explicit Rows(int count, std::set<std::string> held_ids = {}) : held(std::move(held_ids)) {
    for (int i = 0; i < count; ++i) keys.push_back({"t", std::to_string(i)});
  }
  Purged purge() {
    return purge_what_goes(keys, [this](std::span<const Key> some) -> std::optional<std::uint64_t> {
      ++attempts;
      const auto is_held = [this](const Key& key) { return held.contains(key.id); };
      if (std::any_of(some.begin(), some.end(), is_held)) return std::nullopt;
      for (const Key& key : some) gone.insert(key.id);
      return some.size();
    });
  }
};

TEST(Purge, EverythingGoesAtOnce) {
  Rows rows{1000};
  const Purged purged = rows.purge();
  EXPECT_EQ(purged.deleted, 1000U);
  EXPECT_EQ(purged.kept, 0U);
  EXPECT_EQ(rows.attempts, 1);
}

TEST(Purge, KeepsExactlyWhatIsHeld) {
  Rows rows{1000, {"0", "17", "18", "999"}};
  const Purged purged = rows.purge();
  EXPECT_EQ(purged.deleted, 996U);
  EXPECT_EQ(purged.kept, 4U);
  EXPECT_EQ(rows.gone.size(), 996U);
  EXPECT_LT(rows.attempts, 100);
}

TEST(Purge, EverythingHeldAndNothingDue) {
  Rows rows{3, {"0", "1", "2"}};
  EXPECT_EQ(rows.purge().kept, 3U);
  Rows none{0};
  EXPECT_EQ(none.purge().kept + none.purge().deleted, 0U);
  EXPECT_EQ(none.attempts, 0);
}

}  // namespace
}  // namespace lad::records
