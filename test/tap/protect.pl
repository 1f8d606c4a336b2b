# lad.protect makes any table a tenant table or says everything that forbids it; what comes into lad_data is
# protected by itself.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Test::More;
use LadCluster;

my $cluster = LadCluster->start('protect', database => 'protect');
my ($acme, $globex) = ('a0000000-0000-4000-8000-00000000000a', 'b0000000-0000-4000-8000-00000000000b');
$cluster->psql(<<"SQL");
SET client_min_messages = warning;
CREATE EXTENSION lad_ext CASCADE;
SELECT count(*) FROM lad.install_schema();
CREATE ROLE app LOGIN IN ROLE lad_app;
CREATE ROLE keeper LOGIN IN ROLE lad_owner;
CREATE ROLE other LOGIN;
INSERT INTO lad_data.tenants (id, name, status) VALUES ('$acme', 'Acme', 'active'), ('$globex', 'Globex', 'active');
CREATE SCHEMA "My app";
GRANT ALL ON SCHEMA "My app" TO keeper, other;
GRANT USAGE ON SCHEMA "My app" TO lad_app;
SQL
sub sql { my ($sql, %option) = @_; return $cluster->psql("SET client_min_messages = warning; $sql", %option) }
sub said { my ($sql, %option) = @_; my (undef, $err) = $cluster->try($sql, %option); return $err }

# A statement as the application, for a tenant.
sub as {
    my ($tenant, $sql) = @_;
    my $token = $cluster->psql("SELECT lad.issue_token('$tenant')");
    return $cluster->psql("BEGIN; SELECT lad.authenticate('$token') \\g /dev/null\n$sql; COMMIT", user => 'app');
}
sub refused {
    my ($tenant, $sql) = @_;
    my $token = $cluster->psql("SELECT lad.issue_token('$tenant')");
    return $cluster->sqlstate("BEGIN; SELECT lad.authenticate('$token'); $sql; COMMIT", user => 'app');
}
sub protect {
    my ($table) = @_;
    return sql("SELECT string_agg(action || ' ' || n, ', ' ORDER BY action)"
        . " FROM (SELECT action, count(*) AS n FROM lad.protect(\$\$$table\$\$) GROUP BY action) s");
}

# Each table is protected, then used by two tenants through tokens.
sub isolates {
    my ($table, $columns, $values) = @_;
    sql("GRANT SELECT, INSERT, UPDATE, DELETE ON $table TO lad_app");
    as($_, "INSERT INTO $table ($columns) VALUES $values") for $acme, $globex;
    my $count = () = $values =~ /\(/g;
    is(as($acme, "SELECT count(*), count(DISTINCT tenant_id), min(tenant_id::text) FROM $table"),
        "$count|1|$acme", "$table: a tenant sees its rows");
    is(as($globex, "WITH d AS (DELETE FROM $table RETURNING 1) SELECT count(*) FROM d"), $count, "$table: and removes its own");
    is(as($acme, "SELECT count(*) FROM $table"), $count, "$table: and nobody else's");
    is(refused($acme, "INSERT INTO $table (tenant_id, $columns) SELECT '$globex', " . ($values =~ /\(([^)]*)\)/)[0]), '42501',
        "$table: it writes for nobody else");
    is($cluster->sqlstate("SELECT * FROM $table", user => 'app'), 'LD001', "$table: without a context there is an error");
    is($cluster->sqlstate("UPDATE $table SET tenant_id = '$globex'"), '23514', "$table: a row stays with its tenant, whoever moves it");
    is(sql("SELECT * FROM lad.lint() WHERE level = 'error'"), '', "$table: lad.lint finds nothing");
}

