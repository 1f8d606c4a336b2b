# Revocation: what changes a right makes every older token worthless, at once and everywhere.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Test::More;
use LadCluster;
use LadSession;

my $cluster = LadCluster->start('revocation', database => 'revocation', settings => { 'lad.epoch_cache_size' => 64 });
my ($acme, $globex) = ('a0000000-0000-4000-8000-00000000000a', 'b0000000-0000-4000-8000-00000000000b');
my $user = 'c0000000-0000-4000-8000-00000000000c';
$cluster->psql(<<"SQL");
SET client_min_messages = warning;
CREATE EXTENSION lad_ext CASCADE;
SELECT count(*) FROM lad.install_schema();
CREATE ROLE app LOGIN IN ROLE lad_app;
INSERT INTO lad_data.tenants (id, name, slug, status) VALUES
    ('$acme', 'Acme', 'acme', 'active'), ('$globex', 'Globex', 'globex', 'active');
INSERT INTO lad_data.users (id, email) VALUES ('$user', 'u\@example.com');
INSERT INTO lad_data.memberships (tenant_id, user_id) VALUES ('$acme', '$user');
SQL

sub token { $cluster->psql("SELECT lad.issue_token('$_[0]', ttl => '10 minutes')") }
sub answer {
    my ($token, $before) = @_;
    my ($out, $err) = $cluster->try(($before // '') . "SELECT lad.authenticate('$token')", user => 'app');
    return $err =~ /ERROR:  (\w{5}):/ ? $1 : 'good';
}
sub epoch { $cluster->psql("SELECT lad.tenant_epoch('$acme')") }

# Every change counts, whoever makes it.
my @changes = (
    ['a role', "UPDATE lad_data.memberships SET role = 'viewer' WHERE user_id = '$user'"],
    ['a membership that ends', "UPDATE lad_data.memberships SET deleted_at = now() WHERE user_id = '$user'"],
    ['one that is taken up again', "UPDATE lad_data.memberships SET is_deleted = false WHERE user_id = '$user'"],
    ['a capability', "INSERT INTO lad_data.user_capabilities (tenant_id, user_id, capability_key) VALUES ('$acme', '$user', 'billing.admin')"],
    ['a capability withheld', "UPDATE lad_data.user_capabilities SET enabled = false"],
    ['one that is taken away', 'DELETE FROM lad_data.user_capabilities'],
    ['a feature', "INSERT INTO lad_data.tenant_features (tenant_id, feature_key) VALUES ('$acme', 'voice-agent')"],
    ['a feature switched off', 'UPDATE lad_data.tenant_features SET enabled = false'],
    ['a feature that goes', 'DELETE FROM lad_data.tenant_features'],
    ['a membership removed', "DELETE FROM lad_data.memberships WHERE user_id = '$user'"],
    ['an epoch raised by hand', "UPDATE lad_data.tenant_epochs SET epoch = epoch + 1 WHERE tenant_id = '$acme'"],
);
my $globex_token = token($globex);
for my $change (@changes) {
    my ($what, $sql) = @$change;
    my $token = token($acme);
    is(answer($token), 'good', "before $what the token is good");
    $cluster->psql($sql);
    is(answer($token), 'LD005', "after $what it is revoked");
    is(answer(token($acme)), 'good', 'and a new one is good');
}
is(answer($globex_token), 'good', 'other tenants keep theirs');

# What changes no right revokes nothing.
my $token = token($acme);
$cluster->psql("INSERT INTO lad_data.memberships (tenant_id, user_id) VALUES ('$acme', '$user');"
    . "UPDATE lad_data.memberships SET updated_at = now(); UPDATE lad_data.tenants SET phone = '1'");
is(answer($token), 'good', 'a new member and a new phone number leave tokens alone');

# Tenants that are closed, and opened again; an epoch that does not exist.
my $before = epoch();
$cluster->psql("UPDATE lad_data.tenants SET status = 'suspended' WHERE id = '$acme'");
is(answer($token), 'LD005', 'a suspended tenant has no tokens');
$cluster->psql("UPDATE lad_data.tenant_epochs SET epoch = $before WHERE tenant_id = '$acme'");
is(answer($token), 'LD005', 'not even of the right epoch');
$cluster->psql("UPDATE lad_data.tenants SET status = 'active' WHERE id = '$acme'");
$token = token($acme);
is(answer($token), 'good', 'an active one has');
$cluster->psql("UPDATE lad_data.tenant_epochs SET epoch = epoch - 1 WHERE tenant_id = '$acme'");
is(answer($token), 'LD002', 'an epoch that does not exist is no epoch');
$cluster->psql("UPDATE lad_data.tenant_epochs SET epoch = epoch + 1 WHERE tenant_id = '$acme'");
my $doomed = $cluster->psql("INSERT INTO lad_data.tenants (id, name, status) VALUES (gen_random_uuid(), 'Doomed', 'active') RETURNING id");
my $doomed_token = token($doomed);
is(answer($doomed_token), 'good', 'the token of a tenant');
$cluster->psql("DELETE FROM lad_data.tenants WHERE id = '$doomed'");
is(answer($doomed_token), 'LD002', 'that is deleted is worth nothing');

# When: at commit, in open sessions and in transactions that keep an old snapshot; never by a rollback.
my $change = "UPDATE lad_data.tenant_features SET enabled = NOT enabled WHERE tenant_id = '$acme'";
$cluster->psql("INSERT INTO lad_data.tenant_features (tenant_id, feature_key) VALUES ('$acme', 'voice-agent')");
$token = token($acme);
$cluster->psql("BEGIN; $change; ROLLBACK");
is(answer($token), 'good', 'a change that is rolled back revokes nothing');
$cluster->psql("BEGIN; SAVEPOINT s; $change; ROLLBACK TO s; COMMIT");
is(answer($token), 'good', 'nor does one in a savepoint');
my ($holder, $watcher) = map { LadSession->open($cluster, user => $_) } 'postgres', 'app';
$holder->query("BEGIN; $change");
is(answer($token), 'good', 'nor one that has not committed');
$watcher->query("BEGIN; SELECT lad.authenticate('$token'); SELECT count(*) FROM lad_data.leads");
$holder->query('COMMIT');
is($watcher->query('SELECT count(*) FROM lad_data.leads'), '0', 'a running transaction keeps its context');
$watcher->query('COMMIT');
is($watcher->sqlstate("SELECT lad.authenticate('$token')"), 'LD005', 'its session is refused afterwards');
$token = token($acme);
$watcher->query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1');
$cluster->psql($change);
is($watcher->sqlstate("SELECT lad.authenticate('$token')"), 'LD005', 'an old snapshot does not hide it');
$watcher->query('ROLLBACK');
is($cluster->sqlstate("BEGIN; $change; PREPARE TRANSACTION 'p'"), '0A000', 'a revocation cannot wait for a second phase');

# More tenants than the cache holds: the table answers.
$cluster->psql("INSERT INTO lad_data.tenants (id, name, status) SELECT md5(n::text)::uuid, 'Many ' || n, 'active' FROM generate_series(1, 200) n");
my @many = split /\n/, $cluster->psql("SELECT lad.issue_token(md5(n::text)::uuid, ttl => '10 minutes') FROM generate_series(1, 200) n");
is(scalar(grep { answer($_) ne 'good' } @many[0 .. 99]), 0, 'every one of many tenants enters');
$cluster->psql("INSERT INTO lad_data.tenant_epochs (tenant_id, epoch) SELECT md5(n::text)::uuid, 2 FROM generate_series(1, 200) n");
is(scalar(grep { answer($_) ne 'LD005' } @many[0 .. 99]), 0, 'and is revoked');

# Restart, direct settings.
$token = token($acme);
my $old = token($globex);
$cluster->psql("UPDATE lad_data.tenant_features SET enabled = NOT enabled; INSERT INTO lad_data.tenant_features (tenant_id, feature_key) VALUES ('$globex', 'campaigns')");
$cluster->restart;
is(answer($old), 'LD005', 'a restart forgets no revocation');
is(answer(token($acme)), 'good', 'and keeps new tokens good');
my $fresh = $cluster->psql("SELECT lad.issue_token(md5('150')::uuid, ttl => '10 minutes')");
my (undef, $err) = $cluster->try("SET lad.token = '$fresh'", user => 'app');
like($err, qr/LD002: token cannot be judged here/, 'SET does not read tables');
is(answer($fresh), 'good', 'lad.authenticate does');
is($cluster->sqlstate("SET lad.token = '$fresh'", user => 'app'), '', 'and then SET knows too');
done_testing();
