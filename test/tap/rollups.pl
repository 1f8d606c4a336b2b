# Sessions write calls and usage in every way, two fold, and two compare in REPEATABLE READ the sums per day
# with the rows: always equal. Then a kill -9, and partitions that are detached concurrently.
use strict;
use warnings;
use File::Temp qw(tempdir);
use FindBin;
use lib $FindBin::Bin;
use IPC::Run ();
use Test::More;
use LadCluster;
use LadSession;

my $seconds = $ENV{LAD_LONG} ? 60 : 2;
my $seed = $ENV{LAD_ROLLUPS_SEED} // time;
srand $seed;
diag("LAD_ROLLUPS_SEED=$seed");
my $cluster = LadCluster->start('rollups', database => 'rollups', settings => { deadlock_timeout => '10ms', autovacuum_naptime => '1s' });
$cluster->psql('CREATE EXTENSION lad_ext CASCADE; SELECT FROM lad.install_schema()');
my @tenants = map { sprintf 'a0000000-0000-4000-8000-%012d', $_ } 1 .. 3;
for my $tenant (@tenants) {
    $cluster->psql("INSERT INTO lad_data.tenants (id, name, slug, status) VALUES ('$tenant', '$tenant', '$tenant', 'active');
        INSERT INTO lad_data.voice_agents (tenant_id, id, name) SELECT '$tenant', n, n FROM generate_series(1, 3) AS n");
}
# What keeps rows with their tenant and the books as they are would spoil the fun.
$cluster->psql('ALTER TABLE lad_data.voice_call_logs DISABLE TRIGGER voice_call_logs_update_keep_tenant');
$cluster->psql("ALTER TABLE lad_data.billing_usage_events DISABLE TRIGGER billing_usage_events_$_")
    for qw(update_guard delete_guard update_keep_tenant);
# Leaves, with a time that each takes.
my @leaves = map { [ split /\|/ ] } split /\n/, $cluster->psql(q{
    SELECT c.oid::regclass, coalesce(substring(pg_get_expr(c.relpartbound, c.oid) FROM $r$FROM \('([^']*)$r$)::timestamptz, '2026-01-01')
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'lad_data.voice_call_logs'::regclass ORDER BY 1 DESC LIMIT 4});

