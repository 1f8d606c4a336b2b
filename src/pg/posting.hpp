#pragma once

#include <optional>

#include "core/posting.hpp"
#include "pg/postgres.hpp"
#include "pg/spi.hpp"

namespace lad::pg {

/// A row of all fields of lad.posting, in their order.
Posting read_posting(const Rows& rows, std::uint64_t row);

/// A lad.posting to return from a SQL function; SQL's NULL when nothing was posted.
Datum posting_datum(FunctionCallInfo fcinfo, const std::optional<Posting>& posting);

}  // namespace lad::pg
