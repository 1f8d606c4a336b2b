# Access: roles, capabilities, features, lines, members and invitations, and nobody raising himself.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Test::More;
use LadCluster;
use LadSession;

my $cluster = LadCluster->start('access', database => 'access');
my $acme = 'a0000000-0000-4000-8000-00000000000a';
my $i = 1;
my %person;
$person{$_} = sprintf('c0000000-0000-4000-8000-%012d', $i++) for qw(admin friend globex member owner viewer);
$cluster->psql(<<"SQL");
SET client_min_messages = warning;
CREATE EXTENSION lad_ext CASCADE;
SELECT count(*) FROM lad.install_schema();
CREATE ROLE app LOGIN IN ROLE lad_app;
CREATE ROLE auth LOGIN IN ROLE lad_auth;
CREATE ROLE service LOGIN IN ROLE lad_service;
INSERT INTO lad_data.tenants (id, name, status) VALUES ('$acme', 'Acme', 'active');
INSERT INTO lad_data.users (id, email) SELECT id, name || '\@example.com'
FROM (VALUES @{[join ', ', map { "('$person{$_}'::uuid, '$_')" } sort keys %person]}) AS p (id, name);
INSERT INTO lad_data.memberships (tenant_id, user_id, role)
SELECT '$acme', id, role FROM (VALUES @{[join ', ', map { "('$person{$_}'::uuid, '$_')" } qw(owner admin member viewer)]}) AS p (id, role);
INSERT INTO lad_data.leads (id, tenant_id, first_name) VALUES ('$acme', '$acme', 'Ada');
INSERT INTO lad_data.voice_agent_numbers (id, tenant_id, country_code, base_number) VALUES ('$acme', '$acme', '+971', 1);
INSERT INTO lad_data.voice_agent_voices (id, tenant_id, provider_voice_id) VALUES ('$acme', '$acme', 'v');
SELECT lad.authenticate_service('$acme', 'test'), lad.create_wallet();
BEGIN;
SELECT lad.authenticate_service('$acme', 'test'), lad.topup(id, 10, 'opening') FROM lad_data.billing_wallets;
COMMIT;
SQL
my $wallet = $cluster->psql('SELECT id FROM lad_data.billing_wallets');

# One transaction of somebody: what his last statement prints, or its SQLSTATE.
sub as {
    my ($who, $sql, $keep) = @_;
    my $user = $who eq 'machine' ? 'NULL' : "'$person{$who}'";
    my $token = $cluster->psql("SELECT lad.issue_token('$acme', $user)");
    my ($out, $err) = $cluster->try("BEGIN; SELECT lad.authenticate('$token') \\g /dev/null\n$sql;" . ($keep ? 'COMMIT' : 'ROLLBACK'), user => 'app');
    return $err =~ /ERROR:  (\w{5}):/ ? $1 : $out;
}
sub service {
    my ($sql, $keep) = @_;
    my ($out, $err) = $cluster->try("BEGIN; SELECT lad.authenticate_service('$acme', 'test') \\g /dev/null\n$sql;" . ($keep ? 'COMMIT' : 'ROLLBACK'), user => 'service');
    return $err =~ /ERROR:  (\w{5}):/ ? $1 : $out;
}
sub each_as {
    my ($sql, %expected) = @_;
    is(as($_, $sql), $expected{$_}, "$_: $sql") for sort keys %expected;
}