my $plain = '"My app"."Odd.Name ""x"" ; DROP"';
sql("CREATE TABLE $plain (id uuid DEFAULT gen_random_uuid(), note text, updated_at timestamptz); GRANT ALL ON $plain TO lad_app, PUBLIC");
is(protect($plain), 'altered 1, created 9', 'an empty table without a tenant becomes a tenant table');
is(protect($plain), 'exists 9', 'once');
is(sql("SELECT string_agg(g.privilege_type, ',' ORDER BY g.privilege_type) FROM pg_class c, aclexplode(c.relacl) g"
        . " WHERE c.oid = '$plain'::regclass AND g.grantee = 'lad_app'::regrole"), 'DELETE,INSERT,SELECT,UPDATE', 'rights beyond rows are gone');
isolates($plain, 'note', "('one'), ('two')");
as($acme, "UPDATE $plain SET note = 'three', updated_at = '2000-01-01'");
is(sql("SELECT bool_and(updated_at > now() - interval '1 hour') FROM $plain"), 't', 'updated_at follows the clock');

my $viewer = sql("INSERT INTO lad_data.users (email) VALUES ('viewer\@acme.example') RETURNING id");
sql("INSERT INTO lad_data.memberships (tenant_id, user_id, role) VALUES ('$acme', '$viewer', 'viewer')");
my $readers = $cluster->psql("SELECT lad.issue_token('$acme', '$viewer')");
is($cluster->sqlstate("BEGIN; SELECT lad.authenticate('$readers'); DELETE FROM $plain; COMMIT", user => 'app'), '42501',
    'a viewer does not write there');

# Rows that tell whose they are.
sql("CREATE TABLE public.\"T\" (id int, tenant_id uuid, PRIMARY KEY (tenant_id, id)); INSERT INTO public.\"T\" VALUES (1, '$acme')");
is(protect('"T"'), 'altered 1, created 6, exists 1', 'a table with rows of tenants is protected too');
is(sql('DELETE FROM "T" RETURNING id'), '1', 'its rows are kept');
isolates('public."T"', 'id', '(1), (2), (3)');

# Names as long as names can be.
my $long = 'n' x 63;
sql("CREATE TABLE lad_data.$long (id uuid, tenant_id uuid, PRIMARY KEY (tenant_id, id))");
is(protect("lad_data.$long"), 'exists 8', 'a long name is found again');
is(sql("SELECT string_agg(DISTINCT action, ',') FROM lad.install_schema()"), 'exists', 'by lad.install_schema too');
sql("DROP TABLE lad_data.$long");

# Partitions of partitions.
sql(<<'SQL');
CREATE TABLE public.events (id uuid DEFAULT gen_random_uuid(), tenant_id uuid, at date, kind text) PARTITION BY RANGE (at);
CREATE TABLE public.events_old PARTITION OF public.events FOR VALUES FROM (MINVALUE) TO ('2026-01-01');
CREATE TABLE "My app"."Events.2026" PARTITION OF public.events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01') PARTITION BY LIST (kind);
CREATE TABLE public.events_2026_a PARTITION OF "My app"."Events.2026" FOR VALUES IN ('a');
GRANT ALL ON public.events_old, "My app"."Events.2026", public.events_2026_a TO lad_app, PUBLIC;
GRANT SELECT (id), UPDATE (kind) ON public.events_2026_a TO lad_app;
SQL
like(said('SELECT lad.protect($$"My app"."Events.2026"$$)'), qr/ERROR:  22023.*\nDETAIL:  It is a partition of a table that is not protected/,
    'a partition follows its table');
is(protect('public.events'), 'altered 4, created 19', 'a partitioned table is protected with all below it');
is(protect('public.events'), 'exists 20', 'once');
isolates('public.events', 'at, kind', "('2025-01-01', 'x'), ('2026-05-05', 'a')");
for my $part ('public.events_old', '"My app"."Events.2026"', 'public.events_2026_a') {
    is(refused($acme, "SELECT FROM $part"), '42501', "$part: lad_app has no right on it");
    sql("GRANT SELECT ON $part TO lad_app");
    isnt(as($acme, "SELECT count(*) FROM $part"), '', "$part: and if it had one,");
    is(as($globex, "SELECT count(*) FROM $part"), '0', "$part: its policies bind");
    sql("REVOKE SELECT ON $part FROM lad_app");
}
sql(q(CREATE TABLE public.events_2026_b PARTITION OF "My app"."Events.2026" FOR VALUES IN ('b')));
is(protect('public.events_2026_b'), 'created 4', 'a later partition can be protected alone');
is(sql('SELECT DISTINCT rule FROM lad.lint()'), 'primary_key', 'and nothing but a primary key is missing');

