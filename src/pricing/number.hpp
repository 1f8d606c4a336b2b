#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace lad::pricing {

/// Why a number is refused; `what` goes on after the name of the value, as in "quantity is
/// negative".
struct NumberFlaw {
  ErrorCode code;
  std::string what;
};

/// What is wrong with the text of a number that must be exact and at least 0, if anything is.
///
/// Digits with at most one point: what JSON numbers of a jsonb look like. `scale` is that of the
/// Decimal (6) or Rate (10) the number shall become. Flaws: invalid_argument (22023) for a negative
/// number or no number, out_of_range (22003), inexact_amount (LD302) for more decimals.
std::optional<NumberFlaw> find_flaw(std::string_view text, int scale);

}  // namespace lad::pricing
