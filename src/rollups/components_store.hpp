#pragma once

// clang-format off

#define LAD_USAGE_NUMBER(key)                                                                     \
  "CASE jsonb_typeof(i->'" key "') WHEN 'number' THEN"                                            \
  " CASE WHEN abs((i->>'" key "')::numeric) < 1e14 THEN round((i->>'" key "')::numeric, 6)"       \
  "  ELSE 0 END ELSE 0 END AS " key

// The components of a usage event e as its sums count them: a row (category, events, quantity, cost)
// for each category, and one for what it was charged and no component tells. An event counts once,
// with its first component. Numbers that no function of lad would have written count as nothing.
#define LAD_USAGE_COMPONENTS                                                                      \
  " LATERAL (SELECT CASE grouping(i.category) WHEN 0 THEN i.category ELSE 'correction' END"       \
  "   AS category,"                                                                               \
  "  CASE grouping(i.category) WHEN 0 THEN count(*) FILTER (WHERE i.n = 1)"                       \
  "   ELSE (count(*) = 0)::int END AS events,"                                                    \
  "  CASE grouping(i.category) WHEN 0 THEN sum(i.quantity) ELSE 0 END AS quantity,"               \
  "  CASE grouping(i.category) WHEN 0 THEN sum(i.cost)"                                           \
  "   ELSE e.total_cost - coalesce(sum(i.cost), 0) END AS cost"                                   \
  "  FROM (SELECT i->>'category' AS category, n, "                                                \
          LAD_USAGE_NUMBER("quantity") ", " LAD_USAGE_NUMBER("cost")                              \
  "   FROM jsonb_array_elements(CASE jsonb_typeof(e.usage_items) WHEN 'array'"                    \
  "    THEN e.usage_items ELSE '[]' END) WITH ORDINALITY AS t (i, n)) AS i"                       \
  "  GROUP BY GROUPING SETS ((i.category), ())"                                                   \
  "  HAVING grouping(i.category) = 0 OR count(*) = 0 OR e.total_cost <> sum(i.cost)) AS c"

// clang-format on