# What forbids it: everything is said at once, and the remedies are what helps.
sql(<<"SQL");
CREATE TABLE public.blocked (id uuid PRIMARY KEY, tenant_id uuid, name text, lead_id uuid, UNIQUE NULLS NOT DISTINCT (name));
CREATE UNIQUE INDEX "By Name" ON public.blocked USING btree (lower(name)) WHERE name <> '';
CREATE POLICY "Open all" ON public.blocked USING (true);
CREATE TABLE public.child (blocked_id uuid REFERENCES public.blocked);
CREATE TRIGGER blocked_update_keep_tenant BEFORE UPDATE ON public.blocked FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
INSERT INTO public.blocked (id) VALUES (gen_random_uuid());
SQL
my $err = said('SELECT * FROM lad.protect($$blocked$$)');
like($err, qr/ERROR:  23514: public.blocked cannot be protected/, 'a table that cannot be protected is refused');
like($err, qr/DETAIL:.*\Q$_\E/, "naming $_") for 'tenant_id is NULL in some rows', 'Key blocked_pkey', 'Key blocked_name_key', 'Key "By Name"',
    'Policy "Open all" of public.blocked', 'blocked_id_fkey of public.child', 'Trigger blocked_update_keep_tenant';
is(sql(q(SELECT relrowsecurity FROM pg_class WHERE oid = 'blocked'::regclass)), 'f', 'and nothing was changed');
sql("DROP TABLE public.child; DROP TRIGGER blocked_update_keep_tenant ON public.blocked; UPDATE public.blocked SET tenant_id = '$acme'");
my ($hint) = said('SELECT * FROM lad.protect($$blocked$$)') =~ /^HINT:  (.*)/m;
sql($hint);
is(protect('blocked'), 'altered 1, created 6, exists 1', 'the statements of the hint are what was to be done');
is(sql(q(SELECT string_agg(pg_get_indexdef(indexrelid), '; ' ORDER BY 1) FROM pg_index WHERE indrelid = 'blocked'::regclass)),
    q(CREATE UNIQUE INDEX "By Name" ON public.blocked USING btree (tenant_id, lower(name)) WHERE (name <> ''::text); )
        . q(CREATE UNIQUE INDEX blocked_name_key ON public.blocked USING btree (tenant_id, name) NULLS NOT DISTINCT; )
        . q(CREATE UNIQUE INDEX blocked_pkey ON public.blocked USING btree (tenant_id, id)), 'each key is what it was, with the tenant');

# References between tenant tables.
sql('CREATE TABLE public.parts (id uuid, tenant_id uuid, blocked_id uuid, PRIMARY KEY (tenant_id, id));'
    . ' CREATE TABLE public.loose (id uuid PRIMARY KEY); ALTER TABLE public.parts ADD FOREIGN KEY (blocked_id) REFERENCES public.loose (id)');
is($cluster->sqlstate('BEGIN; SELECT lad.protect($$parts$$); ROLLBACK'), '', 'a key to a table that is not protected may stay');
sql('ALTER TABLE public.parts DROP CONSTRAINT parts_blocked_id_fkey; ALTER TABLE public.blocked ADD UNIQUE (id); ALTER TABLE public.parts ADD FOREIGN KEY (blocked_id) REFERENCES public.blocked (id) ON DELETE CASCADE');
$err = said('SELECT lad.protect($$parts$$)');
like($err, qr/DETAIL:  Foreign key parts_blocked_id_fkey lacks tenant_id/, 'a single-column key to a protected table is refused');
like($err, qr/HINT:  ALTER TABLE public.parts DROP CONSTRAINT parts_blocked_id_fkey, ADD CONSTRAINT parts_blocked_id_fkey FOREIGN KEY \(tenant_id, blocked_id\) REFERENCES public.blocked\(tenant_id, id\) ON DELETE CASCADE;/,
    'with the composite key to put in its place');