# Who may what.
each_as("SELECT lad.has_role('admin')", owner => 't', admin => 't', member => 'f', viewer => 'f', machine => 'f');
each_as("SELECT lad.has_capability('billing.admin')", owner => 't', admin => 'f', member => 'f', machine => 'f');
each_as("SELECT lad.has_capability('make_calls', 'voice-agent')", owner => 't', admin => 't', member => 'f', viewer => 'f');
each_as('SELECT lad.can_write()', owner => 't', admin => 't', member => 't', viewer => 'f', machine => 't');
each_as("SELECT lad.can_use_number('$acme'), lad.can_use_voice('$acme')", owner => 't|t', machine => 't|t', member => 'f|f');
is(as('owner', 'SELECT lad.can_use_number(gen_random_uuid())'), 'f', 'a number nobody has');
is(as('owner', "SELECT lad.has_role('boss')"), '22023', 'a role nobody knows');
is(service("SELECT lad.has_role('owner'), lad.can_write()"), 't|t', 'a service stands above roles');
is(($cluster->try('SELECT lad.can_write()', user => 'app'))[1] =~ /(LD001)/ ? $1 : '', 'LD001', 'no context');
$cluster->psql("INSERT INTO lad_data.voice_permissions (tenant_id, user_id, number_id) VALUES ('$acme', '$person{member}', '$acme')");
is(as('member', "SELECT lad.can_use_number('$acme'), lad.can_use_voice('$acme')"), 't|f', 'a permission for a number');

# Viewers read, and never write: not even nothing.
is(as('viewer', 'SELECT first_name FROM lad_data.leads'), 'Ada', 'a viewer reads');
is(as('viewer', $_), '42501', "a viewer: $_") for "INSERT INTO lad_data.leads (first_name) VALUES ('x')", 'UPDATE lad_data.leads SET first_name = NULL',
    'DELETE FROM lad_data.leads WHERE false', "SELECT lad.debit('$wallet', 1, 'k')", "SELECT lad.soft_delete('lad_data.leads', '$acme'::uuid)",
    "SELECT lad.record_usage('ai', '[{\"category\":\"telephony\",\"provider\":\"lad\",\"model\":\"voice\",\"unit\":\"minute\",\"quantity\":1}]', 'k')";
is(as('member', "INSERT INTO lad_data.leads (first_name) VALUES ('x') RETURNING first_name"), 'x', 'a member writes');

# Money: owners, billing.admin and services.
each_as("SELECT (lad.topup('$wallet', 5, 'k')).balance_after", owner => '15.000000', admin => '42501', member => '42501', viewer => '42501', machine => '42501');
each_as("SELECT lad.adjust('$wallet', 5, 'k') IS NOT NULL, lad.credit('$wallet', 5, 'c') IS NOT NULL", owner => 't|t', admin => '42501', machine => '42501');
each_as("SELECT lad.set_wallet_status('$wallet', 'suspended', 'r')", owner => '', admin => '42501', machine => '42501');
each_as("SELECT lad.create_wallet('$person{member}') IS NOT NULL", owner => 't', admin => '42501', machine => '42501');
is(as('owner', "SELECT lad.create_wallet('$person{member}', credit_limit => 1)"), '42501', 'nobody lends himself');
is(as('owner', "SELECT lad.post('$wallet', 'topup', 5, 'k') IS NOT NULL"), 't', 'lad.post too');

