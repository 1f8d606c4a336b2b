#include "jobs/hooks.hpp"
#include "partitions/archive_functions.hpp"
#include "partitions/conversion_hooks.hpp"
#include "partitions/retire_functions.hpp"
#include "pg/boundary.hpp"
#include "pg/context.hpp"
#include "pg/early_release.hpp"
#include "pg/epochs.hpp"
#include "pg/immutable_table.hpp"
#include "pg/key_file.hpp"
#include "pg/launcher.hpp"
#include "pg/lexicon_memory.hpp"
#include "pg/packed_file.hpp"
#include "pg/statement_guard.hpp"
#include "pg/statistics.hpp"
#include "pg/tallies.hpp"
#include "pg/transaction_memo.hpp"
#include "pg/worker.hpp"
#include "tenancy/hooks.hpp"

namespace {

constexpr lad::pg::LongJob kLongJobs[] = {
    {"archive", lad::partitions::run_archive}, {"detach", lad::partitions::run_detach},
    {"restore", lad::partitions::run_restore}, {"settle", lad::jobs::settle},
    {"convert", lad::partitions::convert},
};

}  // namespace

extern "C" {
PG_MODULE_MAGIC;

PGDLLEXPORT void _PG_init() {
  lad::pg::boundary([] {
    lad::pg::require_preload();
    lad::pg::define_key_file(lad::tenancy::kKeyFileFormat);
    lad::pg::define_memos();
    lad::pg::define_epochs();
    lad::pg::define_immutable_tables({"guard_ledger", "guard_invoice"});
    lad::pg::define_statistics();
    lad::pg::define_tallies();
    lad::pg::define_lexicon_memory();
    lad::pg::define_early_release();
    lad::pg::define_archive_directory();
    lad::pg::define_workers(kLongJobs);
    lad::pg::define_launcher();
    lad::pg::define_statement_guard(lad::tenancy::kStatementRule);
    lad::pg::define_context(lad::tenancy::kTokenRules);
  });
}
}
