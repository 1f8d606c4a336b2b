# Every SQL-callable function of lad with random arguments of their types, one call after the other in the
# same sessions: whatever is answered, the server lives and no error is an internal one. The seed is printed;
# LAD_RANDOM_SEED repeats a run, LAD_RANDOM_CALLS sets its length. `make check-asan` runs it instrumented.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Test::More;
use LadCluster;

my $calls = $ENV{LAD_RANDOM_CALLS} // ($ENV{LAD_LONG} ? 60_000 : 3_000);
my $seed = $ENV{LAD_RANDOM_SEED} // int rand 1_000_000;
diag("LAD_RANDOM_SEED=$seed");

my $cluster = LadCluster->start('randominput', database => 'randominput');
my $acme = 'a0000000-0000-4000-8000-00000000000a';
$cluster->psql(<<"SQL");
SET client_min_messages = warning;
CREATE EXTENSION lad_ext CASCADE;
SELECT count(*) FROM lad.install_schema();
CREATE ROLE app LOGIN IN ROLE lad_app;
CREATE ROLE service LOGIN IN ROLE lad_service;
INSERT INTO lad_data.tenants (id, name, status) VALUES ('$acme', 'Acme', 'active');
INSERT INTO lad_data.users (id, email) VALUES ('$acme', 'owner\@acme.example');
INSERT INTO lad_data.memberships (tenant_id, user_id, role) VALUES ('$acme', '$acme', 'owner');
SELECT lad.authenticate_service('$acme', 'test'), lad.topup(lad.create_wallet(), 1000, 'opening');
SELECT lad.authenticate_service('$acme', 'test'), lad.create_wallet('$acme');
INSERT INTO lad_data.voice_call_logs (tenant_id, to_country_code, to_base_number, status) VALUES ('$acme', '+1', 1, 'in_queue');
INSERT INTO lad_data.leads (tenant_id, id, first_name) VALUES ('$acme', '$acme', 'Ada');

CREATE SCHEMA probe;
CREATE FUNCTION probe.pick(VARIADIC choices text[]) RETURNS text LANGUAGE sql VOLATILE AS
    'SELECT choices[1 + floor(random() * cardinality(choices))::int]';
CREATE FUNCTION probe.word() RETURNS text LANGUAGE sql VOLATILE AS \$\$
    SELECT probe.pick('', 'debit', 'owner', 'viewer', 'USD', 'active', 'probe', 'custom_fields', '%_%', 'E\\\\x', U&'\\202E\\+01F600', repeat('ab ', 3000),
                      md5(random()::text), 'call:' || md5(random()::text), chr(1 + floor(random() * 2000)::int), 'k' || floor(random() * 20))
\$\$;
CREATE FUNCTION probe.id() RETURNS uuid LANGUAGE sql VOLATILE AS \$\$
    SELECT CASE floor(random() * 6)
        WHEN 0 THEN gen_random_uuid() WHEN 1 THEN '$acme' WHEN 2 THEN (SELECT id FROM lad_data.billing_holds ORDER BY random() LIMIT 1)
        WHEN 3 THEN (SELECT id FROM lad_data.billing_ledger_transactions ORDER BY random() LIMIT 1)
        WHEN 4 THEN (SELECT id FROM lad_data.voice_call_logs LIMIT 1) ELSE (SELECT id FROM lad_data.billing_wallets ORDER BY random() LIMIT 1) END
\$\$;
CREATE FUNCTION probe.json(depth int DEFAULT 0) RETURNS jsonb LANGUAGE plpgsql VOLATILE AS \$\$
BEGIN
    CASE floor(random() * (CASE WHEN depth > 3 THEN 5 ELSE 8 END))
        WHEN 0 THEN RETURN 'null';
        WHEN 1 THEN RETURN to_jsonb(probe.word());
        WHEN 2 THEN RETURN to_jsonb((random() * 10 ^ floor(random() * 30 - 10)::int)::numeric);
        WHEN 3 THEN RETURN to_jsonb(random() < 0.5);
        WHEN 4 THEN RETURN jsonb_build_array(jsonb_build_object('category', 'stt', 'provider', 'openai', 'model', 'whisper-1', 'unit', 'second', 'quantity', floor(random() * 100)));
        WHEN 5 THEN RETURN jsonb_build_array(probe.json(depth + 1), probe.json(depth + 1));
        ELSE RETURN jsonb_build_object(probe.word(), probe.json(depth + 1), probe.pick('category', 'unit', 'quantity', 'model'), probe.json(depth + 1));
    END CASE;
