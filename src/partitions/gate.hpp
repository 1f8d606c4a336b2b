#pragma once

#include <cstdint>
#include <string>

#include "pg/args.hpp"

/// Who may call the functions of partitions, and the arguments they share.
namespace lad::partitions {

/// Throws privilege (42501) unless the caller is a superuser or a member of lad_owner or
/// lad_service.
void require_maintainer(const char* action);

/// A moment in µs since 1970. Throws null_argument, and invalid_argument (22023) outside of the
/// years 1 to 9999: none of them overflows a step from there.
std::int64_t read_as_of(const pg::Args& args, int index);

/// Throws invalid_argument (22023) unless it is archive, drop or detach.
void require_retention_action(const std::string& action);

}  // namespace lad::partitions
