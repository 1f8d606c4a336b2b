# The guard: what members of lad_app may not do on a connection they share, and all that they may.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Test::More;
use LadCluster;
use LadSession;

my $cluster = LadCluster->start('guard', database => 'guard');
my $acme = 'a0000000-0000-4000-8000-00000000000a';
$cluster->psql(<<"SQL");
SET client_min_messages = warning;
CREATE EXTENSION lad_ext CASCADE;
SELECT count(*) FROM lad.install_schema();
INSERT INTO lad_data.tenants (id, name, slug, status) VALUES ('$acme', 'Acme', 'acme', 'active');
CREATE ROLE app LOGIN IN ROLE lad_app;
CREATE ROLE nested LOGIN IN ROLE app;
CREATE ROLE gateway LOGIN NOINHERIT IN ROLE lad_app;
CREATE ROLE app_and_service LOGIN IN ROLE lad_app, lad_service;
CREATE ROLE service LOGIN IN ROLE lad_service, lad_auth;
CREATE ROLE released LOGIN IN ROLE lad_app, lad_service;
ALTER ROLE released SET lad.guard = off;
GRANT TRUNCATE ON lad_data.leads TO lad_app, service;
GRANT SELECT ON lad_data.leads TO service;
CREATE SCHEMA mine;
GRANT ALL ON SCHEMA mine TO lad_app, lad_service;
CREATE TABLE mine.notes (n int);
CREATE TABLE mine.shared (n int);
ALTER TABLE mine.shared ENABLE ROW LEVEL SECURITY;
CREATE VIEW mine.leads AS SELECT id FROM lad_data.leads;
GRANT ALL ON ALL TABLES IN SCHEMA mine TO lad_app, lad_service;
SQL
my $token = $cluster->psql("SELECT lad.issue_token('$acme', ttl => '10 minutes')");
my $enter = "SELECT lad.authenticate('$token')";

# 'guard' when the guard refuses, '' when all is well, else the SQLSTATE of another error.
sub judge {
    my ($text) = @_;
    my ($sqlstate) = $text =~ /(?:ERROR|FATAL):  (\w{5}):/ or return '';
    return $sqlstate eq '42501' && $text =~ /Members of lad_app are guarded \(lad\.guard\)\./ ? 'guard' : $sqlstate;
}
my %session;
sub verdict {
    my ($sql, $user) = @_;
    $user //= 'app';
    $session{$user} //= LadSession->open($cluster, user => $user);
    my $text = $session{$user}->query($sql);
    $session{$user}->query("ROLLBACK;\nDISCARD ALL");
    return judge($text);
}
sub verdict_of_new_session { my ($sql, $user) = @_; return judge(($cluster->try($sql, user => $user))[1]) }

# A block, a function and a procedure that run a statement.
sub do_block { return "DO \$do\$ BEGIN EXECUTE \$q\$$_[0]\$q\$; END \$do\$" }
sub routine {
    my ($kind, $sql) = @_;
    my ($returns, $call) = $kind eq 'FUNCTION' ? ('RETURNS void', 'SELECT') : ('', 'CALL');
    return "CREATE $kind pg_temp.r() $returns LANGUAGE plpgsql AS \$do\$ BEGIN EXECUTE \$q\$$sql\$q\$; END \$do\$; $call pg_temp.r()";
}

