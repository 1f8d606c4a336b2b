#pragma once

#include "catalog/store.hpp"

namespace lad::catalog {

/// Makes the event triggers that protect new tables of lad_data and watch its partitions, as the
/// caller: only superusers may. For anybody else a missing one is left out with a notice. Inside
/// with_spi.
void add_event_triggers(std::vector<store::Action>& actions);

}  // namespace lad::catalog
