#pragma once

#include <memory>

#include "keyword/loaders.hpp"

namespace lad::keyword {

/// Tab-separated edges without a header: term, expansion, relation, weight in (0, 1], contexts
/// (comma-separated); more columns are notes. Lines that start with # are comments.
std::unique_ptr<Loader> make_tsv_loader(EntrySink& sink, Source source);

/// The synonym file of Solr and Elasticsearch: "a, b, c" are synonyms of each other, "a, b => c, d"
/// gives c and d to those who search a or b; a comma or backslash that belongs to a term follows a
/// backslash; lines that start with # are comments.
std::unique_ptr<Loader> make_synonyms_loader(EntrySink& sink, Source source);

}  // namespace lad::keyword