sub pick { return $_[ rand @_ ] }
sub tenant { return "'" . pick(@tenants) . "'" }
sub agent { return pick('NULL', 1 .. 3) }
sub status { return "'" . pick(qw(in_queue ringing busy failed no_answer)) . "'" }
sub moment { return "now() + interval '" . int(rand 80 - 50) . ' days ' . int(rand 24) . " hours'" }
sub some { my $from = int rand 200; return "to_base_number BETWEEN $from AND " . ($from + int rand 12) }
my $columns = '(tenant_id, to_country_code, to_base_number, agent_id, status, duration_seconds, cost, currency, credits_charged, created_at)';
sub values_of { my ($at) = @_; return join ', ', tenant(), "'+971'", 1 + int(rand 200), agent(), status(), int(rand 100), rand() < 0.2 ? 'NULL' : int(rand 1000) / 8, pick("'USD'", "'EUR'", 'NULL'), pick('NULL', 3), $at }
sub rows { my ($n, $at) = @_; return join ', ', map { '(' . values_of($at // moment()) . ')' } 1 .. $n }
sub items { return '[' . join(', ', map { sprintf '{"category": "%s", "quantity": %d, "cost": %.2f}', pick(qw(stt llm tts)), rand 9, rand 2 } 1 .. rand 4) . ']' }
my $key = 0;
my %calls = (
    insert => sub { "INSERT INTO lad_data.voice_call_logs $columns VALUES " . rows(1 + int rand 6) },
    many => sub { "INSERT INTO lad_data.voice_call_logs $columns SELECT " . tenant() . ", '+971', n, 1, 'busy', n, n, 'USD', 1, " . moment() . ' FROM generate_series(1, 40) AS n' },
    copy => sub {
        return "COPY lad_data.voice_call_logs (tenant_id, to_country_code, to_base_number, status) FROM stdin;\n"
            . join('', map { pick(@tenants) . "\t+971\t$_\tringing\n" } 1 .. 3) . '\\.';
    },
    status => sub { 'UPDATE lad_data.voice_call_logs SET status = ' . status() . ' WHERE ' . some() },
    measures => sub { 'UPDATE lad_data.voice_call_logs SET duration_seconds = duration_seconds + 1, cost = cost + 0.5, credits_charged = 2 WHERE ' . some() },
    nothing => sub { 'UPDATE lad_data.voice_call_logs SET status = status WHERE ' . some() },
    agent => sub { 'UPDATE lad_data.voice_call_logs SET agent_id = ' . agent() . ', currency = NULL WHERE ' . some() },
    day => sub { 'UPDATE lad_data.voice_call_logs SET created_at = ' . moment() . ' WHERE ' . some() },
    tenant => sub { 'UPDATE lad_data.voice_call_logs SET tenant_id = ' . tenant() . ' WHERE ' . some() },
    delete => sub { 'DELETE FROM lad_data.voice_call_logs WHERE ' . some() },
    upsert => sub {
        my $id = sprintf "'b0000000-0000-4000-8000-%012d'", int rand 30;
        return "INSERT INTO lad_data.voice_call_logs (id, tenant_id, to_country_code, to_base_number, created_at) VALUES ($id, '$tenants[0]', '+971', 7, date_trunc('month', now()))
            ON CONFLICT (tenant_id, id, created_at) DO UPDATE SET duration_seconds = voice_call_logs.duration_seconds + 7";
    },
    merge => sub {
        return 'MERGE INTO lad_data.voice_call_logs AS l USING generate_series(1, 9) AS n ON l.to_base_number = n AND l.tenant_id = ' . tenant()
            . " WHEN MATCHED AND n < 4 THEN DELETE WHEN MATCHED THEN UPDATE SET status = 'busy'"
            . " WHEN NOT MATCHED THEN INSERT (tenant_id, to_country_code, to_base_number) VALUES ('$tenants[1]', '+971', n)";
    },
    leaf_insert => sub { my ($leaf, $at) = @{ pick(@leaves) }; "INSERT INTO $leaf $columns VALUES " . rows(2, "timestamptz '$at' + interval '" . int(rand 25) . " days'") },
    leaf_update => sub { my ($leaf, $at) = @{ pick(@leaves) }; "UPDATE $leaf SET status = " . status() . ", created_at = timestamptz '$at' + interval '1 hour' WHERE " . some() },
    leaf_delete => sub { "DELETE FROM $leaves[0][0] WHERE " . some() },
);
my %usage = (
    charge => sub { 'INSERT INTO lad_data.billing_usage_events (tenant_id, feature_key, usage_items, total_quantity, total_cost, status, idempotency_key, occurred_at) VALUES '
            . join ', ', map { '(' . join(', ', tenant(), "'campaigns'", "'" . items() . "'", 1, int(rand 4), pick("'charged'", "'pending'"), "'" . rand() . ' ' . $key++ . "'", moment()) . ')' } 1 .. 1 + rand 3 },
    settle => sub { "UPDATE lad_data.billing_usage_events SET status = '" . pick(qw(charged voided failed)) . "' WHERE total_cost = " . int rand 4 },
    change => sub { "UPDATE lad_data.billing_usage_events SET usage_items = '" . items() . "', total_cost = total_cost + 1, occurred_at = " . moment() . ' WHERE total_cost = ' . int rand 4 },
    forget => sub { 'DELETE FROM lad_data.billing_usage_events WHERE total_cost > ' . int rand 6 },
);
my %kinds = (%calls, %usage);

sub statement { my $kind = pick(sort keys %kinds); return $kinds{$kind}->() . ($kind eq 'copy' ? "\n" : ";\n") }
sub transaction {
    my $text = "BEGIN;\n";
    for (1 .. 1 + rand 3) {
        my $one = statement();
        $text .= rand() < 0.3 ? "SAVEPOINT s;\n$one" . pick("ROLLBACK TO s;\n", "RELEASE s;\n") : $one;
    }
    return $text . (rand() < 0.2 ? "ROLLBACK;\n" : "COMMIT;\n");
}

# What differs between sums and rows in this snapshot, and how many rows there are.
my $differences = <<'SQL';
WITH calls AS (SELECT tenant_id, (created_at AT TIME ZONE 'UTC')::date, agent_id, status, currency, count(*), coalesce(sum(duration_seconds), 0),
        coalesce(sum(cost), 0), coalesce(sum(credits_charged), 0) FROM lad_data.voice_call_logs GROUP BY 1, 2, 3, 4, 5),
    sums AS (SELECT tenant_id, day, agent_id, status, currency, calls, seconds, cost, credits FROM lad_data.call_stats_daily),
    usage AS (SELECT tenant_id, (occurred_at AT TIME ZONE 'UTC')::date, feature_key, currency, count(*), sum(total_cost) FROM lad_data.billing_usage_events
        WHERE status = 'charged' GROUP BY 1, 2, 3, 4),
    usage_sums AS (SELECT tenant_id, day, feature_key, currency, sum(events), sum(cost) FROM lad_data.usage_stats_daily GROUP BY 1, 2, 3, 4)
SELECT (SELECT count(*) FROM ((TABLE calls EXCEPT ALL TABLE sums) UNION ALL (TABLE sums EXCEPT ALL TABLE calls)) AS d)
    || ' ' || (SELECT count(*) FROM ((TABLE usage EXCEPT ALL TABLE usage_sums) UNION ALL (TABLE usage_sums EXCEPT ALL TABLE usage)) AS d)
    || ' ' || (SELECT count(*) FROM lad.verify_rollups() WHERE NOT stale)
    || ' ' || (SELECT count(*) + (SELECT count(*) FROM lad_data.billing_usage_events) FROM lad_data.voice_call_logs)
SQL

my $folder = tempdir(CLEANUP => 1);
my @writers = map {
    open my $out, '>', "$folder/$_" or die $!;
    print $out "SET statement_timeout = '10s';\n", map { transaction() } 1 .. 4000;
    close $out;
    local %ENV = (%ENV, $cluster->environment);
    IPC::Run::start([ 'psql', '-XAtq', '-f', "$folder/$_" ], '<', \undef, '>', "$folder/$_.out", '2>', "$folder/$_.err");
} 1 .. 3;
my @folders = map { LadSession->open($cluster) } 1 .. 2;
my @checkers = map { LadSession->open($cluster) } 1 .. 2;
my ($checks, $wrong, %states) = (0, 0);
my $end = time + $seconds;
while (time < $end) {
    $_->send('BEGIN ISOLATION LEVEL REPEATABLE READ; ' . $differences) for @checkers;
    $_->send('SELECT lad.fold_rollups(' . (1 + int rand 400) . ')') for @folders;
    my @first = map { $_->receive } @checkers;
    $_->receive for @folders;
    # The same snapshot, after what was folded meanwhile.
    my @again = map { $_->query("$differences; COMMIT") } @checkers;
    for my $i (0, 1) {
        $checks++;
        $states{ $again[$i] }++;
        next if $first[$i] =~ /^0 0 0 \d+$/ && $first[$i] eq $again[$i];
        $wrong++;
        diag("first $first[$i], again $again[$i]");
    }
}
cmp_ok($checks, '>=', 10, 'snapshots were compared');
is($wrong, 0, 'and sums and rows agreed in each');
cmp_ok(keys %states, '>=', 5, 'while the rows changed');
my %seen = map { m{ERROR:  (.*)} ? ($1 => 1) : () } map { split /\n/ } map { local (@ARGV, $/) = "$folder/$_.err"; <> // '' } 1 .. 3;
is_deeply([ grep { !/deadlock|aborted|savepoint "s" does not exist|deleted as a result|concurrent|cannot affect row a second time|duplicate key|updated by an operation/ } sort keys %seen ], [], 'no write failed for another reason');

# A kill -9 while they write; unfolded sums are as durable as the rows.
cmp_ok($cluster->psql('SELECT count(*) FROM lad_data.call_stats_deltas'), '>', 0, 'there are unfolded deltas');
$cluster->crash;
$_->finish for @writers;
$cluster->restart;
like($cluster->psql($differences), qr/^0 0 0 [1-9]/, 'sums and rows agree after a crash');
$cluster->psql('SELECT lad.fold_rollups()');
is($cluster->psql('SELECT count(*) FROM lad_data.call_stats_deltas'), '0', 'all is folded');
like($cluster->psql($differences), qr/^0 0 0 [1-9]/, 'which changes no sum');
is($cluster->psql('SELECT count(*) FROM lad_data.call_stats_folded WHERE calls = 0'), '0', 'and leaves no empty ones');

# A month is detached concurrently and comes back.
$cluster->psql('ALTER TABLE lad_data.voice_call_logs ENABLE TRIGGER voice_call_logs_update_keep_tenant');
my ($leaf, $bound) = split /\|/, $cluster->psql("
    SELECT c.oid::regclass, pg_get_expr(c.relpartbound, c.oid) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'lad_data.voice_call_logs'::regclass AND c.relname = to_char(now() AT TIME ZONE 'UTC', '\"voice_call_logs_\"YYYY_MM')");
$cluster->psql("INSERT INTO $leaf (tenant_id, to_country_code, to_base_number) VALUES ('$tenants[0]', '+971', 1)");
$cluster->psql("ALTER TABLE lad_data.voice_call_logs DETACH PARTITION $leaf CONCURRENTLY");
is($cluster->psql('SELECT bool_and(stale) FROM lad_data.call_stats_daily WHERE day = (now() AT TIME ZONE $$UTC$$)::date'), 't', 'the days of a month that goes are stale');
$cluster->psql('SELECT lad.fold_rollups()');
like($cluster->psql($differences), qr/^0 0 0 /, 'and summed anew');
$cluster->psql("ALTER TABLE lad_data.voice_call_logs ATTACH PARTITION $leaf $bound");
unlike($cluster->psql('SELECT count(*) FROM lad.verify_rollups() WHERE stale'), qr/^0$/, 'a month that comes is not in the sums');
$cluster->psql('SELECT lad.fold_rollups()');
like($cluster->psql($differences), qr/^0 0 0 [1-9]/, 'until they are summed anew');
is($cluster->psql('SELECT count(*) FROM lad_data.rollup_marks'), '0', 'and nothing is stale');

# The triggers go with the extension; what is written until they are back is summed anew.
$cluster->psql("DROP EXTENSION lad_ext CASCADE; INSERT INTO lad_data.voice_call_logs (tenant_id, to_country_code, to_base_number) VALUES ('$tenants[0]', '+971', 1)");
$cluster->psql('CREATE EXTENSION lad_ext; SELECT FROM lad.install_schema()');
is($cluster->psql('SELECT bool_and(stale) FROM lad.verify_rollups()'), 't', 'calls without triggers are not in the sums');
$cluster->psql('SELECT lad.fold_rollups()');
like($cluster->psql($differences), qr/^0 0 0 [1-9]/, 'until they are summed anew');
done_testing();