# [statement, what happens to it where the guard is off]
my $hold = 'DECLARE c CURSOR WITH HOLD FOR SELECT 1';
my @refused = (
    # Cursors.
    [$hold, ''],
    ["BEGIN; $hold", ''],
    ['BEGIN; DECLARE c BINARY INSENSITIVE SCROLL CURSOR WITH HOLD FOR SELECT 1', ''],
    [do_block($hold), ''],
    [routine('FUNCTION', $hold), ''],
    [routine('PROCEDURE', $hold), ''],
    # Channels.
    ['LISTEN lad_events', ''],
    ['LISTEN LAD_EVENTS', ''],
    ['LISTEN "lad"', ''],
    [do_block('LISTEN lad'), ''],
    # Temporary objects.
    ['CREATE TEMP TABLE t (n int)', ''],
    ['CREATE TEMPORARY TABLE IF NOT EXISTS t (n int)', ''],
    ['BEGIN; CREATE TEMP TABLE t (n int) ON COMMIT PRESERVE ROWS', ''],
    ['BEGIN; CREATE TEMP TABLE t (n int) ON COMMIT DELETE ROWS', ''],
    ['CREATE TABLE pg_temp.t (n int)', ''],
    ['SET search_path = pg_temp; CREATE TABLE t (n int)', ''],
    ['CREATE TEMP TABLE t (LIKE mine.notes)', ''],
    ['CREATE TEMP TABLE t (n int) PARTITION BY LIST (n)', ''],
    ['CREATE TEMP TABLE t AS SELECT 1 AS n', ''],
    ['CREATE TEMP TABLE t ON COMMIT DELETE ROWS AS SELECT 1 AS n', ''],
    ['CREATE TABLE pg_temp.t AS SELECT 1 AS n', ''],
    ['PREPARE p AS SELECT 1 AS n; CREATE TEMP TABLE t AS EXECUTE p', ''],
    ['SELECT 1 AS n INTO TEMP t', ''],
    ['SELECT 1 AS n INTO pg_temp.t', ''],
    ['CREATE TEMP VIEW leads AS SELECT 1 AS id', ''],
    ['CREATE VIEW pg_temp.leads AS SELECT 1 AS id', ''],
    ['CREATE OR REPLACE TEMP RECURSIVE VIEW v (n) AS SELECT 1', ''],
    ['CREATE TEMP SEQUENCE s', ''],
    ['CREATE SEQUENCE pg_temp.s', ''],
    ['CREATE TYPE pg_temp.uuid AS (n int)', ''],
    ["CREATE TYPE pg_temp.uuid AS ENUM ('x')", ''],
    ['CREATE TYPE pg_temp.uuid AS RANGE (subtype = int)', ''],
    ['CREATE DOMAIN pg_temp.uuid AS text', ''],
    ['SET search_path = pg_temp; CREATE DOMAIN uuid AS text', ''],
    [do_block('CREATE TEMP TABLE t (n int)'), ''],
    [routine('PROCEDURE', 'CREATE TEMP TABLE t (n int)'), ''],
    # Roles.
    ['SET ROLE lad_service', ''],
    ['BEGIN; SET LOCAL ROLE lad_service', ''],
    ["SELECT set_config('role', 'lad_service', false)", ''],
    ["BEGIN; SELECT set_config('role', 'lad_service', true)", ''],
    ["PREPARE p AS SELECT set_config(\$1, 'lad_service', true); EXECUTE p('role')", ''],
    ["CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql SET role = 'lad_service' AS 'SELECT 1'; SELECT pg_temp.f()", ''],
    [do_block('SET ROLE lad_service'), ''],
    ['SET SESSION AUTHORIZATION service', '42501'],
    ["SELECT set_config('session_authorization', 'postgres', true)", '42501'],
    ["ALTER ROLE CURRENT_USER SET search_path = ''", ''],
    ["ALTER ROLE CURRENT_USER RESET search_path", ''],
    ["ALTER ROLE CURRENT_USER PASSWORD 'mine'", ''],
    # Tables of all tenants.
    ['BEGIN; LOCK TABLE lad_data.leads', ''],
    ['BEGIN; LOCK TABLE lad_data.leads IN ACCESS SHARE MODE NOWAIT', ''],
    ['BEGIN; LOCK TABLE ONLY lad_data.leads IN ACCESS SHARE MODE', ''],
    ['BEGIN; SET LOCAL search_path = lad_data; LOCK TABLE leads', ''],
    ['BEGIN; LOCK TABLE mine.notes, lad_data.leads', ''],
    ['BEGIN; LOCK TABLE mine.leads IN ACCESS SHARE MODE', ''],
    ['BEGIN; LOCK TABLE mine.shared', ''],
    [do_block('LOCK TABLE lad_data.leads'), ''],
    ['BEGIN; TRUNCATE lad_data.leads CASCADE; ROLLBACK', '42501'],
    ['BEGIN; TRUNCATE mine.notes, lad_data.leads CASCADE; ROLLBACK', '42501'],
    ['BEGIN; TRUNCATE mine.shared; ROLLBACK', ''],
    [do_block('TRUNCATE mine.shared'), ''],
    # What executes while it explains.
    ['EXPLAIN ANALYZE SELECT 1', ''],
    ['EXPLAIN ANALYZE VERBOSE SELECT 1', ''],
    ['EXPLAIN (COSTS off, ANALYZE) SELECT 1', ''],
    ['EXPLAIN (ANALYZE on, TIMING off) SELECT 1', ''],
    ['EXPLAIN ("analyze" 1) SELECT 1', ''],
    ['PREPARE p AS SELECT 1; EXPLAIN ANALYZE EXECUTE p', ''],
    ['DO $$ DECLARE r text; BEGIN FOR r IN EXECUTE \'EXPLAIN ANALYZE SELECT 1\' LOOP END LOOP; END $$', ''],
    ['DO $$ DECLARE r text; BEGIN FOR r IN EXPLAIN ANALYZE SELECT 1 LOOP END LOOP; END $$', ''],
    # What tells of hidden rows.
    ["SELECT currtid2('mine.notes', '(0,1)')", '22023'],
    ['SELECT * FROM pg_locks', ''],
    ['SELECT * FROM pg_stat_xact_user_tables', ''],
    ['SELECT idx_tup_read FROM pg_stat_user_indexes', ''],
    ['SELECT heap_blks_hit FROM pg_statio_user_tables', ''],
    ['SELECT tup_fetched FROM pg_stat_database', ''],
    ["SELECT 1 WHERE pg_stat_get_xact_tuples_returned('mine.notes'::regclass) = 0", ''],
    ["PREPARE p AS SELECT pg_stat_get_tuples_fetched('mine.notes'::regclass); EXECUTE p", ''],
    ['DO $$ BEGIN PERFORM count(*) FROM pg_lock_status(); END $$', ''],
    ["CREATE FUNCTION pg_temp.f() RETURNS bigint LANGUAGE sql RETURN pg_stat_get_blocks_hit('mine.notes'::regclass); SELECT pg_temp.f()", ''],
    # Libraries.
    ["LOAD 'auto_explain'", '42501'],
);
for my $case (@refused) {
    my ($sql, $otherwise) = @$case;
    is(verdict($sql), 'guard', "refused: $sql");
    is(verdict($sql, 'released'), $otherwise, 'and not where the guard is off');
}

