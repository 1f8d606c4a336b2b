#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/json.hpp"
#include "core/uuid.hpp"

/// Rules of the assistant that finds out whom a tenant looks for.
namespace lad::assistant {

/// The search that what is known of the customer stands for: `keywords`, `expandedKeywords`,
/// `industry`, `location`, `company_size`, `job_titles`, and whatever else is known under its own
/// name. Keywords are given as an array or separated by commas; without any the industries are
/// keywords. The expanded keywords hold the keywords too. Terms lose their outer spaces, and none
/// comes twice whatever its case. Usual other spellings (`industries`, `companySize`, `titles` …)
/// are understood; what is empty is left out. Throws invalid_argument (22023) unless the facts are
/// an object and terms are texts or numbers.
JsonNode build_search_params(const JsonNode& icp_data);

/// Key of a message's usage event: `ai_message:<id>`.
std::string usage_key(const Uuid& message_id);

/// The tokens of a message as a usage item, in a JSON array. The model is the message's own, or
/// what its data name; without any, openai gpt-4.
std::string usage_items(std::int64_t tokens, const std::optional<std::string>& model,
                        const std::optional<JsonNode>& message_data);

}  // namespace lad::assistant
