-- The shipped vocabulary: test/data/keyword_expectations.tsv says what typical keywords must and must not get.
\set lines `cat "$PG_ABS_SRCDIR/data/keyword_expectations.tsv"`
CREATE TEMP TABLE expectations AS
SELECT row_number() OVER () AS nr, f[1] AS keyword, f[2] AS context, string_to_array(nullif(f[3], ''), ';') AS wanted,
       string_to_array(f[4], ';') AS forbidden
FROM string_to_table(:'lines', E'\n') AS line, string_to_array(line, E'\t') AS f
WHERE line !~ '^#' AND line <> '';
SELECT count(*) >= 60 AS enough FROM expectations;
CREATE TEMP TABLE found AS
SELECT e.nr, e.keyword, e.context, x.* FROM expectations e, lad.expand_keyword(e.keyword, e.context) AS x;

-- Nothing may be listed here.
SELECT e.keyword, e.context, w AS missing FROM expectations e, unnest(e.wanted) AS w
WHERE NOT EXISTS (SELECT FROM found f WHERE f.nr = e.nr AND f.term = w) ORDER BY e.nr;
SELECT e.keyword, e.context, f.term AS forbidden, f.path FROM expectations e JOIN found f USING (nr), unnest(e.forbidden) AS w
WHERE w = '.' OR f.term ~ ('\m' || w || '\M') ORDER BY e.nr;
SELECT DISTINCT keyword, term AS unexplained FROM found
WHERE coalesce(path, '') = '' OR source IS DISTINCT FROM 'curated' OR score NOT BETWEEN 0.001 AND 1 OR relation IS NULL;
SELECT keyword, context, count(*) AS more_than_ten FROM found GROUP BY nr, keyword, context HAVING count(*) > 10;
SELECT f.keyword, f.term AS repeated FROM found f
WHERE f.relation <> 'spelling' AND lad.normalize_keyword(f.term) = lad.normalize_keyword(f.keyword)
   OR EXISTS (SELECT FROM found g WHERE g.nr = f.nr AND g.term <> f.term AND lad.normalize_keyword(g.term) = lad.normalize_keyword(f.term));

-- Every line of the shipped file is an edge: none is refused, none says what normalisation says already.
SELECT name, format, version, terms > 2000 AS many_terms, edges > 4000 AS many_edges, loaded_at, active FROM lad.lexicons() WHERE name = 'b2b';
-- The same twice, to the byte.
SELECT count(*) AS differences FROM (
    SELECT md5(string_agg(x::text, E'\n')) FROM expectations e, lad.expand_keyword(e.keyword, e.context, 100) AS x
    EXCEPT SELECT md5(string_agg(x::text, E'\n')) FROM expectations e, lad.expand_keyword(e.keyword, e.context, 100) AS x) AS d;
SELECT count(*) AS differences FROM (
    SELECT f.nr, f.term, f.score FROM found f WHERE f.context = 'title'
    EXCEPT SELECT e.nr, x.term, x.score FROM (SELECT array_agg(keyword) AS all FROM expectations WHERE context = 'title') AS k,
        lad.expand_keywords(k.all, 'title') AS x JOIN expectations e ON e.keyword = x.keyword AND e.context = 'title') AS d;