END \$\$;
CREATE FUNCTION probe.value(type text) RETURNS text LANGUAGE plpgsql VOLATILE AS \$\$
BEGIN
    IF random() < 0.05 THEN RETURN 'NULL'; END IF;
    RETURN CASE type
        WHEN 'uuid' THEN quote_nullable(probe.id())
        WHEN 'text' THEN quote_nullable(probe.word())
        WHEN 'boolean' THEN probe.pick('true', 'false')
        WHEN 'numeric' THEN probe.pick('1', '0.000001', '-1', '''NaN''', '1e20', '0', (random() * 100)::numeric(20,6)::text, (random() * 10 ^ floor(random() * 40 - 20)::int)::text)
        WHEN 'integer' THEN probe.pick('0', '1', '-1', '60', '2147483647', floor(random() * 10000)::text)
        WHEN 'real' THEN probe.pick('1', '0', '0.5', '''NaN''', '-1', '2')
        WHEN 'bigint' THEN probe.pick('0', '1', '-1', '9223372036854775807', floor(random() * 1e12)::text)
        WHEN 'jsonb' THEN quote_literal(probe.json())
        WHEN 'interval' THEN quote_literal(probe.pick('1 minute', '1 microsecond', '-1 day', '1 month', '100 years', (floor(random() * 1e6))::text || ' seconds'))
        WHEN 'timestamp with time zone' THEN quote_literal(probe.pick('now', 'infinity', '-infinity', '1970-01-01', (now() - random() * interval '400 days')::text, '4000-01-01 BC'))
        WHEN 'date' THEN quote_literal(probe.pick('today', 'infinity', '-infinity', '2026-01-01', '4000-01-01 BC'))
        WHEN 'regclass' THEN quote_literal(probe.pick('lad_data.leads', 'lad_data.voice_call_logs', 'pg_catalog.pg_class', 'lad_data.billing_wallets', '0'))
        WHEN 'name' THEN quote_literal(left(probe.pick('created_at', 'id', '', 'tenant_id', probe.word()), 63))
        WHEN 'text[]' THEN 'ARRAY[' || quote_nullable(probe.word()) || ', ' || quote_nullable(probe.word()) || ']'
        WHEN 'uuid[]' THEN 'ARRAY[' || quote_nullable(probe.id()) || ', ' || quote_nullable(probe.id()) || ']'
        WHEN 'numeric[]' THEN 'ARRAY[' || probe.value('numeric') || ', ' || probe.value('numeric') || ']'
        WHEN 'tsvector' THEN 'to_tsvector(''simple'', ' || quote_literal(probe.word()) || ')'
        WHEN 'tsquery' THEN 'plainto_tsquery(''simple'', ' || quote_literal(probe.word()) || ') && !!phraseto_tsquery(''simple'', ' || quote_literal(probe.word()) || ')'
        WHEN 'lad.posting_request[]' THEN (SELECT format('ARRAY[%s]', string_agg(format('ROW(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)', probe.value('uuid'),
            quote_literal(probe.pick('debit', 'credit', 'topup', 'adjustment', 'gift')), probe.value('numeric'), probe.value('text'), probe.value('text'),
            probe.value('uuid'), probe.value('text'), probe.value('jsonb'), probe.value('timestamp with time zone'), probe.value('numeric')), ', '))
            FROM generate_series(1, 1 + floor(random() * 20)::int))
        ELSE 'NULL' END;
