#include "pg/savepoint.hpp"

#include <cstring>

namespace lad::pg {
namespace {

bool must_propagate(int sqlstate) {
  return sqlstate == ERRCODE_T_R_SERIALIZATION_FAILURE ||
         sqlstate == ERRCODE_T_R_DEADLOCK_DETECTED ||
         ERRCODE_TO_CATEGORY(sqlstate) == ERRCODE_TO_CATEGORY(ERRCODE_OPERATOR_INTERVENTION) ||
         ERRCODE_TO_CATEGORY(sqlstate) == ERRCODE_TO_CATEGORY(ERRCODE_SYSTEM_ERROR);
}

std::string text_or_empty(const char* text) {
  return text == nullptr ? "" : text;
}

}  // namespace

Savepoint::Savepoint() : memory_(CurrentMemoryContext), owner_(CurrentResourceOwner) {
  guard([this] {
    BeginInternalSubTransaction(nullptr);
    MemoryContextSwitchTo(memory_);
  });
}

void Savepoint::release() {
  guard([this] {
    ReleaseCurrentSubTransaction();
    MemoryContextSwitchTo(memory_);
    CurrentResourceOwner = owner_;
  });
}

void Savepoint::undo() {
  guard([this] {
    RollbackAndReleaseCurrentSubTransaction();
    MemoryContextSwitchTo(memory_);
    CurrentResourceOwner = owner_;
  });
}

void Savepoint::undo_duplicate(const char* constraint) {
  guard([=, this] {
    MemoryContextSwitchTo(memory_);
    ErrorData* const error = CopyErrorData();
    FlushErrorState();
    RollbackAndReleaseCurrentSubTransaction();
    MemoryContextSwitchTo(memory_);
    CurrentResourceOwner = owner_;
    if (error->sqlerrcode != ERRCODE_UNIQUE_VIOLATION || error->constraint_name == nullptr ||
        std::strcmp(error->constraint_name, constraint) != 0) {
      ReThrowError(error);
    }
    FreeErrorData(error);
    if (IsolationUsesXactSnapshot()) {
      ereport(ERROR, (errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
                      errmsg("could not serialize access due to concurrent update")));
    }
  });
}

void Savepoint::undo_locked() {
  guard([this] {
    MemoryContextSwitchTo(memory_);
    ErrorData* const error = CopyErrorData();
    FlushErrorState();
    RollbackAndReleaseCurrentSubTransaction();
    MemoryContextSwitchTo(memory_);
    CurrentResourceOwner = owner_;
    if (error->sqlerrcode != ERRCODE_LOCK_NOT_AVAILABLE) ReThrowError(error);
    FreeErrorData(error);
  });
}

std::optional<Survived> Savepoint::end() {
  if (!failure_) {
    release();
    return std::nullopt;
  }
  ErrorData* const error = guard([this]() -> ErrorData* {
    MemoryContextSwitchTo(memory_);
    ErrorData* copied = nullptr;
    if (failure_->is_postgres) {
      copied = CopyErrorData();
      FlushErrorState();
    }
    RollbackAndReleaseCurrentSubTransaction();
    MemoryContextSwitchTo(memory_);
    CurrentResourceOwner = owner_;
    if (copied != nullptr && must_propagate(copied->sqlerrcode)) ReThrowError(copied);
    return copied;
  });
  if (error == nullptr) {
    return Survived{unpack_sql_state(failure_->sqlstate), failure_->message, failure_->detail};
  }
  Survived survived{unpack_sql_state(error->sqlerrcode), text_or_empty(error->message),
                    text_or_empty(error->detail)};
  guard([error] { FreeErrorData(error); });
  return survived;
}

}  // namespace lad::pg
