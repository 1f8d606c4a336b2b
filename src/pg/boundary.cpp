#include "pg/boundary.hpp"

#include <cstdio>
#include <exception>
#include <new>
#include <stdexcept>
#include <string_view>

#include "core/error.hpp"

namespace lad::pg {
namespace {

int sqlstate_of(std::string_view code) {
  return MAKE_SQLSTATE(code[0], code[1], code[2], code[3], code[4]);
}

template <std::size_t N>
void copy(char (&target)[N], const char* source) {
  std::snprintf(target, N, "%s", source);
  // A multibyte character cut in half would be invalid UTF-8 in the client's error.
  if (std::snprintf(nullptr, 0, "%s", source) >= static_cast<int>(N)) {
    std::size_t end = N - 1;
    while (end > 0 && (static_cast<unsigned char>(target[end - 1]) & 0xC0) == 0x80) --end;
    if (end > 0 && (static_cast<unsigned char>(target[end - 1]) & 0x80) != 0) --end;
    target[end] = '\0';
  }
}

}  // namespace

Failure describe_current_exception() noexcept {
  Failure failure;
  failure.is_postgres = false;
  failure.message[0] = failure.detail[0] = failure.hint[0] = '\0';
  try {
    throw;
  } catch (const PostgresError&) {
    failure.is_postgres = true;
  } catch (const Error& error) {
    failure.sqlstate = sqlstate_of(sqlstate(error.code()));
    copy(failure.message, error.message().c_str());
    copy(failure.detail, error.detail().c_str());
    copy(failure.hint, error.hint().c_str());
  } catch (const std::bad_alloc&) {
    failure.sqlstate = ERRCODE_OUT_OF_MEMORY;
    copy(failure.message, "out of memory");
  } catch (const std::overflow_error& error) {
    failure.sqlstate = ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE;
    copy(failure.message, "value out of range");
    copy(failure.detail, error.what());
  } catch (const std::exception& error) {
    failure.sqlstate = ERRCODE_INTERNAL_ERROR;
    copy(failure.message, "internal error");
    copy(failure.detail, error.what());
  } catch (...) {
    failure.sqlstate = ERRCODE_INTERNAL_ERROR;
    copy(failure.message, "internal error: an exception of an unknown type");
  }
  return failure;
}

void raise(const Failure& failure) {
  if (failure.is_postgres) PG_RE_THROW();
  ereport(ERROR, (errcode(failure.sqlstate), errmsg_internal("%s", failure.message),
                  failure.detail[0] != '\0' ? errdetail_internal("%s", failure.detail) : 0,
                  failure.hint[0] != '\0' ? errhint("%s", failure.hint) : 0));
  pg_unreachable();
}

}  // namespace lad::pg
