#pragma once

#include <optional>

#include "core/error.hpp"

/// Errors as values, for code that goes on after one.
namespace lad::pg {

/// Runs the body; the Error it throws, if it throws one. PostgreSQL's own errors pass.
template <class Body>
std::optional<Error> refusal_of(Body&& body) {
  try {
    body();
  } catch (const Error& error) {
    return error;
  }
  return std::nullopt;
}

}  // namespace lad::pg
