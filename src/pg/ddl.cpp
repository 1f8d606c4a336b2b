#include "pg/ddl.hpp"

#include <algorithm>

extern "C" {
#include <nodes/parsenodes.h>
#include <parser/parse_type.h>
#include <parser/parser.h>
}

namespace lad::pg {
namespace {

std::string text_or_empty(const char* text) {
  return text == nullptr ? "" : text;
}

template <class T>
T* as(Node* node) {
  return reinterpret_cast<T*>(node);
}

template <class Visit>
void for_each(const List* list, Visit&& visit) {
  for (int i = 0; i < list_length(list); ++i) visit(static_cast<Node*>(list_nth(list, i)));
}

std::string quoted(const char* name) {
  return guard([name] { return quote_identifier(name); });
}

std::string column_list(const List* names) {
  std::string list;
  for_each(names, [&](Node* name) { list += (list.empty() ? "" : ", ") + quoted(strVal(name)); });
  return "(" + list + ")";
}

std::string action_clause(const char* event, char action) {
  const std::string start = std::string(" ON ") + event;
  switch (action) {
    case FKCONSTR_ACTION_CASCADE:
      return start + " CASCADE";
    case FKCONSTR_ACTION_RESTRICT:
      return start + " RESTRICT";
    case FKCONSTR_ACTION_SETNULL:
      return start + " SET NULL";
    case FKCONSTR_ACTION_SETDEFAULT:
      return start + " SET DEFAULT";
    default:
      return "";
  }
}

std::string foreign_key_definition(const Constraint* key) {
  if (key->pk_attrs == NIL || key->pktable->schemaname == nullptr) {
    throw Error{ErrorCode::internal, std::string("foreign key without columns: ") + key->conname};
  }
  return "FOREIGN KEY " + column_list(key->fk_attrs) + " REFERENCES " +
         quoted(key->pktable->schemaname) + "." + quoted(key->pktable->relname) +
         column_list(key->pk_attrs) +
         (key->fk_matchtype == FKCONSTR_MATCH_FULL ? " MATCH FULL" : "") +
         action_clause("UPDATE", key->fk_upd_action) + action_clause("DELETE", key->fk_del_action) +
         (key->deferrable ? " DEFERRABLE" : "") + (key->initdeferred ? " INITIALLY DEFERRED" : "");
}

void set_table(DdlStatement& statement, const RangeVar* relation) {
  statement.table_location = relation->location;
  statement.schema = text_or_empty(relation->schemaname);
  statement.table = relation->relname;
}

/// Where a clause that starts at `begin` ends: at the comma or parenthesis that closes it.
std::size_t clause_end(const std::string& text, std::size_t begin) {
  int depth = 0;
  char quote = '\0';
  for (std::size_t i = begin; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != '\0') {
      if (c == quote) quote = '\0';
      continue;
    }
    if (c == '\'' || c == '"') quote = c;
    if (text.compare(i, 2, "--") == 0) i = std::min(text.find('\n', i), text.size());
    if (c == '(') ++depth;
    if (c == ')' && --depth < 0) return i;
    if (c == ',' && depth == 0) return i;
  }
  return text.size();
}

void read_column(ColumnDef* definition, const std::string& script, DdlStatement& statement) {
  ColumnShape column{definition->colname, "", definition->is_not_null};
  for_each(definition->constraints, [&](Node* node) {
    const auto* const constraint = as<Constraint>(node);
    const ConstrType type = constraint->contype;
    column.not_null |= type == CONSTR_NOTNULL || type == CONSTR_PRIMARY || type == CONSTR_IDENTITY;
    column.is_identity |= type == CONSTR_IDENTITY;
    if (!column.default_clause.empty()) {
      throw Error{ErrorCode::internal, "DEFAULT is not the last clause of column " + column.name};
    }
    if (type != CONSTR_DEFAULT) return;
    const std::size_t begin = constraint->location;
    column.default_clause = script.substr(begin, clause_end(script, begin) - begin);
  });
  statement.columns.push_back(std::move(column));
}

void read_constraint(Constraint* constraint, const std::string& script, DdlStatement& statement) {
  if (constraint->conname == nullptr) {
    throw Error{ErrorCode::internal, "constraint without a name in table " + statement.table};
  }
  const std::size_t begin = constraint->location;
  statement.constraints.push_back(
      {constraint->conname, script.substr(begin, clause_end(script, begin) - begin),
       constraint->contype == CONSTR_FOREIGN ? foreign_key_definition(constraint) : ""});
  if (constraint->contype != CONSTR_PRIMARY) return;
  for_each(constraint->keys, [&](Node* key) {
    for (ColumnShape& column : statement.columns) {
      column.not_null |= column.name == strVal(key);
    }
  });
}

void read_table(CreateStmt* create, const std::string& script, DdlStatement& statement) {
  statement.kind = DdlKind::table;
  set_table(statement, create->relation);
  statement.name = statement.table;
  statement.is_partitioned = create->partspec != nullptr;
  for_each(create->tableElts, [&](Node* element) {
    if (IsA(element, ColumnDef)) read_column(as<ColumnDef>(element), script, statement);
  });
  for_each(create->tableElts, [&](Node* element) {
    if (IsA(element, Constraint)) read_constraint(as<Constraint>(element), script, statement);
  });
}

void read_alter(AlterTableStmt* alter, DdlStatement& statement) {
  set_table(statement, alter->relation);
  statement.kind = DdlKind::annotation;
  for_each(alter->cmds, [&](Node* node) {
    const AlterTableCmd* command = as<AlterTableCmd>(node);
    const bool adds = command->subtype == AT_AddConstraint || command->subtype == AT_AddColumn;
    if (adds && list_length(alter->cmds) > 1) {
      throw Error{ErrorCode::internal, "ALTER TABLE of several parts on " + statement.table};
    }
    if (command->subtype == AT_AddConstraint) {
      statement.kind = DdlKind::add_constraint;
      statement.name = text_or_empty(as<Constraint>(command->def)->conname);
    } else if (command->subtype == AT_AddColumn) {
      statement.kind = DdlKind::add_column;
      statement.name = as<ColumnDef>(command->def)->colname;
    }
  });
}

void set_kind(DdlStatement& statement, DdlKind kind, const RangeVar* relation, const char* name) {
  set_table(statement, relation);
  statement.kind = kind;
  statement.name = text_or_empty(name);
}

/// The table a COMMENT or GRANT is about, as far as it names one.
void read_annotation(Node* node, DdlStatement& statement) {
  statement.kind = DdlKind::annotation;
  if (IsA(node, GrantStmt)) {
    const GrantStmt* grant = as<GrantStmt>(node);
    if (grant->objtype != OBJECT_TABLE || list_length(grant->objects) != 1) return;
    set_table(statement, static_cast<RangeVar*>(linitial(grant->objects)));
  } else if (IsA(node, CommentStmt)) {
    const CommentStmt* comment = as<CommentStmt>(node);
    if (comment->objtype != OBJECT_TABLE && comment->objtype != OBJECT_COLUMN) return;
    const List* const names = as<List>(comment->object);
    if (list_length(names) < 2) return;
    statement.schema = strVal(linitial(names));
    statement.table = strVal(lsecond(names));
  }
}

void read_node(Node* node, const std::string& script, DdlStatement& statement) {
  switch (nodeTag(node)) {
    case T_CreateSchemaStmt:
      statement.kind = DdlKind::schema;
      statement.schema = statement.name = text_or_empty(as<CreateSchemaStmt>(node)->schemaname);
      return;
    case T_CreateStmt:
      return read_table(as<CreateStmt>(node), script, statement);
    case T_AlterTableStmt:
      return read_alter(as<AlterTableStmt>(node), statement);
    case T_IndexStmt:
      return set_kind(statement, DdlKind::index, as<IndexStmt>(node)->relation,
                      as<IndexStmt>(node)->idxname);
    case T_CreateTrigStmt:
      return set_kind(statement, DdlKind::trigger, as<CreateTrigStmt>(node)->relation,
                      as<CreateTrigStmt>(node)->trigname);
    case T_CreatePolicyStmt:
      return set_kind(statement, DdlKind::policy, as<CreatePolicyStmt>(node)->table,
                      as<CreatePolicyStmt>(node)->policy_name);
    case T_ViewStmt:
      return set_kind(statement, DdlKind::relation, as<ViewStmt>(node)->view,
                      as<ViewStmt>(node)->view->relname);
    case T_CreateSeqStmt:
      return set_kind(statement, DdlKind::relation, as<CreateSeqStmt>(node)->sequence,
                      as<CreateSeqStmt>(node)->sequence->relname);
    case T_InsertStmt:
      return set_kind(statement, DdlKind::insert, as<InsertStmt>(node)->relation, "");
    case T_CommentStmt:
    case T_GrantStmt:
      return read_annotation(node, statement);
    default:
      throw Error{ErrorCode::internal, "statement of an unexpected kind in the schema files",
                  "It starts with: " + statement.text.substr(0, 60)};
  }
}

List* parse(const std::string& script) {
  return guard([&script] { return raw_parser(script.c_str(), RAW_PARSE_DEFAULT); });
}

}  // namespace

