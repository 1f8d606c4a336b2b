#include <cstring>
#include <map>

#include "ledger/chain_store.hpp"
#include "ledger/checkpoint.hpp"
#include "ledger/grant_store.hpp"
#include "ledger/verify.hpp"
#include "ledger/wallet_store.hpp"
#include "pg/args.hpp"
#include "pg/context.hpp"
#include "pg/key_file.hpp"
#include "pg/result.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"

namespace ledger = lad::ledger;
namespace store = lad::ledger::store;
namespace tenancy = lad::tenancy;
using lad::Error;
using lad::ErrorCode;
using lad::Uuid;
using lad::pg::Args;
using lad::pg::RowSet;

namespace {

constexpr int kPage = 2000;

/// A copy of the keys in force, cleansed when it goes.
struct Keys : tenancy::KeyRing {
  Keys() {
    std::memcpy(static_cast<tenancy::KeyRing*>(this), lad::pg::current_keys(),
                sizeof(tenancy::KeyRing));
  }
  ~Keys() { cleanse(); }
};

/// Points that signed checkpoints claim, by wallet.
using Claims = std::map<Uuid, ledger::ChainPoint>;

void require_point(ledger::ChainVerifier& verifier, const Uuid& tenant_id, const Uuid& wallet_id,
                   const ledger::ChainPoint& point) {
  verifier.require_point(
      point, lad::pg::with_spi([&] { return store::read_hash(tenant_id, wallet_id, point.seq); }));
}

std::vector<ledger::Problem> verify_wallet(const ledger::WalletHead& head, bool since_checkpoint) {
  const ledger::ChainPoint start =
      since_checkpoint ? head.checkpoint.value_or(ledger::ChainPoint{}) : ledger::ChainPoint{};
  ledger::ChainVerifier verifier{start};
  if (start.seq > 0) require_point(verifier, head.tenant_id, head.wallet_id, start);
  std::int64_t after_seq = start.seq;
  for (;;) {
    const auto entries = lad::pg::with_spi(
        [&] { return store::read_chain(head.tenant_id, head.wallet_id, after_seq, kPage); });
    for (const auto& entry : entries) verifier.next(entry);
    if (entries.size() < kPage) break;
    after_seq = entries.back().seq;
    lad::pg::poll_interrupts();
  }
  verifier.finish(head);
  return verifier.problems();
}

/// Every wallet that the caller may see, or only one, page by page.
template <class Visit>
void for_each_head(const std::optional<Uuid>& only, Visit&& visit) {
  Uuid tenant_id;
  Uuid wallet_id;
  for (;;) {
    const auto heads =
        lad::pg::with_spi([&] { return store::read_heads(tenant_id, wallet_id, only, kPage); });
    for (const auto& head : heads) visit(head);
    if (heads.size() < kPage) return;
    tenant_id = heads.back().tenant_id;
    wallet_id = heads.back().wallet_id;
  }
}

void add(RowSet& rows, const Uuid& wallet_id, const ledger::Problem& problem) {
  rows.add(wallet_id, problem.seq == 0 ? std::nullopt : std::optional{problem.seq}, problem.what,
           problem.detail);
}

/// Adds what contradicts a signed checkpoint of this database.
void verify_claims(RowSet& rows, const std::string& text, const std::optional<Uuid>& only) {
  const Keys keys;
  const ledger::Checkpoint checkpoint = ledger::read_signed(text, keys);
  if (checkpoint.database != lad::pg::token_audience()) {
    throw Error{ErrorCode::invalid_argument, "the checkpoint is of another database"};
  }
  const lad::pg::TenantContext* const context = lad::pg::current_context();
  const bool is_foreign = context != nullptr && !context->tenant_id.is_nil() &&
                          context->tenant_id != checkpoint.tenant_id;
  if (is_foreign) {
    throw Error{ErrorCode::invalid_argument, "the checkpoint is of another tenant"};
  }
  for (const auto& [wallet_id, point] : checkpoint.heads) {
    if (only && *only != wallet_id) continue;
    ledger::ChainVerifier verifier;
    require_point(verifier, checkpoint.tenant_id, wallet_id, point);
    for (const auto& problem : verifier.problems()) add(rows, wallet_id, problem);
  }
}

}  // namespace

LAD_FUNCTION(lad_verify_ledger) {
  const Args args{fcinfo};
  const auto only = args.get_optional<Uuid>(0);
  const bool since_checkpoint = args.get<bool>(1, "since_checkpoint");
  const auto checkpoint = args.get_optional<std::string>(2);
  RowSet rows{fcinfo};
  if (only) lad::pg::with_spi([&] { store::read_wallet(*only); });
  for_each_head(only, [&](const ledger::WalletHead& head) {
    for (const auto& problem : verify_wallet(head, since_checkpoint)) {
      add(rows, head.wallet_id, problem);
    }
  });
  for (const auto& broken : lad::pg::with_spi([&] { return store::read_grant_problems(only); })) {
    add(rows, broken.wallet_id, {0, broken.what, broken.detail});
  }
  for (const Uuid& orphan : lad::pg::with_spi([&] { return store::read_orphans(only); })) {
    add(rows, orphan, {0, "orphan", "The ledger names a wallet that does not exist."});
  }
  if (checkpoint) verify_claims(rows, *checkpoint, only);
  return rows.done();
}

LAD_FUNCTION(lad_export_checkpoint) {
  const Uuid tenant_id = lad::pg::require_tenant().tenant_id;
  lad::pg::with_spi([] { store::require_billing_admin("export checkpoints"); });
  ledger::Checkpoint checkpoint;
  checkpoint.database = lad::pg::token_audience();
  checkpoint.tenant_id = tenant_id;
  checkpoint.taken_at_us = lad::pg::unix_us(lad::pg::clock_now());
  for_each_head(std::nullopt, [&](const ledger::WalletHead& head) {
    for (const auto& problem : verify_wallet(head, true)) {
      throw Error{ErrorCode::chain_broken, "the ledger is not sound: " + problem.what,
                  problem.detail};
    }
    if (head.point.seq == 0) return;
    lad::pg::with_spi([&] { store::store_checkpoint(head); });
    checkpoint.heads.push_back({head.wallet_id, head.point});
  });
  const Keys keys;
  return lad::pg::to_datum(ledger::sign(checkpoint, keys.signing_key()));
}
