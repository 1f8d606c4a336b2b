#include <algorithm>

#include "calls/dialling_store.hpp"
#include "calls/start_store.hpp"
#include "core/error.hpp"
#include "ledger/ledger.hpp"
#include "pg/args.hpp"
#include "pg/arrays.hpp"
#include "pg/context.hpp"
#include "pg/json.hpp"
#include "pg/result.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"

namespace calls = lad::calls;
namespace store = lad::calls::store;
using lad::Error;
using lad::ErrorCode;
using lad::Uuid;
using lad::pg::Args;

namespace {

std::optional<Uuid> user_of(const lad::pg::TenantContext& context) {
  return context.user_id.is_nil() ? std::nullopt : std::optional<Uuid>{context.user_id};
}

store::BatchRequest read_request(const Args& args) {
  store::BatchRequest request;
  request.agent_id = args.get<std::int64_t>(0, "agent_id");
  request.lead_ids = calls::each_once(lad::pg::read_uuids(args, 1, "lead_ids"));
  request.from_number_id = args.get<Uuid>(2, "from_number_id");
  request.voice_id = args.get_optional<Uuid>(3);
  request.scheduled_at = args.get_optional<lad::pg::Timestamp>(4);
  request.max_attempts = args.get<std::int32_t>(5, "max_attempts");
  const auto metadata = args.get<lad::pg::JsonbDatum>(6, "metadata");
  request.metadata = lad::pg::jsonb_text(metadata);
  lad::ledger::require_metadata(request.metadata);
  request.plan = calls::read_plan(lad::pg::read_json(metadata));
  calls::require_max_attempts(request.max_attempts);
  if (request.scheduled_at) lad::pg::finite_unix_us(*request.scheduled_at, "scheduled_at");
  return request;
}

Uuid enqueue(const lad::pg::TenantContext& context, const store::BatchRequest& request) {
  const Uuid& tenant_id = context.tenant_id;
  store::require_batch_lines(tenant_id, request);
  calls::require_permitted(store::read_permissions(tenant_id, request.from_number_id));
  const auto phones = store::read_phones(tenant_id, request.lead_ids);
  if (std::none_of(phones.begin(), phones.end(), [](const auto& phone) { return phone; })) {
    throw Error{ErrorCode::invalid_argument, "none of the leads has a phone number"};
  }
  return store::insert_batch(tenant_id, user_of(context), request, phones);
}

lad::pg::Timestamp lease_end(const Args& args, int index) {
  const std::int64_t lease_us = args.get<lad::pg::Interval>(index, "lease").exact_us("lease");
  calls::require_lease(lease_us);
  return {lad::pg::clock_now().us + lease_us};
}

store::Batch require_batch(const std::optional<store::Batch>& batch) {
  if (!batch) throw Error{ErrorCode::not_found, "no such batch"};
  return *batch;
}

/// Who may call from the number of a batch, also after the feature was switched off.
void require_caller(const Uuid& tenant_id, const store::Batch& batch) {
  auto permissions = store::read_permissions(tenant_id, batch.from_number_id);
  permissions.feature = permissions.entitled = true;
  calls::require_permitted(permissions);
}

/// Lost entries are given back under the lock of the batch: so none comes back into one that is
/// being stopped.
store::Batch return_lost(const Uuid& tenant_id, const Uuid& batch_id, const store::Batch& seen) {
  if (!store::has_lost(tenant_id, batch_id)) return seen;
  const store::Batch batch = require_batch(store::lock_batch(tenant_id, batch_id));
  store::settle_lost(tenant_id, batch_id, batch);
  return require_batch(store::read_batch(tenant_id, batch_id));
}

std::vector<store::Claimed> claim(const Uuid& tenant_id, const Uuid& batch_id,
                                  std::int32_t max_rows, const Uuid& claim_id,
                                  lad::pg::Timestamp lease_until) {
  store::Batch batch = require_batch(store::read_batch(tenant_id, batch_id));
  calls::require_permitted(store::read_permissions(tenant_id, batch.from_number_id));
  batch = return_lost(tenant_id, batch_id, batch);
  if (batch.wave_size) batch = require_batch(store::lock_batch(tenant_id, batch_id));
  if (!calls::is_batch_open(batch.status) || !batch.is_due) return {};
  std::int64_t room = max_rows;
  if (batch.wave_size) {
    room = std::min(room, *batch.wave_size - store::count_in_hand(tenant_id, batch_id));
  }
  if (room <= 0) return {};
  auto claimed = store::claim_entries(tenant_id, batch_id, batch, static_cast<std::int32_t>(room),
                                      claim_id, lease_until);
  if (!claimed.empty() && batch.status != "running") store::mark_running(tenant_id, batch_id);
  return claimed;
}

[[noreturn]] void refuse_late() {
  throw Error{ErrorCode::claim_lost, "the claim on the entry is over",
              "Its lease has run out, the entry has ended, or another dialler has it.",
              "Renew the claim in time with lad.renew_batch_claim."};
}

/// When a failed call is to be repeated; nothing when it is final, as in a batch that is over.
std::optional<lad::pg::Timestamp> next_attempt(const Uuid& tenant_id, const store::Entry& entry) {
  const auto seen = store::read_batch(tenant_id, entry.batch_id);
  if (!seen || !seen->retry_seconds) return std::nullopt;
  const auto batch = store::lock_batch(tenant_id, entry.batch_id);
  if (!batch || !calls::is_batch_open(batch->status)) return std::nullopt;
  const auto delay =
      calls::retry_delay_seconds(batch->retry_seconds, entry.attempt, batch->max_attempts);
  if (!delay) return std::nullopt;
  return lad::pg::Timestamp{lad::pg::clock_now().us + *delay * 1'000'000};
}

/// The status that the entry has afterwards.
std::string complete(const Uuid& tenant_id, const Uuid& entry_id, const Uuid& claim_id,
                     const store::Completion& completion) {
  const auto entry = store::lock_entry(tenant_id, entry_id);
  if (!entry) throw Error{ErrorCode::not_found, "no such entry"};
  if (entry->claim != claim_id) refuse_late();
  // The answer to the first delivery was lost.
  if (entry->status == completion.status) return completion.status;
  if (calls::standing_of(entry->status) != calls::Standing::open || !entry->in_time) refuse_late();
  if (completion.call_log_id &&
      !store::link_call(tenant_id, *completion.call_log_id, entry->batch_id)) {
    throw Error{ErrorCode::not_found, "no such call"};
  }
  if (completion.status == "failed") {
    if (const auto at = next_attempt(tenant_id, *entry)) {
      store::requeue_entry(tenant_id, entry_id, completion, *at);
      return "queued";
    }
  }
  store::end_entry(tenant_id, entry_id, completion);
  return completion.status;
}

std::int64_t stop(const lad::pg::TenantContext& context, const Uuid& batch_id,
                  const std::string& reason) {
  const Uuid& tenant_id = context.tenant_id;
  require_caller(tenant_id, require_batch(store::read_batch(tenant_id, batch_id)));
  store::lock_queued(tenant_id, batch_id);
  const store::Batch batch = require_batch(store::lock_batch(tenant_id, batch_id));
  if (calls::is_batch_open(batch.status)) {
    return store::stop(tenant_id, batch_id, user_of(context), reason);
  }
  store::settle_lost(tenant_id, batch_id, batch);
  return 0;
}

}  // namespace

