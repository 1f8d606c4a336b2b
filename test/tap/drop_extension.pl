# DROP EXTENSION refuses while tables need it; CASCADE closes the tables; a new installation heals them.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Test::More;
use LadCluster;
use LadState;

my $cluster = LadCluster->start('drop_extension');
my $in = 'lad';
my ($acme) = $LadState::tenant{acme};
LadState::install($cluster, $in);
# The sequences count the rows that were refused too.
sub objects { return [grep { !/^sequence/ } @{ LadState::objects($cluster, $in) }] }
my $fresh = objects();
LadState::fill($cluster, $in);
$cluster->psql('CREATE ROLE app LOGIN IN ROLE lad_app; CREATE ROLE auth LOGIN IN ROLE lad_auth');
my $healthy = objects();
my $rows = LadState::rows($cluster, $in);
my @tables = split /\n/, $cluster->psql(q(SELECT oid::regclass FROM pg_class
    WHERE relnamespace = 'lad_data'::regnamespace AND relkind IN ('r', 'p')), database => $in);
cmp_ok(scalar @tables, '>', 60, 'every table and partition is looked at');

my (undef, $said) = $cluster->try('DROP EXTENSION lad_ext', database => $in);
like($said, qr/ERROR:  2BP01:.*DETAIL:.*policy \w+ on table lad_data\.\w+ depends on function lad\.current_tenant_id\(\)/s,
    'DROP EXTENSION refuses, and names what needs it');
is(LadState::difference(objects(), $healthy), '', 'nothing is gone');
is($cluster->sqlstate('DROP SCHEMA lad CASCADE', database => $in), '2BP01', 'nor does the schema go without it');

$cluster->psql('SET client_min_messages = warning; DROP EXTENSION lad_ext CASCADE', database => $in);
is(LadState::difference(LadState::rows($cluster, $in), $rows), '', 'CASCADE keeps every row');
my @open;
for my $table (@tables) {
    my ($out, undef, $status) = $cluster->try("SELECT count(*) FROM $table", user => 'app', database => $in);
    push @open, $table if !$status && $out ne '0';
    for my $write ("INSERT INTO $table DEFAULT VALUES", "DELETE FROM $table WHERE true RETURNING 1") {
        ($out, undef, $status) = $cluster->try($write, user => 'app', database => $in);
        push @open, "$table: $write" if !$status && length $out || !$status && $write =~ /^INSERT/;
    }
}
is_deeply(\@open, [], 'and shows none of them, nor takes any, as no policy is left for the application');
is($cluster->psql(q(SELECT count(*) FROM pg_class WHERE relnamespace = 'lad_data'::regnamespace AND relkind IN ('r', 'p')
    AND NOT (relrowsecurity AND relforcerowsecurity)), database => $in), '0', 'row-level security stays enabled and forced');

$cluster->psql('SET client_min_messages = warning; CREATE EXTENSION lad_ext', database => $in);
is($cluster->psql("SELECT string_agg(DISTINCT action, ',' ORDER BY action) FROM lad.install_schema()", database => $in),
    'altered,created,exists', 'a new installation brings back what is missing');
is(LadState::difference(objects(), $healthy), '', 'every object is as before');
is(LadState::difference(objects(), $fresh), '', 'and as in a fresh installation');
# Nobody knows what was written meanwhile, so the sums per day are marked until they are compared.
is($cluster->psql('SELECT lad.repair_rollups()', database => $in), '0', 'the sums per day are those of the rows');
is(LadState::difference(LadState::rows($cluster, $in), $rows), '', 'with every row');
is($cluster->psql("SELECT string_agg(DISTINCT action, ',') FROM lad.install_schema()", database => $in), 'exists', 'and nothing more to do');

is($cluster->psql('SELECT count(*) FROM lad.verify_ledger()', database => $in), '0', 'the ledger is sound');
my $token = $cluster->psql("SELECT lad.issue_token('$acme')", database => $in);
is($cluster->psql("BEGIN; SELECT lad.authenticate('$token') \\g /dev/null\nINSERT INTO lad_data.leads (first_name) VALUES ('New');"
        . ' SELECT count(*), count(DISTINCT tenant_id) FROM lad_data.leads; COMMIT', user => 'app', database => $in), '41|1',
    'the application reads and writes its tenant');
is($cluster->sqlstate('SELECT count(*) FROM lad_data.leads', user => 'app', database => $in), 'LD001', 'and nothing without a context');
is($cluster->psql("SELECT count(*) FROM lad.verify_password('owner\@acme.com', 'acme password')", user => 'auth', database => $in), '1',
    'people sign in');
is($cluster->sqlstate('UPDATE lad_data.billing_ledger_transactions SET amount = 1', database => $in), 'LD102', 'the ledger is guarded');
done_testing();
