#pragma once

#include <cstddef>

#include "search/limits.hpp"

/// Containment of JSON as PostgreSQL defines it: an object contains another whose members it has,
/// an array another whose elements it has in any order and number; an array also contains one of
/// its scalars, at the top only.
///
/// A View is a light copyable reference to a value:
///   is_object(), is_array(); for either size(), child(i); for an object key(i),
///   find(key, View& result) -> bool; for two scalars equals(other) (kinds may differ).
namespace lad::search {

/// Whether the value has more than `levels` levels of arrays and objects.
template <class View>
bool is_deeper_than(const View& value, int levels) {
  if (!value.is_object() && !value.is_array()) return false;
  if (levels == 0) return true;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (is_deeper_than(value.child(i), levels - 1)) return true;
  }
  return false;
}

namespace detail {

template <class View>
bool is_scalar(const View& value) {
  return !value.is_object() && !value.is_array();
}

template <class View>
bool has_scalar(const View& array, const View& wanted, Poll poll) {
  poll();
  for (std::size_t i = 0; i < array.size(); ++i) {
    const View element = array.child(i);
    if (is_scalar(element) && element.equals(wanted)) return true;
  }
  return false;
}

template <class View>
bool container_contains(const View& value, const View& pattern, int levels, Poll poll);

template <class View>
bool has_container(const View& array, const View& wanted, int levels, Poll poll) {
  for (std::size_t i = 0; i < array.size(); ++i) {
    const View element = array.child(i);
    if (!is_scalar(element) && container_contains(element, wanted, levels, poll)) return true;
  }
  return false;
}

template <class View>
bool member_contains(const View& object, const View& pattern, std::size_t index, int levels,
                     Poll poll) {
  View found = object;
  if (!object.find(pattern.key(index), found)) return false;
  const View wanted = pattern.child(index);
  if (is_scalar(wanted)) return is_scalar(found) && found.equals(wanted);
  return !is_scalar(found) && container_contains(found, wanted, levels, poll);
}

/// Of two arrays or objects. Every container of a pattern that is contained is reached, so the
/// bound on the levels answers false for each pattern that is deeper, and for no other.
template <class View>
bool container_contains(const View& value, const View& pattern, int levels, Poll poll) {
  poll();
  if (levels == 0 || value.is_object() != pattern.is_object()) return false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern.is_object()) {
      if (!member_contains(value, pattern, i, levels - 1, poll)) return false;
      continue;
    }
    const View wanted = pattern.child(i);
    const bool found = is_scalar(wanted) ? has_scalar(value, wanted, poll)
                                         : has_container(value, wanted, levels - 1, poll);
    if (!found) return false;
  }
  return true;
}

}  // namespace detail

/// Whether the value contains the pattern; false for a pattern of more than kMaxJsonDepth levels.
/// At most one step for each pair of a value's and a pattern's node of one level.
template <class View>
bool contains(const View& value, const View& pattern, Poll poll) {
  if (!detail::is_scalar(pattern)) {
    return !detail::is_scalar(value) &&
           detail::container_contains(value, pattern, kMaxJsonDepth, poll);
  }
  if (value.is_object()) return false;
  return value.is_array() ? detail::has_scalar(value, pattern, poll) : value.equals(pattern);
}

}  // namespace lad::search
