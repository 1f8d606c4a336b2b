-- The rules every table of lad_data follows, asked of the catalogs.
\ir schema_setup.psql
SELECT * FROM no_plan();

-- 1. The tenant comes first.
SELECT set_eq(
    'SELECT name FROM data_tables WHERE NOT of_tenant',
    ARRAY['schema_version', 'long_jobs', 'maintenance_jobs', 'tenants', 'users', 'user_identities', 'billing_pricing_catalog',
          'billing_exchange_rates', 'billing_topup_packages', 'ai_keyword_expansions',
          'feature_flags', 'long_jobs', 'maintenance_jobs', 'managed_partitions', 'partition_archives', 'conversions', 'rollup_marks', 'keyword_lexicons',
          'keyword_lexicon_parts'],
    'only these tables are not of one tenant');
SELECT is_empty($$
    SELECT t.name FROM data_tables AS t
    JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attname = 'tenant_id'
    LEFT JOIN pg_attrdef AS d ON d.adrelid = t.oid AND d.adnum = a.attnum
    WHERE a.atttypid <> 'uuid'::regtype
       OR pg_get_expr(d.adbin, d.adrelid) IS DISTINCT FROM 'lad.current_tenant_id()'
$$, 'tenant_id is a uuid and defaults to the current tenant');
SELECT is_empty($$
    SELECT t.name, c.columns FROM data_tables AS t
    LEFT JOIN data_constraints AS c ON c."table" = t.name AND c.contype = 'p'
    WHERE t.of_tenant AND c.columns IS DISTINCT FROM
        CASE t.relkind WHEN 'r' THEN ARRAY['tenant_id', 'id']
                       ELSE ARRAY['tenant_id', 'id', 'created_at'] END
$$, 'the primary key is (tenant_id, id), with created_at where the table is partitioned');
SELECT is_empty($$
    SELECT name FROM data_indexes
    WHERE of_tenant AND (indisunique OR indisexclusion) AND NOT 'tenant_id' = ANY (columns)
$$, 'unique and exclusion keys of tenant tables contain the tenant');
SELECT is_empty($$
    SELECT i.name FROM data_indexes AS i
    JOIN pg_attribute AS a ON a.attrelid = ('lad_data.' || i."table")::regclass
     AND a.attname = ANY (i.columns) AND NOT a.attnotnull
    WHERE i.indisunique AND NOT i.indnullsnotdistinct
      AND coalesce(i.predicate, '') NOT LIKE '%(' || a.attname || ' IS NOT NULL)%'
$$, 'a unique key with a column that may be NULL has NULLS NOT DISTINCT or excludes the NULLs');

SELECT is_empty($$
    SELECT t.name FROM data_tables AS t
    JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attname = 'tenant_id'
    WHERE NOT EXISTS (SELECT FROM pg_trigger AS g
                      WHERE g.tgrelid = t.oid AND g.tgfoid = 'lad.keep_tenant'::regproc
                        AND g.tgenabled = 'O')
$$, 'tenant_id never changes');

-- 2. Foreign keys between tenant tables are composite.
SELECT is_empty($$
    SELECT c."table", c.name FROM data_constraints AS c
    WHERE c.contype = 'f' AND cardinality(c.columns) = 1
      AND c.parent IN (SELECT name FROM data_tables WHERE of_tenant)
$$, 'no single-column key to a tenant table');
SELECT is_empty($$
    SELECT c."table", c.name FROM data_constraints AS c
    WHERE c.contype = 'f' AND cardinality(c.columns) > 1
      AND NOT (c.columns[1] = 'tenant_id' AND c.parent_columns[1] = 'tenant_id')
$$, 'composite keys start with the tenant');
SELECT is_empty($$
    SELECT c."table", c.name FROM data_constraints AS c
    WHERE c.contype = 'f' AND c.of_tenant AND c.parent = 'users' AND c."table" <> 'memberships'
$$, 'tenant tables name people through memberships');
SELECT is_empty($$
    SELECT c."table", c.name FROM data_constraints AS c
    WHERE c.contype = 'f' AND (c.confdeltype NOT IN ('a', 'c') OR c.confupdtype <> 'a')
$$, 'keys delete along or refuse; none sets NULL or follows an update');
SELECT is_empty($$
    SELECT c."table", c.name FROM data_constraints AS c
    WHERE c.contype = 'f' AND c.parent = 'memberships' AND c.confdeltype <> 'a'
$$, 'a membership that is named is never removed');
SELECT is_empty($$
    SELECT c."table", c.name FROM data_constraints AS c
    WHERE c.contype = 'f' AND c.parent = 'tenants' AND c.confdeltype <> 'a'
      AND (c."table" ~ '^billing_' OR c."table" IN ('user_credits', 'credit_transactions'))
$$, 'a tenant that has money cannot be deleted');
SELECT is_empty($$
    SELECT c."table", c.name FROM data_constraints AS c
    WHERE c.contype = 'f' AND c.parent = 'voice_call_logs'
$$, 'no key refers to calls');

