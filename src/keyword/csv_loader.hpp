#pragma once

#include <memory>

#include "keyword/loaders.hpp"

namespace lad::keyword {

/// ESCO's occupations (occupations_en.csv): labels as members of their occupation. Columns are
/// found by their names in the header: conceptUri, preferredLabel, altLabels (one a line, inside
/// quotes).
std::unique_ptr<Loader> make_esco_loader(EntrySink& sink);

}  // namespace lad::keyword
