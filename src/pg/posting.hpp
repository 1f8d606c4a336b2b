#pragma once

#include <optional>

#include "core/error.hpp"
#include "core/posting.hpp"
#include "pg/postgres.hpp"
#include "pg/result.hpp"
#include "pg/spi.hpp"

namespace lad::pg {

/// A row of all fields of lad.posting, in their order.
Posting read_posting(const Rows& rows, std::uint64_t row);

/// A lad.posting to return from a SQL function; SQL's NULL when nothing was posted.
Datum posting_datum(FunctionCallInfo fcinfo, const std::optional<Posting>& posting);

/// The same as a row of a set.
void add_posting(RowSet& rows, const Posting& posting);

/// A row of lad.posting_result: the posting, or why there is none, with the SQLSTATE.
void add_posting_result(RowSet& rows, const std::optional<Posting>& posting,
                        const std::optional<Error>& refusal);

}  // namespace lad::pg
