package LadState;

# What a database of LAD holds, as text that can be compared: every row of lad_data, and every object
# of lad_data and lad. And a representative filling to compare.
#
#   LadState::install($cluster, $database);
#   LadState::fill($cluster, $database);
#   is_deeply(LadState::rows($cluster, 'restored'), LadState::rows($cluster, 'original'));
use strict;
use warnings;

our %tenant = (
    acme    => 'a0000000-0000-4000-8000-00000000000a',
    globex  => 'b0000000-0000-4000-8000-00000000000b',
    initech => 'c0000000-0000-4000-8000-00000000000c',
);

sub install {
    my ($cluster, $database) = @_;
    $cluster->psql("CREATE DATABASE \"$database\"", database => 'postgres');
    return $cluster->psql('SET client_min_messages = warning; CREATE EXTENSION lad_ext CASCADE;'
        . ' SELECT count(*) FROM lad.install_schema()', database => $database);
}

# One line for each table and partition with rows: its name, their number and a digest of them.
# When maintenance last looked is no content.
sub rows {
    my ($cluster, $database) = @_;
    return [split /\n/, $cluster->psql(<<'SQL', database => $database)];
SELECT t.name || ' ' || x.line
FROM (SELECT c.oid::regclass::text AS name FROM pg_class c
      WHERE c.relnamespace = 'lad_data'::regnamespace AND c.relkind = 'r') AS t,
     LATERAL (SELECT (xpath('/row/d/text()', query_to_xml(format(
         'SELECT count(*) || '' '' || md5(string_agg(%s, '','' ORDER BY r::text)) AS d FROM %s AS r',
         CASE t.name WHEN 'lad_data.managed_partitions' THEN $$(to_jsonb(r) - '{last_run_at,updated_at}'::text[])::text$$
                     ELSE 'r::text' END, t.name), false, true, '')))[1]::text AS line) AS x
WHERE x.line IS NOT NULL ORDER BY t.name COLLATE "C"
SQL
}

# PostgreSQL prints `varchar IN (...)` in one form when it was just written and in another once it was
# dumped and restored.
sub one_form {
    my ($line) = @_;
    $line =~ s/\(('(?:[^']|'')*'::character varying)\)::text/$1/g;
    $line =~ s/\((ARRAY\[[^\]]*\])\)::text\[\]/$1/g;
    return $line;
}

# One line for each object of lad_data and lad, its owner, grants and comment with it.
sub objects {
    my ($cluster, $database) = @_;
    return [map { one_form($_) } split /\n/, $cluster->psql(<<'SQL', database => $database)];
SET search_path = '';
CREATE FUNCTION pg_temp.rights(acl aclitem[], kind "char", owner oid) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(format('%s=%s%s', CASE WHEN grantee = 0 THEN 'public' ELSE grantee::regrole::text END, privilege_type,
                             CASE WHEN is_grantable THEN '*' END), ',' ORDER BY grantee::regrole::text, privilege_type)
    FROM aclexplode(coalesce(acl, CASE WHEN kind <> ' ' THEN acldefault(kind, owner) END))
$$;
CREATE TEMP VIEW relations AS
    SELECT c.*, c.oid AS relation, c.oid::regclass::text AS name FROM pg_class c
    WHERE c.relnamespace = 'lad_data'::regnamespace;
SELECT replace(line, E'\n', ' ') FROM (
    SELECT concat_ws(' ', 'schema', nspname, nspowner::regrole, pg_temp.rights(nspacl, 'n', nspowner), obj_description(oid, 'pg_namespace'))
    FROM pg_namespace WHERE nspname IN ('lad_data', 'lad')
    UNION ALL
    SELECT concat_ws(' ', 'relation', relkind::text, name, relowner::regrole, 'rls', relrowsecurity, relforcerowsecurity,
        reloptions::text, pg_get_expr(relpartbound, relation), pg_get_partkeydef(relation),
        CASE WHEN relkind IN ('r', 'p', 'v', 'S') THEN pg_temp.rights(relacl, CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner) END,
        obj_description(relation, 'pg_class'))
    FROM relations
    UNION ALL
    SELECT concat_ws(' ', 'column', r.name, row_number() OVER (PARTITION BY r.relation ORDER BY a.attnum), a.attname,
        format_type(a.atttypid, a.atttypmod), a.attcollation::regcollation, CASE WHEN a.attnotnull THEN 'not null' END, a.attidentity::text,
        'default', pg_get_expr(d.adbin, d.adrelid), a.attstorage::text, pg_temp.rights(a.attacl, ' ', 0), col_description(a.attrelid, a.attnum))
    FROM relations r JOIN pg_attribute a ON a.attrelid = r.relation AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE r.relkind IN ('r', 'p', 'v')
    UNION ALL
    SELECT concat_ws(' ', 'constraint', r.name, k.conname, k.convalidated, pg_get_constraintdef(k.oid))
    FROM relations r JOIN pg_constraint k ON k.conrelid = r.relation WHERE k.contype <> 't'
    UNION ALL
    SELECT concat_ws(' ', 'index', pg_get_indexdef(i.indexrelid), 'valid', i.indisvalid, 'clustered', i.indisclustered, 'identity', i.indisreplident)
    FROM relations r JOIN pg_index i ON i.indrelid = r.relation
    UNION ALL
    SELECT concat_ws(' ', 'trigger', pg_get_triggerdef(t.oid), t.tgenabled::text)
    FROM relations r JOIN pg_trigger t ON t.tgrelid = r.relation WHERE NOT t.tgisinternal
    UNION ALL
    SELECT concat_ws(' ', 'policy', r.name, p.polname, p.polcmd::text, p.polpermissive,
        (SELECT string_agg(CASE WHEN o = 0 THEN 'public' ELSE o::regrole::text END, ',' ORDER BY o::regrole::text) FROM unnest(p.polroles) o),
        pg_get_expr(p.polqual, p.polrelid), 'check', pg_get_expr(p.polwithcheck, p.polrelid))
    FROM relations r JOIN pg_policy p ON p.polrelid = r.relation
    UNION ALL
    SELECT concat_ws(' ', 'function', p.oid::regprocedure, p.proowner::regrole, p.prosecdef, p.proconfig::text,
        pg_temp.rights(p.proacl, 'f', p.proowner), obj_description(p.oid, 'pg_proc'))
    FROM pg_proc p WHERE p.pronamespace = 'lad'::regnamespace
    UNION ALL
    SELECT concat_ws(' ', 'extension', extname, extversion, extnamespace::regnamespace) FROM pg_extension
    UNION ALL
    SELECT concat_ws(' ', 'sequence', s.schemaname, s.sequencename, s.sequenceowner, s.last_value) FROM pg_sequences s
    WHERE s.schemaname = 'lad_data'
) AS lines (line) ORDER BY line COLLATE "C"
SQL
}

