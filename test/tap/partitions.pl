# Partitions are taken away from under readers and writers, and the worker that does it is killed half way.
# LAD_LONG=1 retires a year instead of two months.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Test::More;
use Time::HiRes qw(sleep);
use LadCluster;
use LadSession;

my $months = $ENV{LAD_LONG} ? 12 : 2;
my $cluster = LadCluster->start('partitions', database => 'partitions', settings => { synchronous_commit => 'on' });
my $acme = 'a0000000-0000-4000-8000-00000000000a';
my $calls = 'lad_data.voice_call_logs';
$cluster->psql(<<"SQL");
SET client_min_messages = warning;
CREATE EXTENSION lad_ext CASCADE;
SELECT count(*) FROM lad.install_schema();
CREATE ROLE app LOGIN IN ROLE lad_app;
CREATE ROLE service LOGIN IN ROLE lad_service;
INSERT INTO lad_data.tenants (id, name, status) VALUES ('$acme', 'Acme', 'active');
-- As if the system had been installed long ago: months from 2025-01 on.
DROP TABLE lad_data.voice_call_logs_legacy;
SELECT count(*) FROM lad.maintain_partitions('$calls', '2025-01-15') \\g /dev/null
SELECT count(*) FROM lad.maintain_partitions('$calls') \\g /dev/null
CREATE FUNCTION public.add_call(at timestamptz) RETURNS uuid LANGUAGE sql AS \$\$
    INSERT INTO lad_data.voice_call_logs (tenant_id, to_country_code, to_base_number, status, created_at)
    VALUES ('$acme', '+1', 1, 'failed', at) RETURNING id \$\$;
SQL
# The gap up to the present month is filled, month by month.
is($cluster->psql("SELECT count(*) FROM pg_inherits WHERE inhparent = '$calls'::regclass"), $cluster->psql(<<'SQL'), 'a month for each month since');
SELECT 1 + 7 + (extract(year FROM age(date_trunc('month', now() AT TIME ZONE 'UTC'), '2025-01-01')) * 12
              + extract(month FROM age(date_trunc('month', now() AT TIME ZONE 'UTC'), '2025-01-01')))::int
SQL

# Calls of each month with their analysis, in batches, one of them moved to a later month.
$cluster->psql(<<"SQL");
INSERT INTO lad_data.voice_call_batches (tenant_id, id) VALUES ('$acme', '$acme');
SELECT public.add_call(at) FROM generate_series('2024-12-05'::timestamptz, '2026-01-05', '1 day') AS at \\g /dev/null
INSERT INTO lad_data.voice_call_analysis (tenant_id, call_log_id, summary) SELECT tenant_id, id, created_at::text FROM $calls;
INSERT INTO lad_data.voice_call_batch_entries (tenant_id, batch_id, call_log_id) SELECT tenant_id, '$acme', id FROM $calls;
UPDATE $calls SET created_at = '2026-02-02' WHERE created_at = '2025-01-20';
SQL
my ($admin, $app);
sub connect_all { ($admin, $app) = map { LadSession->open($cluster, user => $_) } 'postgres', 'app' }
sub value { return $admin->query($_[0]) }
connect_all();
sub state_of {
    my ($name) = @_;
    return value("SELECT coalesce((SELECT CASE WHEN i.inhdetachpending THEN 'pending' WHEN i.inhrelid IS NOT NULL THEN 'attached' ELSE n.nspname || ' alone' END
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_inherits i ON i.inhrelid = c.oid WHERE c.relname = '$name'), 'gone')");
}
sub wait_for {
    my ($name, $state) = @_;
    for (1 .. 300) {
        return $state if state_of($name) eq $state;
        sleep 0.05;
    }
    diag(value('SELECT kind, phase, state, error FROM lad_data.long_jobs'));
    return state_of($name);
}

# A reader that sees January goes on seeing it, and stops nobody.
my $reader = LadSession->open($cluster);
is($reader->query("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM $calls WHERE created_at < '2025-02-01'"), '57', 'the reader sees January');
my $job = value("SELECT lad.retire_partition('${calls}_2025_01', 'archive')");
like($job, qr/^[0-9a-f-]{36}$/, 'a job is started');
is(wait_for('voice_call_logs_2025_01', 'pending'), 'pending', 'the first half of the detachment does not wait for the reader');
is(value("SET lock_timeout = '50ms'; SELECT public.add_call(now()) IS NOT NULL; RESET lock_timeout"), 't', 'a writer waits for nobody');
is(value("SELECT count(*) FROM $calls WHERE created_at < '2025-02-01'"), '27', 'who comes now no longer sees January');
is(value("SELECT lad.retire_partition('${calls}_2025_01')"), $job, 'asked again, it is the same job');
like(value('SELECT problem FROM lad.partition_health()'), qr/detach_pending/, 'its health says that it is half detached');

