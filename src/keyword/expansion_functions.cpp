#include <algorithm>

#include "core/error.hpp"
#include "keyword/expansion.hpp"
#include "keyword/expansion_store.hpp"
#include "pg/args.hpp"
#include "pg/arrays.hpp"
#include "pg/context.hpp"
#include "pg/duration.hpp"
#include "pg/json.hpp"
#include "pg/language.hpp"
#include "pg/refusal.hpp"
#include "pg/result.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"
#include "pg/tallies.hpp"

namespace pg = lad::pg;
namespace keyword = lad::keyword;
namespace store = lad::keyword::store;
using keyword::ExpansionKey;
using keyword::ExpansionStatus;
using lad::Error;
using lad::ErrorCode;
using lad::Uuid;

namespace {

constexpr keyword::Language kLanguage{pg::nfkc, pg::fold_case, pg::stem};

/// How long the claims of a call may wait for other sessions, all together.
constexpr std::int32_t kPatienceMs = 100;
constexpr std::size_t kMaxKeywords = 1'000;

/// Who asks, and with what.
struct Request {
  Uuid tenant_id;
  std::string prompt_version;
  std::int64_t lease_us = 0;
  std::int64_t patience_ends_us = 0;
};

/// What a keyword is answered with.
struct Answer {
  keyword::Verdict verdict;
  std::optional<store::Expansion> expansion = {};
  bool is_global = false;
  std::optional<Uuid> claim = {};

  std::string status() const { return std::string{name_of(verdict.status)}; }
  std::optional<pg::JsonbImage> terms() const {
    return expansion ? std::optional{expansion->terms} : std::nullopt;
  }
  std::optional<pg::Duration> retry_after() const {
    return verdict.retry_after_us ? std::optional{pg::Duration{*verdict.retry_after_us}}
                                  : std::nullopt;
  }
  std::optional<std::string> source() const {
    if (!expansion) return std::nullopt;
    return is_global ? "global" : "tenant";
  }
};

Request read_request(const pg::Args& args) {
  Request request{pg::require_tenant().tenant_id, args.get<std::string>(2, "prompt_version"),
                  args.get<pg::Interval>(3, "lease").exact_us("lease")};
  keyword::require_prompt_version(request.prompt_version);
  keyword::require_lease(request.lease_us);
  request.patience_ends_us = pg::clock_now().us + kPatienceMs * 1'000;
  return request;
}

/// The tenant's own terms before those of everyone, fresh or not.
void look_up(const Request& request, const ExpansionKey& key, Answer& answer) {
  answer.expansion = store::find_own(request.tenant_id, key);
  answer.is_global = !answer.expansion;
  if (answer.is_global) answer.expansion = store::find_global(key);
}

bool is_fresh(const Request& request, const Answer& answer) {
  return answer.expansion &&
         keyword::is_fresh(answer.expansion->prompt_version, answer.expansion->expires_at_us,
                           request.prompt_version, pg::clock_now().us);
}

/// What is known already, before a claim is tried.
struct Findings {
  bool has_terms;
  bool has_work;
};

bool try_claim(const Request& request, const ExpansionKey& key, const Uuid& claim,
               const Findings& findings) {
  const std::int64_t now_us = pg::clock_now().us;
  const store::NewClaim wanted{claim, key, request.prompt_version, request.lease_us, now_us};
  if (findings.has_work) return store::take_over_claim(request.tenant_id, wanted);
  // Whoever has terms need not wait, and a claim that nobody else makes takes no time.
  constexpr std::int64_t kLeast = 1;
  const std::int64_t left = (request.patience_ends_us - now_us) / 1'000;
  const std::int64_t patience_ms = findings.has_terms ? kLeast : std::max(left, kLeast);
  return store::start_claim(request.tenant_id, wanted, static_cast<std::int32_t>(patience_ms));
}

/// Answers a key. Rows are locked for a claim only, so that whoever is told to wait, and then sits
/// in a long transaction, is in nobody's way.
Answer acquire(const Request& request, const ExpansionKey& key) {
  const Answer hit{{ExpansionStatus::hit, false, {}}};
  Answer answer = hit;
  look_up(request, key, answer);
  if (is_fresh(request, answer)) return answer;
  const auto work = store::read_work(request.tenant_id, key);
  const Findings findings{answer.expansion.has_value(), work.has_value()};
  answer.verdict = judge(work, findings.has_terms, request.prompt_version, pg::clock_now().us);
  if (!answer.verdict.may_claim) return answer;
  const Uuid claim = pg::random_uuid();
  if (!try_claim(request, key, claim, findings)) {
    answer.verdict = keyword::contended(findings.has_terms);
    return answer;
  }
  // Somebody may have fulfilled the key between the look-up and the claim.
  look_up(request, key, answer);
  if (is_fresh(request, answer)) {
    store::drop_claim(request.tenant_id, claim);
    answer.verdict = hit.verdict;
    return answer;
  }
  answer.verdict.status =
      answer.expansion ? ExpansionStatus::claimed_stale : ExpansionStatus::claimed;
  answer.claim = claim;
  return answer;
}

void count_use(const Answer& answer) {
  if (answer.expansion) pg::add_tally({answer.expansion->id, 1, pg::transaction_now()});
}

std::vector<ExpansionKey> read_keys(const std::vector<std::string>& keywords,
                                    keyword::Context context) {
  std::vector<ExpansionKey> keys;
  keys.reserve(keywords.size());
  for (const std::string& keyword : keywords) {
    const auto refusal =
        pg::refusal_of([&] { keys.push_back(read_expansion_key(keyword, context, kLanguage)); });
    if (refusal) {
      throw Error{refusal->code(),
                  "keyword " + std::to_string(keys.size() + 1) + ": " + refusal->message(),
                  refusal->detail(), refusal->hint()};
    }
  }
  return keys;
}

/// The answers in the order of the keys. A key that comes again waits for the first one's claim.
std::vector<Answer> acquire_all(const Request& request, const std::vector<ExpansionKey>& keys) {
  std::vector<Answer> answers(keys.size());
  std::optional<std::size_t> first;
  for (const std::size_t place : keyword::claim_order(keys)) {
    const bool is_again = first && keys[*first].normal == keys[place].normal;
    if (!is_again) {
      first = place;
      answers[place] = acquire(request, keys[place]);
      pg::poll_interrupts();
      continue;
    }
    answers[place] = answers[*first];
    if (!answers[place].claim) continue;
    answers[place].claim.reset();
    answers[place].verdict = keyword::contended(answers[place].expansion.has_value());
  }
  return answers;
}

}  // namespace

