#include "pg/transaction_memo.hpp"

#include "pg/postgres.hpp"

namespace lad::pg {
namespace {

constinit MemoBase* first = nullptr;

void end_transaction(XactEvent event, void*) {
  if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE) {
    forget_memos();
  }
}

void end_subtransaction(SubXactEvent event, SubTransactionId, SubTransactionId, void*) {
  if (event == SUBXACT_EVENT_ABORT_SUB) forget_memos();
}

}  // namespace

void MemoBase::keep(void* value) {
  if (value_ != nullptr) drop_(value_);
  value_ = value;
  if (is_listed_) return;
  next_ = first;
  first = this;
  is_listed_ = true;
}

void forget_memos() noexcept {
  for (MemoBase* memo = first; memo != nullptr; memo = memo->next_) {
    if (memo->value_ != nullptr) memo->drop_(memo->value_);
    memo->value_ = nullptr;
  }
}

void define_memos() {
  RegisterXactCallback(end_transaction, nullptr);
  RegisterSubXactCallback(end_subtransaction, nullptr);
}

}  // namespace lad::pg
