# A logical subscriber receives the ledger, copied and then row by row, past triggers that would refuse
# anybody else, and its chains hold.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Test::More;
use Time::HiRes qw(sleep);
use LadCluster;

my $cluster = LadCluster->start('replication', database => 'origin', settings => { wal_level => 'logical' });
my $acme = 'a0000000-0000-4000-8000-00000000000a';
$cluster->psql('CREATE DATABASE replica');
$cluster->psql('SET client_min_messages = warning; CREATE EXTENSION lad_ext CASCADE; SELECT count(*) FROM lad.install_schema()', database => $_)
    for qw(origin replica);
sub post {
    my ($sql) = @_;
    $cluster->psql("BEGIN; SELECT lad.authenticate_service('$acme', 'test'); $sql; COMMIT");
}
$cluster->psql("INSERT INTO lad_data.tenants (id, name, status) VALUES ('$acme', 'Acme', 'active')");
post("SELECT lad.topup(lad.create_wallet(currency => 'USD'), 100, 'copied')");
my %env = $cluster->environment;
$cluster->psql(<<'SQL');
CREATE PUBLICATION books FOR TABLE lad_data.tenants, lad_data.billing_wallets, lad_data.billing_holds, lad_data.billing_ledger_transactions;
SELECT pg_create_logical_replication_slot('books', 'pgoutput');
SQL
$cluster->psql("CREATE SUBSCRIPTION books CONNECTION 'host=$env{PGHOST} port=$env{PGPORT} user=postgres dbname=origin' PUBLICATION books"
        . " WITH (create_slot = false)", database => 'replica');
my $wallet = $cluster->psql('SELECT id FROM lad_data.billing_wallets');
post("SELECT lad.debit('$wallet', 1, 'streamed'); SELECT lad.capture((lad.reserve('$wallet', 5, 'held')).hold_id, 2)");

my $rows = 'SELECT string_agg(l::text, chr(10) ORDER BY seq) FROM lad_data.billing_ledger_transactions l';
my ($wanted, $got) = ($cluster->psql($rows), '');
for (1 .. 300) {
    $got = $cluster->psql($rows, database => 'replica');
    last if $got eq $wanted;
    sleep 0.1;
}
is($got, $wanted, 'the subscriber has the same rows');
is($cluster->psql('SELECT * FROM lad.verify_ledger(NULL, false)', database => 'replica'), '', 'their chains hold');
is($cluster->sqlstate('UPDATE lad_data.billing_ledger_transactions SET amount = 0', database => 'replica'), 'LD102', 'which are immutable there too');
$cluster->psql('ALTER SUBSCRIPTION books DISABLE; ALTER SUBSCRIPTION books SET (slot_name = NONE); DROP SUBSCRIPTION books', database => 'replica');
$cluster->psql("SELECT pg_drop_replication_slot('books')");
done_testing();
