# Usage of many tenants is recorded while two sessions settle it, and one of them is killed in the
# middle: every event is charged once or failed with its reason, and the books are sound.
# LAD_LONG=1 settles 100,000 events of 50 tenants instead of 2,000 of 5.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Test::More;
use LadCluster;
use LadSession;

my ($tenants, $rounds) = $ENV{LAD_LONG} ? (50, 200) : (5, 40);
my $each = 10;    # events of a tenant in a transaction
my $cluster = LadCluster->start('settlement', database => 'settlement', settings => { deadlock_timeout => '100ms' });

# The first tenant can pay a quarter of what it uses, the last has no wallet; of the others a member pays half.
$cluster->psql(<<"SQL");
SET client_min_messages = warning;
CREATE EXTENSION lad_ext CASCADE;
SELECT count(*) FROM lad.install_schema();
CREATE ROLE service LOGIN IN ROLE lad_service;
CREATE TABLE public.tenants AS SELECT n, md5('tenant ' || n)::uuid AS id FROM generate_series(1, $tenants) AS n;
GRANT SELECT ON public.tenants TO service;
INSERT INTO lad_data.tenants (id, name, slug, status) SELECT id, id, id, 'active' FROM public.tenants;
INSERT INTO lad_data.users (id, email) SELECT md5('user ' || n)::uuid, n || '\@example.com' FROM public.tenants;
INSERT INTO lad_data.memberships (tenant_id, user_id) SELECT id, md5('user ' || n)::uuid FROM public.tenants;
DO \$\$ DECLARE t record; BEGIN
    FOR t IN SELECT * FROM public.tenants WHERE n < $tenants LOOP
        PERFORM lad.authenticate_service(t.id, 'test');
        PERFORM lad.topup(lad.create_wallet(currency => 'USD'), CASE t.n WHEN 1 THEN $rounds * $each / 4 ELSE 1000000 END, 'open');
        PERFORM lad.topup(lad.create_wallet(md5('user ' || t.n)::uuid, 'USD'), 1000000, 'open member') WHERE t.n > 1;
    END LOOP;
END \$\$;
CREATE FUNCTION public.unit(n int) RETURNS jsonb LANGUAGE sql AS \$\$
    SELECT jsonb_build_array(jsonb_build_object('category', 'stt', 'provider', 'openai', 'model', 'whisper-1', 'unit', 'second', 'quantity', 10000)) \$\$;
CREATE PROCEDURE public.record(first int, last int) LANGUAGE plpgsql AS \$\$
DECLARE t record;
BEGIN
    FOR r IN first .. last LOOP
        FOR t IN SELECT * FROM public.tenants LOOP
            PERFORM lad.authenticate_service(t.id, 'test');
            PERFORM lad.record_usage('ai', public.unit(i), 'use ' || r || ' ' || i, CASE WHEN i % 2 = 1 AND t.n > 1 THEN md5('user ' || t.n)::uuid END)
            FROM generate_series(1, $each) AS i;
        END LOOP;
        COMMIT;
    END LOOP;
END \$\$;
SQL
my $total = 3 + $tenants * $rounds * $each;
my $settle = q(BEGIN; SELECT lad.authenticate_service(reason => 'test') \g /dev/null
SELECT count(*) FROM lad.settle_usage(%d); COMMIT);
my $half = int($rounds / 2);
sub count_of { return $cluster->psql("SELECT count(*) FROM lad_data.billing_usage_events WHERE status = '$_[0]'") }
sub session { return LadSession->open($cluster, user => 'service', timeout => 900) }

# Sixteen sessions want the last unit of a quota.
my $tenant = $cluster->psql('SELECT id FROM public.tenants WHERE n = 2');
my $as = "BEGIN; SELECT lad.authenticate_service('$tenant', 'test') \\g /dev/null\n";
my $last = "SELECT 'taken' FROM lad.record_usage('limited', public.unit(1), '%s'); COMMIT";
session()->query("$as SELECT count(lad.set_entitlement('limited', monthly_quota => 3)); " . sprintf($last, 'first'));
my @wanting = map { session() } 1 .. 16;
$wanting[$_]->send($as . sprintf $last, "wanted $_") for 0 .. $#wanting;
my @answers = map { $_->receive } @wanting;
is(scalar(grep { /^taken$/m } @answers), 2, 'of sixteen two get the last two units');
is(scalar(grep { /LD304/ } @answers), 14, 'the others are told that nothing is left') or diag "@answers";

