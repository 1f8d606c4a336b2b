# People: registering, and verifying passwords, without saying who exists or keeping a password.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Test::More;
use LadCluster;

my $cluster = LadCluster->start('people', database => 'people');
# pgcrypto may lie anywhere, and what else is called crypt is never used.
$cluster->psql(<<'SQL');
SET client_min_messages = warning;
CREATE SCHEMA "Odd place";
CREATE EXTENSION pgcrypto SCHEMA "Odd place";
CREATE EXTENSION lad_ext CASCADE;
SELECT count(*) FROM lad.install_schema();
CREATE ROLE auth LOGIN IN ROLE lad_auth;
CREATE ROLE app LOGIN IN ROLE lad_app;
CREATE ROLE service LOGIN IN ROLE lad_service;
CREATE SCHEMA evil;
CREATE FUNCTION evil.crypt(text, text) RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN $2; END';
CREATE FUNCTION public.crypt(text, text) RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN $2; END';
GRANT USAGE ON SCHEMA evil TO PUBLIC;
SQL

sub auth { my ($sql) = @_; return $cluster->psql($sql, user => 'auth') }
sub refused { my ($sql, $user) = @_; return $cluster->sqlstate($sql, user => $user // 'auth') }
sub verify {
    my ($email, $password) = @_;
    return auth("SET search_path = evil; SELECT user_id, tenant_id, role FROM lad.verify_password('$email', '$password')");
}

my $ada = auth("SET search_path = evil; SELECT lad.register_user('Ada\@Example.com', 'correct horse', 'Ada', 'L.')");
like($ada, qr/^[0-9a-f-]{36}$/, 'a person is registered');
like($cluster->psql("SELECT password_hash FROM lad_data.users WHERE id = '$ada'"), qr/^\$2a\$1\d\$.{53}$/,
    'the password is kept as a bcrypt hash of a cost of 10 or more');
is($cluster->psql("SELECT count(*) FROM lad_data.users u WHERE u::text LIKE '%correct horse%'"), '0', 'and nowhere else');
is(verify('ada@EXAMPLE.com', 'correct horse'), "$ada||", 'it verifies, whatever the case of the address');
is(verify('ada@example.com', 'Correct horse'), '', 'another password does not');
is(verify('eve@example.com', 'correct horse'), '', 'nor does another address');
is(verify('ada@example.com', ''), '', 'nor nothing');
is($cluster->psql("SELECT last_login_at IS NOT NULL FROM lad_data.users WHERE id = '$ada'"), 't', 'the sign-in is dated');

# What is refused.
is(refused("SELECT lad.register_user('ADA\@example.com', 'other')"), '23505', 'an address is taken whatever its case');
my (undef, $said) = $cluster->try("SELECT lad.register_user('ADA\@example.com', 'other')", user => 'auth');
like($said, qr/ERROR:  23505: email is taken$/m, 'that is all it says');
unlike($said, qr/ada\@/i, 'without repeating the address');
is(refused("SELECT lad.register_user('$_', 'x')"), '22023', "'$_' is no address") for 'ada', 'ada@', 'a b@example.com', 'ada@host';
is(refused("SELECT lad.register_user('b\@example.com', '')"), '22023', 'an empty password is refused');
is(refused("SELECT lad.register_user('b\@example.com', repeat('x', 73))"), '22023', 'so is one that bcrypt would cut');
is(refused("SELECT lad.register_user(NULL, 'x')"), '22004', 'an address is needed');
is(refused("SELECT lad.verify_password('ada\@example.com', NULL)"), '22004', 'and a password to verify');
my $long = 'x' x 72;
auth("SELECT lad.register_user('long\@example.com', '$long')");
like(verify('long@example.com', $long), qr/^[0-9a-f-]{36}\|\|$/, 'all 72 bytes count');
is(verify('long@example.com', "${long}y"), '', 'and no more than 72 pass');
is(verify('long@example.com', 'x' x 71), '', 'nor fewer');

# Who may not sign in.
auth("SELECT lad.register_user('google\@example.com')");
is(verify('google@example.com', 'x'), '', 'no password never verifies');
for my $state ('is_active = false', 'is_active = NULL', 'deleted_at = now()', "password_hash = 'correct horse'") {
    my ($reset) = { is_active => 'is_active = true', deleted_at => 'deleted_at = NULL', password_hash => '' }->{ (split / /, $state)[0] };
    my $hash = $cluster->psql("SELECT password_hash FROM lad_data.users WHERE id = '$ada'");
    $cluster->psql("UPDATE lad_data.users SET $state WHERE id = '$ada'");
    is(verify('ada@example.com', 'correct horse'), '', "with $state nobody signs in");
    $cluster->psql('UPDATE lad_data.users SET ' . ($reset || "password_hash = '$hash'") . " WHERE id = '$ada'");
}
$cluster->psql(q(UPDATE lad_data.users SET password_hash = '$2b$' || substr(password_hash, 5) WHERE email = 'Ada@Example.com'));
is(verify('ada@example.com', 'correct horse'), "$ada||", 'a hash that another library wrote verifies');

# Where they land.
my %tenant = map { $_ => $cluster->psql("SELECT lad.create_tenant('$_', '$_')") } qw(first second third);
my $age = 9;
for my $name (qw(first second third)) {
    $cluster->psql("INSERT INTO lad_data.memberships (tenant_id, user_id, role, created_at)"
        . " VALUES ('$tenant{$name}', '$ada', 'admin', now() - interval '$age days')");
    $age--;
}
is(verify('ada@example.com', 'correct horse'), "$ada|$tenant{first}|admin", 'in the tenant of the oldest membership');
$cluster->psql("UPDATE lad_data.users SET primary_tenant_id = '$tenant{third}' WHERE id = '$ada'");
is(verify('ada@example.com', 'correct horse'), "$ada|$tenant{third}|admin", 'or in the primary one');
$cluster->psql("UPDATE lad_data.tenants SET status = 'suspended' WHERE id = '$tenant{third}'");
$cluster->psql("UPDATE lad_data.memberships SET deleted_at = now() WHERE tenant_id = '$tenant{first}'");
is(verify('ada@example.com', 'correct horse'), "$ada|$tenant{second}|admin", 'but only where a membership lives and the tenant is open');
$cluster->psql("UPDATE lad_data.tenants SET deleted_at = now() WHERE id = '$tenant{second}'");
is(verify('ada@example.com', 'correct horse'), "$ada||", 'else nowhere');

# Who may call, and what stays of the password.
for my $user (qw(app service)) {
    is(refused("SELECT lad.register_user('c\@example.com', 'x')", $user), '42501', "$user registers nobody");
    is(refused("SELECT lad.verify_password('ada\@example.com', 'x')", $user), '42501', "$user verifies nobody");
}
is(refused('SELECT email FROM lad_data.users'), '42501', 'lad_auth reads no people');
like(auth("SELECT count(*) FROM lad.verify_password('ada\@example.com', 'guess-me'); "
        . "SELECT lad.register_user('d\@example.com', 'guess-me') IS NULL, "
        . '(SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid())'),
    qr/\|SELECT lad\.register_user\(\$1, \$2, \$3, \$4\)$/, 'pg_stat_activity shows the call without the password');
refused("SELECT lad.register_user('d\@example.com', 'guess-me')");
refused("SELECT lad.register_user('no address', 'guess-me')");
refused("SELECT lad.verify_password(NULL, 'guess-me')");
my %env = $cluster->environment;
my $log = do { open my $f, '<', "$env{LAD_CLUSTER}/log" or die $!; local $/; <$f> };
like($log, qr/STATEMENT:  SELECT lad\.register_user\(\$1/, 'the log tells which call failed');
unlike($log, qr/guess-me|\$2a\$/, 'but neither password nor hash');

# Two at once with one address: the second waits and finds it taken.
my @out = map { { err => '' } } 1 .. 2;
{
    local %ENV = (%ENV, %env, PGUSER => 'auth');
    $_->{run} = IPC::Run::start(['psql', '-XAtq', '-v', 'VERBOSITY=sqlstate', '-o', '/dev/null', '-c', "SELECT lad.register_user('twin\@example.com', 'x')"],
        '<', \undef, '2>', \$_->{err}, IPC::Run::timeout(60)) for @out;
    $_->{run}->finish for @out;
}
is(join('', sort map { $_->{err} } @out), "ERROR:  23505\n", 'of two registrations at once one is refused');
done_testing();
