# Every SQL-callable function of lad, each argument in turn NULL, empty, huge, malformed, foreign and
# hostile: a listed SQLSTATE, nothing written, a living server. New functions are found by themselves.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Test::More;
use LadCluster;

my $cluster = LadCluster->start('badinput', database => 'badinput');
my $acme = 'a0000000-0000-4000-8000-00000000000a';
my $globex = 'b0000000-0000-4000-8000-00000000000b';
my $huge = $ENV{LAD_LONG} ? 10_000_000 : 1_000_000;

# Standard SQLSTATEs that PostgreSQL itself gives for input it refuses.
my %listed = map { $_ => 1 } qw(ok 22P02 22001 22003 22008 22023 22004 23502 23503 23505 23514 42501
    54000 54001 54023 P0002 22P05 22021);
open my $errors, '<', "$FindBin::Bin/../../src/core/errors.def" or die "errors.def: $!";
while (<$errors>) { $listed{$1} = 1 if /"(LD\d{3}|[0-9A-Z]{5})"/ && $1 ne 'XX000' }

$cluster->psql(<<"SQL");
SET client_min_messages = warning;
CREATE EXTENSION lad_ext CASCADE;
SELECT count(*) FROM lad.install_schema();
CREATE ROLE app LOGIN IN ROLE lad_app;
CREATE ROLE service LOGIN IN ROLE lad_service;
CREATE ROLE auth LOGIN IN ROLE lad_auth;
INSERT INTO lad_data.tenants (id, name, slug, status) VALUES
    ('$acme', 'Acme', 'acme', 'active'), ('$globex', 'Globex', 'globex', 'active');
SELECT lad.authenticate_service('$globex', 'test'), lad.create_wallet();
SELECT lad.authenticate_service('$acme', 'test'), lad.create_wallet();
INSERT INTO lad_data.voice_call_logs (id, tenant_id, to_country_code, to_base_number, status)
VALUES ('00000000-0000-4000-8000-0000000000aa', '$acme', '+1', 1, 'in_queue'),
       ('00000000-0000-4000-8000-0000000000bb', '$globex', '+1', 1, 'in_queue');

-- Something of every kind that a function asks for by its identifier.
SELECT set_config('probe.wallet', id::text, false) FROM lad_data.billing_wallets WHERE tenant_id = '$acme' \\g /dev/null
BEGIN;
SELECT lad.authenticate_service('$acme', 'test');
SELECT lad.set_price('telephony', 'lad', 'voice', 'minute', 3, 'CREDIT', '2026-01-01');
SELECT lad.topup(current_setting('probe.wallet')::uuid, 100, 'topup');
SELECT lad.charge('voice-agent', '[{"category": "telephony", "provider": "lad", "model": "voice", "unit": "minute", "quantity": 1}]', 'charge');
SELECT lad.generate_invoice('2026-01-01', now() + interval '1 second');
COMMIT;

CREATE SCHEMA probe;
CREATE TABLE probe.good (type text, value text);
INSERT INTO probe.good VALUES ('text', '''probe'''), ('numeric', '1'), ('boolean', 'true'),
    ('integer', '1'), ('real', '1'), ('bigint', '1'), ('jsonb', '''{}'''), ('interval', '''1 minute'''),
    ('timestamp with time zone', 'pg_catalog.now()'), ('regclass', '''lad_data.leads'''),
    ('text[]', '''{probe}'''), ('uuid[]', '''{}'''), ('numeric[]', '''{}'''),
    ('tsvector', '''a:1A b'''), ('tsquery', '''a <-> b'''), ('name', '''created_at'''),
    ('date', '''2026-01-01''');
