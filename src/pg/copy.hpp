#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pg/values.hpp"

namespace lad::pg {

/// Where the bytes of a COPY come from.
class CopySource {
 public:
  /// The next piece; empty at the end.
  virtual std::string_view next() = 0;

 protected:
  ~CopySource() = default;
};

/// Loads CSV with a line of names into columns of a table, as COPY does; returns how many rows. It
/// fires the table's triggers, but row-level security does not bind it. Inside with_spi.
std::uint64_t copy_in(TableId table, const std::vector<std::string>& columns, CopySource& source);

}  // namespace lad::pg