sql(($err =~ /^HINT:  (.*)/m)[0] . ' ALTER TABLE public.blocked DROP CONSTRAINT blocked_id_key');
is(protect('parts'), 'altered 1, created 6, exists 1', 'then it is protected');

sql('CREATE TABLE public.rows_only (id int); INSERT INTO public.rows_only VALUES (1)');
like(said('SELECT lad.protect($$rows_only$$)'), qr/23514.*\nDETAIL:  The table has rows and no column tenant_id/, 'rows must tell whose they are');
sql('CREATE TABLE public.texts (id int, tenant_id text)');
like(said('SELECT lad.protect($$texts$$)'), qr/23514.*\nDETAIL:  Column tenant_id has type text, not uuid\./, 'a tenant is a uuid');
sql('CREATE TABLE public.empty_keyed (id int PRIMARY KEY)');
sql((said('SELECT lad.protect($$empty_keyed$$)') =~ /^HINT:  (.*)/m)[0]);
is(protect('empty_keyed'), 'altered 1, created 6, exists 1', 'the hint for an empty table adds the column first');

# What is no table of a user's.
sql(<<'SQL');
CREATE VIEW public.a_view AS SELECT 1 AS one;
CREATE MATERIALIZED VIEW public.a_matview AS SELECT 1 AS one;
CREATE SEQUENCE public.a_sequence;
CREATE TABLE public.an_heir () INHERITS (public.rows_only);
CREATE FOREIGN DATA WRAPPER far;
CREATE SERVER far FOREIGN DATA WRAPPER far;
CREATE FOREIGN TABLE public.a_foreign_table (id int) SERVER far;
SQL
for my $no (qw(a_view a_matview a_sequence a_foreign_table blocked_pkey an_heir rows_only pg_catalog.pg_class information_schema.sql_features)) {
    is($cluster->sqlstate("SELECT lad.protect('$no')"), '22023', "$no cannot be a tenant table");
}
is($cluster->sqlstate('CREATE TEMP TABLE t (id int); SELECT lad.protect($$pg_temp.t$$)'), '22023', 'nor can a temporary one');
sql('CREATE TABLE public.member (id int); ALTER EXTENSION pg_trgm ADD TABLE public.member');
is($cluster->sqlstate('SELECT lad.protect($$member$$)'), '22023', 'nor a member of an extension');
is($cluster->sqlstate('SELECT lad.protect(4000000000::oid::regclass)'), '22023', 'nor what does not exist');
is($cluster->sqlstate('SELECT lad.protect(NULL)'), '22004', 'NULL is refused');
is($cluster->sqlstate("SELECT lad.protect('lad_data.$_')"), '23514', "lad_data.$_ stays what it is") for qw(tenants users feature_flags);
is(protect('lad_data.leads'), 'exists 9', 'a LAD table is protected already');
sql(<<'SQL');
CREATE TABLE public.mixed (id int, tenant_id uuid) PARTITION BY LIST (id);
CREATE FOREIGN TABLE public.mixed_far PARTITION OF public.mixed FOR VALUES IN (1) SERVER far;
SQL
like(said('SELECT lad.protect($$mixed$$)'), qr/23514.*\nDETAIL:  Partition public.mixed_far is a foreign table/, 'a partition elsewhere is no partition of ours');

