#include "catalog/plain.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace lad::catalog {
namespace {

TEST(PlainTable, HasTheUsualKeyAndNoPartitions) {
  EXPECT_EQ(plain_table("CREATE TABLE t (id uuid, created_at timestamptz, CONSTRAINT t_pkey "
                        "PRIMARY KEY (tenant_id, id, created_at)) PARTITION BY RANGE (created_at)"),
            "CREATE TABLE t (id uuid, created_at timestamptz, CONSTRAINT t_pkey "
            "PRIMARY KEY (tenant_id, id))");
}

TEST(PlainTable, IsMadeOfNothingElse) {
  EXPECT_THROW(plain_table("CREATE TABLE t (PRIMARY KEY (tenant_id, id))"), Error);
  EXPECT_THROW(plain_table("CREATE TABLE t (PRIMARY KEY (id)) PARTITION BY RANGE (created_at)"),
               Error);
}

}  // namespace
}  // namespace lad::catalog