# Neighbours that stay allowed, with the guard on.
my @allowed = (
    'BEGIN; DECLARE c CURSOR FOR SELECT 1; FETCH c; CLOSE c; COMMIT',
    'BEGIN; DECLARE c SCROLL CURSOR WITHOUT HOLD FOR SELECT 1; MOVE c; COMMIT',
    'LISTEN orders; UNLISTEN orders; NOTIFY lad_events',
    'LISTEN "LAD"; LISTEN my_lad; UNLISTEN *',
    'BEGIN; CREATE TEMP TABLE t (n int) ON COMMIT DROP; INSERT INTO t VALUES (1); COMMIT',
    'BEGIN; CREATE TEMP TABLE t (n serial PRIMARY KEY, i int GENERATED ALWAYS AS IDENTITY) ON COMMIT DROP; TRUNCATE t; LOCK TABLE t; COMMIT',
    'BEGIN; CREATE TABLE pg_temp.t (n int) ON COMMIT DROP; COMMIT',
    'BEGIN; CREATE TEMP TABLE t ON COMMIT DROP AS SELECT 1 AS n; CREATE INDEX ON t (n); CREATE VIEW v AS SELECT n FROM t; COMMIT',
    do_block('CREATE TEMP TABLE t (n int) ON COMMIT DROP'),
    'CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$; SELECT pg_temp.f()',
    'CREATE TABLE mine.t (n serial); CREATE VIEW mine.v AS SELECT * FROM mine.t; CREATE SEQUENCE mine.s; DROP TABLE mine.t CASCADE; DROP SEQUENCE mine.s',
    'CREATE TABLE mine.t AS SELECT 1 AS n; DROP TABLE mine.t; SELECT 1 AS n INTO mine.t; DROP TABLE mine.t',
    "CREATE TYPE mine.e AS ENUM ('x'); CREATE TYPE mine.c AS (n int); CREATE DOMAIN mine.d AS text; DROP TYPE mine.e, mine.c; DROP DOMAIN mine.d",
    'CREATE TYPE mine.r AS RANGE (subtype = int); DROP TYPE mine.r',
    'RESET ROLE; SET ROLE NONE; SET ROLE app; SET SESSION AUTHORIZATION DEFAULT; RESET SESSION AUTHORIZATION',
    'SET SESSION AUTHORIZATION app; DISCARD ALL',
    "RESET ALL; SET search_path = lad_data; SET LOCAL work_mem = '1MB'; SELECT set_config('search_path', 'lad', true)",
    'BEGIN; LOCK TABLE mine.notes; TRUNCATE mine.notes; COMMIT',
    "BEGIN; $enter; SELECT count(*) FROM (SELECT id FROM lad_data.leads FOR UPDATE) l; COMMIT",
    "BEGIN; $enter; EXPLAIN SELECT count(*) FROM lad_data.leads; COMMIT",
    'EXPLAIN (ANALYZE off, VERBOSE) SELECT 1; PREPARE p AS SELECT 1; EXPLAIN EXECUTE p',
    "BEGIN; $enter; PREPARE p(text) AS INSERT INTO lad_data.leads (first_name) VALUES (\$1); EXECUTE p('Ada'); DEALLOCATE p; COMMIT",
    "BEGIN; $enter; COPY lad_data.leads (first_name) TO STDOUT; COMMIT",
    "BEGIN; $enter; COPY (SELECT first_name FROM lad_data.leads) TO STDOUT; COMMIT",
    "BEGIN; CREATE TEMP TABLE t (n int) ON COMMIT DROP; COPY t FROM STDIN;\n1\n\\.\nCOMMIT",
    "BEGIN; $enter; SAVEPOINT s; UPDATE lad_data.leads SET last_name = 'L'; ROLLBACK TO s; RELEASE s; COMMIT",
    'SELECT n_live_tup, last_analyze FROM pg_stat_user_tables; SELECT numbackends FROM pg_stat_database; SELECT query FROM pg_stat_activity',
    'DO $$ BEGIN PERFORM 1; COMMIT; END $$',
    'CREATE PROCEDURE pg_temp.p() LANGUAGE sql AS $$ SELECT 1 $$; CALL pg_temp.p()',
);
is(verdict($_), '', "allowed: $_") for @allowed;