LAD_FUNCTION(lad_enqueue_batch) {
  const lad::pg::TenantContext context = lad::pg::require_tenant();
  const store::BatchRequest request = read_request(Args{fcinfo});
  return lad::pg::to_datum(lad::pg::with_spi([&] { return enqueue(context, request); }));
}

LAD_FUNCTION(lad_claim_batch_entries) {
  const Uuid tenant_id = lad::pg::require_tenant().tenant_id;
  const Args args{fcinfo};
  const Uuid batch_id = args.get<Uuid>(0, "batch_id");
  const auto max_rows = args.get<std::int32_t>(1, "max_rows");
  const lad::pg::Timestamp lease_until = lease_end(args, 2);
  calls::require_max_rows(max_rows);
  const Uuid claim_id = lad::pg::random_uuid();
  const auto claimed = lad::pg::with_spi(
      [&] { return claim(tenant_id, batch_id, max_rows, claim_id, lease_until); });
  lad::pg::RowSet set{fcinfo};
  for (const store::Claimed& entry : claimed) {
    set.add(entry.entry_id, claim_id, entry.lead_id, entry.to_phone, entry.attempt, lease_until);
  }
  return set.done();
}

LAD_FUNCTION(lad_renew_batch_claim) {
  const Uuid tenant_id = lad::pg::require_tenant().tenant_id;
  const Args args{fcinfo};
  const Uuid claim_id = args.get<Uuid>(0, "claim");
  const lad::pg::Timestamp lease_until = lease_end(args, 1);
  if (lad::pg::with_spi([&] { return store::renew(tenant_id, claim_id, lease_until); }) == 0) {
    throw Error{ErrorCode::claim_lost, "nothing is in hand under the claim",
                "Its lease has run out, or all of its entries have ended."};
  }
  return lad::pg::to_datum(lease_until);
}

LAD_FUNCTION(lad_complete_batch_entry) {
  const Uuid tenant_id = lad::pg::require_tenant().tenant_id;
  const Args args{fcinfo};
  const Uuid entry_id = args.get<Uuid>(0, "entry_id");
  const Uuid claim_id = args.get<Uuid>(1, "claim");
  const store::Completion completion{args.get<std::string>(2, "status"), args.get_optional<Uuid>(3),
                                     args.get_optional<std::string>(4)};
  calls::require_entry_end(completion.status);
  if (completion.error) calls::require_entry_error(*completion.error);
  return lad::pg::to_datum(
      lad::pg::with_spi([&] { return complete(tenant_id, entry_id, claim_id, completion); }));
}

LAD_FUNCTION(lad_stop_batch) {
  const lad::pg::TenantContext context = lad::pg::require_tenant();
  const Args args{fcinfo};
  const Uuid batch_id = args.get<Uuid>(0, "batch_id");
  const auto reason = args.get<std::string>(1, "reason");
  calls::require_reason(reason);
  return lad::pg::to_datum(lad::pg::with_spi([&] { return stop(context, batch_id, reason); }));
}

LAD_FUNCTION(lad_return_batch_claims) {
  const lad::pg::TenantContext* const context = lad::pg::current_context();
  lad::pg::require_caller("lad_service", "return lost claims");
  if (context == nullptr) throw Error{ErrorCode::no_tenant_context, "no service context"};
  const auto batches = lad::pg::with_spi(
      [tenant_id = context->tenant_id] { return store::batches_with_lost(tenant_id); });
  std::int64_t settled = 0;
  for (const store::BatchKey& key : batches) {
    lad::pg::poll_interrupts();
    const lad::pg::ContextLoan loan{key.tenant_id};
    lad::pg::with_spi([&] {
      // A dialler that holds the batch gives back what it finds itself.
      const auto batch = store::try_lock_batch(key.tenant_id, key.batch_id);
      if (batch) settled += store::settle_lost(key.tenant_id, key.batch_id, *batch);
    });
  }
  return lad::pg::to_datum(settled);
}