std::vector<DdlStatement> split_script(const std::string& script) {
  std::vector<DdlStatement> statements;
  for_each(parse(script), [&](Node* node) {
    const RawStmt* const raw = as<RawStmt>(node);
    const std::size_t length = raw->stmt_len == 0 ? std::string::npos : raw->stmt_len;
    DdlStatement statement;
    statement.text = script.substr(raw->stmt_location, length);
    read_node(raw->stmt, script, statement);
    if (statement.table_location >= 0) statement.table_location -= raw->stmt_location;
    statements.push_back(std::move(statement));
  });
  return statements;
}

std::string text_on(const DdlStatement& statement, const std::string& other_table) {
  const std::string own = statement.schema + "." + statement.table;
  if (statement.table_location < 0 ||
      statement.text.compare(statement.table_location, own.size(), own) != 0) {
    throw Error{ErrorCode::internal, "statement does not name its table " + own};
  }
  std::string text = statement.text;
  return text.replace(statement.table_location, own.size(), other_table);
}

std::vector<ColumnShape> resolve_columns(const DdlStatement& create_table) {
  std::vector<ColumnShape> columns = create_table.columns;
  const RawStmt* const raw = static_cast<RawStmt*>(linitial(parse(create_table.text)));
  std::size_t next = 0;
  for_each(as<CreateStmt>(raw->stmt)->tableElts, [&](Node* element) {
    if (!IsA(element, ColumnDef)) return;
    const TypeName* const type = as<ColumnDef>(element)->typeName;
    columns.at(next++).type = guard([type] {
      Oid oid = InvalidOid;
      int32 modifier = -1;
      typenameTypeIdAndMod(nullptr, type, &oid, &modifier);
      return format_type_with_typemod(oid, modifier);
    });
  });
  return columns;
}

}  // namespace lad::pg