INSERT INTO probe.good SELECT 'uuid', quote_literal(id) FROM lad_data.billing_wallets WHERE tenant_id = '$acme';
CREATE TABLE probe.bad (type text, value text);
INSERT INTO probe.bad VALUES
    ('text', ''''''), ('text', 'repeat(''x'', $huge)'), ('text', 'E''\\\\x01\\\\x1b'''), ('text', '''%s%n; DROP TABLE lad_data.leads; --'''),
    ('text', '''call:00000000-0000-4000-8000-0000000000aa'''), ('text', 'E''\\\\u202e\\\\u0000a''::text'), ('text', '''NaN'''),
    ('text', '''%\\'''), ('tsvector', ''''''), ('tsvector', '(SELECT string_agg(n::text, '' '') FROM generate_series(1, 50000) n)'),
    ('tsquery', ''''''), ('tsquery', 'repeat(''a & '', 3000) || ''a'''), ('tsquery', '''!!!(!a <16384> !b:*ABCD)'''),
    ('numeric', '''NaN'''), ('numeric', '''Infinity'''), ('numeric', '''-Infinity'''), ('numeric', '1e-27'),
    ('numeric', '1e131071'), ('numeric', '0'), ('numeric', '-1'), ('numeric', '99999999999999.999999'), ('numeric', '1e14'),
    ('real', '''NaN'''), ('real', '''Infinity'''), ('real', '-1'), ('real', '1e-30'), ('real', '''malformed'''),
    ('integer', '-2147483648'), ('integer', '2147483647'), ('integer', '0'),
    ('bigint', '-9223372036854775808'), ('bigint', '9223372036854775807'),
    ('jsonb', '''null'''), ('jsonb', '''[]'''), ('jsonb', '''"text"'''), ('jsonb', '''17'''), ('jsonb', '''[null]'''), ('jsonb', '''[{}]'''),
    ('jsonb', '(repeat(''['', 5000) || repeat('']'', 5000))::jsonb'), ('jsonb', 'repeat(''['', 10000)::jsonb'), ('jsonb', '''{malformed'''),
    ('jsonb', 'jsonb_build_object(''a'', repeat(''x'', $huge))'),
    ('jsonb', '''[{"category": "llm", "provider": "openai", "model": "gpt-4", "unit": "token", "quantity": "NaN"}]'''),
    ('jsonb', '''[{"category": "llm", "provider": "openai", "model": "gpt-4", "unit": "token", "quantity": -1}]'''),
    ('jsonb', '''[{"category": "llm", "provider": "openai", "model": "gpt-4", "unit": "token", "quantity": 1e400}]'''),
    ('jsonb', '''[{"category": ["llm"], "provider": {}, "model": 1, "unit": null, "quantity": []}]'''),
    ('jsonb', '(SELECT jsonb_agg(''{"quantity": 1}''::jsonb) FROM generate_series(1, 5000))'),
    ('interval', '''0'''), ('interval', '''-1 day'''), ('interval', '''1 month'''), ('interval', '''178000000 years'''), ('interval', '''100000000 days'''),
    ('timestamp with time zone', '''infinity'''), ('timestamp with time zone', '''-infinity'''),
    ('timestamp with time zone', '''4713-01-01 BC'''), ('timestamp with time zone', '''294276-12-31'''),
    ('date', '''infinity'''), ('date', '''-infinity'''), ('date', '''4713-01-01 BC'''), ('date', '''5874897-12-31'''),
    ('uuid', '''00000000-0000-0000-0000-000000000000'''), ('uuid', 'gen_random_uuid()'), ('uuid', '''malformed'''), ('uuid', '''$globex'''),
    ('uuid', '''00000000-0000-4000-8000-0000000000aa'''), ('uuid', '''00000000-0000-4000-8000-0000000000bb''');
INSERT INTO probe.bad SELECT 'uuid', quote_literal(id) FROM lad_data.billing_wallets WHERE tenant_id = '$globex';
-- The good uuid is a lead as well, the good array names a stage.
INSERT INTO lad_data.leads (tenant_id, id) SELECT tenant_id, id FROM lad_data.billing_wallets;
INSERT INTO lad_data.lead_stages (tenant_id, key, label, display_order) VALUES ('$acme', 'probe', 'Probe', 1);
INSERT INTO probe.bad VALUES
    ('name', ''''''), ('name', '''tenant_id'''), ('name', 'repeat(''x'', 100000)'), ('name', '''created_at"; DROP TABLE lad_data.leads; --'''), ('name', '''ctid'''),
    ('text', '''custom_fields'''), ('text', '''id'''), ('text', '''custom_fields\" = NULL --'''),
    ('regclass', '''0'''), ('regclass', '''4294967295'''), ('regclass', '''pg_catalog.pg_authid'''), ('regclass', '''lad_data.leads_pkey'''),
    ('regclass', '''lad_data.billing_ledger_transactions'''), ('regclass', '''lad_data.tenants'''), ('regclass', '''lad_data.users'''),
    ('regclass', '''lad_data.voice_call_logs'''), ('regclass', '''lad_data.schema_version'''), ('regclass', '''probe.calls'''),
    ('text[]', '''{}'''), ('text[]', '''{NULL}'''), ('text[]', '''{{probe},{probe}}'''), ('text[]', '''[5:5]={probe}'''), ('text[]', '''malformed'''),
    ('text[]', 'array_fill(''x''::text, ARRAY[20000])'), ('text[]', 'ARRAY[repeat(''x'', $huge)]'), ('text[]', '''{probe,probe}'''),
    ('uuid[]', '''{NULL}'''), ('uuid[]', 'ARRAY[gen_random_uuid()]'), ('uuid[]', 'array_fill(gen_random_uuid(), ARRAY[2, 2])'), ('uuid[]', '''{malformed}'''),
    ('uuid[]', 'array_fill(gen_random_uuid(), ARRAY[20000])'), ('numeric[]', '''{1}'''), ('numeric[]', '''{NULL}'''), ('numeric[]', '''{NaN}'''),
    ('numeric[]', 'array_fill(1e30, ARRAY[2, 2])'), ('numeric[]', 'array_fill(1, ARRAY[20000])'), ('numeric[]', '''{malformed}''');
