#pragma once

#include <exception>
#include <span>
#include <string>
#include <string_view>

namespace lad {

/// Every error the extension raises; the meaning of each is its line in errors.def.
enum class ErrorCode {
#define LAD_ERROR(name, sqlstate, condition, remedy) name,
#include "core/errors.def"
#undef LAD_ERROR
};

/// One line of errors.def. All strings are static.
struct ErrorInfo {
  ErrorCode code;
  std::string_view name;       ///< the enumerator's name, e.g. "no_tenant_context"
  std::string_view sqlstate;   ///< five characters, e.g. "LD001"
  std::string_view condition;  ///< a sentence: when it is raised
  std::string_view remedy;     ///< a sentence: what the caller can do
};

/// All lines of errors.def in the order of ErrorCode.
std::span<const ErrorInfo> error_catalog() noexcept;

/// The line of errors.def for a code.
const ErrorInfo& error_info(ErrorCode code) noexcept;

/// The five characters of a code's SQLSTATE.
inline std::string_view sqlstate(ErrorCode code) noexcept {
  return error_info(code).sqlstate;
}

/// What rules throw; the bridge turns it into a PostgreSQL error.
///
/// message: lower case, no full stop, no identifier of another tenant, no secret.
/// detail, hint: sentences. An empty hint of an error of class LD becomes the remedy of errors.def;
/// standard SQLSTATEs get none, since their remedy depends on the case.
class Error : public std::exception {
 public:
  Error(ErrorCode code, std::string message, std::string detail = {}, std::string hint = {});

  ErrorCode code() const noexcept { return code_; }
  const std::string& message() const noexcept { return message_; }
  const std::string& detail() const noexcept { return detail_; }
  const std::string& hint() const noexcept { return hint_; }
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  ErrorCode code_;
  std::string message_;
  std::string detail_;
  std::string hint_;
};

}  // namespace lad
