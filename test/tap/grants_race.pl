# Many sessions on one credit grant: it is spent to the last unit and no further, not after its end, and a
# kill -9 leaves each posting with what it took of the grant, or neither.
use strict;
use warnings;
use File::Temp qw(tempdir);
use FindBin;
use lib $FindBin::Bin;
use IPC::Run ();
use Test::More;
use LadLedger;

my $ledger = LadLedger->start('grants_race', settings => { autovacuum => 'off', synchronous_commit => 'on' });
my $cluster = $ledger->{cluster};
my $wallet = $ledger->{wallet};
my $size = $ENV{LAD_LONG} ? 10 : 1;
my $folder = tempdir(CLEANUP => 1);

sub grant {
    my ($key, $amount) = @_;
    return $ledger->service("SELECT lad.grant_credits('$wallet', $amount, '$key')");
}

# Sessions that debit 1 so many times each, all at once; meanwhile, if there is something to do.
sub race {
    my ($name, $sessions, $times, $meanwhile) = @_;
    my @runs = map { start_debits($name, $_, $times) } 1 .. $sessions;
    $meanwhile->() if $meanwhile;
    return scalar grep { $_->finish } @runs;
}
sub start_debits {
    my ($name, $number, $times) = @_;
    local %ENV = (%ENV, $cluster->environment, PGUSER => 'app');
    my $file = "$folder/$name.$number";
    open my $out, '>', $file or die $!;
    print $out $ledger->debit("$name.$number.$_"), ";\n" for 1 .. $times;
    close $out;
    return IPC::Run::start(['psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-f', $file], '<', \undef, '>', "$file.out", '2>', "$file.err");
}
sub burns { $cluster->psql("SELECT coalesce(sum(amount), 0)::int || '/' || count(*) FROM lad_data.billing_grant_burns WHERE grant_id = '$_[0]'") }
sub problems { $ledger->service('SELECT count(*) FROM lad.verify_ledger()') }

my $grant = grant('shared', 60 * $size);
is(race('shared', 16, 6 * $size), 16, '16 sessions debit');
is(burns($grant), 60 * $size . '/' . 60 * $size, 'the grant is spent once, by one debit each');
is($cluster->psql("SELECT remaining FROM lad_data.billing_credit_grants WHERE id = '$grant'"), '0.000000', 'nothing of it remains');
is(problems(), '0', 'and the ledger is sound');

# The end comes while they debit: under the lock of the wallet, as if it had been set so from the start.
$grant = grant('ending', 100_000);
sub end_grant {
    $ledger->wait_until("SELECT count(*) >= 20 FROM lad_data.billing_grant_burns WHERE grant_id = '$grant'");
    return $cluster->psql("BEGIN; SELECT id FROM lad_data.billing_wallets WHERE id = '$wallet' FOR UPDATE;"
        . " UPDATE lad_data.billing_credit_grants SET expires_at = clock_timestamp() WHERE id = '$grant'; COMMIT");
}
is(race('ending', 8, 30 * $size, \&end_grant), 8, '8 sessions debit');
$ledger->service('SELECT count(*) FROM lad.expire_credits()');
is($cluster->psql(<<"SQL"), 't|t|t|1', 'no credit is spent after its end, and what remained is expired, once');
SELECT bool_and(l.created_at < g.expires_at) FILTER (WHERE l.transaction_type = 'debit'),
       bool_and(l.created_at >= g.expires_at) FILTER (WHERE l.transaction_type = 'expiry'),
       sum(b.amount) = max(g.amount), count(*) FILTER (WHERE l.transaction_type = 'expiry')
FROM lad_data.billing_grant_burns b JOIN lad_data.billing_ledger_transactions l ON l.id = b.transaction_id
JOIN lad_data.billing_credit_grants g ON g.id = b.grant_id WHERE g.id = '$grant'
SQL
is(problems(), '0', 'and the ledger is sound');

# A power failure.
$grant = grant('crashed', 100_000);
my $acknowledged = $ledger->write_until_killed(60 * $size, 8);
$cluster->restart;
cmp_ok(scalar @$acknowledged, '>', 0, @$acknowledged . ' debits were acknowledged');
is(LadLedger::missing($acknowledged, $ledger->keys), 0, 'none is lost');
is($cluster->psql(<<"SQL"), '0', 'and each has taken its credit of the grant');
SELECT count(*) FROM lad_data.billing_ledger_transactions l WHERE l.idempotency_key LIKE 'w1.%' AND NOT EXISTS (
    SELECT FROM lad_data.billing_grant_burns b WHERE b.transaction_id = l.id AND b.grant_id = '$grant' AND b.amount = 1)
SQL
is(problems(), '0', 'the ledger is sound');
my $burnt = burns($grant);
is($cluster->psql($ledger->debit($acknowledged->[0]), user => 'app'), 't', 'a retry is a replay');
is(burns($grant), $burnt, 'which takes nothing');
done_testing();