INSERT INTO probe.good SELECT 'lad.posting_request[]', format('ARRAY[ROW(%L, ''debit'', 1, ''probe'', NULL, NULL, NULL, NULL, NULL, NULL)]', id)
FROM lad_data.billing_wallets WHERE tenant_id = '$acme';
INSERT INTO probe.bad VALUES
    ('lad.posting_request[]', '''{}'''), ('lad.posting_request[]', '''{NULL}'''), ('lad.posting_request[]', '''{malformed}'''),
    ('lad.posting_request[]', 'array_fill(ROW(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)::lad.posting_request, ARRAY[5000])'),
    ('lad.posting_request[]', 'array_fill(NULL::lad.posting_request, ARRAY[10001])'),
    ('lad.posting_request[]', 'array_fill(NULL::lad.posting_request, ARRAY[2, 2])'),
    ('lad.posting_request[]', 'ARRAY[ROW(gen_random_uuid(), ''debit'', ''NaN'', repeat(''x'', $huge), NULL, NULL, NULL, ''[]'', ''infinity'', NULL)]');
INSERT INTO probe.bad VALUES ('name', ''''''), ('name', '''no'''), ('name', '''ctid'''), ('name', '''x" = NULL --''');
INSERT INTO probe.bad SELECT DISTINCT type, 'NULL' FROM probe.good;
-- Good for an argument of this name, so that the others are reached.
CREATE TABLE probe.named (name text, value text);
INSERT INTO probe.named VALUES
    ('currency', '''CREDIT'''), ('from_currency', '''USD'''), ('to_currency', '''CREDIT'''), ('to_country_code', '''+1'''),
    ('call_id', '''00000000-0000-4000-8000-0000000000aa'''), ('status', '''ended'''), ('format', '''html'''), ('group_by', '''{feature}'''),
    ('effective_to', 'pg_catalog.now() + interval ''1 day'''), ('expires_at', 'pg_catalog.now() + interval ''1 hour'''), ('period_start', '''2026-01-01'''),
    ('from_time', '''2026-01-01'''), ('feature_key', '''voice-agent'''), ('package_key', '''starter'''),
    ('usage_items', '''[{"category": "telephony", "provider": "lad", "model": "voice", "unit": "minute", "quantity": 1}]''');
INSERT INTO probe.named SELECT 'transaction_id', quote_literal(id) FROM lad_data.billing_ledger_transactions WHERE tenant_id = '$acme' AND idempotency_key = 'topup';
INSERT INTO probe.named SELECT 'usage_event_id', quote_literal(id) FROM lad_data.billing_usage_events WHERE tenant_id = '$acme';
INSERT INTO probe.named SELECT 'invoice_id', quote_literal(id) FROM lad_data.billing_invoices WHERE tenant_id = '$acme';

-- Runs a call and undoes it, also when it succeeds.
CREATE FUNCTION probe.outcome(call text) RETURNS text LANGUAGE plpgsql AS \$\$
BEGIN
    EXECUTE call;
    RAISE EXCEPTION USING ERRCODE = 'ZZ999';
EXCEPTION WHEN SQLSTATE 'ZZ999' THEN RETURN 'ok'; WHEN OTHERS THEN RETURN SQLSTATE;
END \$\$;

-- One call for each function, argument and bad value; the other arguments are good.
CREATE VIEW probe.calls AS
WITH functions AS (
    SELECT p.oid, p.proname, p.pronargs, p.proargnames AS names, (p.proargtypes::oid[])[0:p.pronargs - 1] AS types
    FROM pg_proc p
    WHERE p.pronamespace = 'lad'::regnamespace AND p.prorettype NOT IN ('trigger'::regtype, 'internal'::regtype) AND p.prokind = 'f'
), arguments AS (
    SELECT f.oid, f.proname, a.n, f.names[a.n] AS name, format_type(a.type, NULL) AS type
    FROM functions f, unnest(f.types) WITH ORDINALITY AS a (type, n)
)
SELECT bad.oid, bad.proname AS function, bad.n,
       format('SELECT * FROM lad.%I(%s)', bad.proname, string_agg(
           format('(%s)::%s', CASE WHEN a.n = bad.n THEN bad.value ELSE coalesce(m.value, g.value, 'NULL') END, a.type),
           ', ' ORDER BY a.n)) AS call
