-- Every column of the entity-relationship model, and every column the application adds, stands in
-- lad_data with the type the model names (times are always timestamptz).
\ir schema_setup.psql
SELECT * FROM no_plan();

SELECT is((SELECT count(DISTINCT "table") FROM er_columns), 49::bigint, 'the model has 49 tables');
SELECT is((SELECT count(*) FROM er_columns WHERE source = 'ER'), 599::bigint, 'and 599 columns');
SELECT is((SELECT count(*) FROM er_columns WHERE source = 'app'), 128::bigint,
          'and the application adds 128');

CREATE FUNCTION pg_temp.base_type(model_type text) RETURNS text LANGUAGE sql AS $$
    SELECT CASE regexp_replace(model_type, '\(.*', '')
        WHEN 'varchar' THEN 'character varying'
        WHEN 'int' THEN 'integer'
        WHEN 'timestamp' THEN 'timestamp with time zone'
        WHEN 'timestamptz' THEN 'timestamp with time zone'
        ELSE regexp_replace(model_type, '\(.*', '') END
$$;
SELECT is(
    (SELECT format_type(a.atttypid, NULL) FROM pg_attribute AS a
     WHERE a.attrelid = to_regclass('lad_data.' || quote_ident(e."table"))
       AND a.attname = e."column" AND NOT a.attisdropped),
    CASE WHEN x."table" IS NULL THEN pg_temp.base_type(e.type) ELSE 'bigint' END,
    format('%s.%s is %s', e."table", e."column", coalesce(x.reason, e.type)))
FROM er_columns AS e
LEFT JOIN er_exceptions AS x
  ON x.kind = 'type' AND x."table" = e."table" AND x."column" = e."column";

SELECT is_empty($$
    SELECT e."table", e."column" FROM er_columns AS e
    WHERE e.source = 'ER' AND e.flags ~ '\mPK\M' AND NOT EXISTS (
        SELECT FROM data_constraints AS c
        WHERE c."table" = e."table" AND c.contype = 'p' AND e."column" = ANY (c.columns))
$$, 'every primary key column of the model is in a primary key');
SELECT is_empty($$
    SELECT e."table", e."column" FROM er_columns AS e
    WHERE e.source = 'ER' AND e.flags ~ '\mUK\M' AND NOT EXISTS (
        SELECT FROM data_indexes AS i
        WHERE i."table" = e."table" AND i.indisunique
          AND (e."column" = ANY (i.columns) OR i.expressions ~ ('\m' || e."column" || '\M')))
$$, 'every unique key column of the model is in a unique index');
SELECT is_empty($$
    SELECT e."table", e."column" FROM er_columns AS e
    JOIN pg_attribute AS a
      ON a.attrelid = ('lad_data.' || e."table")::regclass AND a.attname = e."column"
    WHERE e.source = 'app' AND e."column" <> 'tenant_id' AND a.attnotnull AND NOT a.atthasdef
$$, 'columns the application adds are nullable or have a default');

SELECT * FROM finish();
ROLLBACK;