# A statement that does not exist or names nothing gets PostgreSQL's own error.
is(verdict('BEGIN; LOCK TABLE lad_data.nothing'), '42P01', 'an unknown table is unknown');
is(verdict('TRUNCATE nothing'), '42P01', 'also to TRUNCATE');
is(verdict("SET ROLE nobody"), 'guard', 'an unknown role is as forbidden as a known one');
is(verdict("SET $_"), '42501', "core refuses SET $_")
  for 'session_replication_role = replica', 'lad.guard = off', 'SESSION lad.guard = off', 'LOCAL lad.guard TO off';
is(verdict("SELECT set_config('$_->[0]', '$_->[1]', true)"), '42501', "core refuses set_config of $_->[0]")
  for ['session_replication_role', 'replica'], ['lad.guard', 'off'];

# Nothing that stays allowed is left behind for the next client.
my $pooled = LadSession->open($cluster, user => 'app');
$pooled->query($_) for grep { !/DISCARD|SESSION AUTH|COPY/ } @allowed;
my $in_temp = 'FROM pg_namespace n WHERE n.oid = pg_my_temp_schema()';
is($pooled->query("SELECT count(*) $in_temp AND (EXISTS (SELECT FROM pg_class WHERE relnamespace = n.oid)"
        . ' OR EXISTS (SELECT FROM pg_type WHERE typnamespace = n.oid))'), '0', 'no temporary table, view or type is left');
