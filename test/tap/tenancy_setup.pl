# What is missing in the server's configuration is said clearly, and opens nothing.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Test::More;
use LadCluster;

my $enter = "SELECT lad.authenticate('v1.k1.a.b')";
my $cluster = LadCluster->start('setup', settings => { 'lad.key_file' => '' });
$cluster->psql('SET client_min_messages = warning; CREATE EXTENSION lad_ext CASCADE');
$cluster->psql('SELECT count(*) FROM lad.install_schema()');
$cluster->psql("INSERT INTO lad_data.tenants (id, name, slug, status)"
    . " VALUES ('a0000000-0000-4000-8000-00000000000a', 'Acme', 'acme', 'active')");
is($cluster->sqlstate($enter), 'LD601', 'without a key file nobody enters a context');
is($cluster->sqlstate("SELECT lad.issue_token('a0000000-0000-4000-8000-00000000000a')"), 'LD601',
    'and no token is minted');
is($cluster->sqlstate('SELECT lad.current_tenant_id()'), 'LD001', 'there is no context then');
is($cluster->sqlstate(q{DO $$ BEGIN PERFORM lad.authenticate_service('a0000000-0000-4000-8000-00000000000a', 'x');
    RAISE 'undone'; EXCEPTION WHEN raise_exception THEN PERFORM lad.current_tenant_id(); END $$}), 'LD001',
    'a context entered in a block that failed is gone');

$cluster->restart(settings => { shared_preload_libraries => '' });
my (undef, $err) = $cluster->try($enter);
like($err, qr/ERROR:  55000: lad_ext must be loaded through shared_preload_libraries/,
    'without preloading the library refuses to load');
(undef, $err) = $cluster->try("SET lad.token = 'placeholder'; SELECT lad.current_tenant_id()");
like($err, qr/ERROR:  55000/, 'and a placeholder set before it yields no context');
done_testing();
