# Sixteen sessions post to random sets of ten wallets, transfer, hold, capture and reverse: no call
# deadlocks with another, and the model agrees in every snapshot taken meanwhile. LAD_LONG=1 runs a
# minute instead of five seconds; LAD_SOAK_SECONDS and LAD_SOAK_SEED say otherwise.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Test::More;
use LadOracle;

my $seconds = $ENV{LAD_SOAK_SECONDS} // ($ENV{LAD_LONG} ? 60 : 5);
my $seed = $ENV{LAD_SOAK_SEED} // time;
diag "seed $seed, $seconds s";
my $oracle = LadOracle->start('soak', wallets => 16, settings => { deadlock_timeout => '100ms' });
my $cluster = $oracle->{cluster};

my $count = "SELECT deadlocks FROM pg_stat_database WHERE datname = 'ledger'";
my $driver = $oracle->drive('soak', seed => $seed, sessions => 16, seconds => $seconds, batches => 50);
my $snapshots = 0;
while ($driver->is_running) {
    my $verdict = $oracle->check(records => []);
    ++$snapshots;
    next if $verdict->{status} == 0;
    is($verdict->{text}, '', "snapshot $snapshots");
}
is($driver->finish, 0, 'every session ends') or diag ${ $driver->{text} };
cmp_ok($snapshots, '>', 0, "$snapshots snapshots were taken, and sound");
my $verdict = $oracle->agrees("seed $seed: model and ledger agree", complete => 'yes');
cmp_ok($verdict->{$_} // 0, '>', 0, "$_ occurs") for 'batch ok', 'transfer ok', 'capture ok', 'reverse ok', 'item LD201', 'item LD101';
is(scalar(grep { /40P01/ } keys %$verdict), 0, 'no call was told of a deadlock');
is($cluster->psql($count), '0', 'and the server saw none');
diag $verdict->{text} =~ s/\n/, /gr;
done_testing();
