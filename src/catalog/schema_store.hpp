#pragma once

#include <span>

/// The files of sql/schema, compiled into the library in the order of their names.
namespace lad::catalog {

struct SchemaFile {
  const char* name;
  const char* text;
};

std::span<const SchemaFile> schema_files();

}  // namespace lad::catalog
