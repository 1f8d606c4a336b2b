# Early lock release: when it engages, what it leaves behind, what it saves; the ledger's counters.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Test::More;
use LadLedger;

my $ledger = LadLedger->start('early', durable => 1, settings => { autovacuum => 'off' });
my $cluster = $ledger->{cluster};
$cluster->psql('CREATE TABLE notes (note text); GRANT INSERT, SELECT ON notes TO app');
my $session = $ledger->session;
my $key = 0;

sub set {
    my ($value) = @_;
    $cluster->psql("ALTER SYSTEM SET lad.early_lock_release = $value; SELECT pg_reload_conf()");
    # A session takes the new value between two statements.
    for (1 .. 2400) {
        return if $session->query('SHOW lad.early_lock_release') eq $value;
        select undef, undef, undef, 0.05;
    }
    die "the setting does not arrive";
}

# How many commits released early while the code ran.
sub early(&) {
    my ($code) = @_;
    my $before = $ledger->stat('early_releases');
    $code->();
    return $ledger->stat('early_releases') - $before;
}
sub debit { $session->query($ledger->debit('k' . ++$key, $_[0] // 1)) }
sub level { $session->query('SHOW synchronous_commit') }

# Who decides.
is($cluster->psql("SELECT boot_val || ' ' || context FROM pg_settings WHERE name = 'lad.early_lock_release'"), 'auto superuser',
    'a superuser decides; auto unless he does');
is($session->sqlstate('SET lad.early_lock_release = on'), '42501', 'the application does not');

# When: on.
set('on');
is(early { is(debit(), 'f', 'a debit') }, 1, 'releases early');
is(level(), 'on', 'and leaves the level as it was');
for my $case (['off', 0], ['local', 1], ['remote_write', 1], ['on', 1], ['remote_apply', 0]) {
    my ($level, $expected) = @$case;
    is(early { $session->query("SET synchronous_commit = $level"); debit() }, $expected, "synchronous_commit = $level: $expected");
    is(level(), $level, 'which it still is');
}
$session->query('RESET synchronous_commit');
is(early { $session->query($ledger->begin . '; SET LOCAL synchronous_commit = off; ' . $ledger->post('k' . ++$key) . '; COMMIT') }, 0,
    'SET LOCAL counts');
is(level(), 'on', 'for its transaction');
is(early { $session->query($ledger->debit("k$key")) }, 0, 'a replay writes nothing');
is(early { $session->query("INSERT INTO notes VALUES ('x')") }, 0, 'what posts nothing flushes first');

# When: auto and off.
sub contend {
    my $holder = $ledger->session;
    $holder->query($ledger->begin . '; ' . $ledger->post('k' . ++$key));
    $session->send($ledger->debit('k' . ++$key));
    $ledger->wait_for_event('Lock/transactionid', 1);
    $holder->query('COMMIT');
    is($session->receive, 'f', 'a debit that had to wait');
}
my $waits = $ledger->stat('lock_waits');
set('auto');
is(early { debit() }, 0, 'auto: nobody waits');
is($ledger->stat('lock_waits'), $waits, 'and no wait is counted');
is(early { contend() }, 2, 'auto: who waited releases early, and who was waited for');
is($ledger->stat('lock_waits'), $waits + 1, 'and the wait is counted');
set('off');
is(early { contend() }, 0, 'off: nobody does');
is($ledger->stat('lock_waits'), $waits + 2, 'a wait is a wait');
is($session->sqlstate($ledger->begin . q(; SELECT lad.debit(gen_random_uuid(), 1, 'none'))), 'LD205', 'an unknown wallet is not waited for');
$session->query('ROLLBACK');
is($ledger->stat('lock_waits'), $waits + 2, 'nor counted');

# What fails.
set('on');
is($session->sqlstate($ledger->begin . '; ' . $ledger->post('poor', 9999999999)), 'LD201', 'a refused debit');
$session->query('ROLLBACK');
is(early { $session->query("INSERT INTO notes VALUES ('y')") }, 0, 'arms nothing that follows');
is($ledger->posted('poor'), 0, 'and posts nothing');
is(early { $session->query($ledger->begin . '; SAVEPOINT s; ' . $ledger->post('undone') . "; ROLLBACK TO s; INSERT INTO notes VALUES ('kept'); COMMIT") }, 1,
    'a debit in a savepoint that is rolled back releases early all the same');
is($ledger->posted('undone') . $cluster->psql("SELECT count(*) FROM notes WHERE note = 'kept'"), '01', 'what was kept is kept');
is(early {
    is($session->query($ledger->begin . "; " . <<"SQL"), '', 'an exception block');
DO \$\$ BEGIN
    BEGIN
        PERFORM lad.debit('$ledger->{wallet}', 9999999999, 'block 1');
    EXCEPTION WHEN SQLSTATE 'LD201' THEN
        PERFORM lad.debit('$ledger->{wallet}', 1, 'block 2');
    END;
END \$\$;
COMMIT
SQL
}, 1, 'that survives a refusal');
is($ledger->posted('block 1') . $ledger->posted('block 2'), '01', 'posts the one debit');
is(early {
    is($session->query(<<"SQL"), '', 'a commit inside a block');
DO \$\$ BEGIN
    FOR i IN 1..2 LOOP
        PERFORM lad.authenticate('$ledger->{token}');
        PERFORM lad.debit('$ledger->{wallet}', 1, 'loop ' || i);
        COMMIT;
    END LOOP;
END \$\$
SQL
}, 2, 'each commit releases early');
is(level(), 'on', 'and the level is back');

# A commit that fails after it was armed: the second of two serializable transactions that cross.
my $other = $ledger->session;
my $serializable = $ledger->begin =~ s/BEGIN/BEGIN ISOLATION LEVEL SERIALIZABLE/r;
$session->query("$serializable; SELECT count(*) FROM notes WHERE note = 'a'; INSERT INTO notes VALUES ('b'); " . $ledger->post('crossed'));
$other->query("BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT count(*) FROM notes WHERE note = 'b'; INSERT INTO notes VALUES ('a'); COMMIT");
is($session->sqlstate('COMMIT'), '40001', 'a commit that fails');
is(level(), 'on', 'leaves the level');
is(early { $session->query("INSERT INTO notes VALUES ('z')") }, 0, 'and nothing armed');
is($ledger->posted('crossed'), 0, 'and no posting');

# A wait for the lock that is cancelled, and one whose session is ended.
for my $end ('pg_cancel_backend', 'pg_terminate_backend') {
    my ($holder, $waiter) = map { $ledger->session } 1, 2;
    $holder->query($ledger->begin . '; ' . $ledger->post("held $end"));
    $waiter->send($ledger->debit("waited $end"));
    $ledger->wait_for_event('Lock/transactionid', 1);
    $cluster->psql("SELECT $end(pid) FROM pg_stat_activity WHERE wait_event = 'transactionid'");
    $ledger->wait_for_event('Lock/transactionid', 0);
    if ($end eq 'pg_cancel_backend') {
        like($waiter->receive, qr/ERROR:  57014/, 'a cancelled wait for the lock');
        $waiter->query('ROLLBACK');
        is(early { $waiter->query("INSERT INTO notes VALUES ('v')") }, 0, 'arms nothing');
    }
    else {
        ok(!eval { $waiter->receive; 1 }, 'a session that is ended in its wait');
        like($waiter->{out}, qr/FATAL:  57P01/, 'is told so');
    }
    $holder->query('COMMIT');
    is($ledger->posted("held $end") . $ledger->posted("waited $end"), '10', "$end leaves nothing");
}

# Two phases.
is(early { is($session->query($ledger->begin . '; ' . $ledger->post('two phases') . "; PREPARE TRANSACTION 'p'"), 'f', 'a prepared debit') }, 0,
    'is not armed');
is(early { $session->query("INSERT INTO notes VALUES ('w')") }, 0, 'nor what follows');
is(early { is($session->query("COMMIT PREPARED 'p'"), '', 'the second phase') }, 0, 'is an ordinary commit');
is($ledger->posted('two phases') . level(), '1on', 'with the debit, and the level');

# Many posters of one wallet share flushes: with commit_delay each flush takes 0.1 s.
sub flushes_of_posters {
    my ($value, $count) = @_;
    set($value);
    my $holder = LadSession->open($cluster);
    $holder->query("BEGIN; SELECT FROM lad_data.billing_wallets WHERE id = '$ledger->{wallet}' FOR UPDATE");
    my @posters = map { $ledger->session } 1 .. $count;
    $_->send($ledger->debit('k' . ++$key)) for @posters;
    $ledger->wait_until("SELECT count(*) = $count FROM pg_stat_activity WHERE usename = 'app' AND wait_event_type = 'Lock'");
    my $before = $cluster->psql('SELECT wal_sync FROM pg_stat_wal');
    $holder->query('ROLLBACK');
    is(join('', map { $_->receive } @posters), 'f' x $count, "$value: $count debits");
    # A session that ends reports what it has counted.
    undef @posters;
    $ledger->wait_until("SELECT count(*) <= 2 FROM pg_stat_activity WHERE usename = 'app'");
    return $cluster->psql('SELECT wal_sync FROM pg_stat_wal') - $before;
}
$cluster->psql($_) for 'ALTER SYSTEM SET commit_delay = 100000', 'ALTER SYSTEM SET commit_siblings = 0', 'SELECT pg_reload_conf()';
my $off = flushes_of_posters('off', 8);
cmp_ok($off, '>=', 8, "off: one wallet flushes for each debit ($off)");
$cluster->psql('SELECT lad.reset_ledger_stats()');
my $on = flushes_of_posters('on', 8);
cmp_ok($on, '<=', 4, "on: debits of one wallet share a flush ($on)");
is($ledger->stat('early_releases'), 8, 'they are counted');
cmp_ok($ledger->stat('shared_flushes'), '>=', 4, 'and so are the flushes they did not need');

# The counters.
$cluster->psql('CREATE ROLE monitor LOGIN IN ROLE pg_monitor');
is($cluster->sqlstate('SELECT * FROM lad.ledger_stats', user => 'app'), '42501', 'the application does not see what others do');
is($cluster->sqlstate('SELECT * FROM lad.read_ledger_stats()', user => 'app'), '42501', 'by no way');
is($cluster->sqlstate('SELECT lad.reset_ledger_stats()', user => $_), '42501', "$_ resets nothing") for 'app', 'monitor';
is($cluster->sqlstate('SELECT lad.reset_ledger_stats()', user => 'billing'), '', 'a service resets the counters');
is($cluster->psql('SELECT * FROM lad.ledger_stats', user => 'monitor') =~ s/\|[^|]*$//r, join('|', (0) x 11), 'and a monitor sees them at zero');
$session->query($ledger->debit('counted'));
$session->query($ledger->debit('counted'));
$session->query($ledger->debit('counted', 2) . '; ROLLBACK');
$session->query($ledger->debit('refused', 9999999999) . '; ROLLBACK');
is($ledger->stat("concat_ws(' ', posts, replays, conflicts, refusals, lock_waits)"), '1 1 1 1 0', 'one of each is counted once');
is($ledger->stat('stats_reset > (SELECT created_at FROM lad_data.billing_wallets)'), 't', 'since the reset');
$cluster->restart;
is($ledger->stat('posts'), 0, 'a restart counts anew');
is($ledger->service('SELECT count(*) FROM lad.verify_ledger()'), '0', 'the chain is whole');
done_testing();
