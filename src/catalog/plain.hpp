#pragma once

#include <string>

namespace lad::catalog {

/// The CREATE TABLE of a partitioned table as one of a plain table with the same columns, whose
/// primary key is (tenant_id, id) like that of every other table. Throws internal for a statement
/// that is written otherwise.
std::string plain_table(const std::string& create_partitioned);

}  // namespace lad::catalog