# The worker dies between the two transactions, and takes the server down; nothing is lost.
$cluster->crash;
undef $_ for $reader, $admin, $app;
$cluster->restart;
connect_all();
is(state_of('voice_call_logs_2025_01'), 'pending', 'after the crash it is still half detached');
is(value("SELECT lad.retire_partition('${calls}_2025_01')"), $job, 'the job is taken up again');
is(wait_for('voice_call_logs_2025_01', 'lad_archive alone'), 'lad_archive alone', 'the detachment is completed, the month archived');
for (1 .. 100) {
    last if value("SELECT state FROM lad_data.long_jobs WHERE id = '$job'") eq 'done';
    sleep 0.05;
}
is(value("SELECT state, phase, done, total FROM lad_data.long_jobs WHERE id = '$job'"), 'done|done|3|3', 'the job is done');

# An archived month: no row less, none written, still of its tenant.
is(value('SELECT count(*) FROM lad_archive.voice_call_logs_2025_01'), '30', 'its rows are there, but the one that had moved');
is(value(q(SELECT count(*), count(l.id) FROM lad_archive.voice_call_logs_2025_01_analysis a LEFT JOIN lad_archive.voice_call_logs_2025_01 l ON l.id = a.call_log_id)), '30|30', 'its analysis went along');
is(value('SELECT count(*) FROM lad_data.voice_call_analysis'), value('SELECT count(*) - 1 FROM ' . $calls), 'the others stayed');
is($admin->sqlstate($_), 'LD102', "refused: $_") for 'DELETE FROM lad_archive.voice_call_logs_2025_01', 'TRUNCATE lad_archive.voice_call_logs_2025_01_analysis',
    'UPDATE lad_archive.voice_call_logs_2025_01 SET cost = 0', "INSERT INTO lad_archive.voice_call_logs_2025_01 SELECT * FROM $calls LIMIT 1";
my $token = value("SELECT lad.issue_token('$acme')");
is($app->query("BEGIN; SELECT lad.authenticate('$token') \\g /dev/null\nSELECT count(*) FROM lad_archive.voice_call_logs_2025_01; COMMIT"), '30', 'the tenant reads it');
is($app->sqlstate('SELECT count(*) FROM lad_archive.voice_call_logs_2025_01'), 'LD001', 'nobody without a tenant');
is(value('SELECT * FROM lad.lint()'), '', 'lint has nothing to say');
is(value("SELECT problem, detail FROM lad.partition_health() WHERE problem <> 'not_run'"), '', 'nor has health');
is(value("SELECT * FROM lad.maintain_partitions('$calls')"), '', 'what was retired is not made again');

# Retention: the oldest months go, the legacy partition stays; as the service that the worker is for.
my $last = 1 + $months;
value(sprintf "SELECT lad.manage_partitions('$calls', 'created_at', retention => age(now(), '2025-%02d-01'), retention_action => 'drop')", $last + 1);
my $jobs = $cluster->psql('SELECT count(DISTINCT job), count(*) FROM lad.retire_partitions()', user => 'service');
is($jobs, "$months|$months", 'a job for each month that has outlived its retention');
my $name = sub { sprintf 'voice_call_logs_2025_%02d', $_[0] };
is(wait_for($name->($_), 'gone'), 'gone', $name->($_) . ' is gone') for 2 .. $last;
is(state_of($name->($last + 1)), 'attached', 'the next one stays');
is(state_of('voice_call_logs_legacy'), 'attached', 'so does the legacy partition');
is(value("SELECT count(*) FROM lad_data.voice_call_batch_entries e WHERE call_log_id IS NULL") > 27, 1, 'entries have forgotten calls that were dropped');
is(value("SELECT problem, detail FROM lad.partition_health() WHERE problem = 'orphans'"), '', 'no analysis is left behind');

# In this transaction when asked, and undone with it.
my $third = $name->($last + 1);
value("BEGIN; SELECT lad.retire_partition('lad_data.$third', 'detach', concurrently => false); ROLLBACK");
is(state_of($third), 'attached', 'undone');
value("SELECT lad.retire_partition('lad_data.$third', 'detach', concurrently => false)");
is(state_of($third), 'lad_data alone', 'detached, and left where it is');
is($admin->sqlstate("SELECT lad.retire_partition('$_')"), 'LD501', "$_ is not to be retired")
    for "lad_data.$third", 'lad_data.voice_call_logs_legacy', 'lad_data.voice_call_logs_' . value("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM')");
is($app->sqlstate("SELECT lad.retire_partition('lad_data.$third')"), '42501', 'nor by the application');
done_testing();
