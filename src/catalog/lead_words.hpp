#pragma once

#include <algorithm>
#include <array>
#include <string_view>

/// The words every tenant may use for leads.stage and leads.status; a tenant adds its own in
/// lead_stages and lead_statuses.
namespace lad::catalog {

inline constexpr std::array<std::string_view, 7> kLeadStages{
    "lead", "contact", "qualified", "proposal", "negotiation", "closed-won", "closed-lost"};

inline constexpr std::array<std::string_view, 6> kLeadStatuses{
    "new", "contacted", "qualified", "unqualified", "lost", "converted"};

template <std::size_t N>
constexpr bool is_built_in(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace lad::catalog