# What is in one list and not in the other, for a readable failure.
sub difference {
    my ($got, $wanted) = @_;
    my %count;
    $count{$_}++ for @{$got};
    $count{$_}-- for @{$wanted};
    return join '', map { ($count{$_} > 0 ? '+ ' : '- ') . substr($_, 0, 400) . "\n" } grep { $count{$_} } sort keys %count;
}

# Three tenants with people, leads, money, and calls of several months: charged, unpaid, unfinished.
sub fill {
    my ($cluster, $database) = @_;
    return $cluster->psql(<<"SQL", database => $database, timeout => 300);
SELECT lad.register_user('owner\@acme.com', 'acme password', 'Ada') AS ada \\gset
SELECT lad.register_user('member\@globex.com', NULL, 'Grace') AS grace \\gset
SELECT lad.register_user('gone\@acme.com', 'x') AS gone \\gset
UPDATE lad_data.users SET deleted_at = now(), is_deleted = true WHERE id = :'gone';
INSERT INTO lad_data.tenants (id, name, slug, status, metadata, updated_at) VALUES
    ('$tenant{acme}', 'Acme', 'acme', 'active', '{"timezone": "Asia/Dubai"}', '2024-01-01'),
    ('$tenant{globex}', 'Globex', 'globex', 'trial', '{}', '2024-02-02'),
    ('$tenant{initech}', 'Initech', NULL, 'cancelled', '{}', '2024-03-03');
INSERT INTO lad_data.tenant_epochs (tenant_id, epoch) VALUES ('$tenant{acme}', 7);
INSERT INTO lad_data.memberships (tenant_id, user_id, role, updated_at) VALUES
    ('$tenant{acme}', :'ada', 'owner', '2024-01-01'), ('$tenant{globex}', :'ada', 'viewer', '2024-01-01'),
    ('$tenant{globex}', :'grace', 'admin', '2024-01-01');
INSERT INTO lad_data.feature_flags (tenant_id, feature_key) VALUES (NULL, 'dashboard'), ('$tenant{acme}', 'dashboard');
INSERT INTO lad_data.billing_pricing_catalog (tenant_id, category, provider, model, unit, unit_price, currency, effective_from)
VALUES ('$tenant{globex}', 'telephony', 'twilio', 'voice', 'minute', 0.02, 'USD', '2020-01-01');
INSERT INTO lad_data.lead_stages (tenant_id, key, label, display_order) VALUES ('$tenant{acme}', 'on-ice', 'On ice', 9);

DO \$\$
DECLARE
    wallet uuid;
    tenant uuid;
    batch  uuid;
    call   uuid;
    months int;
BEGIN
    FOREACH tenant IN ARRAY '{$tenant{acme},$tenant{globex}}'::uuid[] LOOP
        PERFORM lad.authenticate_service(tenant, 'filling a test');
        INSERT INTO lad_data.leads (tenant_id, first_name, email, stage, updated_at, is_deleted)
        SELECT tenant, 'Lead ' || n, n || '\@example.com',
               CASE WHEN n % 5 = 0 AND tenant = '$tenant{acme}' THEN 'on-ice' ELSE 'lead' END,
               '2024-04-04'::timestamptz + n * interval '1 hour', n % 7 = 0
        FROM generate_series(1, 40) n;
        INSERT INTO lad_data.lead_notes (tenant_id, lead_id, content)
        SELECT tenant, id, E'A note with a tab\\t, a line\\nand a backslash \\\\' FROM lad_data.leads WHERE tenant_id = tenant LIMIT 9;
        wallet := lad.create_wallet(currency => CASE WHEN tenant = '$tenant{acme}' THEN 'USD' ELSE 'CREDIT' END);
        PERFORM lad.topup(wallet, 20, 'paid');
        PERFORM lad.debit(wallet, 1.5, 'order ' || n, metadata => '{"n": 1}') FROM generate_series(1, 5) n;
        PERFORM lad.credit(wallet, 0.25, 'back');
        PERFORM lad.adjust(wallet, -0.000001, 'fix');
        PERFORM lad.charge('apollo-leads', '[{"category": "enrichment", "provider": "apollo", "model": "search", "unit": "record", "quantity": 1}]', 'search 1')
        WHERE tenant = '$tenant{globex}';
        INSERT INTO lad_data.voice_call_batches (tenant_id) VALUES (tenant) RETURNING id INTO batch;
        FOREACH months IN ARRAY '{-30,-1,0,1,3,6}'::int[] LOOP
            FOR n IN 1..3 LOOP
                INSERT INTO lad_data.voice_call_logs (tenant_id, to_country_code, to_base_number, status, created_at)
                VALUES (tenant, '+971', 500000000 + n, 'in_queue', date_trunc('month', now()) + make_interval(months => months, hours => n))
                RETURNING id INTO call;
                CONTINUE WHEN n = 3;
                PERFORM lad.finish_call(call, 'ended', 59 * n);
                INSERT INTO lad_data.voice_call_analysis (tenant_id, call_log_id) VALUES (tenant, call);
                INSERT INTO lad_data.voice_call_batch_entries (tenant_id, batch_id, call_log_id)
                VALUES (tenant, batch, call);
            END LOOP;
        END LOOP;
    END LOOP;
END \$\$;
INSERT INTO lad_data.voice_agents (tenant_id, name) VALUES ('$tenant{acme}', 'Nova'), ('$tenant{globex}', 'Vega');
UPDATE lad_data.leads SET deleted_at = NULL WHERE first_name = 'Lead 7';
SELECT status, count(*) FROM lad_data.billing_usage_events GROUP BY status ORDER BY status;
SQL
}