# Who may.
$cluster->psql('CREATE TABLE "My app".kept (id int, updated_at timestamptz); CREATE TABLE "My app".kept_rows AS SELECT 1 AS id, NULL::uuid AS tenant_id', user => 'keeper');
$cluster->psql('CREATE TABLE "My app".others (id int)', user => 'other');
is($cluster->sqlstate('SELECT lad.protect($$"My app".kept$$)', user => $_), '42501', "$_ may not") for qw(app other);
is($cluster->sqlstate('SELECT lad.protect($$"My app".others$$)', user => 'keeper'), '42501', 'a member of lad_owner may not touch what it does not own');
is($cluster->psql('SELECT string_agg(DISTINCT action, $$,$$) FROM lad.protect($$"My app".kept$$)', user => 'keeper'), 'created', 'but its own table');
is($cluster->sqlstate('SELECT lad.protect($$"My app".kept_rows$$)', user => 'keeper'), '23514', 'and all its rows are looked at');
is($cluster->psql('SELECT string_agg(DISTINCT action, $$,$$) FROM lad.protect($$"My app".kept$$)', user => 'keeper'), 'exists', 'also when policies bind the owner already');
is($cluster->psql('SELECT current_user', user => 'keeper'), 'keeper', 'nobody becomes somebody else');

# A hostile search path.
sql(<<'SQL');
CREATE SCHEMA evil;
CREATE FUNCTION evil.pg_has_role(name, oid, text) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE VIEW evil.pg_class AS SELECT 1 AS oid;
CREATE VIEW evil.pg_policy AS SELECT 1 AS oid;
CREATE TABLE public.victim (id int);
SQL
is($cluster->psql('SET search_path = evil, pg_catalog; SET standard_conforming_strings = off; SELECT count(*) FROM lad.protect($$public.victim$$)'), '8', 'names are found in pg_catalog');
is($cluster->sqlstate('SET search_path = evil, pg_catalog; SELECT lad.protect($$public.victim$$)', user => 'other'), '42501', 'and rights are asked there');

# What comes into lad_data.
my $state = q(SELECT c.relrowsecurity AND c.relforcerowsecurity, c.relowner::regrole, (SELECT count(*) FROM pg_policy WHERE polrelid = c.oid),
    (SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0) FROM pg_class c WHERE c.oid = to_regclass('lad_data.%s'));
