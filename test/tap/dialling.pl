# Eight diallers work on the same batches while sessions of theirs are killed: each attempt of an entry is
# dialled once, an entry at most as often as its batch allows, the counters equal the rows in every
# snapshot, and each batch is completed once with one report. LAD_LONG=1 dials for a minute.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Test::More;
use Time::HiRes qw(sleep time);
use LadCluster;
use LadSession;

my ($batches, $entries) = $ENV{LAD_LONG} ? (12, 800) : (4, 150);
my $diallers = 8;
my $cluster = LadCluster->start('dialling', database => 'dialling', settings => { deadlock_timeout => '100ms' });
my $tenant = 'a0000000-0000-4000-8000-00000000000a';
$cluster->psql(<<"SQL");
SET client_min_messages = warning;
CREATE EXTENSION lad_ext CASCADE;
SELECT count(*) FROM lad.install_schema();
CREATE ROLE dialler LOGIN IN ROLE lad_service;
INSERT INTO lad_data.tenants (id, name, status) VALUES ('$tenant', 'Acme', 'active');
INSERT INTO lad_data.tenant_features (tenant_id, feature_key) VALUES ('$tenant', 'voice-agent');
INSERT INTO lad_data.voice_agents (tenant_id, id, name) VALUES ('$tenant', 1, 'Agent');
INSERT INTO lad_data.voice_agent_numbers (tenant_id, id, country_code, base_number) VALUES ('$tenant', '$tenant', '+971', 1);
INSERT INTO lad_data.leads (tenant_id, country_code, base_number) SELECT '$tenant', '+971', 500000000 + n FROM generate_series(1, $entries) AS n;
BEGIN;
SELECT lad.authenticate_service('$tenant', 'test');
SELECT count(lad.enqueue_batch(1, (SELECT array_agg(id) FROM lad_data.leads), '$tenant', max_attempts => 3)) FROM generate_series(1, $batches);
COMMIT;
-- What really happens on the phone, whatever becomes of the dialler.
CREATE TABLE public.dials (entry uuid, attempt int, at timestamptz DEFAULT clock_timestamp());
CREATE TABLE public.late (entry uuid, attempt int);
GRANT SELECT, INSERT ON public.dials, public.late TO dialler;
CREATE PROCEDURE public.dial() LANGUAGE plpgsql AS \$\$
DECLARE batch uuid; entries uuid[]; attempts int[]; held uuid; word text;
BEGIN
    LOOP
        PERFORM lad.authenticate_service('$tenant', 'dialling');
        SELECT id INTO batch FROM lad_data.voice_call_batches WHERE status <> 'completed' ORDER BY random() LIMIT 1;
        EXIT WHEN batch IS NULL;
        SELECT array_agg(c.entry_id), array_agg(c.attempt), (array_agg(c.claim))[1] INTO entries, attempts, held FROM lad.claim_batch_entries(batch, 1 + floor(random() * 5)::int, '500 milliseconds') AS c;
        COMMIT;
        FOR n IN 1 .. coalesce(cardinality(entries), 0) LOOP
            INSERT INTO public.dials VALUES (entries[n], attempts[n]);
            COMMIT;
            PERFORM pg_sleep(random() * 0.06);
            PERFORM lad.authenticate_service('$tenant', 'dialling');
            word := (ARRAY['completed', 'ended', 'failed', 'declined', 'cancelled'])[1 + floor(random() * 5)::int];
            BEGIN
                PERFORM lad.complete_batch_entry(entries[n], held, word);
            EXCEPTION WHEN SQLSTATE 'LD402' THEN
                INSERT INTO public.late VALUES (entries[n], attempts[n]);
            END;
            COMMIT;
        END LOOP;
        IF entries IS NULL THEN PERFORM pg_sleep(0.05); END IF;
    END LOOP;
