# Early lock release with a synchronous standby: the lock is free while the commit still waits, and
# what was acknowledged is at the standby; answers that write nothing wait for it too.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Test::More;
use LadLedger;

my $ledger = LadLedger->start('primary',
    settings => { autovacuum => 'off', wal_writer_delay => '10s', synchronous_commit => 'on', 'lad.early_lock_release' => 'on' });
my $cluster = $ledger->{cluster};
my $standby = LadCluster->start('standby', standby_of => $cluster, database => 'ledger');
$cluster->psql($_) for "ALTER SYSTEM SET synchronous_standby_names = '*'", 'SELECT pg_reload_conf()';
$ledger->wait_until("SELECT count(*) = 1 FROM pg_stat_replication WHERE sync_state = 'sync'");
my @sessions = map { $ledger->session } 1 .. 3;
my $wallet = $ledger->{wallet};
my $key = 0;

# The standby stops receiving, and goes on. It is let go before the clusters are stopped.
my $receiver = $standby->psql('SELECT pid FROM pg_stat_wal_receiver');
sub hold { kill 'STOP', $receiver }
sub release { kill 'CONT', $receiver }
END { local $?; release() if $receiver }

sub debit { $ledger->debit('k' . ++$key) }
sub set {
    my ($value) = @_;
    $cluster->psql("ALTER SYSTEM SET lad.early_lock_release = $value; SELECT pg_reload_conf()");
    for my $session (@sessions) {
        for (1 .. 2400) {
            last if $session->query('SHOW lad.early_lock_release') eq $value;
            select undef, undef, undef, 0.05;
        }
    }
}
is($sessions[$_]->query(debit()), 'f', 'a debit reaches the standby') for 0 .. 2;

# The order of the phases: commit record, visible, locks free, flush and standby, client. The second
# session waits for the lock of the first before that commits.
$sessions[0]->query($ledger->begin . '; ' . $ledger->post('k' . ++$key));
$sessions[1]->send(debit());
$ledger->wait_for_event('Lock/transactionid', 1);
hold();
$sessions[0]->send('COMMIT');
$ledger->wait_for_event('IPC/SyncRep', 2);
is($cluster->psql("SELECT count(*) FROM pg_locks WHERE locktype = 'transactionid' AND NOT granted"), '0',
    'a second debit passes while the commit of the first waits for the standby');
is($ledger->posted('k4') . $ledger->posted('k5'), '11', 'both are visible');
is(scalar(grep { $_->is_answered } @sessions[0, 1]), 0, 'and neither is acknowledged');
is($cluster->psql('SELECT lsn <= pg_current_wal_flush_lsn() FROM (SELECT pg_current_wal_insert_lsn() AS lsn) l'), 't', 'both are on disk here');
release();
$_->receive for @sessions[0, 1];
is($sessions[0]->query('SHOW synchronous_commit'), 'on', 'the level is as it was');

set('off');
hold();
for my $session (@sessions[0, 1]) { $session->send(debit()) }
$ledger->wait_for_event('Lock/transactionid', 1);
is($cluster->psql("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"), '1',
    'off: the second debit waits for the lock that the first keeps');
release();
$_->receive for @sessions[0, 1];
set('on');

