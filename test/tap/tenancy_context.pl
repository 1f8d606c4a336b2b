# The tenant context: who may enter it, how long it lasts, and that nothing forges or outlives it.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Test::More;
use Time::HiRes qw(time);
use LadCluster;
use LadToken;

my $cluster = LadCluster->start('tenancy', database => 'tenancy');
my %env = $cluster->environment;
my $acme = 'a0000000-0000-4000-8000-00000000000a';
my $globex = 'b0000000-0000-4000-8000-00000000000b';
my $user = 'c0000000-0000-4000-8000-00000000000c';
my $other_user = 'd0000000-0000-4000-8000-00000000000d';

$cluster->psql(<<"SQL");
SET client_min_messages = warning;
CREATE EXTENSION lad_ext CASCADE;
SELECT count(*) FROM lad.install_schema();
CREATE ROLE app LOGIN IN ROLE lad_app;
CREATE ROLE auth LOGIN IN ROLE lad_auth;
CREATE ROLE service LOGIN IN ROLE lad_service;
CREATE ROLE outsider LOGIN;
INSERT INTO lad_data.tenants (id, name, slug, status) VALUES
    ('$acme', 'Acme', 'acme', 'active'), ('$globex', 'Globex', 'globex', 'active');
INSERT INTO lad_data.users (id, email) VALUES ('$user', 'u\@example.com'), ('$other_user', 'o\@example.com');
INSERT INTO lad_data.memberships (tenant_id, user_id) VALUES ('$acme', '$user'), ('$acme', '$other_user');
INSERT INTO lad_data.leads (tenant_id, first_name) SELECT '$acme', n::text FROM generate_series(1, 10000) n;
INSERT INTO lad_data.leads (tenant_id, first_name) SELECT '$globex', n::text FROM generate_series(1, 100) n;
ANALYZE lad_data.leads;
SQL

sub token {
    my ($tenant, $for) = @_;
    my $member = defined $for ? "'$for'" : 'NULL';
    return $cluster->psql("SELECT lad.issue_token('$tenant', $member, '10 minutes')", user => 'auth');
}

# The documented format, minted here without the database.
my ($kid, $key) = LadToken::read_key($env{LAD_KEY_FILE});
my $now = LadToken::now_us();
sub mint {
    return LadToken::mint(kid => $kid, key => $key, tenant => $acme, issued => $now, database => 'tenancy', @_);
}

# What the application sees after some statements; an error shows its SQLSTATE.
sub app {
    my ($sql, %option) = @_;
    my ($out, $err) = $cluster->try($sql, user => 'app', %option);
    return $err =~ /(?:ERROR|FATAL):  (\w{5}):/ ? $1 : $out;
}
my $count = 'SELECT count(*) FROM lad_data.leads;';
my $t = token($acme);
my $g = token($globex);
my $enter = "SELECT lad.authenticate('$t');";
my $enter_other = "SELECT lad.authenticate('$g');";

is(app("BEGIN; $enter $count"), "\n10000", 'a valid token shows its tenant');
is(app("BEGIN; $enter_other $count"), "\n100", 'and another its own');
is(app($count), 'LD001', 'no context is an error');
is(app("BEGIN; SELECT lad.authenticate('" . mint() . "'); $count"), "\n10000", 'a token minted by the documented format works');
is(app("BEGIN; SELECT lad.authenticate('" . token($acme, $user) . "'); SELECT lad.current_user_id();"), "\n$user", 'the user is known');
is(app("BEGIN; $enter SELECT lad.current_user_id() IS NULL;"), "\nt", 'a machine has no user');

# Forged, expired, truncated, re-signed.
my %refused = (
    'NULL'                => [undef, 'LD002'],
    'empty'               => ['', 'LD002'],
    'garbage'             => ['x', 'LD002'],
    'one megabyte'        => ['v1.' . 'a' x 1_000_000, 'LD002'],
    'truncated'           => [substr(mint(), 0, -1), 'LD002'],
    'trailing byte'       => [mint() . 'A', 'LD002'],
    'padded'              => [mint() . '=', 'LD002'],
    're-signed'           => [mint(key => 'k' x 32), 'LD002'],
    'another database'    => [mint(database => 'postgres'), 'LD002'],
    'unknown key'         => [mint(kid => 'nobody'), 'LD002'],
    'another version'     => [mint(version => 'v2'), 'LD002'],
    'issued in the future' => [mint(issued => $now + 60_000_000), 'LD002'],
    'too long a life'     => [mint(expires => $now + 3_600_000_000), 'LD002'],
    'epoch zero'          => [mint(epoch => 0), 'LD002'],
    'nil tenant'          => [mint(tenant => '0' x 32), 'LD002'],
    'expired'             => [mint(issued => $now - 120_000_000, expires => $now - 60_000_000), 'LD003'],
);
for my $what (sort keys %refused) {
    my ($token, $sqlstate) = @{ $refused{$what} };
    my $literal = defined $token ? "'$token'" : 'NULL';
    is(app("SELECT lad.authenticate($literal);"), $sqlstate, "$what is refused with $sqlstate");
}
my ($swapped) = mint() =~ s/^(v1\.\w+\.)(.)/$1 . ($2 eq 'o' ? 'p' : 'o')/er;
is(app("SELECT lad.authenticate('$swapped');"), 'LD002', 'a changed payload is refused');
my (undef, $message) = $cluster->try("SET lad.token = '$swapped'", user => 'app');
(my $error_line = $message) =~ s/\nLINE.*//s;
unlike($error_line, qr/\Q$swapped\E/, 'the error does not repeat the token');

