#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/error.hpp"

/// Rules of a usage event's life: pending or failed, then charged, then perhaps voided.
namespace lad::usage {

/// Throws immutable_record (LD102) for a status that the books do not allow after `before`: what is
/// charged stays so or is voided, what is voided stays so.
void require_step(std::string_view before, std::string_view after);

/// Throws usage_not_chargeable (LD303) for an event that is on an invoice with this status, unless
/// that is a draft or voided.
void require_not_invoiced(const std::optional<std::string>& invoice_status);

/// Throws invalid_argument (22023) for a reason that is empty or over 2000 bytes.
void require_reason(std::string_view reason);

/// Why settlement did not charge an event, as the event keeps it.
std::string failure_text(std::string_view sqlstate, std::string_view message);

}  // namespace lad::usage
