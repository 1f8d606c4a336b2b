#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>

#include "core/error.hpp"

namespace lad::test {

/// The error that a body throws, if it throws one.
template <typename Body>
std::optional<Error> error_of(Body&& body) {
  try {
    std::forward<Body>(body)();
  } catch (const Error& error) {
    return error;
  }
  return std::nullopt;
}

/// The name of the code that a body throws, or "no error".
template <typename Body>
std::string code_of(Body&& body) {
  const auto error = error_of(std::forward<Body>(body));
  return error ? std::string(error_info(error->code()).name) : "no error";
}

}  // namespace lad::test
