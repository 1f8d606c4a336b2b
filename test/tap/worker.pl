# The standing worker: it visits the databases that have the extension and no other, survives what
# happens to them, resumes long jobs that lost their process, and is idle when there is nothing to do.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Test::More;
use LadCluster;

my $cluster = LadCluster->start('worker', database => 'one',
    settings => { 'lad.worker' => 'on', 'lad.maintenance_naptime' => '100ms', log_min_messages => 'info' });
my $tenant = 'a0000000-0000-4000-8000-00000000000a';
my ($environment) = { $cluster->environment };

sub wait_until {
    my ($condition, %option) = @_;
    for (1 .. 600) {
        my ($out, undef, $status) = $cluster->try("SELECT $condition", %option);
        return 1 if !$status && $out eq 't';
        select undef, undef, undef, 0.05;
    }
    return 0;
}
sub ran_since { "bool_and(coalesce(last_run >= '$_[0]', false) AND error IS NULL) FROM lad.jobs" }
sub now { $cluster->psql('SELECT clock_timestamp()') }
sub process { $cluster->psql("SELECT pid FROM pg_stat_activity WHERE backend_type = '$_[0]'") }
# All jobs are due again.
sub rush { $cluster->psql("UPDATE lad_data.maintenance_jobs SET next_run = '-infinity'", database => $_[0]) }
sub log_text { open my $f, '<', "$environment->{LAD_CLUSTER}/log" or die $!; local $/; return <$f> }

# 1. Two databases with the extension, one without.
$cluster->psql(<<"SQL");
SET client_min_messages = warning;
CREATE EXTENSION lad_ext CASCADE;
SELECT count(*) FROM lad.install_schema();
INSERT INTO lad_data.tenants (id, name, slug, status) VALUES ('$tenant', 'Acme', 'acme', 'active');
BEGIN;
SELECT lad.authenticate_service('$tenant', 'test'), lad.topup(lad.create_wallet(), 10000, 'opening');
COMMIT;
INSERT INTO lad_data.billing_usage_events (tenant_id, feature_key, usage_items, total_quantity, total_cost, currency, status, idempotency_key)
SELECT '$tenant', 'voice-agent', '[{"cost": 1}]', 1, 1, 'CREDIT', 'pending', 'event ' || n FROM generate_series(1, 3000) n;
ALTER DATABASE one SET default_transaction_isolation = 'serializable';
-- The launcher knows from the last visit when to come again: one job that is due each second.
SELECT lad.set_job('long_jobs', '1 second');
SQL
ok(wait_until(ran_since('-infinity')), 'the jobs of a new database run by themselves');
$cluster->psql("ALTER SYSTEM SET lad.worker = off; SELECT pg_reload_conf()");
ok(wait_until("NOT EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'lad_ext worker')"), 'switched off, visits end');
$cluster->psql($_, database => 'postgres') for 'CREATE DATABASE two TEMPLATE one', 'CREATE DATABASE without';
$cluster->psql("ALTER SYSTEM SET lad.worker = on; SELECT pg_reload_conf()");
my $since = now();
rush($_) for qw(one two);
ok(wait_until(ran_since($since), database => $_), "the jobs of $_ run") for qw(one two);
is($cluster->psql('SELECT DISTINCT database FROM lad.jobs', database => 'two'), 'two', 'a job names its database');

# 2. A job that fails stops no other.
$cluster->psql('ALTER FUNCTION lad.expire_holds(int) RENAME TO expire_holds_away');
$since = now();
rush('one');
ok(wait_until("count(*) FILTER (WHERE error LIKE '42883: %') = 1 AND bool_and(last_run >= '$since') FROM lad.jobs"), 'the others run');
like(log_text(), qr/WARNING:  job holds failed: 42883/, 'the failure is in the log');
$cluster->psql('ALTER FUNCTION lad.expire_holds_away(int) RENAME TO expire_holds');

# 3. Nobody waits for it.
is($cluster->sqlstate('DROP DATABASE two', database => 'postgres'), '', 'a database can be dropped');
$cluster->psql('DROP EXTENSION lad_ext CASCADE');
$cluster->psql('SET client_min_messages = warning; CREATE EXTENSION lad_ext; SELECT count(*) FROM lad.install_schema()');
$since = now();
rush('one');
ok(wait_until(ran_since($since)), 'the extension can be dropped and created again');