is($pooled->query('SELECT count(*) FROM pg_cursors WHERE is_holdable'), '0', 'nor a cursor');

# Who is guarded.
for my $user (qw(nested gateway app_and_service)) {
    is(verdict($hold, $user), 'guard', "$user is guarded");
    is(verdict('SET ROLE lad_app', $user), 'guard', "$user does not leave by another role");
}
is(verdict('SET ROLE lad_service', 'app_and_service'), 'guard', 'who is a service too is guarded all the same');
for my $user (qw(service postgres)) {
    my $all = join ";\n", map { s/^BEGIN; (.*)/$1/sr } $hold, 'LISTEN lad_events', 'CREATE TEMP TABLE t (n int)',
        'CREATE DOMAIN pg_temp.d AS text', 'SET ROLE lad_service', 'RESET ROLE', 'EXPLAIN ANALYZE SELECT 1',
        "SET search_path = ''", 'BEGIN', 'LOCK TABLE lad_data.leads IN ACCESS SHARE MODE', 'COMMIT';
    is(verdict($all, $user), '', "$user is not");
}
$cluster->psql('CREATE ROLE superapp LOGIN SUPERUSER IN ROLE lad_app');
is(verdict("$hold; SET ROLE lad_service", 'superapp'), '', 'nor is a superuser who is a member');
is(verdict("SET ROLE app; $hold", 'postgres'), 'guard', 'a superuser who has taken on the role is');
is(verdict("SET ROLE app; RESET ROLE; $hold", 'postgres'), '', 'until he leaves it');
is(verdict("SET SESSION AUTHORIZATION app; $hold", 'postgres'), 'guard', 'or the session');
is(verdict("SET SESSION AUTHORIZATION app; SET ROLE lad_app; RESET SESSION AUTHORIZATION; $hold", 'postgres'), '', 'until he leaves that');
$cluster->psql(<<'SQL');
CREATE FUNCTION mine.of_service() RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS
    $$ BEGIN CREATE TEMP TABLE kept (n int); END $$;
ALTER FUNCTION mine.of_service() OWNER TO lad_service;
CREATE FUNCTION mine.of_app() RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS
    $$ BEGIN CREATE TEMP TABLE kept (n int); END $$;
ALTER FUNCTION mine.of_app() OWNER TO app;
SQL
is(verdict('SELECT mine.of_service()'), '', 'a SECURITY DEFINER function does what its owner may');
is(verdict('SELECT mine.of_app()', 'service'), 'guard', 'and no more');
{
    local $ENV{PGOPTIONS} = '-c role=lad_service';
    my (undef, $err) = $cluster->try('SELECT 1', user => 'app_and_service');
    like($err, qr/FATAL:  another role is not allowed/, 'a startup option is no way to another role');
    is(verdict_of_new_session('SELECT 1', 'service'), '', 'but for others');
}
$cluster->psql("ALTER ROLE nested SET role = 'lad_app'");
is($cluster->psql('SELECT current_user', user => 'nested'), 'lad_app', 'the administrator gives a role to start with');

# The setting is the superuser's.
$cluster->psql('ALTER DATABASE guard SET lad.guard = off');
is(verdict_of_new_session("$hold; SET ROLE lad_app", 'app'), '', 'off is off');
$cluster->psql('ALTER DATABASE guard RESET lad.guard');
is(verdict_of_new_session($hold, 'app'), 'guard', 'and on again');

# Roles belong to the cluster.
is(($cluster->try($hold, user => 'app', database => 'postgres'))[1] =~ /lad\.guard/ ? 1 : 0, 1, 'every database of the cluster is guarded');
my ($out, $err) = $cluster->try("BEGIN; $hold", user => 'app');
like($err, qr/ERROR:  42501: cursor would outlive its transaction\nDETAIL:  The next client .*\nHINT:  Declare it WITHOUT HOLD\./, 'the error says what, why and what else');
($out, $err) = $cluster->try("SELECT set_config('role', 'lad_app', false)", user => 'app');
like($err, qr/ERROR:  42501: another role is not allowed\nDETAIL:  It would stay .*\nHINT:  Connect as that role\./, 'also from set_config');
done_testing();
