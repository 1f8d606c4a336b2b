# Installing over what is there already: the same shape is taken as it is; another one is named, and
# nothing is changed.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Test::More;
use LadCluster;
use LadState;

my $cluster = LadCluster->start('install_shapes');
LadState::install($cluster, 'fresh');
my $fresh = LadState::objects($cluster, 'fresh');
my $actions = "SELECT string_agg(DISTINCT action, ',' ORDER BY action) FROM lad.install_schema()";
my $again = $cluster->psql('SELECT count(*) FROM lad.install_schema()', database => 'fresh');
is($cluster->psql($actions, database => 'fresh'), 'exists', 'a second run finds everything');
is(LadState::difference(LadState::objects($cluster, 'fresh'), $fresh), '', 'and changes nothing');

# Each change, made by hand before installing again, and what the error says of it.
my @changes = (
    ['DROP COLUMN content', 'Column content is missing'],
    ['ALTER COLUMN content TYPE varchar(9)', 'Column content has type character varying\(9\), wanted text'],
    ['ALTER COLUMN content DROP NOT NULL', 'Column content is nullable, wanted NOT NULL'],
    ['ALTER COLUMN created_by SET NOT NULL', 'Column created_by is NOT NULL, wanted nullable'],
    ['ADD COLUMN mine int NOT NULL', 'Column mine is NOT NULL without a default and unknown'],
    ['DROP CONSTRAINT lead_notes_pkey, ADD CONSTRAINT lead_notes_pkey PRIMARY KEY (id)',
        'Constraint lead_notes_pkey is PRIMARY KEY \(id\), wanted PRIMARY KEY \(tenant_id, id\)'],
    ['DROP CONSTRAINT lead_notes_lead_id_fkey, ADD CONSTRAINT lead_notes_lead_id_fkey FOREIGN KEY (tenant_id, lead_id)
        REFERENCES lad_data.leads (tenant_id, id)', 'Constraint lead_notes_lead_id_fkey is FOREIGN KEY .*wanted FOREIGN KEY .* ON DELETE CASCADE'],
);
my @others = (
    ['ALTER TABLE lad_data.memberships DROP CONSTRAINT memberships_role_check, ADD CONSTRAINT memberships_role_check CHECK (role <> \'\')',
        'Constraint memberships_role_check is CHECK .*<>.*wanted CHECK .*owner'],
    ['ALTER TABLE lad_data.tenant_features DROP CONSTRAINT tenant_features_tenant_id_feature_key_key,
        ADD CONSTRAINT tenant_features_tenant_id_feature_key_key UNIQUE (tenant_id, feature_key, id)',
        'Constraint tenant_features_tenant_id_feature_key_key is UNIQUE \(tenant_id, feature_key, id\)'],
    ['ALTER TABLE lad_data.billing_wallets DROP CONSTRAINT billing_wallets_tenant_id_user_id_key,
        ADD CONSTRAINT billing_wallets_tenant_id_user_id_key UNIQUE (tenant_id, user_id)', 'wanted UNIQUE NULLS NOT DISTINCT'],
    ['ALTER TABLE lad_data.lead_bookings DROP CONSTRAINT lead_bookings_assignee_time_excl,
        ADD CONSTRAINT lead_bookings_assignee_time_excl EXCLUDE USING gist (tenant_id WITH =)', 'Constraint lead_bookings_assignee_time_excl is EXCLUDE'],
    ['ALTER TABLE lad_data.voice_agents ALTER COLUMN id DROP IDENTITY', 'Column id is not GENERATED'],
    ['DROP INDEX lad_data.tenants_slug_key; CREATE INDEX tenants_slug_key ON lad_data.tenants (slug) WHERE slug IS NOT NULL',
        'index tenants_slug_key is USING btree \(slug\).*wanted UNIQUE USING'],
    ['DROP INDEX lad_data.tenants_status_idx; CREATE INDEX tenants_status_idx ON lad_data.tenants (status)',
        'index tenants_status_idx is USING btree \(status\), wanted USING btree \(status\) WHERE'],
    ['DROP TRIGGER leads_write_check_vocabulary ON lad_data.leads; CREATE TRIGGER leads_write_check_vocabulary AFTER DELETE ON lad_data.leads
        FOR EACH ROW EXECUTE FUNCTION lad.check_lead_vocabulary()', 'trigger leads_write_check_vocabulary is CREATE TRIGGER .* AFTER DELETE'],
    ['DROP POLICY users_tenant ON lad_data.users; CREATE POLICY users_tenant ON lad_data.users USING (true)', 'policy users_tenant is FOR ALL .*USING true'],
    ['ALTER POLICY leads_tenant ON lad_data.leads USING (true)', 'Policy leads_tenant is FOR ALL TO public USING true'],
    ['ALTER POLICY leads_service ON lad_data.leads TO public', 'Policy leads_service is FOR ALL TO public'],
    ['SET LOCAL ROLE lad_owner; DROP TABLE lad_data.ai_keyword_claims; CREATE VIEW lad_data.ai_keyword_claims AS SELECT 1 AS id', 'It is a view, wanted an ordinary table'],
    ['SET LOCAL ROLE lad_owner; DROP TABLE lad_data.ai_keyword_claims; CREATE TABLE lad_data.ai_keyword_claims (LIKE lad_data.leads) PARTITION BY LIST (stage)',
        'It is a partitioned table, wanted an ordinary table'],
    ['SET LOCAL ROLE lad_owner; DROP TABLE lad_data.user_credits CASCADE; CREATE TABLE lad_data.user_credits (id int)', 'Column \w+ (is missing|has type)'],
);
for my $change ((map { ["ALTER TABLE lad_data.lead_notes $_->[0]", $_->[1]] } @changes), @others) {
    my ($sql, $detail) = @{$change};
    my $what = $sql =~ s/\s+/ /gr;
    # In one transaction, so that the change itself is undone as well.
    my (undef, $said) = $cluster->try("BEGIN; $sql; SELECT count(*) FROM lad.install_schema()", database => 'fresh');
    like($said, qr/ERROR:  42710: table lad_data\.\w+ exists (?:with other|as something else).*DETAIL:  [^\n]*$detail/s, substr $what, 0, 110);
}
$cluster->psql('ALTER TABLE lad_data.lead_notes ALTER COLUMN content DROP NOT NULL; DROP TABLE lad_data.user_credits CASCADE', database => 'fresh');
my $broken = LadState::objects($cluster, 'fresh');
is($cluster->sqlstate('SELECT lad.install_schema()', database => 'fresh'), '42710', 'where something else is missing too');
is(LadState::difference(LadState::objects($cluster, 'fresh'), $broken), '', 'a refused installation makes nothing');
$cluster->psql('ALTER TABLE lad_data.lead_notes ALTER COLUMN content SET NOT NULL', database => 'fresh');
is($cluster->psql($actions, database => 'fresh'), 'altered,created,exists', 'once it is mended, the rest is made');
is(LadState::difference(LadState::objects($cluster, 'fresh'), $fresh), '', 'as new');

# Tables made by hand: by a script that made them elsewhere.
$cluster->psql('CREATE DATABASE by_hand');
my $made = $cluster->psql(<<'SQL', database => 'by_hand');
SET client_min_messages = warning;
CREATE EXTENSION lad_ext CASCADE;
CREATE SCHEMA lad_data AUTHORIZATION lad_owner;
SET ROLE lad_owner;
CREATE TABLE lad_data.schema_version (
    installed_at timestamptz NOT NULL DEFAULT now(), description text NOT NULL, version int NOT NULL, mine text,
    CONSTRAINT schema_version_pkey PRIMARY KEY (version), CONSTRAINT schema_version_version_check CHECK (0 < version));
RESET ROLE;
SQL
my (undef, $said) = $cluster->try('SELECT lad.install_schema()', database => 'by_hand');
like($said, qr/Constraint schema_version_version_check is CHECK \(\(0 < version\)\), wanted CHECK \(\(version > 0\)\)/, 'a table by hand is compared');
$cluster->psql('ALTER TABLE lad_data.schema_version DROP CONSTRAINT schema_version_version_check', database => 'by_hand');
is($cluster->psql("SELECT action || ' ' || detail FROM lad.install_schema() WHERE object = 'table lad_data.schema_version'", database => 'by_hand'),
    'altered added schema_version_version_check', 'what it lacks is added');
is($cluster->psql($actions, database => 'by_hand'), 'exists', 'and then it is one of ours');
$cluster->psql('ALTER TABLE lad_data.schema_version OWNER TO postgres', database => 'by_hand');
(undef, $said) = $cluster->try('SELECT lad.install_schema()', database => 'by_hand');
like($said, qr/ERROR:  42501: table lad_data\.schema_version is not owned by lad_owner/, 'a table of another owner is refused');

# Undone with the transaction.
$cluster->psql('CREATE DATABASE undone');
$cluster->psql('SET client_min_messages = warning; CREATE EXTENSION lad_ext CASCADE; BEGIN; SELECT count(*) FROM lad.install_schema(); ROLLBACK', database => 'undone');
is($cluster->psql(q(SELECT to_regnamespace('lad_data') IS NULL), database => 'undone'), 't', 'a rolled-back installation leaves nothing');

# Whatever the session is set to.
my $hostile = q(CREATE SCHEMA evil; CREATE FUNCTION evil.now() RETURNS timestamptz LANGUAGE sql AS $$ SELECT 'epoch'::timestamptz $$;
    CREATE FUNCTION evil.lower(text) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT 'evil' $$; CREATE TYPE evil.text AS (a int);
    CREATE FUNCTION evil.gen_random_uuid() RETURNS uuid LANGUAGE sql AS $$ SELECT NULL::uuid $$;
    SET search_path = evil, pg_catalog; SET timezone = 'Asia/Kathmandu'; SET standard_conforming_strings = off; SET escape_string_warning = off;
    SET default_tablespace = ''; SET check_function_bodies = off; SET datestyle = 'German, DMY'; SET intervalstyle = 'sql_standard'; SET quote_all_identifiers = on;
    SET default_table_access_method = heap; SET bytea_output = 'escape'; SET row_security = off; SET client_min_messages = warning; SET default_with_oids = off;);
$cluster->psql('CREATE DATABASE hostile');
$cluster->psql('SET client_min_messages = warning; CREATE EXTENSION lad_ext CASCADE', database => 'hostile');
is($cluster->psql("$hostile $actions; $actions", database => 'hostile'), "created\nexists", 'hostile settings: installed, and found again');
is(LadState::difference(LadState::objects($cluster, 'hostile'), $fresh), '', 'as anywhere');

# By whom: the roles may have attributes of their own, and be given before.
$cluster->psql("ALTER ROLE lad_app LOGIN PASSWORD 'secret'; ALTER ROLE lad_owner CONNECTION LIMIT 0;
    CREATE ROLE deployer LOGIN IN ROLE lad_owner; CREATE DATABASE deployed OWNER deployer");
$cluster->psql('SET client_min_messages = warning; CREATE EXTENSION lad_ext CASCADE', database => 'deployed');
is($cluster->psql("SELECT rolcanlogin FROM pg_roles WHERE rolname = 'lad_app'"), 't', 'roles that exist keep their attributes');
is($cluster->psql($actions, database => 'deployed', user => 'deployer'), 'created', 'a member of lad_owner installs into his database');
is(LadState::difference(LadState::objects($cluster, 'deployed'), $fresh), '', 'as a superuser does');
$cluster->psql('REVOKE TEMPORARY ON DATABASE deployed FROM PUBLIC; ALTER DATABASE deployed OWNER TO postgres', database => 'deployed');
is($cluster->sqlstate('SELECT lad.install_schema()', database => 'deployed', user => 'deployer'), '42501', 'comparing needs the right to temporary tables');
$cluster->psql('GRANT TEMPORARY ON DATABASE deployed TO lad_owner', database => 'deployed');
is($cluster->psql($actions, database => 'deployed', user => 'deployer'), 'exists', 'and nothing else when the schema is there');
done_testing();