END \$\$;
-- Batches whose counters are not what their rows say, in one snapshot.
CREATE VIEW public.untrue AS
    SELECT b.id FROM lad_data.voice_call_batches AS b LEFT JOIN LATERAL (
        SELECT count(*) AS total, count(*) FILTER (WHERE status IN ('completed', 'ended')) AS completed,
               count(*) FILTER (WHERE status IN ('failed', 'declined')) AS failed, count(*) FILTER (WHERE status = 'cancelled') AS cancelled
        FROM lad_data.voice_call_batch_entries AS e WHERE e.tenant_id = b.tenant_id AND e.batch_id = b.id) AS r ON true
    WHERE (b.total_calls, b.completed_calls, b.failed_calls, b.cancelled_calls) IS DISTINCT FROM (r.total, r.completed, r.failed, r.cancelled)
       OR (b.status = 'completed') <> (r.total = r.completed + r.failed + r.cancelled);
SQL

sub dialler {
    my $session = LadSession->open($cluster, user => 'dialler', timeout => 600);
    my $pid = $session->query('SELECT pg_backend_pid()');
    $session->send('CALL public.dial()');
    return { session => $session, pid => $pid };
}

my @working = map { dialler() } 1 .. $diallers;
my ($kills, $snapshots, $untrue, @errors) = (0, 0, 0);
my $watch = LadSession->open($cluster);
my $last_kill = time;
while (@working) {
    $untrue += $watch->query('SELECT count(*) FROM public.untrue');
    ++$snapshots;
    @working = grep {
        my $over = $_->{session}->is_answered;
        push @errors, $_->{session}->receive if $over;
        !$over;
    } @working;
    if (@working && time - $last_kill > 0.2) {
        my $victim = splice @working, int rand @working, 1;
        $watch->query("SELECT pg_terminate_backend($victim->{pid})");
        push @working, dialler();
        ++$kills;
        $last_kill = time;
    }
}
is(join('', @errors), '', 'no dialler met an error');
cmp_ok($kills, '>', 4, "$kills diallers were killed");
cmp_ok($snapshots, '>', 20, "$snapshots snapshots were looked at");
is($untrue, 0, 'in none did a counter differ from the rows');

is($cluster->psql('SELECT string_agg(DISTINCT status, $$ $$), count(*), sum(total_calls) FROM lad_data.voice_call_batches'),
    "completed|$batches|" . $batches * $entries, 'every batch is completed');
is($cluster->psql(q(SELECT count(*), count(DISTINCT aggregate_id) FROM lad_data.domain_events WHERE event_type = 'batch.completed')), "$batches|$batches", 'each with one report');
is($cluster->psql('SELECT count(*) FROM (SELECT FROM public.dials GROUP BY entry, attempt HAVING count(*) > 1) AS d'), '0', 'no attempt was dialled twice');
is($cluster->psql('SELECT count(*) FROM (SELECT FROM public.dials GROUP BY entry HAVING count(*) > 3) AS d'), '0', 'no entry was dialled more often than allowed');
is($cluster->psql('SELECT count(*) FROM lad_data.voice_call_batch_entries AS e WHERE (SELECT count(*) FROM public.dials WHERE entry = e.id) > e.retry_count + 1'), '0', 'each further dial is an attempt of its entry');
is($cluster->psql(q(SELECT count(*) FROM lad_data.voice_call_batch_entries AS e WHERE last_error IS NULL AND NOT EXISTS (SELECT FROM public.dials WHERE entry = e.id AND attempt = e.retry_count + 1))), '0', 'what ended was dialled');
is($cluster->psql(q(SELECT count(*) FROM lad_data.voice_call_batch_entries WHERE last_error LIKE '%last attempt' AND retry_count < 2)), '0', 'nobody gave up before the last attempt');
my ($lost, $late) = split /\|/, $cluster->psql('SELECT (SELECT count(*) FROM lad_data.voice_call_batch_entries WHERE retry_count > 0), (SELECT count(*) FROM public.late)');
cmp_ok($lost, '>', 0, "$lost entries were lost by their dialler and dialled again, $late answers came too late");
is($cluster->psql('SELECT count(*) FROM public.late AS l JOIN lad_data.voice_call_batch_entries AS e ON e.id = l.entry WHERE l.attempt > e.retry_count + 1'), '0', 'no answer was refused in its own time');
is($cluster->psql(q(SELECT count(*) FROM lad_data.voice_call_batch_entries WHERE lease_until IS NOT NULL OR status IN ('queued', 'running'))), '0', 'nothing is left in hand');
done_testing;
