#pragma once

#include "keyword/normalize.hpp"
#include "pg/language.hpp"

namespace lad::keyword::store {

/// PostgreSQL's Unicode and Snowball.
inline Language server_language() {
  return {pg::nfkc, pg::fold_case, pg::stem};
}

}  // namespace lad::keyword::store