# Unforgeable by any way to set a setting.
my %ways = (
    'SET'              => "SET lad.token = 'private';",
    'set_config'       => "SELECT set_config('lad.token', 'private', true);",
    'pg_settings'      => "UPDATE pg_settings SET setting = 'private' WHERE name = 'lad.token';",
    'private form'     => "SELECT set_config('lad.token', E'\\x01' || repeat('00', 49), true);",
    'another name'     => "SET lad.context = 'x';",
    'function SET'     => "CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql SET lad.token = '$t' AS 'SELECT 1';",
);
for my $way (sort keys %ways) {
    isnt(app("BEGIN; $ways{$way} $count"), "10000", "$way gives no context");
    like(app("BEGIN; $ways{$way} $count"), qr/^(LD002|42\w{3}|22\w{3})$/, "$way is refused");
}
for my $sql ("ALTER ROLE app SET lad.token = '$t'", "ALTER DATABASE tenancy SET lad.token = '$t'",
    "ALTER SYSTEM SET lad.token = '$t'") {
    my ($out, $err, $status) = $cluster->try($sql);
    isnt($status, 0, substr($sql, 0, 14) . ' is refused, to superusers too');
}
{
    local $ENV{PGOPTIONS} = "-c lad.token=$t";
    my ($out, $err, $status) = $cluster->try($count, user => 'app');
    like($err, qr/FATAL:  a token can only be presented inside a transaction/, 'a startup option is refused');
}

# Transaction-local always.
is(app("BEGIN; $enter COMMIT; $count"), 'LD001', 'gone after COMMIT');
is(app("BEGIN; $enter ROLLBACK; $count"), 'LD001', 'gone after ROLLBACK');
is(app("$enter $count"), 'LD001', 'gone after its own statement outside a block');
is(app("SET lad.token = '$t'; $count"), 'LD001', 'a session-level SET does not outlive its transaction');
is(app("BEGIN; SET lad.token = '$t'; COMMIT; BEGIN; $count"), 'LD001', 'nor a SET inside a block');
is(app("BEGIN; SAVEPOINT s; $enter ROLLBACK TO s; $count"), 'LD001', 'ROLLBACK TO before it restores nothing');
is(app("BEGIN; $enter SAVEPOINT s; SET LOCAL lad.token = ''; ROLLBACK TO s; $count"), "\n10000",
    'ROLLBACK TO restores what it was');
is(app("BEGIN; $enter SET LOCAL lad.token = ''; $count"), 'LD001', 'it can be dropped');
is(app(<<"SQL"), 'LD001', 'gone after an inner COMMIT of a procedure');
CREATE PROCEDURE pg_temp.p(token text) LANGUAGE plpgsql AS \$\$
BEGIN PERFORM lad.authenticate(token); COMMIT; PERFORM count(*) FROM lad_data.leads; END \$\$;
CALL pg_temp.p('$t');
SQL
is(app(<<"SQL"), '', 'and entered again in each transaction of a procedure');
CREATE PROCEDURE pg_temp.p(a text, b text) LANGUAGE plpgsql AS \$\$
DECLARE n bigint;
BEGIN
    FOR i IN 1..20 LOOP
        PERFORM lad.authenticate(CASE WHEN i % 2 = 0 THEN a ELSE b END);
        n := (SELECT count(*) FROM lad_data.leads);
        IF n <> (CASE WHEN i % 2 = 0 THEN 10000 ELSE 100 END) THEN RAISE 'saw % rows', n; END IF;
        COMMIT;
    END LOOP;
END \$\$;
CALL pg_temp.p('$t', '$g');
SQL
is(app("BEGIN; $enter $enter_other"), 'LD004', 'a second tenant in one transaction is refused');
is(app("BEGIN; SAVEPOINT s; $enter ROLLBACK TO s; $enter_other"), 'LD004', 'also after its savepoint was rolled back');
my ($first, $second) = map { token($acme, $_) } $user, $other_user;
is(app("BEGIN; SELECT lad.authenticate('$first'); SELECT lad.authenticate('$second');"), 'LD004', 'so is another user of the tenant');
is(app("BEGIN; $enter $enter $count"), "\n\n10000", 'the same again is welcome');

# Pools: one session, two tenants in turn, prepared plans kept.
my $script = "PREPARE q AS $count\n";
$script .= "BEGIN; " . ($_ % 2 ? $enter : $enter_other) . " EXECUTE q; COMMIT;\n" for 1 .. 100;
my %seen;
$seen{$_}++ for grep { length } split /\n/, app($script);
is_deeply(\%seen, { 10000 => 50, 100 => 50 }, 'a pooled session serves two tenants without mixing them');

