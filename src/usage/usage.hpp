#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/decimal.hpp"
#include "core/json.hpp"
#include "pricing/rating.hpp"

/// Rules of usage: what was used, what it costs, and when it may be charged.
namespace lad::usage {

inline constexpr std::size_t kMaxItems = 1000;

/// Reads `[{category, provider, model, unit, quantity}]`; a quantity is a number or a string that
/// holds one, other keys are not looked at. Throws invalid_argument (22023), inexact_amount (LD302)
/// or out_of_range (22003), with the number of the item, counted from 1.
std::vector<pricing::UsageItem> read_items(const JsonNode& usage_items);

using pricing::prices_json;
using pricing::rate;
using pricing::Rated;

/// JSON array that says, item by item, the quantity, as pricing::prices_json says it with the
/// prices. Merged over the caller's items these make the stored ones.
std::string quantities_json(std::span<const pricing::UsageItem> items);

/// Throws invalid_argument (22023) for a key that is empty, over 200 characters, has control
/// characters, or starts with `call:`, `ai_message:` or `charge_usage_`, which the extension keeps
/// to itself.
void require_usable_key(std::string_view idempotency_key);

}  // namespace lad::usage