# Nobody raises himself or grants what he does not have.
each_as("SELECT lad.grant_capability('$person{admin}', 'billing.admin')", owner => '', admin => '42501', member => '42501', viewer => '42501', machine => '42501');
is(as('admin', "SELECT lad.grant_capability('$person{member}', 'make_calls', 'voice-agent')", 1), '', 'an admin grants what he has');
is(as('member', "SELECT lad.has_capability('make_calls', 'voice-agent'), lad.has_capability('make_calls')"), 't|f', 'for the feature only');
is(as('member', "SELECT lad.grant_capability('$person{member}', 'make_calls')"), '42501', 'a member does not widen his own');
is(as('owner', "SELECT lad.grant_capability('$person{admin}', 'billing.admin')", 1), '', 'the owner grants billing.admin');
is(as('admin', "SELECT (lad.topup('$wallet', 5, 'k')).balance_after"), '15.000000', 'whose holder tops up');
is(as('admin', "SELECT lad.grant_capability('$person{member}', 'billing.admin'); SELECT lad.revoke_capability('$person{member}', 'billing.admin')"), "\nt", 'and may pass it on');
is(as('owner', "SELECT lad.revoke_capability('$person{admin}', 'billing.admin')", 1), 't', 'it is taken away');
is(as('owner', "SELECT lad.grant_capability('$person{friend}', 'make_calls')"), 'P0002', 'strangers get nothing');
is(as('admin', "UPDATE lad_data.memberships SET role = 'owner'"), '42501', 'tables of rights are closed') for 1;
is(as('owner', "INSERT INTO lad_data.user_capabilities (user_id, capability_key) VALUES ('$person{owner}', 'x')"), '42501', 'to owners as well');
each_as("SELECT lad.set_member('$person{viewer}', 'member')", owner => '', admin => '', member => '42501', viewer => '42501', machine => '42501');
is(as('admin', "SELECT lad.set_member('$person{admin}', 'owner')"), '42501', 'an admin does not become the owner');
is(as('admin', "SELECT lad.set_member('$person{owner}', 'viewer')"), '42501', 'nor demotes him');
is(as('admin', "SELECT lad.remove_member('$person{owner}')"), '42501', 'nor removes him');
is(as('owner', "SELECT lad.set_member('$person{owner}', 'admin')"), '42501', 'the last owner is not demoted');
is(as('owner', "SELECT lad.remove_member('$person{owner}')"), '42501', 'and cannot leave');
is(service("SELECT lad.remove_member('$person{owner}')"), '42501', 'not even by a service');
is(as('owner', "SELECT lad.set_member('$person{friend}', 'member')"), 'P0002', 'nobody adds a stranger without asking him');
is(service("SELECT lad.set_member('$person{friend}', 'viewer')"), '', 'a service does');
is(service('SELECT lad.set_member(gen_random_uuid(), $$viewer$$)'), 'P0002', 'if he exists');
is(as('viewer', "SELECT lad.remove_member('$person{viewer}')"), '', 'a viewer may leave');
is(as('owner', "SELECT lad.set_member('$person{admin}', 'owner'); SELECT role FROM lad_data.memberships WHERE user_id IN ('$person{owner}', '$person{admin}') ORDER BY user_id = '$person{owner}'"), "\nowner\nadmin", 'ownership passes on');
is(as('admin', "SELECT lad.remove_member('$person{member}')", 1), '', 'a member is removed');
is($cluster->psql("SELECT count(*) FROM lad_data.user_capabilities WHERE user_id = '$person{member}'"), '0', 'with his capabilities');
is(as('owner', "SELECT lad.set_member('$person{member}', 'member')", 1), '', 'and comes back');
is(as('member', "SELECT lad.has_capability('make_calls', 'voice-agent')"), 'f', 'without them');

# What was looked up in a transaction follows what changes in it.
is(as('owner', "SELECT lad.has_capability('x'); SAVEPOINT s; SELECT lad.set_feature('voice-agent', false); ROLLBACK TO s; SELECT lad.has_feature('voice-agent')"), "t\n\nf", 'savepoints undo what was looked up');
is(as('owner', "SELECT lad.has_role('owner'); SELECT lad.set_member('$person{admin}', 'owner'); SELECT lad.has_role('owner')"), "t\n\nf", 'and so does a change of one\'s own role');