-- 3. The wallet's row stays light.
SELECT is_empty($$
    SELECT name FROM data_constraints
    WHERE contype = 'f' AND "table" = 'billing_ledger_transactions' AND parent = 'billing_wallets'
$$, 'the ledger has no key to the wallet');
SELECT is_empty($$
    SELECT name FROM data_indexes
    WHERE "table" = 'billing_wallets'
      AND columns && ARRAY['current_balance', 'reserved_balance', 'last_seq', 'last_hash',
                           'updated_at']
$$, 'no index on what a posting changes');
SELECT is((SELECT reloptions FROM pg_class WHERE oid = 'lad_data.billing_wallets'::regclass),
          ARRAY['fillfactor=50'], 'wallet pages keep half their space');

-- 4. Tables whose tenant may be NULL.
SELECT is_empty($$
    SELECT t.name FROM data_tables AS t
    JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attname = 'tenant_id'
    WHERE NOT t.of_tenant AND NOT EXISTS (
        SELECT FROM pg_policy AS p WHERE p.polrelid = t.oid AND p.polcmd = 'r'
          AND pg_get_expr(p.polqual, t.oid) =
              '((tenant_id IS NULL) AND (lad.current_tenant_id() IS NOT NULL))')
$$, 'rows of everyone can be read');

SELECT is_empty($$
    SELECT c.name FROM data_tables AS t JOIN data_constraints AS c ON c."table" = t.name
    WHERE NOT t.of_tenant AND c.contype = 'p' AND c.columns <> ARRAY['id']
      AND t.name NOT IN ('schema_version', 'maintenance_jobs', 'conversions')
$$, 'the primary key of global tables is (id)');
SELECT is_empty($$
    SELECT t.name, p.polname FROM data_tables AS t JOIN pg_policy AS p ON p.polrelid = t.oid
    WHERE p.polcmd <> 'r' AND p.polroles = '{0}'
      AND coalesce(pg_get_expr(p.polwithcheck, t.oid), '') !~ 'lad.current_(tenant|user)_id()'
$$, 'rows of everyone can be written by nobody');

-- 5. Types.
SELECT is_empty($$
    SELECT t.name, a.attname FROM data_tables AS t JOIN pg_attribute AS a ON a.attrelid = t.oid
    WHERE a.atttypid = ANY ('{timestamp,time,float8,float4,money}'::regtype[])
$$, 'no naive times, no floating numbers');
SELECT is_empty($$
    SELECT t.name, a.attname, format_type(a.atttypid, a.atttypmod)
    FROM data_tables AS t JOIN pg_attribute AS a ON a.attrelid = t.oid
    WHERE a.atttypid = 'numeric'::regtype AND format_type(a.atttypid, a.atttypmod) <>
          CASE WHEN a.attname IN ('unit_price', 'overage_rate', 'rate') THEN 'numeric(20,10)'
               WHEN t.name ~ '_stats_(folded|deltas)$' THEN 'numeric(38,6)'
               ELSE 'numeric(20,6)' END
$$, 'amounts are numeric(20,6), rates numeric(20,10), sums wider');
SELECT is_empty($$
    SELECT t.name, a.attname FROM data_tables AS t JOIN pg_attribute AS a ON a.attrelid = t.oid
    WHERE a.atttypid = 'numeric'::regtype AND t.name !~ '_stats_deltas$' AND NOT EXISTS (
        SELECT FROM data_constraints AS c WHERE c."table" = t.name AND c.contype = 'c'
          AND a.attname::text = ANY (c.columns) AND c.definition LIKE '%<> ''NaN''%')
$$, 'no column of numbers takes NaN, and so no delta of them is one');
SELECT is_empty($$
    SELECT t.name FROM data_tables AS t
    JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attname = 'updated_at'
    WHERE NOT EXISTS (SELECT FROM pg_trigger AS g JOIN pg_proc AS p ON p.oid = g.tgfoid
        WHERE g.tgrelid = t.oid AND p.oid = 'lad.touch_updated_at'::regproc)
$$, 'updated_at is kept by the trigger');

-- 6. Soft delete.
SELECT is_empty($$
    SELECT e."table" FROM er_columns AS e WHERE e."column" IN ('deleted_at', 'is_deleted')
    EXCEPT SELECT t.name FROM data_tables AS t
    WHERE (SELECT count(*) FROM pg_attribute AS a WHERE a.attrelid = t.oid
             AND a.attname IN ('deleted_at', 'is_deleted')) = 2
       AND EXISTS (SELECT FROM pg_trigger AS g
                   WHERE g.tgrelid = t.oid AND g.tgname = t.name || '_write_soft_delete')
$$, 'soft-deleted tables have both columns, kept equal by the trigger');

