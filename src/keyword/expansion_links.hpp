#pragma once

#include <string_view>

/// What a term must not hold, because a page, a mail or a chat would make more of it than text.
namespace lad::keyword {

/// HTML, Markdown, templates, character references. "R&D", "C#", "C++" are none.
bool has_markup(std::string_view text);

/// A link, a path below a host, a mail address, the name of a host. Takes folded text. ".NET",
/// "node.js", "TCP/IP" are none.
bool has_address(std::string_view folded);

}  // namespace lad::keyword
