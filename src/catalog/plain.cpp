#include "catalog/plain.hpp"

#include "core/error.hpp"

namespace lad::catalog {
namespace {

void replace_once(std::string& text, const std::string& part, const std::string& by) {
  const std::size_t at = text.find(part);
  if (at == std::string::npos) {
    throw Error{ErrorCode::internal, "a partitioned table lacks: " + part};
  }
  text.replace(at, part.size(), by);
}

}  // namespace

std::string plain_table(const std::string& create_partitioned) {
  std::string text = create_partitioned;
  replace_once(text, ") PARTITION BY RANGE (created_at)", ")");
  replace_once(text, "PRIMARY KEY (tenant_id, id, created_at)", "PRIMARY KEY (tenant_id, id)");
  return text;
}

}  // namespace lad::catalog
