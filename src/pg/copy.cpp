#include "pg/copy.hpp"

#include <algorithm>
#include <cstring>

#include "pg/boundary.hpp"

extern "C" {
#include <access/table.h>
#include <commands/copy.h>
#include <commands/defrem.h>
#include <nodes/makefuncs.h>
#include <parser/parse_node.h>
#include <parser/parse_relation.h>
}

namespace lad::pg {
namespace {

/// PostgreSQL's callback has no argument of its own.
struct Feed {
  CopySource* source;
  std::string_view piece;
};
constinit Feed* feed = nullptr;

class Feeding {
 public:
  explicit Feeding(CopySource& source) : own_{&source, {}}, before_(feed) { feed = &own_; }
  ~Feeding() { feed = before_; }
  Feeding(const Feeding&) = delete;
  Feeding& operator=(const Feeding&) = delete;

 private:
  Feed own_;
  Feed* before_;
};

int read_piece(void* out, int, int most) {
  return boundary([&] {
    if (feed->piece.empty()) feed->piece = feed->source->next();
    const std::size_t size = std::min(feed->piece.size(), static_cast<std::size_t>(most));
    std::memcpy(out, feed->piece.data(), size);
    feed->piece.remove_prefix(size);
    return static_cast<int>(size);
  });
}

DefElem* option(const char* name, Node* value) {
  return makeDefElem(pstrdup(name), value, -1);
}

std::uint64_t copy_rows(Oid table, const std::vector<std::string>& columns) {
  List* names = NIL;
  for (const std::string& name : columns) {
    names = lappend(names, makeString(pstrdup(name.c_str())));
  }
  List* const options =
      list_make2(option("format", reinterpret_cast<Node*>(makeString(pstrdup("csv")))),
                 option("header", reinterpret_cast<Node*>(makeString(pstrdup("true")))));
  const Relation relation = table_open(table, RowExclusiveLock);
  ParseState* const state = make_parsestate(nullptr);
  addRangeTableEntryForRelation(state, relation, RowExclusiveLock, nullptr, false, false);
  CopyFromState copy =
      BeginCopyFrom(state, relation, nullptr, nullptr, false, read_piece, names, options);
  const std::uint64_t rows = CopyFrom(copy);
  EndCopyFrom(copy);
  free_parsestate(state);
  table_close(relation, NoLock);
  CommandCounterIncrement();
  return rows;
}

}  // namespace

std::uint64_t copy_in(TableId table, const std::vector<std::string>& columns, CopySource& source) {
  const Feeding feeding{source};
  return guard([&] { return copy_rows(table.oid, columns); });
}

}  // namespace lad::pg
