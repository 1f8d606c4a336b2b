#pragma once

#include <string>
#include <string_view>

#include "core/json.hpp"

/// The printable invoice.
namespace lad::invoices {

/// Text with whatever HTML would read as markup written out, for elements and quoted attributes.
std::string escape_html(std::string_view text);

/// A number as people read it: thousands apart, and of the decimals those that are not zero, but
/// `min_decimals` at least: ("1234.500000", 2) is 1,234.50.
std::string readable_number(std::string_view digits, int min_decimals);

/// The document that lad.invoice_document returns as one page of HTML without any other file, also
/// for A4 or Letter paper. Throws invalid_argument (22023) for JSON that is no such document.
std::string invoice_html(const JsonNode& document);

}  // namespace lad::invoices