END \$\$;
CREATE VIEW probe.functions AS
    SELECT p.oid, p.proname, ARRAY(SELECT format_type(t, NULL) FROM unnest((p.proargtypes::oid[])[0:p.pronargs - 1]) t) AS types
    FROM pg_proc p WHERE p.pronamespace = 'lad'::regnamespace AND p.prokind = 'f'
      AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype, 'internal'::regtype) AND p.proname <> 'install_schema';
-- A third of the calls keep what they did, so that later ones meet holds, postings and members.
CREATE FUNCTION probe.outcome(call text, keep boolean) RETURNS text LANGUAGE plpgsql AS \$\$
BEGIN
    EXECUTE call;
    IF NOT keep THEN RAISE EXCEPTION USING ERRCODE = 'ZZ999'; END IF;
    RETURN 'ok';
EXCEPTION WHEN SQLSTATE 'ZZ999' THEN RETURN 'ok'; WHEN OTHERS THEN RETURN SQLSTATE;
END \$\$;
CREATE TABLE probe.outcomes (function text, outcome text, call text);
CREATE FUNCTION probe.run(calls int) RETURNS void LANGUAGE plpgsql AS \$\$
DECLARE f record; call text;
BEGIN
    FOR i IN 1..calls LOOP
        SELECT * INTO f FROM probe.functions ORDER BY random() LIMIT 1;
        call := format('SELECT * FROM lad.%I(%s)', f.proname,
            (SELECT string_agg(format('(%s)::%s', probe.value(type), type), ', ' ORDER BY n) FROM unnest(f.types) WITH ORDINALITY AS a (type, n)));
        INSERT INTO probe.outcomes VALUES (f.proname, probe.outcome(call, random() < 0.3), left(call, 2000));
    END LOOP;
END \$\$;
GRANT USAGE ON SCHEMA probe TO PUBLIC;
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA probe TO PUBLIC;
SQL

my $started = $cluster->psql('SELECT pg_postmaster_start_time()');
# Calls that are kept change rights and revoke tokens: each chunk starts with a new one, if the owner still is one.
my $restore = "UPDATE lad_data.memberships SET role = 'owner', deleted_at = NULL, is_deleted = false WHERE user_id = '$acme'";
sub fresh_token { $cluster->psql("$restore; SELECT lad.issue_token('$acme', '$acme', ttl => '15 minutes')") }
my %callers = (app => 'SELECT lad.authenticate($$%s$$)', service => "SELECT lad.authenticate_service('$acme', 'probe')",
    postgres => "SELECT lad.authenticate_service('$acme', 'probe')");
for my $user (sort keys %callers) {
    my $chunks = int($calls / 3 / 500) || 1;
    for my $chunk (1 .. $chunks) {
        my $context = $callers{$user} =~ s{%s}{fresh_token()}er;
        my (undef, $err) = $cluster->try("SET client_min_messages = error; SELECT setseed(@{[($seed + $chunk) % 1_000_000 / 1_000_000]}); BEGIN; $context; SELECT probe.run(@{[int $calls / 3 / $chunks]}); COMMIT", user => $user);
        is($err, '', "$user, calls $chunk of $chunks");
    }
}
is($cluster->psql('SELECT pg_postmaster_start_time()'), $started, 'the server never restarted');
is($cluster->psql("SELECT DISTINCT function, outcome, call FROM probe.outcomes WHERE outcome LIKE 'XX%' OR outcome LIKE '58%' LIMIT 5"), '', 'no error is an internal one');
my ($functions, $never) = split /\|/, $cluster->psql('SELECT count(*), count(*) FILTER (WHERE NOT EXISTS (SELECT FROM probe.outcomes o WHERE o.function = f.proname)) FROM probe.functions f');
cmp_ok($functions, '>', 50, 'there are functions');
is($never, 0, 'each was called') if $calls >= 3_000;
cmp_ok($cluster->psql("SELECT count(DISTINCT function) FROM probe.outcomes WHERE outcome = 'ok'"), '>', $functions / 3, 'many functions get through for some arguments');
is($cluster->psql('SELECT * FROM lad.verify_ledger(NULL, false)'), '', 'the ledger is sound');
done_testing();
