#include "pg/search_plan.hpp"

#include <cstring>

#include "pg/boundary.hpp"
#include "pg/folding.hpp"

extern "C" {
#include <nodes/makefuncs.h>
#include <nodes/nodeFuncs.h>
#include <nodes/supportnodes.h>
#include <optimizer/optimizer.h>
#include <optimizer/plancat.h>
#include <parser/parsetree.h>
#include <utils/fmgroids.h>
#include <utils/lsyscache.h>
}

namespace lad::pg {
namespace {

constexpr const char* kTenantColumn = "tenant_id";

const SearchOperator* find_operator(const List* arguments,
                                    std::span<const SearchOperator> operators) {
  const Oid type = exprType(static_cast<Node*>(lsecond(arguments)));
  for (const SearchOperator& each : operators) {
    if (each.pattern_type == type) return &each;
  }
  return nullptr;
}

bool is_column(Node* node, const IndexOptInfo* index, AttrNumber column) {
  if (!IsA(node, Var)) return false;
  const auto* var = reinterpret_cast<const Var*>(node);
  return var->varno == static_cast<int>(index->rel->relid) && var->varattno == column &&
         var->varlevelsup == 0;
}

/// Whether the clause says `column = something that is the same for the whole scan`.
bool fixes_column(PlannerInfo* root, IndexOptInfo* index, Expr* clause, AttrNumber column) {
  if (!IsA(clause, OpExpr)) return false;
  const auto* comparison = reinterpret_cast<const OpExpr*>(clause);
  if (list_length(comparison->args) != 2 || get_opcode(comparison->opno) != F_UUID_EQ) return false;
  auto* left = static_cast<Node*>(linitial(comparison->args));
  auto* right = static_cast<Node*>(lsecond(comparison->args));
  return (is_column(left, index, column) && is_pseudo_constant_for_index(root, right, index)) ||
         (is_column(right, index, column) && is_pseudo_constant_for_index(root, left, index));
}

/// Under row-level security the policy's clauses are of the lowest level: a caller's own clause on
/// the tenant does not count there.
bool is_led_by_fixed_tenant(PlannerInfo* root, IndexOptInfo* index) {
  const auto column = static_cast<AttrNumber>(index->indexkeys[0]);
  if (column <= 0) return false;
  const RangeTblEntry* table = planner_rt_fetch(index->rel->relid, root);
  const char* name = get_attname(table->relid, column, true);
  if (name == nullptr || std::strcmp(name, kTenantColumn) != 0) return false;
  for (int i = 0; i < list_length(index->rel->baserestrictinfo); ++i) {
    const auto* info = static_cast<const RestrictInfo*>(list_nth(index->rel->baserestrictinfo, i));
    if (info->security_level <= index->rel->baserestrict_min_security &&
        fixes_column(root, index, info->clause, column)) {
      return true;
    }
  }
  return false;
}

/// Whether evaluating the pattern cannot raise and, of an index that reads other tenants' entries
/// on its way, its support functions cannot either. PostgreSQL may start an index scan only if
/// another one, without the tenant, has found a row: an error would tell of that row.
bool is_harmless(Node* pattern, const SearchOperator& search) {
  while (IsA(pattern, RelabelType)) {
    pattern = reinterpret_cast<Node*>(reinterpret_cast<RelabelType*>(pattern)->arg);
  }
  if (IsA(pattern, Const)) return true;
  if (search.index_may_raise) return false;
  // Other parameters stand for subqueries, which are evaluated when they are first needed.
  return IsA(pattern, Var) ||
         (IsA(pattern, Param) && reinterpret_cast<Param*>(pattern)->paramkind == PARAM_EXTERN);
}

List* derive_condition(SupportRequestIndexCondition* request, const FuncExpr* call,
                       const SearchOperator& search) {
  if (request->indexarg != 0 || request->indexcol == 0 ||
      call->inputcollid != request->indexcollation ||
      !op_in_opfamily(search.builtin, request->opfamily)) {
    return NIL;
  }
  auto* pattern = static_cast<Node*>(lsecond(call->args));
  if (!is_harmless(pattern, search) ||
      !is_pseudo_constant_for_index(request->root, pattern, request->index) ||
      !is_led_by_fixed_tenant(request->root, request->index)) {
    return NIL;
  }
  // The search itself stays as recheck: the built-in operator is never evaluated on a row.
  request->lossy = true;
  Expr* condition =
      make_opclause(search.builtin, BOOLOID, false, static_cast<Expr*>(linitial(call->args)),
                    reinterpret_cast<Expr*>(pattern), InvalidOid, request->indexcollation);
  return list_make1(condition);
}

/// False for a constant with which the search is never true.
bool can_be_true(const Node* pattern, const SearchOperator& search, Oid collation) {
  if (!IsA(pattern, Const)) return true;
  const auto* constant = reinterpret_cast<const Const*>(pattern);
  return !constant->constisnull && search.accepts(constant->constvalue, collation);
}

List* condition_for(SupportRequestIndexCondition* request,
                    std::span<const SearchOperator> operators) {
  if (!IsA(request->node, FuncExpr)) return NIL;
  const auto* call = reinterpret_cast<const FuncExpr*>(request->node);
  const SearchOperator* search = find_operator(call->args, operators);
  if (search == nullptr ||
      !can_be_true(static_cast<Node*>(lsecond(call->args)), *search, call->inputcollid)) {
    return NIL;
  }
  return guard([=] { return derive_condition(request, call, *search); });
}

Selectivity estimate(const SupportRequestSelectivity* request, const SearchOperator& search) {
  const Node* pattern = guard([request] {
    return estimate_expression_value(request->root, static_cast<Node*>(lsecond(request->args)));
  });
  if (!can_be_true(pattern, search, request->inputcollid)) return 0.0;
  return guard([request, &search] {
    return request->is_join
               ? join_selectivity(request->root, search.builtin, request->args,
                                  request->inputcollid, request->jointype, request->sjinfo)
               : restriction_selectivity(request->root, search.builtin, request->args,
                                         request->inputcollid, request->varRelid);
  });
}

}  // namespace

Datum answer_planner(Node* node, std::span<const SearchOperator> operators) {
  if (IsA(node, SupportRequestIndexCondition)) {
    auto* request = reinterpret_cast<SupportRequestIndexCondition*>(node);
    return PointerGetDatum(condition_for(request, operators));
  }
  if (IsA(node, SupportRequestSelectivity)) {
    auto* request = reinterpret_cast<SupportRequestSelectivity*>(node);
    const SearchOperator* search = find_operator(request->args, operators);
    if (search == nullptr) return PointerGetDatum(nullptr);
    request->selectivity = estimate(request, *search);
    return PointerGetDatum(request);
  }
  if (IsA(node, SupportRequestSimplify)) {
    // Nothing is simplified, but a collation that cannot be used says so now and not on a row.
    const Oid collation = reinterpret_cast<SupportRequestSimplify*>(node)->fcall->inputcollid;
    if (OidIsValid(collation)) guard([collation] { find_folding(collation); });
  }
  return PointerGetDatum(nullptr);
}

}  // namespace lad::pg