FROM (SELECT a.oid, a.proname, a.n, coalesce(b.value, 'NULL') AS value, row_number() OVER () AS nr
      FROM arguments a LEFT JOIN probe.bad b ON b.type = a.type) AS bad
JOIN arguments a ON a.oid = bad.oid LEFT JOIN probe.good g ON g.type = a.type LEFT JOIN probe.named m ON m.name = a.name
GROUP BY bad.oid, bad.proname, bad.n, bad.nr, bad.value;

-- What a hostile caller puts in front of pg_catalog.
CREATE SCHEMA evil;
CREATE FUNCTION evil.now() RETURNS timestamptz LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION USING ERRCODE = ''EV001''; END';
CREATE FUNCTION evil.wrong(uuid, uuid) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION USING ERRCODE = ''EV001''; END';
CREATE OPERATOR evil.= (LEFTARG = uuid, RIGHTARG = uuid, FUNCTION = evil.wrong);
CREATE FUNCTION evil.more(numeric, numeric) RETURNS numeric LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION USING ERRCODE = ''EV001''; END';
CREATE OPERATOR evil.- (LEFTARG = numeric, RIGHTARG = numeric, FUNCTION = evil.more);
CREATE TABLE evil.billing_wallets ();
GRANT USAGE ON SCHEMA probe, evil TO PUBLIC;
GRANT SELECT ON ALL TABLES IN SCHEMA probe TO PUBLIC;
SQL

# A digest of every row of every table of lad_data.
sub fingerprint {
    return $cluster->psql(<<'SQL');
SELECT md5(string_agg(t.name || x.digest, ',' ORDER BY t.name))
FROM (SELECT c.oid::regclass::text AS name FROM pg_class c
      WHERE c.relnamespace = 'lad_data'::regnamespace AND c.relkind = 'r') AS t,
     LATERAL (SELECT (xpath('/row/d/text()', query_to_xml(format(
         'SELECT md5(coalesce(string_agg(r::text, '','' ORDER BY r::text), '''')) AS d FROM %s AS r', t.name),
         false, true, '')))[1]::text AS digest) AS x
SQL
}

my $before = fingerprint();
my $started = $cluster->psql('SELECT pg_postmaster_start_time()');
my $token = $cluster->psql("SELECT lad.issue_token('$acme', ttl => '15 minutes')");
my %callers = (
    'the application'      => ['app', "SELECT lad.authenticate('$token') \\g /dev/null"],
    'no context'           => ['app', ''],
    'a service'            => ['service', "SELECT lad.authenticate_service('$acme', 'probe') \\g /dev/null"],
    'the login service'    => ['auth', ''],
    'a superuser'          => ['postgres', "SELECT lad.authenticate_service('$acme', 'probe') \\g /dev/null"],
    'hostile search_path'  => ['service', "SELECT lad.authenticate_service('$acme', 'probe') \\g /dev/null\nSET LOCAL search_path = evil, pg_catalog;"],
);
my $calls = $cluster->psql('SELECT count(*) FROM probe.calls');
cmp_ok($calls, '>', 300, "$calls calls are made for each caller");
for my $caller (sort keys %callers) {
    my ($user, $enter) = @{ $callers{$caller} };
    my $seen = $cluster->psql(<<"SQL", user => $user, timeout => 600);
BEGIN;
$enter
SELECT DISTINCT ON (function, code) function || ' ' || code || ' ' || left(call, 200)
FROM (SELECT function, call, probe.outcome(call) AS code FROM probe.calls) AS outcomes
WHERE NOT (function = 'install_schema');
ROLLBACK;
SQL
    my @unlisted = grep { /^\S+ (\S+)/ && !$listed{$1} } split /\n/, $seen;
    is_deeply(\@unlisted, [], "$caller: every outcome is a listed SQLSTATE");
}
is(fingerprint(), $before, 'no table has changed');
is($cluster->psql('SELECT pg_postmaster_start_time()'), $started, 'the server never restarted');
my ($environment) = { $cluster->environment };
my $log = do { open my $f, '<', "$environment->{LAD_CLUSTER}/log" or die $!; local $/; <$f> };
unlike($log, qr/terminated by signal|PANIC/, 'no process crashed');
done_testing();