SELECT is_empty($$
    SELECT k."table", k.columns FROM unique_keys AS k WHERE NOT EXISTS (
        SELECT FROM data_indexes AS i
        WHERE i."table" = k."table" AND i.indisunique AND i.predicate IS NULL
          AND i.columns @> k.columns AND i.columns <@ k.columns)
$$, 'the keys of ON CONFLICT hold deleted rows too');
-- An address is never given to another tenant, a request is never served twice.
SELECT set_eq($$
    SELECT i.name FROM data_indexes AS i
    JOIN pg_attribute AS a ON a.attrelid = ('lad_data.' || i."table")::regclass
     AND a.attname = 'is_deleted'
    LEFT JOIN unique_keys AS k
      ON k."table" = i."table" AND k.columns @> i.columns AND k.columns <@ i.columns
    WHERE i.indisunique AND k."table" IS NULL AND NOT 'id' = ANY (i.columns)
      AND coalesce(i.predicate, '') !~ 'is_deleted = false|deleted_at IS NULL'
$$, ARRAY['tenants_slug_key', 'lead_bookings_tenant_id_idempotency_key_key'],
    'other unique keys are of live rows, but for these');
SELECT is_empty($$
    SELECT t.name, p.polname FROM data_tables AS t JOIN pg_policy AS p ON p.polrelid = t.oid
    WHERE concat(pg_get_expr(p.polqual, t.oid), pg_get_expr(p.polwithcheck, t.oid)) ~ 'deleted'
      AND t.of_tenant
$$, 'row-level security does not hide deleted rows');

-- 7. Organisation and tenant.
SELECT is_empty($$
    SELECT t.name FROM data_tables AS t
    WHERE t.name IN ('ai_conversations', 'ai_icp_profiles', 'ai_keyword_expansions')
      AND NOT (EXISTS (SELECT FROM data_constraints AS c
                       WHERE c."table" = t.name AND c.contype = 'c'
                         AND c.columns @> ARRAY['tenant_id', 'organization_id'])
               AND EXISTS (SELECT FROM pg_trigger AS g
                           WHERE g.tgrelid = t.oid AND g.tgname = t.name || '_write_organization'))
$$, 'organization_id is the tenant');
SELECT is(pg_get_expr(d.adbin, d.adrelid), 'lad.current_tenant_id()',
          format('%s.organization_id defaults to the tenant', t.name))
FROM pg_attribute AS a
LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
JOIN data_tables AS t ON t.oid = a.attrelid
WHERE a.attname = 'organization_id';

-- Doubled spellings.
SELECT set_eq($$
    SELECT t.name || ': ' || array_to_string(
        string_to_array(encode(rtrim(g.tgargs, '\x00'), 'escape'), '\000'), ', ')
    FROM pg_trigger AS g JOIN data_tables AS t ON t.oid = g.tgrelid
    WHERE g.tgfoid = 'lad.sync_columns'::regproc
$$, ARRAY['lead_notes: created_by, created_by_user_id',
    'lead_attachments: uploaded_by, uploaded_by_user_id',
    'lead_bookings: created_by, created_by_user_id', 'campaigns: created_by, created_by_user_id',
    'campaign_steps: type, step_type', 'campaign_steps: order, step_order',
    'voice_call_batch_entries: error_message, last_error',
    'voice_call_analysis: cost, analysis_cost', 'communication_templates: body, content',
    'communication_templates: subject, subject_template',
    'social_linkedin_accounts: unipile_account_id, provider_account_id',
    'campaign_linkedin_accounts: daily_requests_limit, daily_limit',
    'campaign_linkedin_accounts: daily_requests_used, actions_today, 0',
    'ai_conversations: tenant_id, organization_id', 'ai_icp_profiles: tenant_id, organization_id',
    'ai_keyword_expansions: tenant_id, organization_id'],
    'every column that has two spellings is kept equal by a trigger');

-- 8. Vocabularies: the words of the CHECK are the words of the list, the first one is the default.
CREATE FUNCTION pg_temp.words_of(check_definition text) RETURNS text[] LANGUAGE sql AS $$
    SELECT array_agg(m[1] ORDER BY m[1])
    FROM regexp_matches(check_definition, '''([^'']*)''', 'g') AS m
$$;
SELECT is(
    (SELECT pg_temp.words_of(c.definition) FROM data_constraints AS c
     WHERE c."table" = v."table" AND c.name = format('%s_%s_check', v."table", v."column")),
    (SELECT array_agg(w ORDER BY w) FROM unnest(v.words) AS w),
    format('%s.%s takes its words only', v."table", v."column"))
FROM vocabularies AS v;
SELECT is(
    pg_get_expr(d.adbin, d.adrelid), format('%L::character varying', v.words[1]),
    format('%s.%s defaults to %s', v."table", v."column", v.words[1]))