# Half of it is recorded, then one settles while the other half comes, and dies in the middle of a
# call, where it waits for a wallet that is locked.
is(session()->query("CALL public.record(1, $half)"), '', 'usage is recorded');
my ($recorder, $settler) = (session(), session());
my $pid = $settler->query('SELECT pg_backend_pid()');
$recorder->send("CALL public.record($half + 1, $rounds)");
my $before = $settler->query(sprintf $settle, 100);
is($before, '100', 'a settlement takes as many as it may');
my $locker = LadSession->open($cluster);
$locker->query('BEGIN; SELECT count(*) FROM (SELECT FROM lad_data.billing_wallets WHERE user_id IS NULL AND tenant_id IN'
    . ' (SELECT id FROM public.tenants WHERE n = 3) FOR UPDATE) AS w');
$settler->send(sprintf $settle, 100_000);
my $waits = "SELECT count(*) FROM pg_stat_activity WHERE pid = $pid AND wait_event_type = 'Lock'";
1 until $cluster->psql($waits) eq '1';
kill 9, $pid;
my $up = 0;
for (1 .. 600) {
    my ($out) = eval { $cluster->try('SELECT count(*) FROM pg_stat_activity WHERE pid = ' . $pid) };
    last if $up = defined $out && $out eq '0';
    select undef, undef, undef, 0.1;
}
ok($up, 'the server recovers from a killed settler');
is(count_of('charged'), $before, 'what the killed one was at is undone as a whole');

# Recorded again from the start: what is there already is found by its key.
my @settlers = (session(), session());
$recorder = session();
$recorder->send("CALL public.record(1, $rounds)");
my $empty = 0;
while ($empty < 2) {
    $_->send(sprintf $settle, 500) for @settlers;
    my @settled = map { $_->receive } @settlers;
    like("@settled", qr/^\d+ \d+$/, 'both settle') or last unless "@settled" =~ /^\d+ \d+$/;
    next if grep { $_ > 0 } @settled;
    $recorder->receive unless $empty++;
}
is(count_of('pending'), '0', 'nothing is pending');
is($cluster->psql('SELECT count(*) FROM lad_data.billing_usage_events'), $total, "$total events were recorded");
my $own = $rounds * $each;
is(count_of('failed'), $own + $own * 3 / 4, 'failed are those without a wallet, and what the first tenant cannot pay')
    or diag $cluster->psql('SELECT tenant_id, status, error_message, count(*) FROM lad_data.billing_usage_events GROUP BY 1, 2, 3');
is($cluster->psql(<<'SQL'), '', 'each failure has its reason');
SELECT DISTINCT error_message FROM lad_data.billing_usage_events
WHERE status = 'failed' AND error_message NOT IN ('LD201: insufficient funds', 'LD205: no wallet to charge')
SQL
is($cluster->psql(<<'SQL'), '0|0', 'each charged event has one debit of its cost, by the wallet of who used it, and no debit lacks its event');
SELECT count(*) FILTER (WHERE l.id IS NULL OR l.amount <> -e.total_cost OR e.status <> 'charged'
           OR w.user_id IS DISTINCT FROM e.user_id OR l.idempotency_key <> 'charge_usage_' || e.id),
       count(*) - count(DISTINCT l.reference_id)
FROM (SELECT * FROM lad_data.billing_usage_events WHERE status = 'charged') AS e
FULL JOIN (SELECT * FROM lad_data.billing_ledger_transactions WHERE transaction_type = 'debit') AS l
    ON l.tenant_id = e.tenant_id AND l.id = e.ledger_transaction_id AND l.reference_id = e.id
LEFT JOIN lad_data.billing_wallets w ON w.tenant_id = l.tenant_id AND w.id = l.wallet_id
SQL
is($cluster->psql('SELECT count(*) FROM lad.verify_ledger(since_checkpoint => false)'), '0', 'the ledger is sound');
is($cluster->psql("SELECT deadlocks FROM pg_stat_database WHERE datname = 'settlement'"), '0', 'nobody met in a deadlock');
done_testing();
