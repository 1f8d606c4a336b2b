#include "keyword/vocabulary_store.hpp"

#include "vocabulary.inc"

namespace lad::keyword::store {

std::string_view shipped_vocabulary() {
  return kVocabulary;
}

std::string_view shipped_version() {
  return kVocabularyVersion;
}

}  // namespace lad::keyword::store
