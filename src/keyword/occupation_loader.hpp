#pragma once

#include <memory>

#include "keyword/loaders.hpp"

namespace lad::keyword {

/// O*NET's Occupation Data and Alternate Titles (tab-separated, with a header line): titles as
/// members of their occupation, "Chief Executive Officer (CEO)", "Quality Assurance Tester (QA
/// Tester)" and short titles as abbreviations.
/// https://www.onetcenter.org/dictionary/27.0/text/alternate_titles.html
std::unique_ptr<Loader> make_onet_loader(EntrySink& sink);

/// NAICS index entries: code, title of the industry, entry, tab-separated, with or without a header
/// line.
std::unique_ptr<Loader> make_naics_loader(EntrySink& sink);

}  // namespace lad::keyword
