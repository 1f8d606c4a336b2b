#include "ledger/archive_store.hpp"
#include "ledger/change_store.hpp"
#include "ledger/gate.hpp"
#include "ledger/store.hpp"
#include "ledger/wallet_store.hpp"
#include "pg/args.hpp"
#include "pg/context.hpp"
#include "pg/posting.hpp"
#include "pg/restore.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"
#include "pg/trigger.hpp"

namespace ledger = lad::ledger;
namespace store = lad::ledger::store;
using lad::Decimal;
using lad::Error;
using lad::ErrorCode;
using lad::Uuid;
using lad::pg::Args;

namespace {

lad::Posting post(const ledger::Request& request) {
  const lad::pg::TenantContext context = lad::pg::require_tenant();
  ledger::require_valid(request, lad::pg::unix_us(lad::pg::clock_now()));
  const ledger::KeyedRequest keyed{context.tenant_id, request.idempotency_key,
                                   ledger::fingerprint(request)};
  return lad::pg::with_spi([&] {
    if (request.type != ledger::Type::debit) {
      store::require_billing_admin("post anything but a debit");
    }
    lad::Posting posting;
    const auto known = ledger::once(keyed, [&] {
      store::Change change = store::lock(context, request.wallet_id);
      lad::wallet::Wallet& wallet = change.wallet(request.wallet_id);
      change.entries.push_back(ledger::decide(request, wallet, change.next()));
      posting = ledger::to_posting(change.entries.back(), wallet);
      return store::save(change);
    });
    return known ? ledger::replayed(*known) : posting;
  });
}

/// What no CHECK says of a row that is restored.
void require_whole(const lad::pg::TriggerCall& call) {
  ledger::require_signs(
      call.new_value<std::string>(call.require_column("transaction_type")).value_or(""),
      call.new_value<Decimal>(call.require_column("amount")).value_or(Decimal{}),
      call.new_value<Decimal>(call.require_column("reserved_delta")).value_or(Decimal{}));
  for (const char* const hash : {"request_hash", "prev_hash", "row_hash"}) {
    const auto bytes = call.new_value<lad::pg::Bytes>(call.require_column(hash));
    if (bytes && bytes->size() != std::tuple_size_v<lad::crypto::Digest>) {
      throw Error{ErrorCode::check_failed, std::string(hash) + " must have 32 bytes"};
    }
  }
}

/// The arguments that topup, debit, credit and adjust share.
Datum post_as(FunctionCallInfo fcinfo, ledger::Type type) {
  const Args args{fcinfo};
  ledger::Request request;
  request.type = type;
  request.wallet_id = args.get<Uuid>(0, "wallet_id");
  request.amount = args.get<Decimal>(1, "amount");
  request.idempotency_key = args.get<std::string>(2, "idempotency_key");
  ledger::require_key_for(request.type, request.idempotency_key);
  request.reference_type = args.get_optional<std::string>(3);
  request.reference_id = args.get_optional<Uuid>(4);
  request.description = args.get_optional<std::string>(5);
  request.metadata = lad::pg::jsonb_text(args.get<lad::pg::JsonbDatum>(6, "metadata"));
  return lad::pg::posting_datum(fcinfo, post(request));
}

}  // namespace

LAD_FUNCTION(lad_topup) {
  return post_as(fcinfo, ledger::Type::topup);
}
LAD_FUNCTION(lad_debit) {
  return post_as(fcinfo, ledger::Type::debit);
}
LAD_FUNCTION(lad_credit) {
  return post_as(fcinfo, ledger::Type::credit);
}
LAD_FUNCTION(lad_adjust) {
  return post_as(fcinfo, ledger::Type::adjustment);
}

LAD_FUNCTION(lad_post) {
  const Args args{fcinfo};
  ledger::Request request;
  request.wallet_id = args.get<Uuid>(0, "wallet_id");
  request.type = ledger::parse_type(args.get<std::string>(1, "transaction_type"));
  request.amount = args.get<Decimal>(2, "amount");
  request.idempotency_key = args.get<std::string>(3, "idempotency_key");
  ledger::require_key_for(request.type, request.idempotency_key);
  request.reference_type = args.get_optional<std::string>(4);
  request.reference_id = args.get_optional<Uuid>(5);
  request.description = args.get_optional<std::string>(6);
  request.metadata = lad::pg::jsonb_text(args.get<lad::pg::JsonbDatum>(7, "metadata"));
  if (const auto effective_at = args.get_optional<lad::pg::Timestamp>(8)) {
    request.effective_at_us = lad::pg::finite_unix_us(*effective_at, "effective_at");
  }
  request.expected_balance = args.get_optional<Decimal>(9);
  return lad::pg::posting_datum(fcinfo, post(request));
}

LAD_FUNCTION(lad_guard_ledger) {
  const lad::pg::TriggerCall call{fcinfo};
  const bool moves = store::is_archiving() && (call.is_insert() || call.is_delete());
  if (moves) return call.proceed();
  if (!call.is_insert()) {
    throw Error{ErrorCode::immutable_record, "ledger rows never change and never go"};
  }
  if (store::is_saving()) return call.proceed();
  // Who restores a dump could switch this trigger off as well; what is planted by hand
  // lad.verify_ledger finds.
  if (!lad::pg::is_superuser() && !lad::pg::is_restoring()) {
    throw Error{ErrorCode::immutable_record, "ledger rows are written by posting functions only"};
  }
  require_whole(call);
  return call.proceed();
}
