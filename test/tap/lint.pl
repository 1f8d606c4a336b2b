# Every rule of lad.lint: a planted fault is reported, and by that rule; its remedy, where it is SQL, mends
# it. The installed schema gives no row.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Test::More;
use LadCluster;

my $cluster = LadCluster->start('lint', database => 'lint');
$cluster->psql(<<'SQL');
SET client_min_messages = warning;
CREATE EXTENSION lad_ext CASCADE;
SELECT count(*) FROM lad.install_schema();
CREATE ROLE app LOGIN IN ROLE lad_app;
CREATE ROLE service LOGIN IN ROLE lad_service;
CREATE ROLE keeper LOGIN IN ROLE lad_owner;
SQL
sub lint { my ($user) = @_; return $cluster->psql('SELECT * FROM lad.lint()', user => $user // 'postgres') }

is(lint(), '', 'the installed schema is clean');
is(lint($_), '', "$_ may ask") for qw(service keeper);
is($cluster->sqlstate('SELECT * FROM lad.lint()', user => 'app'), '42501', 'the application may not');
is($cluster->psql(<<'SQL'), '', 'whatever the search path is');
CREATE SCHEMA evil;
CREATE FUNCTION evil.format(text, VARIADIC "any") RETURNS text LANGUAGE internal IMMUTABLE AS 'text_format';
CREATE VIEW evil.pg_class AS SELECT 1 AS oid;
CREATE FUNCTION evil.wrong(name, text) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE OPERATOR evil.= (LEFTARG = name, RIGHTARG = text, FUNCTION = evil.wrong);
SET search_path = evil, pg_catalog;
SET standard_conforming_strings = off;
SELECT * FROM lad.lint();
SQL

# A table of another schema is looked at once it was protected.
$cluster->psql(<<'SQL');
CREATE SCHEMA app;
CREATE TABLE app."Things.of us" (id uuid, tenant_id uuid, price numeric(20,6), PRIMARY KEY (tenant_id, id));
SELECT count(*) FROM lad.protect('app."Things.of us"');
CREATE TABLE app.free (id int PRIMARY KEY, at timestamp);
SQL
is(lint(), '', 'so is a protected table of another schema, and others are not looked at');

my $things = 'app."Things.of us"';
my $replica = 'SET LOCAL session_replication_role = replica; CREATE TABLE lad_data.odd';
my $definer = "RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'";
# rule, the fault, what else it breaks; the object is named where the fault is not of lad_data.leads
my @faults = (
    [row_security_off => 'ALTER TABLE lad_data.leads DISABLE ROW LEVEL SECURITY'],
    [row_security_off => "ALTER TABLE $things DISABLE ROW LEVEL SECURITY", '', 'Things'],
    [row_security_off => 'ALTER TABLE lad_data.voice_call_logs_legacy DISABLE ROW LEVEL SECURITY', '', 'voice_call_logs_legacy'],
    [row_security_not_forced => 'ALTER TABLE lad_data.leads NO FORCE ROW LEVEL SECURITY'],
    [policy_form => 'CREATE POLICY more ON lad_data.leads USING (true)'],
    [policy_form => 'CREATE POLICY more ON lad_data.users FOR SELECT USING (true)', '', 'users'],
    [policy_form => 'CREATE POLICY more ON lad_data.voice_call_logs_legacy TO lad_app USING (true)', '', 'voice_call_logs_legacy'],
    [policy_form => 'ALTER POLICY leads_tenant ON lad_data.leads USING (tenant_id = lad.current_tenant_id() OR stage = $$lead$$)', 'policy_missing'],
    [policy_form => 'ALTER POLICY leads_tenant ON lad_data.leads USING (tenant_id = (SELECT lad.current_tenant_id()))', 'policy_missing'],
    [policy_form => 'ALTER POLICY leads_tenant ON lad_data.leads WITH CHECK (true)', 'policy_missing'],
    [policy_form => 'ALTER POLICY feature_flags_everyone ON lad_data.feature_flags USING (tenant_id IS NULL)', '', 'feature_flags'],
    [policy_missing => 'DROP POLICY leads_tenant ON lad_data.leads'],
    [service_policy_missing => 'DROP POLICY leads_service ON lad_data.leads'],
    [tenant_missing => "$replica (id int)", 'comment_missing,foreign_owner,policy_missing,row_security_not_forced,row_security_off,service_policy_missing', 'odd'],
    [tenant_type => "$replica (tenant_id text)", 'comment_missing,foreign_owner,policy_missing,primary_key,row_security_not_forced,row_security_off,service_policy_missing,tenant_default,tenant_index_missing,tenant_mutable,tenant_nullable,writer_unchecked', 'odd'],
    [tenant_nullable => "ALTER TABLE $things DROP CONSTRAINT \"Things.of us_pkey\", ALTER tenant_id DROP NOT NULL", 'primary_key,tenant_index_missing', 'Things'],
    [tenant_default => 'ALTER TABLE lad_data.leads ALTER tenant_id DROP DEFAULT'],
    [tenant_mutable => 'DROP TRIGGER leads_update_keep_tenant ON lad_data.leads'],
    [writer_unchecked => 'DROP TRIGGER leads_write_access ON lad_data.leads'],
    [trigger_disabled => 'ALTER TABLE lad_data.leads DISABLE TRIGGER leads_update_touch'],
    [trigger_disabled => 'ALTER TABLE lad_data.leads ENABLE REPLICA TRIGGER leads_update_keep_tenant', 'tenant_mutable'],
    [trigger_disabled => 'ALTER TABLE lad_data.lead_notes DISABLE TRIGGER ALL', 'tenant_mutable,writer_unchecked', 'lead_notes_lead_id_fkey'],
    [event_trigger => 'DROP EVENT TRIGGER lad_data_protect', '', 'lad_data_protect'],
    [event_trigger => 'ALTER EVENT TRIGGER lad_data_protect DISABLE', '', 'lad_data_protect'],
    [grant_beyond_rows => 'GRANT TRUNCATE ON lad_data.leads TO lad_app'],
    [grant_beyond_rows => 'GRANT REFERENCES (id) ON lad_data.leads TO PUBLIC'],
    [grant_beyond_rows => 'GRANT TRIGGER ON lad_data.leads TO app'],
    [partition_grant => 'GRANT SELECT ON lad_data.voice_call_logs_legacy TO lad_app', '', 'voice_call_logs_legacy'],
    [partition_grant => 'GRANT UPDATE (status) ON lad_data.voice_call_logs_legacy TO PUBLIC', '', 'voice_call_logs_legacy'],
    [foreign_owner => 'ALTER TABLE lad_data.leads OWNER TO postgres'],
    [app_owns => "ALTER TABLE $things OWNER TO app", '', 'Things'],
    [app_owns => 'CREATE SCHEMA own AUTHORIZATION lad_app', '', 'own'],
    [schema_create => 'GRANT CREATE ON SCHEMA lad_data TO lad_app', '', 'lad_data'],
    [schema_create => 'GRANT CREATE ON SCHEMA lad TO PUBLIC', '', 'lad'],
    [bypass_member => 'CREATE ROLE high BYPASSRLS IN ROLE app', '', 'high'],
    [bypass_member => 'CREATE ROLE high SUPERUSER IN ROLE lad_app', '', 'high'],
    [app_escalates => 'GRANT lad_service TO lad_app', '', 'lad_app'],
    [app_escalates => 'GRANT pg_read_all_data TO app', '', 'app'],
    [view_as_owner => 'CREATE VIEW app.v AS SELECT * FROM lad_data.leads; GRANT SELECT ON app.v TO lad_app', '', 'app.v'],
    [view_as_owner => 'CREATE VIEW app.v AS SELECT * FROM lad_data.leads; CREATE VIEW app."W.w" AS SELECT * FROM app.v; GRANT SELECT (id) ON app."W.w" TO PUBLIC', '', 'W.w'],
    [materialized_view => 'CREATE MATERIALIZED VIEW app.m AS SELECT * FROM lad_data.leads', '', 'app.m'],
    [materialized_view_readable => 'CREATE MATERIALIZED VIEW app.m AS SELECT * FROM lad_data.leads; GRANT SELECT ON app.m TO lad_app', '', 'app.m'],
    [definer_search_path => "CREATE FUNCTION app.f() $definer", '', 'app.f'],
    [definer_search_path => "CREATE FUNCTION app.f(a text) $definer SET search_path = pg_catalog", '', 'app.f'],
    [definer_public => "CREATE FUNCTION lad.f(a text) $definer SET search_path = pg_catalog, pg_temp", '', 'lad.f'],
    [unique_without_tenant => "ALTER TABLE $things ADD UNIQUE (id)", 'index_not_led_by_tenant', 'Things'],
    [unique_without_tenant => "ALTER TABLE $things ADD EXCLUDE USING btree (id WITH =)", 'index_not_led_by_tenant', 'Things'],
    [primary_key => "ALTER TABLE $things DROP CONSTRAINT \"Things.of us_pkey\", ADD PRIMARY KEY (id, tenant_id)", 'tenant_index_missing', 'Things'],
    [unique_with_nulls => 'CREATE UNIQUE INDEX leads_x_key ON lad_data.leads (tenant_id, email)'],
    [tenant_index_missing => "ALTER TABLE $things DROP CONSTRAINT \"Things.of us_pkey\"", 'primary_key', 'Things'],
    [index_not_led_by_tenant => 'CREATE INDEX leads_x_idx ON lad_data.leads (email)'],
    [duplicate_index => 'CREATE INDEX leads_x_idx ON lad_data.leads (tenant_id, id)'],
    [foreign_key_index => "ALTER TABLE $things ADD lead_id uuid, ADD FOREIGN KEY (tenant_id, lead_id) REFERENCES lad_data.leads (tenant_id, id)", '', 'Things'],
    [foreign_key_without_tenant => "ALTER TABLE $things ADD UNIQUE (id), ADD parent uuid; CREATE INDEX ON $things (tenant_id, parent);"
        . " ALTER TABLE $things ADD FOREIGN KEY (parent) REFERENCES $things (id)", 'foreign_key_index,index_not_led_by_tenant,unique_without_tenant', 'Things'],
    [foreign_key_action => "ALTER TABLE $things ADD lead_id uuid; CREATE INDEX ON $things (tenant_id, lead_id);"
        . " ALTER TABLE $things ADD FOREIGN KEY (tenant_id, lead_id) REFERENCES lad_data.leads (tenant_id, id) ON DELETE SET NULL", '', 'Things'],
    [foreign_key_to_partitions => "ALTER TABLE $things ADD call_id uuid, ADD at timestamptz; CREATE INDEX ON $things (tenant_id, call_id, at);"
        . " ALTER TABLE $things ADD FOREIGN KEY (tenant_id, call_id, at) REFERENCES lad_data.voice_call_logs (tenant_id, id, created_at)", '', 'Things'],
    [foreign_key_to_users => "ALTER TABLE $things ADD user_id uuid; CREATE INDEX ON $things (user_id, tenant_id);"
        . " ALTER TABLE $things ADD FOREIGN KEY (user_id) REFERENCES lad_data.users (id)", 'index_not_led_by_tenant', 'Things'],
    [wallet_hot_row => 'CREATE INDEX billing_wallets_x_idx ON lad_data.billing_wallets (tenant_id, current_balance)', '', 'billing_wallets'],
    [naive_time => "ALTER TABLE $things ADD at timestamp", '', 'Things'],
    [inexact_number => "ALTER TABLE $things ADD cost float8", '', 'Things'],
    [inexact_number => "ALTER TABLE $things ADD cost money", '', 'Things'],
    [rate_precision => 'ALTER TABLE lad_data.leads ADD rate numeric(20,2)', 'comment_missing'],
    [enum_column => "CREATE TYPE app.mood AS ENUM ('a'); ALTER TABLE $things ADD mood app.mood", '', 'Things'],
    [touch_missing => 'DROP TRIGGER leads_update_touch ON lad_data.leads'],
    [soft_delete => 'DROP TRIGGER leads_write_soft_delete ON lad_data.leads'],
    [organization => 'DROP TRIGGER ai_conversations_write_organization ON lad_data.ai_conversations', '', 'ai_conversations'],
    [comment_missing => 'COMMENT ON COLUMN lad_data.leads.email IS NULL'],
    [comment_missing => 'COMMENT ON TABLE lad_data.leads IS NULL'],
    [price_gap => "INSERT INTO lad_data.billing_pricing_catalog (tenant_id, category, provider, model, unit, unit_price, effective_from, effective_to) VALUES"
        . " (NULL, 'llm', 'gap', 'g', 'token', 1, '2020-01-01', '2021-01-01'), (NULL, 'llm', 'gap', 'g', 'token', 1, '2021-01-01 00:00:01', NULL)", '', 'gap'],
    [price_gap => "INSERT INTO lad_data.billing_exchange_rates (tenant_id, from_currency, to_currency, rate, effective_from, effective_to) VALUES"
        . " (NULL, 'EUR', 'USD', 1, '2020-01-01', '2021-01-01'), (NULL, 'EUR', 'USD', 1, '2022-01-01', NULL)", '', 'EUR to USD'],
    [naming => 'ALTER INDEX lad_data.leads_id_tenant_id_key RENAME TO my_key', 'index_not_led_by_tenant'],
);

# Runs what is SQL among the remedies of a rule, and says whether it was any.
$cluster->psql(<<'SQL');
CREATE FUNCTION app.remedy(wanted text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    cure text;
    any_cure boolean := false;
BEGIN
    FOR cure IN SELECT l.remedy FROM lad.lint() AS l WHERE l.rule = wanted LOOP
        CONTINUE WHEN cure !~ '^(ALTER|CREATE|DROP|REVOKE|SELECT) ' OR cure ~ '[.][.][.]';
        EXECUTE cure;
        any_cure := true;
    END LOOP;
    RETURN any_cure;
END $$;
SQL
my %seen;
for my $fault (@faults) {
    my ($rule, $plant, $others, $object) = @{$fault};
    $seen{$rule} = 1;
    my $report = $cluster->psql(<<"SQL");
SET client_min_messages = warning;
BEGIN;
$plant;
SELECT string_agg(DISTINCT rule, ',' ORDER BY rule) FROM lad.lint();
SELECT string_agg(DISTINCT object, ',') FROM lad.lint() WHERE rule = '$rule';
SELECT bool_and(level IN ('error', 'warning', 'info') AND detail ~ '\\.\$' AND remedy <> '') FROM lad.lint();
SELECT app.remedy('$rule') AS cured \\gset
SELECT :'cured' AND EXISTS (SELECT FROM lad.lint() WHERE rule = '$rule');
ROLLBACK;
SQL
    my ($rules, $objects, $formed, $left) = split /\n/, $report;
    my $wanted = join ',', sort $rule, split /,/, $others // '';
    is($rules, $wanted, "$rule: $plant");
    my $name = $object // 'leads';
    like($objects, qr/\b\Q$name\E\b/, "$rule names $name");
    is("$formed$left", 'tf', "$rule: level, detail and remedy; what the remedy says mends it");
}

# What looks like a fault and is none.
for my $fine ("CREATE VIEW app.v WITH (security_invoker = true) AS SELECT * FROM lad_data.leads; GRANT SELECT ON app.v TO lad_app",
              'CREATE VIEW app.v AS SELECT * FROM lad_data.leads',
              'CREATE POLICY less ON lad_data.leads AS RESTRICTIVE USING (stage <> $$lead$$)',
              "CREATE FUNCTION app.f() $definer SET search_path = ''",
              'CREATE ROLE other_app IN ROLE lad_app', 'GRANT SELECT, INSERT, UPDATE, DELETE ON lad_data.leads TO app') {
    is($cluster->psql("BEGIN; $fine; SELECT * FROM lad.lint(); ROLLBACK"), '', "no fault: $fine");
}
is(lint(), '', 'undone, the schema is clean again');

# The key file.
my %env = $cluster->environment;
chmod 0644, $env{LAD_KEY_FILE};
$cluster->psql('SELECT pg_reload_conf()');
my $said = '';
for (1 .. 100) { last if ($said = lint()); select undef, undef, undef, 0.1 }
like($said, qr/^error\|lad\.key_file\|key_file\|.*open to others/, 'a key file that was refused on reload is reported');
chmod 0600, $env{LAD_KEY_FILE};
$cluster->psql('SELECT pg_reload_conf()');
for (1 .. 100) { last if !($said = lint()); select undef, undef, undef, 0.1 }
is($said, '', 'until it is read well');
$seen{key_file} = 1;

# Every rule has its fault above; what a server's version tells is tested without a server.
my $sources = '';
for my $source (glob "$FindBin::Bin/../../src/catalog/lint_*_store.cpp") {
    open my $file, '<', $source or die "$source: $!";
    local $/;
    $sources .= <$file>;
}
my @rules = $sources =~ /LintRule \w+\{\s*"(?:error|warning|info)",\s*"(\w+)",/g;
cmp_ok(scalar @rules, '>', 40, 'the rules are found in the sources');
is_deeply([grep { !$seen{$_} } @rules], [], 'every rule was seen reporting');
done_testing();
