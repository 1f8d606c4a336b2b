# Sessions that post under keys and ask again after every lost connection, while the server is killed
# in one way after the other. After each cycle: every acknowledged key is there once and says what was
# told, nothing else is, balances are sums, chains unbroken. LAD_CRASH_CYCLES says how many (2; 20 in
# make check-crash); LAD_CRASH_SEED repeats the requests; LAD_EARLY_RELEASE sets
# lad.early_lock_release, where the server has it, for all cycles instead of in turn.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Test::More;
use LadOracle;

my $cycles = $ENV{LAD_CRASH_CYCLES} // ($ENV{LAD_LONG} ? 20 : 2);
my $seed = $ENV{LAD_CRASH_SEED} // time;
my $work = $ENV{LAD_LONG} || $cycles > 2 ? 400 : 150;
diag "seed $seed, $cycles cycles";

# A killed server loses what it has not written; what waits for the disk survives, so the disk is not
# waited for here.
my %settings = (autovacuum => 'off', wal_writer_delay => '10s', synchronous_commit => 'on', max_wal_size => '256MB');
my $oracle = LadOracle->start('killed', settings => \%settings);
my $has_mode = $oracle->{cluster}->psql("SELECT count(*) FROM pg_settings WHERE name = 'lad.early_lock_release'");
my ($disk, $standbys);

sub cluster { $oracle->{cluster} }
sub home { my %environment = cluster()->environment; return $environment{LAD_CLUSTER} }
sub postmaster {
    open my $in, '<', home() . '/data/postmaster.pid' or return 0;
    my $pid = <$in> // 0;
    return $pid > 0 && -d '/proc/' . int($pid) ? int($pid) : 0;
}

# Waits until it is true, and tries no longer than a slow machine could need.
sub wait_until {
    my ($what, $true) = @_;
    for (1 .. 2400) {
        return if $true->();
        select undef, undef, undef, 0.05;
    }
    die "never: $what";
}
sub is_up { my (undef, undef, $status) = cluster()->try('SELECT 1'); return $status == 0 }

# Starts the server if it is down, else waits until it has recovered by itself.
sub revive {
    my (%option) = @_;
    if (!postmaster()) {
        cluster()->restart(%option);
        $oracle->at(cluster());
    }
    wait_until('the server is up', \&is_up);
    return;
}

# Stopped in its sleep: awake it may hold a lock that everybody needs.
sub stop_wal_writer {
    wait_until('the writer of the log sleeps', sub {
        my $pid = cluster()->psql("SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'");
        return 0 if !$pid;
        kill 'STOP', $pid or die 'the writer of the log cannot be stopped';
        return 1 if cluster()->psql("SELECT wait_event FROM pg_stat_activity WHERE pid = $pid") eq 'WalWriterMain';
        kill 'CONT', $pid;
        return 0;
    });
    return;
}

# Faults: what is prepared while nobody posts, what happens while all do, and what is put right after.
my %fault = (
    'kill -9, WAL writer stopped' => { before => \&stop_wal_writer, strike => sub { cluster()->crash; revive() } },
    'kill -9' => { strike => sub { cluster()->crash; revive() } },
    'kill -9 of a backend' => { strike => \&kill_backend },
    'immediate restart' => { strike => \&stop_at_once },
    'disk full' => { before => \&make_small_disk, strike => \&fill_disk, after => \&leave_small_disk },
    'tablespace full' => { before => \&make_small_tablespace, strike => \&fill_tablespace, after => \&leave_small_tablespace },
    'standby promoted' => { before => \&make_standby, strike => \&promote },
);
my @order = ('kill -9, WAL writer stopped', 'standby promoted', 'kill -9 of a backend', 'immediate restart', 'disk full', 'kill -9', 'tablespace full');

sub kill_backend {
    my $pid = cluster()->psql("SELECT pid FROM pg_stat_activity WHERE usename = 'billing' ORDER BY random() LIMIT 1");
    kill 'KILL', $pid or die 'no backend to kill';
    wait_until('all others are ended too', sub { !is_up() || cluster()->psql("SELECT count(*) FROM pg_stat_activity WHERE pid = $pid") eq '0' });
    revive();
    return;
}

sub stop_at_once {
    my $pid = postmaster();
    kill 'QUIT', $pid or die 'no server to stop';
    wait_until('the server is gone', sub { !-d "/proc/$pid" });
    revive();
    return;
}

# A small file system in memory at home/NAME, which takes the right to mount one. True when refused.
sub mount_disk {
    my ($name) = @_;
    my $place = home() . "/$name";
    my $owner = (stat home() . '/data')[4];
    mkdir $place;
    return 1 if system("mount -t tmpfs -o size=400m,mode=700,uid=$owner lad $place 2>/dev/null");
    $disk = { place => $place, data => home() . '/data' };
    return 0;
}

# Nothing is left on it until the server has said so in its log.
sub fill_until {
    my ($said, $poke) = @_;
    my $log = home() . '/log';
    my $seen = -s $log;
    system("dd if=/dev/zero of=$disk->{place}/filler bs=1M 2>/dev/null");
    wait_until("the log says $said", sub {
        $poke->();
        open my $in, '<', $log or die $!;
        seek $in, $seen, 0;
        return grep { /$said/ } <$in>;
    });
    unlink "$disk->{place}/filler" or die $!;
    return;
}