# 4. A long job goes on after kill -9 of its process, which restarts the server. It is held where it
# has settled some and not all.
$cluster->psql(<<"SQL");
INSERT INTO lad_data.billing_usage_events (tenant_id, feature_key, usage_items, total_quantity, total_cost, currency, status, idempotency_key)
SELECT '$tenant', 'voice-agent', '[{"cost": 1}]', 1, 1, 'CREDIT', 'pending', 'more ' || n FROM generate_series(1, 2000) n;
CREATE FUNCTION public.hold_up() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS \$\$
BEGIN
    IF EXISTS (SELECT FROM lad_data.long_jobs WHERE done >= 1000) THEN PERFORM pg_sleep(600); END IF;
    RETURN NULL;
END \$\$;
SELECT lad.set_job('usage', enabled => false);
CREATE TRIGGER hold_up AFTER UPDATE ON lad_data.billing_usage_events FOR EACH STATEMENT EXECUTE FUNCTION public.hold_up();
SQL
my $job = $cluster->psql('SELECT lad.settle_in_background()');
ok(wait_until("done >= 1000 FROM lad_data.long_jobs WHERE id = '$job'"), 'a long job reports its progress');
ok(wait_until("count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'lad_ext long job' AND wait_event = 'PgSleep'"), 'and is held');
my $pid = process('lad_ext long job');
is($cluster->psql("SELECT pid, state, attempts FROM lad_data.long_jobs WHERE id = '$job'"), "$pid|running|1", 'its row names its process');
kill 'KILL', $pid;
for (1 .. 600) { last unless -d "/proc/$pid"; select undef, undef, undef, 0.05 }
ok(wait_until('true'), 'the server is back');
rush('one');
ok(wait_until("pid IS NOT NULL AND pid <> $pid AND attempts = 2 FROM lad_data.long_jobs WHERE id = '$job'"), 'another process has taken it up');

# 5. Shut down while it works; a restart takes the job up again, and it is done.
$cluster->psql("CREATE OR REPLACE FUNCTION public.hold_up() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'");
$cluster->restart;
rush('one');
unlike(log_text(), qr/PANIC|received immediate shutdown request/, 'the server shuts down in good order under load');
ok(wait_until("state = 'done' AND attempts = 3 FROM lad_data.long_jobs WHERE id = '$job'"), 'the job is done');
is($cluster->psql('SELECT status, count(*) FROM lad_data.billing_usage_events GROUP BY 1'), 'charged|5000', 'every event is charged');
is($cluster->psql('SELECT current_balance FROM lad_data.billing_wallets'), '5000.000000', 'and once');
$cluster->psql('ALTER DATABASE one RESET default_transaction_isolation');

# 6. Idle: nothing is due, nobody is sent, the launcher sleeps. A reload changes the nap.
$cluster->psql("ALTER SYSTEM SET lad.maintenance_naptime = '1h'; SELECT pg_reload_conf()");
ok(wait_until("count(*) = 1 FROM pg_stat_activity WHERE backend_type LIKE 'lad_ext%'"), 'the launcher is alone');
my $launcher = process('lad_ext launcher');
sub switches { open my $f, '<', "/proc/$launcher/status" or die $!; local $/; return <$f> =~ /^voluntary_ctxt_switches:\s+(\d+)/m ? $1 : -1 }
select undef, undef, undef, 0.3;
my $before = switches();
select undef, undef, undef, 1;
is(switches(), $before, 'it does not wake up in between');
$cluster->psql("ALTER SYSTEM SET lad.maintenance_naptime = '100ms'; SELECT pg_reload_conf()");
$since = now();
rush('one');
ok(wait_until("bool_or(last_run >= '$since') FROM lad.jobs"), 'a reload shortens the nap');

# 7. A standby runs nothing until it is promoted.
my $standby = LadCluster->start('workerstandby', standby_of => $cluster, database => 'one');
is($standby->psql("SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'lad_ext%'"), '0', 'no worker on a standby');
is($standby->sqlstate('CALL lad.run_maintenance()'), '25006', 'nor by hand');
$cluster->stop;
$cluster = $standby;
$standby->psql('SELECT pg_promote()', database => 'postgres');
$since = now();
rush('one');
ok(wait_until("bool_or(last_run >= '$since') FROM lad.jobs"), 'after the promotion it works');
done_testing();
