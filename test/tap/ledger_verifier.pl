# examples/verify_ledger.py recomputes in another language what the extension hashed, and names a row that a
# superuser has changed, moved or taken away.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use FindBin;
use IPC::Run ();
use lib $FindBin::Bin;
use Test::More;
use LadCluster;

my $root = abs_path(dirname(__FILE__) . '/../..');
my $cluster = LadCluster->start('verifier', database => 'verifier');
$cluster->psql(<<'SQL');
SET client_min_messages = warning;
CREATE EXTENSION lad_ext CASCADE;
SELECT count(*) FROM lad.install_schema();
INSERT INTO lad_data.tenants (id, name, status) SELECT md5(n::text)::uuid, n, 'active' FROM generate_series(1, 2) n;
INSERT INTO lad_data.users (id, email) SELECT md5('user ' || n)::uuid, n || '@example.com' FROM generate_series(1, 2) n;
INSERT INTO lad_data.memberships (tenant_id, user_id, role) SELECT md5(n::text)::uuid, md5('user ' || n)::uuid, 'owner' FROM generate_series(1, 2) n;
SQL
# Every kind of row, with and without what may be NULL, by a service and by a person.
for my $n (1, 2) {
    $cluster->psql(<<"SQL");
SET timezone = 'Asia/Kathmandu'; SET datestyle = 'German'; SET extra_float_digits = 0;
BEGIN;
SELECT lad.authenticate_service(md5('$n')::uuid, 'test');
SELECT lad.create_wallet(currency => 'USD') AS w, lad.create_wallet(md5('user $n')::uuid, 'USD') AS m \\gset
SELECT lad.topup(:'w', 100000, 'top', 'stripe_payment', md5('ref')::uuid, E'Zahlung \\u20ac\\n2', '{"b": [1.50, null, "\\u00e9"], "a": {"c": true}}');
SELECT lad.post(:'w', 'adjustment', -0.000001, 'old', effective_at => '1969-07-20 20:17:40.123456+00');
SELECT lad.transfer(:'w', :'m', 12.5, 'move', 'gift');
SELECT lad.capture((lad.reserve(:'w', 3, 'hold', '1 hour', 'call', md5('call')::uuid)).hold_id, 1.25);
SELECT lad.release((lad.reserve(:'w', 3, 'freed')).hold_id);
SELECT lad.reverse((SELECT id FROM lad_data.billing_ledger_transactions WHERE idempotency_key = 'top' AND tenant_id = md5('$n')::uuid), 'back', 7, 'disputed');
SELECT count(*) FROM lad.post_batch(ARRAY(SELECT ROW(:'w', 'debit', n, 'b' || n, NULL, NULL, NULL, NULL, NULL, NULL)::lad.posting_request FROM generate_series(1, 20) n));
COMMIT;
SELECT lad.issue_token(md5('$n')::uuid, md5('user $n')::uuid) AS token \\gset
BEGIN;
SELECT lad.authenticate(:'token');
SELECT lad.debit((SELECT id FROM lad_data.billing_wallets WHERE user_id IS NULL AND tenant_id = md5('$n')::uuid), 1, 'by a person');
COMMIT;
SQL
}

sub verified {
    my %env = $cluster->environment;
    local @ENV{keys %env} = values %env;
    IPC::Run::run(['python3', "$root/examples/verify_ledger.py", '-d', 'verifier', '-U', 'postgres'], '>', \my $out, '2>', \my $err);
    return $out . $err;
}
sub tampered {
    my ($sql) = @_;
    $cluster->psql("BEGIN; SET LOCAL session_replication_role = replica; $sql; COMMIT");
    return verified();
}

is(verified(), "wallets 4, rows 60, problems 0\n", 'a sound ledger holds');
my $row = q(idempotency_key = 'move' AND tenant_id = md5('1')::uuid);
for my $change ("description = 'Gift'", "metadata = '{\"a\": 1}'", "effective_at = effective_at + interval '1 microsecond'", 'reserved_delta = 1',
    "reference_id = md5('x')::uuid", 'created_by = NULL, counter_account = NULL') {
    $cluster->psql("CREATE TABLE kept AS SELECT * FROM lad_data.billing_ledger_transactions WHERE $row");
    like(tampered("UPDATE lad_data.billing_ledger_transactions SET $change WHERE $row"), qr/row 3 does not hold\nwallets 4, rows 60, problems 1\n/, "changed: $change");
    tampered("DELETE FROM lad_data.billing_ledger_transactions WHERE $row; INSERT INTO lad_data.billing_ledger_transactions SELECT * FROM kept; DROP TABLE kept");
}
is(verified(), "wallets 4, rows 60, problems 0\n", 'what is put back holds again');
like(tampered("DELETE FROM lad_data.billing_ledger_transactions WHERE idempotency_key = 'b7' AND tenant_id = md5('1')::uuid"), qr/problems 1\n/, 'a row taken from the middle');
done_testing();