sub comes {
    my ($name, $columns, $sql, $user) = @_;
    $cluster->psql($sql, user => $user // 'postgres');
    is(sql(sprintf $state, $name), "t|lad_owner|2|$columns", "protected: $sql");
}
comes('"Mine.1"', 'note,tenant_id', 'CREATE TABLE lad_data."Mine.1" (note text)');
comes('mine2', 'tenant_id,id', 'CREATE TABLE lad_data.mine2 (tenant_id uuid, id uuid, PRIMARY KEY (tenant_id, id))', 'keeper');
comes('mine3', 'id,tenant_id', "CREATE TABLE lad_data.mine3 AS SELECT 1 AS id, '$acme'::uuid AS tenant_id");
comes('mine4', 'id,tenant_id', "SELECT 1 AS id, '$acme'::uuid AS tenant_id INTO lad_data.mine4");
comes('mine5', 'id,tenant_id', 'CREATE TABLE public.mine5 (id int); ALTER TABLE public.mine5 SET SCHEMA lad_data');
comes('mine6', 'tenant_id,id', 'DO $do$ BEGIN EXECUTE $$CREATE TABLE lad_data.mine6 (tenant_id uuid, id int)$$; END $do$');
comes('mine7', 'tenant_id,id', 'SET search_path = lad_data; CREATE TABLE mine7 (LIKE mine6)');
comes('mine8', 'tenant_id,id', 'CREATE TABLE lad_data.mine8 (tenant_id uuid, id int) PARTITION BY LIST (id)');
comes('mine8_1', 'tenant_id,id', 'CREATE TABLE lad_data.mine8_1 PARTITION OF lad_data.mine8 FOR VALUES IN (1)');
$cluster->psql('ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO lad_app');
sql('CREATE TABLE public.mine8_2 (tenant_id uuid NOT NULL, id int); ALTER TABLE lad_data.mine8 ATTACH PARTITION public.mine8_2 FOR VALUES IN (2)');
is(sql(q(SELECT relrowsecurity AND relforcerowsecurity, has_table_privilege('lad_app', oid, 'SELECT') FROM pg_class WHERE relname = 'mine8_2')), 't|f',
    'a partition that is attached is protected wherever it lies');
is(sql("SELECT string_agg(DISTINCT rule, ',') FROM lad.lint() WHERE level = 'error'"), '', 'lad.lint finds no error');
isolates('lad_data.mine2', 'id', "('$acme'), ('$globex')");

my $gone = sub { my ($name) = @_; return sql("SELECT to_regclass('lad_data.$name') IS NULL") };
for my $bad ('CREATE TABLE lad_data.bad (id uuid PRIMARY KEY)', 'CREATE TABLE lad_data.bad AS SELECT 1 AS id', 'SELECT 1 AS id INTO lad_data.bad',
             'CREATE TABLE lad_data.bad AS SELECT 1 AS id, NULL::uuid AS tenant_id', 'CREATE TABLE lad_data.bad (tenant_id text)',
             'CREATE TABLE lad_data.bad (id int, tenant_id uuid, UNIQUE (id))') {
    is($cluster->sqlstate($bad), '23514', "refused: $bad");
    is($gone->('bad'), 't', 'and it is not there');
}
is($cluster->sqlstate('CREATE TABLE lad_data.bad () INHERITS (lad_data.mine6)'), '22023', 'refused: an heir of a tenant table');
sql('CREATE TABLE public.free (id int PRIMARY KEY); ALTER TABLE public.free ADD COLUMN more int; CREATE TABLE public.free2 AS SELECT * FROM public.free');
is(sql("SELECT bool_or(relrowsecurity) FROM pg_class WHERE relname IN ('free', 'free2')"), 'f', 'tables of other schemas are left alone');
is($cluster->psql('CREATE TEMP TABLE t (id int PRIMARY KEY); SELECT count(*) FROM t', user => 'other'), '0', 'so are temporary ones, whoever makes them');
is(sql('ALTER TABLE lad_data.mine6 DISABLE ROW LEVEL SECURITY; SELECT relrowsecurity FROM pg_class WHERE oid = $$lad_data.mine6$$::regclass'), 'f',
    'what an administrator alters is left to lad.lint');

# The event trigger itself.
is(sql("DROP EVENT TRIGGER lad_data_protect; SELECT object, action FROM lad.install_schema() WHERE action <> 'exists'"),
    "row security on lad_data.mine6|created\nevent trigger lad_data_protect|created", 'lad.install_schema makes it again');
sql('DROP EVENT TRIGGER lad_data_protect');
my ($out, $notice) = $cluster->try('SELECT string_agg(DISTINCT action, $$,$$) FROM lad.install_schema()', user => 'keeper');
is($out, 'exists', 'who is no superuser installs without it');
like($notice, qr/NOTICE.*event trigger lad_data_protect is left out/, 'and is told');
like(sql('SELECT level, rule FROM lad.lint() WHERE level = $$error$$'), qr/^error\|event_trigger$/m, 'so does lad.lint');
sql('DROP TABLE lad_data.lead_notes CASCADE; SELECT count(*) FROM lad.install_schema() \g /dev/null');
is(sql(q(SELECT string_agg(DISTINCT action, ',') FROM lad.install_schema())), 'exists', 'the tables of the schema files come back whole');
sql('DROP TABLE lad_data.lead_notes CASCADE; SELECT count(*) FROM lad.install_schema() \g /dev/null');
is(sql(q(SELECT rule, object FROM lad.lint() WHERE object ~ 'lead_notes')), '', 'also while the event trigger is there');
is($cluster->sqlstate('CREATE TABLE lad_data.bad (id int PRIMARY KEY)'), '23514', 'and it watches on');
is($cluster->sqlstate('DROP FUNCTION lad.protect_new_tables()'), '2BP01', 'its function stays');
is($cluster->sqlstate('SELECT lad.protect_new_tables()'), 'XX000', 'and cannot be called');
done_testing();
