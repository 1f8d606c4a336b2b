#include "catalog/schema_store.hpp"

namespace lad::catalog {
namespace {

constexpr SchemaFile kFiles[] = {
#include "schema_files.inc"
};

}  // namespace

std::span<const SchemaFile> schema_files() {
  return kFiles;
}

}  // namespace lad::catalog