sub make_small_disk {
    return 'no file system can be mounted here' if mount_disk('wal');
    move_wal("$disk->{data}/pg_wal", "$disk->{place}/pg_wal");
    symlink "$disk->{place}/pg_wal", "$disk->{data}/pg_wal" or die $!;
    revive();
    return;
}

# A full disk below the ledger alone: errors, and the server goes on.
my $ledger = 'lad_data.billing_ledger_transactions';
sub make_small_tablespace {
    return 'no file system can be mounted here' if mount_disk('space');
    cluster()->psql($_) for "CREATE TABLESPACE small LOCATION '$disk->{place}'", "ALTER TABLE $ledger SET TABLESPACE small";
    return;
}
sub fill_tablespace { fill_until('ERROR: .*No space left on device', sub { }); return }
sub leave_small_tablespace {
    cluster()->psql($_) for "ALTER TABLE $ledger SET TABLESPACE pg_default", 'DROP TABLESPACE small';
    unmount();
    return;
}

sub move_wal {
    my ($from, $to) = @_;
    my $pid = postmaster();
    kill 'INT', $pid if $pid;
    wait_until('the server is gone', sub { !$pid || !-d "/proc/$pid" });
    system("cp -a $from $to && rm -rf $from") == 0 or die 'the log cannot be moved';
    return;
}

sub fill_disk {
    fill_until('PANIC: .*No space left on device', sub { cluster()->try('SELECT pg_switch_wal()') });
    # It may be on its way up or down.
    wait_until('the server is up or gone', sub { !postmaster() || is_up() });
    revive();
    return;
}

sub leave_small_disk {
    my $pid = postmaster();
    kill 'INT', $pid if $pid;
    wait_until('the server is gone', sub { !$pid || !-d "/proc/$pid" });
    unlink "$disk->{data}/pg_wal" or die $!;
    move_wal("$disk->{place}/pg_wal", "$disk->{data}/pg_wal");
    unmount();
    revive();
    return;
}

sub unmount {
    my $place = $disk->{place};
    undef $disk;
    system("umount $place") == 0 or system("umount -l $place") == 0 or die "$place stays mounted";
    return;
}
END {
    my $status = $?;
    if ($disk) {
        cluster()->crash if postmaster();
        unmount();
    }
    $? = $status;
}

sub make_standby {
    my $standby = LadCluster->start('killed' . ++$standbys, standby_of => cluster(), database => 'ledger');
    cluster()->psql($_) for "ALTER SYSTEM SET synchronous_standby_names = '*'", 'SELECT pg_reload_conf()';
    wait_until('commits wait for the standby', sub { cluster()->psql("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") eq '1' });
    $fault{'standby promoted'}{standby} = $standby;
    return;
}

# The disk of the old server is never looked at again.
sub promote {
    my $old = cluster();
    $old->crash;
    $oracle->{cluster} = $fault{'standby promoted'}{standby};
    cluster()->psql('SELECT pg_promote()');
    $oracle->at(cluster());
    $old->stop;
    return;
}

sub set_mode {
    my ($cycle) = @_;
    return '-' if !$has_mode;
    my $mode = $ENV{LAD_EARLY_RELEASE} // (qw(on auto off))[ ($cycle + int($cycle / @order)) % 3 ];
    cluster()->psql($_) for "ALTER SYSTEM SET lad.early_lock_release = $mode", 'SELECT pg_reload_conf()';
    return $mode;
}

my @table;
for my $cycle (0 .. $cycles - 1) {
    my $name = $order[ $cycle % @order ];
    my $fault = $fault{$name};
    SKIP: {
        my $refused = $fault->{before} && $fault->{before}->();
        skip "skipped: $refused", 2 if defined $refused && $refused =~ /mounted/;
        my $mode = set_mode($cycle);
        my $driver = $oracle->drive("cycle$cycle", seed => $seed + $cycle, sessions => 8, retry => 'yes');
        $driver->wait_for($work);
        $fault->{strike}->();
        $driver->wait_for($work);
        is($driver->stop, 0, "cycle $cycle, $name: every session gets its answer") or diag ${ $driver->{text} };
        my $verdict = $oracle->agrees('what was told is there, once, and nothing else', complete => 'yes');
        push @table, sprintf '%-5s %-28s %6d %4d %5d', $mode, $name, @$verdict{qw(acknowledged lost twice)};
        $fault->{after}->() if $fault->{after};
    }
}
diag sprintf '%-5s %-28s %6s %4s %5s', qw(mode fault keys lost twice);
diag $_ for @table;

# The same without a flush must lose something, or the above proves nothing. A replay flushes what it
# tells of, and may have been the last that was answered: then again.
cluster()->psql($_) for 'ALTER SYSTEM SET synchronous_commit = off', 'SELECT pg_reload_conf()';
my $lost = 0;
for my $try (1 .. 10) {
    stop_wal_writer();
    my $driver = $oracle->drive("control$try", seed => $seed + $cycles + $try, sessions => 8);
    $driver->wait_for($work);
    cluster()->crash;
    $driver->finish;
    revive();
    last if $lost = $oracle->check->{lost};
}
cmp_ok($lost, '>', 0, "without a flush acknowledged posts are lost ($lost)");
is(cluster()->psql('SELECT count(*) FROM lad.verify_ledger(since_checkpoint => false)'), '0', 'though the chains are whole');
done_testing();