# Features.
is(as('owner', "SELECT lad.set_feature('voice-agent')"), '42501', 'a plan is not the owner\'s to widen');
is(service("SELECT lad.set_feature('voice-agent')", 1), '', 'a service widens it');
is(as('viewer', "SELECT lad.has_feature('voice-agent'), lad.has_feature('campaigns')"), 't|f', 'for everybody');
$cluster->psql("INSERT INTO lad_data.feature_flags (tenant_id, feature_key, user_id, is_enabled, expires_at) VALUES
    (NULL, 'voice-agent', NULL, false, NULL), (NULL, 'campaigns', NULL, true, NULL), ('$acme', 'voice-agent', NULL, true, NULL),
    ('$acme', 'voice-agent', '$person{viewer}', false, NULL), ('$acme', 'campaigns', '$person{viewer}', false, now() - interval '1 day')");
is(as('viewer', "SELECT lad.has_feature('voice-agent'), lad.has_feature('campaigns')"), 'f|t', 'a flag of the person comes first, an expired one never');
is(as('member', "SELECT lad.has_feature('voice-agent')"), 't', 'then the tenant\'s');
is(as('owner', "SELECT lad.set_feature('voice-agent', false)", 1), '', 'the owner switches off');
is(as('member', "SELECT lad.has_feature('voice-agent')"), 'f', 'and no flag overrules that');

# Explanations.
is(as('member', "SELECT allowed, reason FROM lad.permissions() WHERE permission = 'number'"), 't|permitted', 'why a number may be used');
is(as('viewer', "SELECT allowed, reason FROM lad.permissions() WHERE permission = 'write'"), 'f|role: viewer, who does not write', 'why not to write');
is(as('admin', "SELECT allowed, reason FROM lad.permissions('$person{viewer}') WHERE subject = 'make_calls'"), 'f|not granted', 'an admin sees others\'');
is(as('member', "SELECT * FROM lad.permissions('$person{viewer}')"), '42501', 'a member does not');
is(as('machine', 'SELECT * FROM lad.permissions()'), '22004', 'a machine is nobody');

# Invitations.
each_as("SELECT length(lad.invite('friend\@example.com', 'admin'))", owner => '64', admin => '64', member => '42501', viewer => '42501', machine => '42501');
is(as('owner', "SELECT lad.invite('friend\@example.com', 'owner')"), '42501', 'nobody is invited as the owner');
is(as('owner', "SELECT lad.invite('nobody', 'member')"), '22023', 'nor without an address');
my $first = as('admin', "SELECT lad.invite('Friend\@example.com', 'viewer')", 1);
my $second = as('admin', "SELECT lad.invite('friend\@example.com', 'member', message => 'Hello')", 1);
is($cluster->psql("SELECT count(*) FROM lad_data.tenant_invitations WHERE invitation_token IN ('$first', '$second')"), '0', 'only a hash is stored');
sub take_up {
    my ($token, $who) = @_;
    my ($out, $err) = $cluster->try("SELECT lad.accept_invitation('$token', '$person{$who}')", user => 'auth');
    return $err =~ /ERROR:  (\w{5}):/ ? $1 : $out;
}
is(take_up($first, 'friend'), 'P0002', 'a replaced invitation is worth nothing');
is(take_up($second, 'globex'), '42501', 'somebody else\'s neither');
is(take_up('A' x 64, 'friend'), 'P0002', 'nor a made up one');
is(take_up('x', 'friend'), 'P0002', 'nor nonsense');
is(take_up($second, 'friend'), $acme, 'the right one brings the person in');
is(take_up($second, 'friend'), 'P0002', 'once');
is(as('friend', "SELECT lad.has_role('member'), lad.has_role('admin')"), 't|f', 'in the role that was offered');
my $late = as('owner', "SELECT lad.invite('globex\@example.com', expires_in => '1 microsecond')", 1);
is(take_up($late, 'globex'), 'P0002', 'an expired one is over');
is(as('admin', "SELECT lad.accept_invitation('$late', '$person{globex}')"), '42501', 'the application accepts for nobody');
my $again = as('owner', "SELECT lad.invite('friend\@example.com', 'viewer')", 1);
is(take_up($again, 'friend'), $acme, 'a member may be invited again');
is(as('friend', "SELECT lad.has_role('member')"), 't', 'and keeps his role');

# Two changes of the owner come one after the other, and a tenant never has two or none.
my @sessions = map { LadSession->open($cluster, user => 'app') } 1, 2;
my $token = $cluster->psql("SELECT lad.issue_token('$acme', '$person{owner}')");
$_->query("BEGIN; SELECT lad.authenticate('$token')") for @sessions;
$sessions[0]->query("SELECT lad.set_member('$person{admin}', 'owner')");
$sessions[1]->{in} .= "SELECT lad.set_member('$person{member}', 'owner');\n";
$sessions[1]->{run}->pump_nb;
select undef, undef, undef, 0.3;
$sessions[0]->query('COMMIT');
$sessions[1]->query('COMMIT');
is($cluster->psql("SELECT count(*) FROM lad_data.memberships WHERE role = 'owner' AND deleted_at IS NULL"), '1', 'one owner');
done_testing();
