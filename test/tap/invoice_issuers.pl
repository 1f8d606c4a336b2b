# Sixteen sessions issue invoices of one tenant at once, some roll back, one is killed, others charge
# usage meanwhile: numbers without gap or duplicate, every charged event on exactly one invoice.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Test::More;
use IPC::Run ();
use LadLedger;

my $rounds = $ENV{LAD_LONG} ? 27 : 3;
my $ledger = LadLedger->start('invoices');
my $cluster = $ledger->{cluster};
my $items = '[{"category": "stt", "provider": "openai", "model": "whisper-1", "unit": "second", "quantity": 137}]';
sub as_service { "BEGIN; SELECT lad.authenticate_service('$LadLedger::tenant', 'test');\n$_[0]" }

# Issuer n has a month for itself; whoever issues first takes what is there of earlier months.
sub issuer {
    my ($n) = @_;
    my $sql = '';
    for my $round (1 .. $rounds) {
        my $day = "(date '2021-01-01' + interval '$n months $round days')::date";
        $sql .= as_service("SELECT lad.finalize_invoice(lad.generate_invoice($day, $day + 1));\n") . ($round % 3 ? "COMMIT;\n" : "ROLLBACK;\n");
    }
    return $sql;
}
sub charger {
    my ($n) = @_;
    return join '', map { as_service("SELECT lad.charge('voice-agent', '$items', 'use $n $_', occurred_at => date '2021-01-02' + interval '" . 5 * $n . " months');\nCOMMIT;\n") } 1 .. 5 * $rounds;
}

my (@runs, @errors);
{
    local %ENV = (%ENV, $cluster->environment, PGUSER => 'billing');
    for my $sql ((map { issuer($_) } 1 .. 16), (map { charger($_) } 1 .. 2)) {
        my ($out, $err) = ('', '');
        push @errors, \$err;
        push @runs, IPC::Run::start(['psql', '-XAtq', '-v', 'ON_ERROR_STOP=1'], '<', \$sql, '>', \$out, '2>', \$err, IPC::Run::timeout(120));
    }
}
# A session that dies with its number.
my $session = LadSession->open($cluster, user => 'billing');
$session->query(as_service("SELECT lad.finalize_invoice(lad.generate_invoice('2025-01-01', '2025-01-02'))"));
$cluster->psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'billing' AND state = 'idle in transaction' AND query ~ '2025'");
$_->finish for @runs;
is(join('', map { $$_ } @errors), '', 'no session fails');

my $kept = $rounds - int($rounds / 3);
my $numbers = $cluster->psql("SELECT string_agg(invoice_number, ' ' ORDER BY invoice_number) FROM lad_data.billing_invoices WHERE status <> 'draft'");
is($numbers, join(' ', map { sprintf 'INV-%06d', $_ } 1 .. 16 * $kept), 'the numbers have neither gap nor duplicate');
$ledger->service("SELECT lad.finalize_invoice(lad.generate_invoice('2026-01-01', '2026-02-01'))");
is($cluster->psql("SELECT count(*) FROM lad_data.billing_usage_events WHERE status = 'charged' AND invoice_id IS NULL"), 0, 'every charged event is on an invoice');
is($cluster->psql(<<'SQL'), 't', 'and the invoices sum to what was charged');
SELECT sum((l->>'exact')::numeric) = (SELECT sum(total_cost) FROM lad_data.billing_usage_events WHERE status = 'charged')
FROM lad_data.billing_invoices, jsonb_array_elements(line_items) AS l
SQL
is($cluster->psql("SELECT count(*) FROM lad_data.billing_invoices AS i WHERE total <> (SELECT coalesce(sum((l->>'amount')::numeric), 0) FROM jsonb_array_elements(line_items) AS l)"),
    0, 'each sums to its lines');
done_testing();
