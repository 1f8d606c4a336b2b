# Early lock release and kill -9: nothing that was acknowledged is lost, nor what was answered from.
# The server's own writer of the log is stopped, so that nothing else flushes.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Test::More;
use LadLedger;

# A killed process loses what it has not written; what waits for the disk itself survives, so the disk
# is not waited for here.
my $ledger = LadLedger->start('crash', settings => { autovacuum => 'off', wal_writer_delay => '10s', synchronous_commit => 'on' });
my $cluster = $ledger->{cluster};
my $wallet = $ledger->{wallet};

# Stopped in its sleep: awake it may hold a lock that everybody needs.
sub stop_writer {
    for (1 .. 2400) {
        my ($pid) = $cluster->psql("SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'") =~ /(\d+)/ or next;
        kill 'STOP', $pid or die "the writer of the log cannot be stopped";
        return if $cluster->psql("SELECT wait_event FROM pg_stat_activity WHERE pid = $pid") eq 'WalWriterMain';
        kill 'CONT', $pid;
    }
    die 'the writer of the log does not sleep';
}
# After a crash, since a stopped process holds up an orderly end.
sub recover {
    my ($setting) = @_;
    $cluster->restart(settings => { 'lad.early_lock_release' => $setting });
    stop_writer();
}

# Posts what is visible and not on disk, lets another session answer from it, and kills the server.
sub survives {
    my ($key, $amount, $sql) = @_;
    return survives_post($key, $ledger->debit($key, $amount), $sql);
}
sub survives_post {
    my ($key, $post, $sql) = @_;
    my ($async, $reader) = map { $ledger->session } 1, 2;
    $async->query('SET synchronous_commit = off');
    $async->query($post);
    my $answer = $reader->query($ledger->begin . "; $sql; ROLLBACK");
    $cluster->crash;
    recover('on');
    return ($ledger->posted($key), $answer);
}
recover('on');
my ($there, $answer) = survives('plain', 1, "SELECT current FROM lad.balance('$wallet')");
is("$there $answer", '0 999999999.000000', 'a crash undoes what a plain reader saw');
($there, $answer) = survives('durable', 1, "SELECT current FROM lad.balance('$wallet', durable => true)");
is("$there $answer", '1 999999999.000000', 'but not what a durable balance told');
($there, $answer) = survives('replayed', 1, $ledger->post('replayed'));
is("$there $answer", '1 t', 'nor what a replay answered');
($there, $answer) = survives('spent', 600000000, $ledger->post('poor', 600000000));
like("$there $answer", qr/^1 .*LD201/, 'nor what a refusal was decided on');
my $hold = $ledger->service("SELECT hold_id FROM lad.reserve('$wallet', 5, 'held')");
my $capture = "SELECT seq FROM lad.capture('$hold', idempotency_key => '%s')";
($there, $answer) = survives_post('taken', $ledger->begin . '; ' . sprintf($capture, 'taken') . '; COMMIT', sprintf $capture, 'late');
like("$there $answer", qr/^1 .*LD203/, 'nor the capture that closed a hold for the next');
is($ledger->service('SELECT count(*) FROM lad.verify_ledger()'), '0', 'the chain is whole');

# Many sessions on one wallet, killed again and again.
my ($cycles, $count) = $ENV{LAD_LONG} ? (10, 2000) : (2, 300);
my ($total, $lost) = (0, 0);
for my $cycle (1 .. $cycles) {
    my $acknowledged = $ledger->write_until_killed($count, 8);
    recover($cycle % 2 ? 'auto' : 'on');
    $total += @$acknowledged;
    $lost += LadLedger::missing($acknowledged, $ledger->keys);
    is($ledger->service('SELECT count(*) FROM lad.verify_ledger()'), '0', "cycle $cycle: the chain is whole");
}
cmp_ok($total, '>', $cycles * $count / 2, "debits were acknowledged ($total)");
is($lost, 0, 'and none is lost');

# The same without a flush must lose some, or the above proves nothing.
my $acknowledged = $ledger->write_until_killed($count, 8, 'SET synchronous_commit = off');
$cluster->restart;
cmp_ok(LadLedger::missing($acknowledged, $ledger->keys), '>', 0, 'without a flush some of ' . @$acknowledged . ' are lost');
done_testing();