# Parallel workers see the leader's context.
my $parallel = "SET LOCAL max_parallel_workers_per_gather = 2; SET LOCAL parallel_setup_cost = 0;"
    . " SET LOCAL parallel_tuple_cost = 0; SET LOCAL min_parallel_table_scan_size = 0;";
like(app("BEGIN; $enter $parallel EXPLAIN SELECT count(*) FROM lad_data.leads WHERE length(first_name) > 0;"), qr/Parallel/, 'the plan is parallel');
is(app("BEGIN; $enter $parallel SELECT count(*) FROM lad_data.leads WHERE length(first_name) > 0;"), "\n10000", 'and workers see every row of the tenant');
is(app("BEGIN; $enter SET LOCAL force_parallel_mode = on; $count SAVEPOINT s; $count ROLLBACK TO s; $count"), "\n10000\n10000\n10000", 'also inside savepoints');
my $short = mint(issued => int(time() * 1e6), expires => int(time() * 1e6) + 1_500_000);
is(app("BEGIN; SELECT lad.authenticate('$short'); SELECT pg_sleep(2); $parallel $count"), "\n\n10000", 'a long transaction and its workers outlive the expiry');
is(app("SELECT lad.authenticate('$short');"), 'LD003', 'while the token itself has expired');
is(app("BEGIN; $enter DECLARE c CURSOR FOR SELECT first_name FROM lad_data.leads ORDER BY id; FETCH 1 FROM c;"
        . " SAVEPOINT s; FETCH 1 FROM c; ROLLBACK TO s; MOVE ALL FROM c; $count") =~ /\n10000\z/ ? 1 : 0, 1, 'cursors keep it');

# Not readable back.
is(app("BEGIN; $enter SHOW lad.token; SELECT current_setting('lad.token'), setting, reset_val FROM pg_settings WHERE name = 'lad.token';"), "\n(set)\n(set)|(set)|", 'the token cannot be read back');
is($cluster->psql("BEGIN; $enter SHOW lad.token; ROLLBACK;"), "\n(set)", 'by a superuser neither');
like(app("BEGIN; $enter SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid();"), qr/pg_stat_activity/, 'activity shows the statement');
my $activity = app("SELECT lad.authenticate('$t') IS NULL, (SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid());");
unlike($activity, qr/\Q$t\E/, 'but never one that holds a token');
my $log = do { open my $f, '<', "$env{LAD_CLUSTER}/log" or die $!; local $/; <$f> };
unlike($log, qr/authenticate\('v1/, 'nor does the log when it is refused');

# Who may what.
is(($cluster->try("SELECT lad.issue_token('$acme')", user => 'app'))[1] =~ /(42501)/ ? $1 : '', '42501', 'the application cannot mint');
is(($cluster->try("SELECT lad.issue_token('$globex', '$user')", user => 'auth'))[1] =~ /(42501)/ ? $1 : '', '42501', 'no token for a user who is no member');
is(($cluster->try("SELECT lad.issue_token('$acme', ttl => '1 hour')", user => 'auth'))[1] =~ /(22023)/ ? $1 : '', '22023', 'nor one that lives too long');
is(($cluster->try("SELECT lad.issue_token(gen_random_uuid())", user => 'auth'))[1] =~ /(P0002)/ ? $1 : '', 'P0002', 'nor one for an unknown tenant');
is(($cluster->try('SELECT * FROM lad_data.leads', user => 'auth'))[1] =~ /(42501)/ ? $1 : '', '42501', 'lad_auth reads no tables');
is(app("SELECT lad.authenticate_service('$acme', 'why not')"), '42501', 'the application is no service');
is($cluster->psql("BEGIN; SELECT lad.authenticate_service('$acme', 'test'); SELECT lad.current_tenant_id();"
        . " SELECT lad.authenticate_service('$globex', 'test'); SELECT lad.current_tenant_id(); COMMIT;", user => 'service'),
    "\n$acme\n\n$globex", 'a service may change tenants');
is($cluster->psql("SELECT count(*) FROM lad_data.domain_events WHERE event_type = 'service.authenticated'"), '2', 'and is recorded');
is(($cluster->try("BEGIN; SELECT lad.authenticate_service('$acme', NULL)", user => 'service'))[1] =~ /(22004)/ ? $1 : '', '22004', 'a service gives a reason');
$cluster->psql("UPDATE lad_data.tenants SET status = 'suspended' WHERE id = '$globex'");
is(($cluster->try("SELECT lad.issue_token('$globex')", user => 'auth'))[1] =~ /(42501)/ ? $1 : '', '42501', 'no token for a suspended tenant');
$cluster->psql("ALTER DATABASE tenancy SET lad.require_context = off");
is(app($count), '0', 'without require_context there are no rows');
$cluster->psql("ALTER DATABASE tenancy RESET lad.require_context");
done_testing();
