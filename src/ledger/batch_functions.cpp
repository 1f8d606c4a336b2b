#include <algorithm>
#include <set>

#include "ledger/batch.hpp"
#include "ledger/change_store.hpp"
#include "ledger/store.hpp"
#include "ledger/wallet_store.hpp"
#include "pg/args.hpp"
#include "pg/composites.hpp"
#include "pg/durability.hpp"
#include "pg/posting.hpp"
#include "pg/refusal.hpp"
#include "pg/result.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"
#include "pg/statistics.hpp"

namespace ledger = lad::ledger;
namespace store = lad::ledger::store;
using lad::Decimal;
using lad::Error;
using lad::ErrorCode;
using lad::Uuid;
using lad::pg::Rows;

namespace {

template <class T>
T required(const Rows& rows, std::uint64_t row, int column, const char* name) {
  if (auto value = rows.get_optional<T>(row, column)) return *value;
  throw Error{ErrorCode::null_argument, std::string(name) + " must not be null"};
}

/// An item as read: a request, or why it is none.
struct Item {
  ledger::Request request;
  std::optional<Error> refusal = {};
};

/// What became of it.
struct Result {
  std::optional<lad::Posting> posting = {};
  std::optional<Error> refusal = {};
};
using Results = std::vector<Result>;

/// One lad.posting_request, as lad.post takes its arguments.
ledger::Request read_request(const Rows& rows, std::uint64_t row, std::int64_t now_us) {
  ledger::Request request;
  request.wallet_id = required<Uuid>(rows, row, 0, "wallet_id");
  request.type = ledger::parse_type(required<std::string>(rows, row, 1, "transaction_type"));
  request.amount = required<Decimal>(rows, row, 2, "amount");
  request.idempotency_key = required<std::string>(rows, row, 3, "idempotency_key");
  ledger::require_key_for(request.type, request.idempotency_key);
  request.reference_type = rows.get_optional<std::string>(row, 4);
  request.reference_id = rows.get_optional<Uuid>(row, 5);
  request.description = rows.get_optional<std::string>(row, 6);
  const auto metadata = rows.get_optional<lad::pg::JsonbDatum>(row, 7);
  request.metadata = metadata ? lad::pg::jsonb_text(*metadata) : "{}";
  if (const auto effective_at = rows.get_optional<lad::pg::Timestamp>(row, 8)) {
    request.effective_at_us = lad::pg::finite_unix_us(*effective_at, "effective_at");
  }
  request.expected_balance = rows.get_optional<Decimal>(row, 9);
  ledger::require_valid(request, now_us);
  return request;
}

std::vector<Item> read_items(const lad::pg::Args& args) {
  const Rows rows = lad::pg::read_composites(args, 0, "postings");
  const std::int64_t now_us = lad::pg::unix_us(lad::pg::clock_now());
  std::vector<Item> items(rows.size());
  for (std::uint64_t row = 0; row < rows.size(); ++row) {
    items[row].refusal =
        lad::pg::refusal_of([&] { items[row].request = read_request(rows, row, now_us); });
  }
  return items;
}

/// What the caller may not post is refused before anything is looked up.
void refuse_unprivileged(std::vector<Item>& items) {
  std::optional<Error> refusal;
  bool asked = false;
  for (Item& item : items) {
    if (item.refusal || item.request.type == ledger::Type::debit) continue;
    if (!asked) refusal = store::refusal_of_billing("post anything but a debit");
    asked = true;
    if (refusal) item.refusal = refusal;
  }
}

Result judge_item(ledger::BatchJudge& judge, const Item& item, const ledger::Circumstances& now) {
  if (item.refusal) return {.refusal = item.refusal};
  Result result;
  result.refusal = lad::pg::refusal_of([&] { result.posting = judge.post(item.request, now); });
  return result;
}

/// One attempt: locks, keys, judgement, rows. Nothing when a key has posted meanwhile.
std::optional<Results> try_post(const std::vector<Item>& items, bool atomic) {
  const lad::pg::TenantContext context = lad::pg::require_tenant();
  std::set<Uuid> wallets;
  std::vector<std::string> keys;
  for (const Item& item : items) {
    if (item.refusal) continue;
    wallets.insert(item.request.wallet_id);
    keys.push_back(item.request.idempotency_key);
  }
  store::Change change = store::lock_all(context, {wallets.begin(), wallets.end()});
  ledger::BatchJudge judge{store::find_all(context.tenant_id, keys), change.wallets};
  Results results;
  for (const Item& item : items) {
    results.push_back(judge_item(judge, item, change.next()));
    if (atomic && results.back().refusal) {
      lad::pg::settle_refusal(results.back().refusal->code());
      throw ledger::numbered(*results.back().refusal, results.size());
    }
  }
  change.entries.insert(change.entries.end(), judge.entries().begin(), judge.entries().end());
  if (!store::save(change)) return std::nullopt;
  return results;
}

Results post_batch(std::vector<Item> items, bool atomic) {
  return lad::pg::with_spi([&] {
    refuse_unprivileged(items);
    for (;;) {
      // Each turn finds at least one more key posted, so this ends.
      if (auto results = try_post(items, atomic)) return *results;
      lad::pg::poll_interrupts();
    }
  });
}

/// A replay or a refusal says what earlier transactions have posted.
bool tells_of_others(const Result& result) {
  return result.refusal || result.posting->replayed;
}

void count(const Results& results) {
  using lad::pg::Counter;
  lad::pg::count_batch(results.size());
  for (const Result& result : results) {
    if (result.refusal) {
      lad::pg::settle_refusal(result.refusal->code());
    } else {
      lad::pg::count(result.posting->replayed ? Counter::replays : Counter::posts);
    }
  }
}

}  // namespace

LAD_FUNCTION(lad_post_batch) {
  const lad::pg::Args args{fcinfo};
  lad::pg::require_tenant();
  const bool atomic = args.get<bool>(1, "atomic");
  lad::pg::RowSet rows{fcinfo};
  const Results results = post_batch(read_items(args), atomic);
  if (std::any_of(results.begin(), results.end(), tells_of_others)) {
    lad::pg::flush_visible_commits();
  }
  count(results);
  for (const auto& result : results) {
    lad::pg::add_posting_result(rows, result.posting, result.refusal);
  }
  return rows.done();
}