# The wait is ended by hand: committed here, with the server's warning, as after any other commit.
hold();
$sessions[0]->send(debit());
$ledger->wait_for_event('IPC/SyncRep', 1);
$cluster->psql("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
like($sessions[0]->receive, qr/WARNING:.*canceling wait for synchronous replication due to user request/, 'a cancelled wait is a warning');
is($ledger->posted("k$key"), 1, 'of a commit that is done');
is($sessions[0]->query('SHOW synchronous_commit'), 'on', 'and leaves the level');
$sessions[0]->send(debit());
$ledger->wait_for_event('IPC/SyncRep', 1);
$cluster->psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
$ledger->wait_until("SELECT count(*) = 2 FROM pg_stat_activity WHERE usename = 'app'");
is($ledger->posted("k$key"), 1, 'a session that is ended in its wait has committed');
is($cluster->psql("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'walsender'"), '1', 'and the server goes on');

# Answers that write nothing. What they tell is not at the standby: they wait, and a wait that ends
# early is an error.
sub answers {
    my ($what, $expected, $sql) = @_;
    $sessions[1]->query("SET statement_timeout = '300ms'; " . $ledger->begin);
    my $out = $sessions[1]->query($sql);
    $sessions[1]->query('ROLLBACK; RESET statement_timeout');
    like($out, qr/ERROR:  57014/, "$what waits for the standby, and its end is an error");
    unlike($out, qr/WARNING/, 'without a warning');
    $sessions[1]->query($ledger->begin);
    $sessions[1]->send($sql);
    $ledger->wait_for_event('IPC/SyncRep', 1);
    release();
    like($sessions[1]->receive, $expected, "$what leaves when it is there");
    $sessions[1]->query('ROLLBACK');
    hold();
}
my $items = q('[{"category": "stt", "provider": "p", "model": "m", "unit": "second", "quantity": 1}]');
my $charge = "SELECT replayed FROM lad.charge('ai', $items, 'use')";
my $call = 'd0000000-0000-4000-8000-00000000000d';
my $finish = "SELECT replayed FROM lad.finish_call('$call', 'ended', 30, usage_items => $items)";
release();
$cluster->psql(<<'SQL');
INSERT INTO lad_data.billing_pricing_catalog (tenant_id, category, provider, model, unit, unit_price, currency, effective_from)
VALUES (NULL, 'stt', 'p', 'm', 'second', 1, 'USD', '2020-01-01')
SQL
$sessions[1]->query($ledger->begin . "; INSERT INTO lad_data.voice_call_logs (id, to_country_code, to_base_number) VALUES ('$call', '+971', 501234567); COMMIT");
hold();
my $local = $sessions[2];
$local->query('SET synchronous_commit = local');
$local->query(debit());
answers('a replay', qr/^t$/m, $ledger->post("k$key"));
$local->query(debit());
answers('a conflict', qr/LD101/, $ledger->post("k$key", 2));
$local->query(debit());
answers('a refusal', qr/LD201/, $ledger->post('poor', 9999999999));
$local->query(debit());
answers('another expectation', qr/LD206/, "SELECT lad.post('$wallet', 'debit', 1, 'e', expected_balance => 1)");
$local->query(debit());
answers('a durable balance', qr/^999\d+\.0+$/m, "SELECT current FROM lad.balance('$wallet', durable => true)");
is($local->query($ledger->begin . "; $charge; COMMIT"), 'f', 'usage is charged');
answers('a repeated charge', qr/^t$/m, $charge);
$local->query($ledger->begin . "; SELECT lad.record_usage('ai', $items, 'event'); COMMIT");
answers('a repeated event', qr/^[0-9a-f-]{36}$/m, "SELECT lad.record_usage('ai', $items, 'event')");
is($local->query($ledger->begin . "; $finish; COMMIT"), 'f', 'a call is charged');
answers('a repeated end of a call', qr/^t$/m, $finish);
$local->query(debit());
like($sessions[1]->query($ledger->begin . "; SELECT current FROM lad.balance('$wallet'); COMMIT"), qr/^999/m, 'a plain balance does not wait');
is($local->query($ledger->debit("k$key")), 't', 'nor does a replay at the level local');
release();
$sessions[1]->query(debit());

# The primary dies, the standby takes over: whatever was acknowledged is there.
my $count = $ENV{LAD_LONG} ? 5000 : 400;
my $acknowledged = $ledger->write_until_killed($count, 4);
$standby->psql('SELECT pg_promote()');
is($standby->psql('SELECT pg_is_in_recovery()'), 'f', 'the standby takes over');
cmp_ok(scalar(@$acknowledged), '>', $count / 2, 'debits were acknowledged');
my $there = $standby->psql("SELECT string_agg(idempotency_key, ' ') FROM lad_data.billing_ledger_transactions");
is(LadLedger::missing($acknowledged, $there), 0, 'and none of them is lost');
is($standby->psql('SELECT count(*) FROM lad.verify_ledger()'), '0', 'the chain is whole');
done_testing();
