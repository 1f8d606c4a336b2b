#pragma once

namespace lad::partitions::store {

/// SQL: name and clauses of each policy of the table $1, as CREATE POLICY takes them after its name
/// and table.
inline constexpr const char* kPoliciesOf =
    "SELECT polname::text, format(' AS %s FOR %s TO %s%s%s', "
    "       CASE WHEN polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END, "
    "       CASE polcmd WHEN '*' THEN 'ALL' WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' "
    "                   WHEN 'w' THEN 'UPDATE' ELSE 'DELETE' END, "
    "       (SELECT string_agg(CASE role WHEN 0 THEN 'PUBLIC' "
    "                          ELSE quote_ident(pg_get_userbyid(role)) END, ', ') "
    "        FROM unnest(polroles) AS role), "
    "       ' USING (' || pg_get_expr(polqual, polrelid) || ')', "
    "       ' WITH CHECK (' || pg_get_expr(polwithcheck, polrelid) || ')') "
    "FROM pg_policy WHERE polrelid = $1 ORDER BY polname";

}  // namespace lad::partitions::store
