#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "core/error.hpp"

/// Rules of putting things into an order.
namespace lad::leads {

/// Throws invalid_argument (22023) unless the order names each thing that exists exactly once.
template <class T>
void require_each_once(std::vector<T> existing, std::vector<T> order, const char* what) {
  std::sort(existing.begin(), existing.end());
  std::sort(order.begin(), order.end());
  if (existing == order) return;
  throw Error{
      ErrorCode::invalid_argument,
      std::string("the order must name each ") + what + " exactly once",
      std::to_string(existing.size()) + " exist, " + std::to_string(order.size()) + " are named."};
}

}  // namespace lad::leads
