#include "core/error.hpp"

#include <array>
#include <cstddef>
#include <utility>

namespace lad {
namespace {

constexpr std::array kCatalog = {
#define LAD_ERROR(name, sqlstate, condition, remedy) \
  ErrorInfo{ErrorCode::name, #name, sqlstate, condition, remedy},
#include "core/errors.def"
#undef LAD_ERROR
};

}  // namespace

std::span<const ErrorInfo> error_catalog() noexcept {
  return kCatalog;
}

const ErrorInfo& error_info(ErrorCode code) noexcept {
  return kCatalog[static_cast<std::size_t>(code)];
}

Error::Error(ErrorCode code, std::string message, std::string detail, std::string hint)
    : code_(code),
      message_(std::move(message)),
      detail_(std::move(detail)),
      hint_(std::move(hint)) {
  if (hint_.empty() && sqlstate(code).starts_with("LD")) hint_ = error_info(code).remedy;
}

}  // namespace lad
