#include "pg/posting.hpp"

#include "pg/result.hpp"
#include "pg/session.hpp"

namespace lad::pg {

Posting read_posting(const Rows& rows, std::uint64_t row) {
  Posting posting;
  posting.transaction_id = rows.get<Uuid>(row, 0);
  posting.wallet_id = rows.get<Uuid>(row, 1);
  posting.seq = rows.get<std::int64_t>(row, 2);
  posting.type = rows.get<std::string>(row, 3);
  posting.amount = rows.get<Decimal>(row, 4);
  posting.balance_before = rows.get<Decimal>(row, 5);
  posting.balance_after = rows.get<Decimal>(row, 6);
  posting.available = rows.get<Decimal>(row, 7);
  posting.currency = rows.get<std::string>(row, 8);
  posting.created_at_us = unix_us(rows.get<Timestamp>(row, 9));
  posting.replayed = rows.get<bool>(row, 10);
  return posting;
}

Datum posting_datum(FunctionCallInfo fcinfo, const std::optional<Posting>& posting) {
  if (!posting) return null_datum(fcinfo);
  return to_row(fcinfo, posting->transaction_id, posting->wallet_id, posting->seq, posting->type,
                posting->amount, posting->balance_before, posting->balance_after,
                posting->available, posting->currency, from_unix_us(posting->created_at_us),
                posting->replayed);
}

void add_posting(RowSet& rows, const Posting& posting) {
  rows.add(posting.transaction_id, posting.wallet_id, posting.seq, posting.type, posting.amount,
           posting.balance_before, posting.balance_after, posting.available, posting.currency,
           from_unix_us(posting.created_at_us), posting.replayed);
}

void add_posting_result(RowSet& rows, const std::optional<Posting>& posting,
                        const std::optional<Error>& refusal) {
  using Text = std::optional<std::string>;
  if (posting) {
    rows.add(posting->transaction_id, posting->wallet_id, posting->seq, posting->type,
             posting->amount, posting->balance_before, posting->balance_after, posting->available,
             posting->currency, from_unix_us(posting->created_at_us), posting->replayed, Text{},
             Text{});
    return;
  }
  using Amount = std::optional<Decimal>;
  rows.add(std::optional<Uuid>{}, std::optional<Uuid>{}, std::optional<std::int64_t>{}, Text{},
           Amount{}, Amount{}, Amount{}, Amount{}, Text{}, std::optional<Timestamp>{}, false,
           Text{std::string{sqlstate(refusal->code())}}, Text{refusal->message()});
}

}  // namespace lad::pg
