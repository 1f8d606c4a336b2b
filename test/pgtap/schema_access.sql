-- Row-level security stands on every table, and the roles hold what they should and nothing more.
\ir schema_setup.psql
SELECT * FROM no_plan();

SELECT is_empty($$
    SELECT c.oid::regclass FROM pg_class AS c
    WHERE c.relnamespace = 'lad_data'::regnamespace AND c.relkind IN ('r', 'p')
      AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
$$, 'row-level security is on and forced everywhere, partitions included');
SELECT is_empty($$
    SELECT t.name FROM data_tables AS t
    WHERE t.of_tenant AND NOT EXISTS (
        SELECT FROM pg_policy AS p
        WHERE p.polrelid = t.oid AND p.polname = t.name || '_tenant'
          AND p.polcmd = '*' AND p.polpermissive
          AND pg_get_expr(p.polqual, t.oid) = '(tenant_id = lad.current_tenant_id())'
          AND pg_get_expr(p.polwithcheck, t.oid) = '(tenant_id = lad.current_tenant_id())')
$$, 'a tenant table shows and takes rows of the current tenant only');
SELECT is_empty($$
    SELECT t.name FROM data_tables AS t
    WHERE t.name <> 'schema_version' AND NOT EXISTS (
        SELECT FROM pg_policy AS p WHERE p.polrelid = t.oid AND p.polname = t.name || '_service'
          AND p.polroles = ARRAY['lad_service'::regrole::oid])
$$, 'jobs across tenants have a policy of their own');
SELECT is_empty($$
    SELECT c.oid::regclass, g.grantee::regrole, g.privilege_type
    FROM pg_class AS c CROSS JOIN LATERAL aclexplode(c.relacl) AS g
    WHERE c.relnamespace = 'lad_data'::regnamespace AND g.grantee <> c.relowner
      AND (g.privilege_type NOT IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE') OR c.relispartition
           OR g.grantee NOT IN ('lad_app'::regrole, 'lad_service'::regrole))
$$, 'no TRUNCATE, REFERENCES or TRIGGER, nothing on partitions, nothing for others');

CREATE TEMP TABLE read_only (name text) ON COMMIT DROP;
INSERT INTO read_only
    SELECT name FROM data_tables WHERE name ~ '^billing_'
    UNION ALL SELECT unnest(ARRAY['user_credits', 'credit_transactions', 'domain_events',
        'tenant_invitations', 'voice_permissions', 'tenants', 'users', 'user_identities',
        'memberships', 'user_capabilities', 'tenant_features', 'feature_flags', 'tenant_epochs',
        'tenant_counters', 'voice_call_starts', 'ai_keyword_claims', 'schema_version',
        'long_jobs', 'maintenance_jobs']);
SELECT is_empty($$
    SELECT r.name, p FROM read_only AS r, unnest(ARRAY['INSERT', 'UPDATE', 'DELETE']) AS p
    WHERE has_table_privilege('lad_app', 'lad_data.' || r.name, p)
       OR (p <> 'DELETE' AND has_any_column_privilege('lad_app', 'lad_data.' || r.name, p))
$$, 'what functions write, the application only reads');
SELECT is_empty($$
    SELECT r.name, p FROM read_only AS r, unnest(ARRAY['INSERT', 'UPDATE', 'DELETE']) AS p
    WHERE r.name ~ '^billing_' AND has_table_privilege('lad_service', 'lad_data.' || r.name, p)
$$, 'jobs do not write money either');
SELECT is_empty($$
    SELECT t.name, p FROM data_tables AS t, unnest(ARRAY['INSERT', 'UPDATE', 'DELETE']) AS p
    WHERE t.name NOT IN (SELECT name FROM read_only)
      AND NOT has_table_privilege('lad_app', t.oid, p)
$$, 'ordinary tables take every write');
CREATE TEMP TABLE secrets (name text, col text) ON COMMIT DROP;
INSERT INTO secrets VALUES
    ('users', 'password_hash'),
    ('user_identities', 'access_token'), ('user_identities', 'refresh_token'),
    ('email_accounts', 'smtp_password'),
    ('social_linkedin_accounts', 'session_cookies'), ('social_linkedin_accounts', 'access_token'),
    ('social_linkedin_accounts', 'refresh_token');
SELECT ok(NOT has_column_privilege('lad_app', 'lad_data.' || name, col, 'SELECT'),
          format('the application cannot read %s.%s', name, col)) FROM secrets;
SELECT ok(has_column_privilege('lad_app', 'lad_data.' || name, col, 'UPDATE'),
          format('the application can write %s.%s', name, col)) FROM secrets
WHERE name IN ('email_accounts', 'social_linkedin_accounts');
SELECT is_empty($$
    SELECT t.name, a.attname FROM data_tables AS t JOIN pg_attribute AS a ON a.attrelid = t.oid
    WHERE a.attnum > 0 AND NOT a.attisdropped
      AND NOT has_column_privilege('lad_app', t.oid, a.attnum, 'SELECT')
      AND (t.name, a.attname::text) NOT IN (SELECT name, col FROM secrets)
      AND t.name NOT IN ('tenant_epochs', 'long_jobs', 'maintenance_jobs')
$$, 'everything else can be read');
SELECT ok(NOT has_column_privilege('lad_service', 'lad_data.users', 'password_hash', 'SELECT'),
          'jobs cannot read password hashes');

SELECT * FROM finish();
ROLLBACK;