LAD_FUNCTION(lad_acquire_expansion) {
  const pg::Args args{fcinfo};
  const Request request = read_request(args);
  const auto context = keyword::parse_context(args.get<std::string>(1, "context"));
  const ExpansionKey key =
      read_expansion_key(args.get<std::string>(0, "keyword"), context, kLanguage);
  const Answer answer = pg::with_spi([&] { return acquire(request, key); });
  count_use(answer);
  return pg::to_row(fcinfo, answer.status(), answer.terms(), answer.claim, answer.retry_after(),
                    answer.source());
}

LAD_FUNCTION(lad_acquire_expansions) {
  const pg::Args args{fcinfo};
  const Request request = read_request(args);
  const auto context = keyword::parse_context(args.get<std::string>(1, "context"));
  const std::vector<std::string> keywords = pg::read_texts(args, 0, "keywords");
  if (keywords.size() > kMaxKeywords) {
    throw Error{ErrorCode::invalid_argument, "keywords must be at most 1000"};
  }
  const std::vector<ExpansionKey> keys = read_keys(keywords, context);
  const auto answers = pg::with_spi([&] { return acquire_all(request, keys); });
  pg::RowSet rows{fcinfo};
  for (std::size_t i = 0; i < answers.size(); ++i) {
    count_use(answers[i]);
    rows.add(keywords[i], answers[i].status(), answers[i].terms(), answers[i].claim,
             answers[i].retry_after(), answers[i].source());
  }
  return rows.done();
}

LAD_FUNCTION(lad_fulfil_expansion) {
  const pg::Args args{fcinfo};
  const Uuid tenant_id = pg::require_tenant().tenant_id;
  const auto claim = args.get<Uuid>(0, "claim");
  const auto terms = args.get<pg::JsonbDatum>(1, "terms");
  const auto model = args.get<std::string>(2, "model");
  const std::int64_t ttl = store::ttl_us(args.get<pg::Interval>(3, "ttl"));
  keyword::require_model(model);
  const std::string kept = pg::with_spi([&] {
    const store::Claim work = store::lock_claim(tenant_id, claim);
    const auto clean = keyword::clean_terms(pg::read_json(terms), kLanguage);
    store::write_expansion(tenant_id, work, clean, model, ttl);
    store::drop_claim(tenant_id, claim);
    return keyword::to_json(clean.terms);
  });
  return pg::to_datum(pg::Json{kept});
}

LAD_FUNCTION(lad_fail_expansion) {
  const pg::Args args{fcinfo};
  const Uuid tenant_id = pg::require_tenant().tenant_id;
  const auto claim = args.get<Uuid>(0, "claim");
  const auto error_class = args.get<std::string>(1, "error_class");
  keyword::require_error_class(error_class);
  const std::int64_t retry_after_us = pg::with_spi([&] {
    const store::Claim work = store::lock_claim(tenant_id, claim);
    const std::int64_t backoff = keyword::backoff_us(work.failures + 1);
    store::record_failure(tenant_id, work, error_class, backoff);
    return backoff;
  });
  return pg::to_datum(pg::Duration{retry_after_us});
}

LAD_FUNCTION(lad_renew_claim) {
  const Uuid tenant_id = pg::require_tenant().tenant_id;
  const auto claim = pg::Args{fcinfo}.get<Uuid>(0, "claim");
  return pg::to_datum(pg::with_spi(
      [&] { return store::renew_lease(tenant_id, store::lock_claim(tenant_id, claim)); }));
}
