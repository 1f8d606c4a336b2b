#pragma once

#include <string>
#include <string_view>

#include "core/parsed_text.hpp"
#include "pg/postgres.hpp"

namespace lad::pg {

/// What PostgreSQL's text search finds in a text, by the configuration english.
lad::ParsedText parse_text(std::string_view text);

/// A tsquery of its text form, such as `'vp' <-> 'sale'`; the empty one for an empty text.
Datum to_query(const std::string& text);

}  // namespace lad::pg
