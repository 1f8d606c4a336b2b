#pragma once

namespace lad::pg {

/// Raises 55000 (object not in prerequisite state): the LAD tables are not installed here, and how
/// they come.
[[noreturn]] void refuse_without_tables();

}  // namespace lad::pg
