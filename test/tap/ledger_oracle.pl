# Random operations of many sessions against the ledger, replayed through an independent model in
# plain C++ (test/oracle): they agree to the last digit. LAD_LONG=1 runs longer; LAD_ORACLE_SEED
# repeats the requests of a run.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Test::More;
use LadOracle;

my $seed = $ENV{LAD_ORACLE_SEED} // time;
my ($runs, $operations) = $ENV{LAD_LONG} ? (5, 1500) : (2, 100);
diag "seed $seed";
my $oracle = LadOracle->start('oracle', wallets => 6);

for my $run (1 .. $runs) {
    my $driver = $oracle->drive("run$run", seed => $seed + $run - 1, sessions => 8, operations => $operations);
    is($driver->finish, 0, "run $run: every session ends") or diag ${ $driver->{text} };
}
my $verdict = $oracle->agrees("seed $seed: model and ledger agree", complete => 'yes');
cmp_ok($verdict->{rows}, '>', $runs * $operations, "they agree on $verdict->{rows} rows");
cmp_ok($verdict->{$_} // 0, '>', 0, "$_ occurs") for 'post ok', 'transfer ok', 'reserve ok', 'capture ok', 'release ok', 'reverse ok', 'batch ok',
  'post LD101', 'post LD201', 'transfer LD204';
diag $verdict->{text} =~ s/\n/, /gr;

# What was told and what is committed, changed by somebody who can.
my $cluster = $oracle->{cluster};
my $row = $cluster->psql("SELECT id FROM lad_data.billing_ledger_transactions WHERE transaction_type = 'topup' AND seq > 1 LIMIT 1");
sub tampered {
    my ($what, $change, $undo) = @_;
    my $sql = "SET session_replication_role = replica; UPDATE lad_data.";
    $cluster->psql($sql . $change);
    my $found = $oracle->check(complete => 'yes');
    is($found->{status}, 1, "$what is reported");
    cmp_ok($found->{'problems of the model'}, '>', 0, 'by the model too');
    $cluster->psql($sql . $undo);
    return;
}
tampered('an amount', "billing_ledger_transactions SET amount = amount + 0.000001, balance_after = balance_after + 0.000001 WHERE id = '$row'",
    "billing_ledger_transactions SET amount = amount - 0.000001, balance_after = balance_after - 0.000001 WHERE id = '$row'");
tampered('a key', "billing_ledger_transactions SET idempotency_key = idempotency_key || 'x' WHERE id = '$row'",
    "billing_ledger_transactions SET idempotency_key = left(idempotency_key, -1) WHERE id = '$row'");
tampered('a balance', 'billing_wallets SET current_balance = current_balance + 0.000001',
    'billing_wallets SET current_balance = current_balance - 0.000001');
tampered('a hold', "billing_holds SET captured = captured - 0.000001 WHERE status = 'captured'",
    "billing_holds SET captured = captured + 0.000001 WHERE status = 'captured'");
$oracle->agrees('put right, they agree again', complete => 'yes');
done_testing();