FROM vocabularies AS v
JOIN pg_attribute AS a
  ON a.attrelid = ('lad_data.' || v."table")::regclass AND a.attname = v."column"
JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum;
SELECT trigger_is('lad_data', 'leads', 'leads_write_check_vocabulary', 'lad', 'check_lead_vocabulary',
                  'stage and status are checked against the tenant''s own words too');
SELECT is((SELECT definition FROM data_constraints WHERE name = 'leads_priority_check'),
          'CHECK ((priority = ANY (ARRAY[1, 2, 3, 4])))', 'priorities are 1 to 4');
SELECT col_default_is('lad_data', 'leads', 'priority', 2, 'medium by default');
SELECT is_empty($$
    SELECT t.name FROM data_tables AS t JOIN pg_attribute AS a ON a.attrelid = t.oid
    WHERE a.attname = 'feature_key' AND t.name !~ '_stats_(folded|deltas)$' AND NOT EXISTS (
        SELECT FROM data_constraints AS c
        WHERE c."table" = t.name AND c.contype = 'c' AND c.columns = ARRAY['feature_key'])
$$, 'feature keys are kebab-case, and so are those of their sums');
SELECT is_empty($$
    SELECT t.name, a.attname FROM data_tables AS t JOIN pg_attribute AS a ON a.attrelid = t.oid
    JOIN pg_type AS y ON y.oid = a.atttypid WHERE y.typtype = 'e'
$$, 'no enums');

-- 9. Indexes: one for each foreign key, led by the tenant, none twice.
SELECT is_empty($$
    SELECT c."table", c.name FROM data_constraints AS c
    WHERE c.contype = 'f' AND NOT EXISTS (
        SELECT FROM data_indexes AS i
        WHERE i."table" = c."table" AND i.columns[1:cardinality(c.columns)] = c.columns
          AND (i.predicate IS NULL
               OR i.predicate = format('(%s IS NOT NULL)', c.columns[cardinality(c.columns)])))
$$, 'every foreign key has an index');
SELECT set_eq($$
    SELECT name FROM data_indexes WHERE of_tenant AND columns[1] <> 'tenant_id'
$$, ARRAY['leads_id_tenant_id_key', 'memberships_user_id_idx', 'campaigns_status_idx',
          'ai_conversations_organization_id_idx', 'ai_icp_profiles_organization_id_idx'],
    'indexes of tenant tables are led by the tenant, but for these');
SELECT is_empty($$
    SELECT a.name, b.name FROM data_indexes AS a
    JOIN data_indexes AS b ON a."table" = b."table" AND a.name < b.name
     AND regexp_replace(a.definition, '^.* USING ', '')
       = regexp_replace(b.definition, '^.* USING ', '')
$$, 'no index twice');
SELECT is_empty($$
    SELECT a.name, b.name FROM data_indexes AS a
    JOIN data_indexes AS b ON a."table" = b."table" AND a.name <> b.name
     AND a.columns = b.columns[1:cardinality(a.columns)]
     AND cardinality(a.columns) < cardinality(b.columns)
    WHERE NOT a.indisunique AND a.expressions IS NULL AND b.expressions IS NULL
      AND a.definition !~ 'DESC' AND a.predicate IS NOT DISTINCT FROM b.predicate
      AND NOT b.indisexclusion
$$, 'no index that a longer one covers');

-- 10. Names and comments.
SELECT is_empty($$
    SELECT name FROM data_constraints
    WHERE contype <> 't' AND name !~ ('^' || "table" || '_.*(pkey|key|fkey|check|excl)$')
$$, 'constraints are named after their table and kind');
SELECT is_empty($$
    SELECT name FROM data_indexes WHERE name !~ ('^' || "table" || '_.*(pkey|key|idx|excl)$')
$$, 'indexes are named after their table');
SELECT is_empty($$
    SELECT t.name FROM data_tables AS t WHERE coalesce(obj_description(t.oid, 'pg_class'), '') = ''
$$, 'every table has a comment');
SELECT is_empty($$
    SELECT t.name, a.attname FROM data_tables AS t JOIN pg_attribute AS a ON a.attrelid = t.oid
    WHERE a.attnum > 0 AND NOT a.attisdropped
      AND coalesce(col_description(t.oid, a.attnum), '') = ''
$$, 'every column has a comment');
SELECT is_empty($$
    SELECT g.tgname FROM pg_trigger AS g JOIN data_tables AS t ON t.oid = g.tgrelid
    WHERE NOT g.tgisinternal
      AND g.tgname !~ ('^' || t.name || '_(write|insert|update|delete|truncate)_[a-z_]+$')
$$, 'triggers are named <table>_<event>_<effect>');

SELECT * FROM finish();
ROLLBACK;
