#pragma once

#include <memory>

#include "keyword/loaders.hpp"

namespace lad::keyword {

/// WordNet's nouns (wndb(5WN)): words that share the first sense of one of them are its synonyms,
/// of low weight. Later senses are what a searcher rarely means.
std::unique_ptr<Loader> make_wordnet_loader(EntrySink& sink);

}  // namespace lad::keyword