# What a user of ours adds to the schema: a column, an index, a policy, a table, a right; and older
# credits, moved into wallets, with a grant.
sub extend {
    my ($cluster, $database) = @_;
    $cluster->psql(<<"SQL", database => $database);
INSERT INTO lad_data.user_credits (tenant_id, user_id, balance)
SELECT tenant_id, user_id, 12.5 FROM lad_data.memberships WHERE role = 'admin';
INSERT INTO lad_data.credit_transactions (tenant_id, user_id, user_credit_id, amount, transaction_type)
SELECT tenant_id, user_id, id, 12.5, 'purchase' FROM lad_data.user_credits;
SELECT count(*) FROM lad.migrate_credits();
BEGIN;
SELECT lad.authenticate_service('$tenant{globex}', 'filling a test');
SELECT lad.grant_credits(id, 3, 'gift', expires_at => '2100-01-01'), lad.debit(id, 1, 'of the gift')
FROM lad_data.billing_wallets WHERE user_id IS NOT NULL;
COMMIT;
SQL
    $cluster->psql(q(DO $$ BEGIN CREATE ROLE reporting NOLOGIN; EXCEPTION WHEN duplicate_object THEN END $$),
        database => $database);
    return $cluster->psql(<<'SQL', database => $database);
SET ROLE lad_owner;
ALTER TABLE lad_data.leads ADD COLUMN my_score int NOT NULL DEFAULT 5;
COMMENT ON COLUMN lad_data.leads.my_score IS 'Ours.';
CREATE INDEX my_leads_idx ON lad_data.leads (tenant_id, my_score) WHERE my_score > 3;
CREATE POLICY my_leads ON lad_data.leads AS RESTRICTIVE FOR DELETE TO lad_app USING (my_score < 100);
CREATE TABLE lad_data.my_things (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL DEFAULT lad.current_tenant_id() REFERENCES lad_data.tenants,
    thing text CHECK (thing <> ''), updated_at timestamptz DEFAULT now(), PRIMARY KEY (tenant_id, id));
GRANT SELECT, INSERT ON lad_data.my_things TO lad_app;
GRANT SELECT (id, tenant_id) ON lad_data.leads TO reporting;
RESET ROLE;
SELECT count(*) FROM lad.install_schema() \g /dev/null
INSERT INTO lad_data.my_things (tenant_id, thing) SELECT id, 'of ' || name FROM lad_data.tenants;
UPDATE lad_data.leads SET my_score = 9 WHERE first_name LIKE '%9';
SQL
}

1;
