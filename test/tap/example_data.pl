# The example data, small: every table of the model is filled for every tenant, with all words of the
# vocabularies; the same seed gives the same rows; the books are sound and no tenant names another's row.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Test::More;
use LadCluster;

my $root = "$FindBin::Bin/../..";
my $tenants = 4;

sub lines_of {
    my ($file) = @_;
    open my $in, '<', "$root/test/data/$file" or die "$file: $!";
    my (undef, @lines) = <$in>;
    chomp @lines;
    return map { [split /\t/] } @lines;
}

my $cluster = LadCluster->start('data', database => 'first');
$cluster->psql('CREATE EXTENSION lad_ext CASCADE; SELECT FROM lad.install_schema()');
$cluster->psql("CREATE DATABASE $_ TEMPLATE first", database => 'postgres') for qw(again other);

sub fill {
    my ($database, $seed) = @_;
    local %ENV = (%ENV, $cluster->environment, PGDATABASE => $database);
    my @size = ('--tenants', $tenants, '--leads', 300);
    my $output = `python3 $root/examples/make_data.py @size --seed $seed --until 2026-10-31 2>&1`;
    is($? >> 8, 0, "seed $seed fills $database") or diag($output);
    return $output;
}
my $output = fill('first', 7);
like($output, qr/^leads\t\d+\n/m, 'it prints the rows of each table');
fill('again', 7);
fill('other', 8);

# 1. Every table of the model, every tenant.
my %has_tenant = map { $_ => 1 } split /\n/, $cluster->psql(
    "SELECT table_name FROM information_schema.columns
     WHERE table_schema = 'lad_data' AND column_name = 'tenant_id'");
my %seen;
my @tables = grep { !$seen{$_}++ } map { $_->[0] } lines_of('er_columns.tsv');
is(scalar @tables, 49, 'the model has 49 tables');
my %filled = map { split /\|/ } split /\n/, $cluster->psql(join ';', map {
    "SELECT '$_', count(" . ($has_tenant{$_} ? 'DISTINCT tenant_id' : '*') . ") FROM lad_data.$_"
} @tables);
cmp_ok($filled{$_}, '>=', $tenants, "$_ is filled for every tenant") for @tables;

# 2. Variety. Nothing but functions that are not called here writes these words.
my %unwritten = (
    billing_ledger_transactions => 'reservation|release|transfer|expiry|reversal',
    billing_holds => '.*');
for (lines_of('vocabularies.tsv')) {
    my ($table, $column, $words) = @{$_};
    my $none = $unwritten{$table} // '-';
    my @missing = grep { !/^(?:$none)$/ } split /\n/, $cluster->psql(
        "SELECT unnest(string_to_array('$words', ',')) EXCEPT SELECT $column FROM lad_data.$table");
    is_deeply(\@missing, [], "$table.$column uses all words");
}
is($cluster->psql("SELECT count(*) FROM lad_data.leads WHERE stage IN ('demo-booked', 'trial_2')") > 0, 1,
    'leads use words of their tenant');
is($cluster->psql('SELECT count(*) FROM lad_data.leads
                   WHERE octet_length(last_name) > length(last_name)') > 0, 1, 'names are not ASCII');
is($cluster->psql("SELECT count(DISTINCT date_trunc('month', created_at)) FROM lad_data.leads") > 5, 1,
    'dates are spread over months');
is($cluster->psql('SELECT count(email) < count(*) AND count(email) > 0 FROM lad_data.leads'), 't',
    'some values are missing');
my @soft_deleted = split /\n/, $cluster->psql(
    "SELECT DISTINCT table_name FROM information_schema.columns
     WHERE table_schema = 'lad_data' AND column_name = 'is_deleted'");
# 300 leads are too few for these; deleted users, tenants and steps would break logins and campaigns.
my %whole = map { $_ => 1 } qw(users tenants campaign_steps campaigns ai_icp_profiles ai_messages
    ai_conversations ai_keyword_expansions voice_call_batches voice_call_batch_entries
    education_students);
for my $table (grep { !$whole{$_} } @soft_deleted) {
    is($cluster->psql("SELECT count(deleted_at) > 0 FROM lad_data.$table WHERE is_deleted"), 't',
        "some rows of $table are deleted");
}

# 3. The same seed, the same rows, but for what the database decides.
my %decided = (
    billing_ledger_transactions => [qw(id wallet_id created_at effective_at request_hash prev_hash
        row_hash reference_id idempotency_key)],
    billing_wallets => [qw(id created_at updated_at last_hash)],
    billing_usage_events => [qw(id ledger_transaction_id charged_at created_at updated_at)],
    billing_pricing_catalog => [qw(created_at updated_at)],
    company_search_cache => ['id'],
    domain_events => [qw(id aggregate_id payload created_at)],
    employees_cache => ['id'],
    tenants => ['updated_at'],
    voice_call_batches => ['updated_at'],
    voice_call_logs => ['updated_at']);

sub digests {
    my ($database) = @_;
    my @queries = map {
        my $left_out = join ', ', map { "'$_'" } @{ $decided{$_} // [] };
        "SELECT '$_', md5(string_agg(line, ',' ORDER BY line)) FROM (
         SELECT (to_jsonb(t) - ARRAY[$left_out]::text[])::text AS line FROM lad_data.$_ AS t) AS lines"
    } @tables;
    return map { split /\|/ } split /\n/, $cluster->psql(join(';', @queries), database => $database);
}
my %first = digests('first');
my %again = digests('again');
my %other = digests('other');
for my $table (@tables) {
    is($again{$table}, $first{$table}, "$table is the same with the same seed");
    isnt($other{$table}, $first{$table}, "$table is another with another seed");
}

# 4. Sound books.
is($cluster->psql('SELECT count(*) FROM lad.verify_ledger()'), '0', 'the ledger is sound');
is($cluster->psql('SELECT count(*) FROM (SELECT FROM lad.trial_balance()
                   GROUP BY currency HAVING sum(balance) <> 0) AS t'), '0', 'the accounts sum to zero');
is($cluster->psql("SELECT count(*) FILTER (WHERE status NOT IN ('charged', 'failed')) FROM (
    SELECT coalesce(e.status, 'none') AS status FROM lad_data.voice_call_logs AS c LEFT JOIN lad_data.billing_usage_events AS e
      ON e.tenant_id = c.tenant_id AND e.idempotency_key = 'call:' || c.id
    WHERE c.status IN ('ended', 'completed')) AS finished HAVING count(*) > 10"),
    '0', 'every finished call was charged, or its charge refused');

# 5. No uuid in a row of one tenant is the id of another tenant's row, foreign key or not.
sub foreign_ids {
    return $cluster->psql(q{
    CREATE TEMP TABLE ids (tenant_id uuid, id uuid);
    SELECT format('INSERT INTO ids SELECT tenant_id, id FROM lad_data.%I WHERE tenant_id IS NOT NULL', a.t)
    FROM (SELECT table_name AS t FROM information_schema.columns
          WHERE table_schema = 'lad_data' AND column_name = 'tenant_id'
          INTERSECT SELECT table_name FROM information_schema.columns
          WHERE table_schema = 'lad_data' AND column_name = 'id' AND data_type = 'uuid') AS a \gexec
    CREATE INDEX ON ids (id);
    SELECT string_agg(format('SELECT %L WHERE EXISTS (SELECT FROM lad_data.%I AS t JOIN ids AS i'
               ' ON i.id = t.%I AND i.tenant_id <> t.tenant_id)', c.table_name || '.' || c.column_name,
               c.table_name, c.column_name), ' UNION ALL ')
    FROM information_schema.columns AS c
    JOIN information_schema.columns AS o USING (table_schema, table_name)
    JOIN information_schema.tables AS b USING (table_schema, table_name)
    WHERE table_schema = 'lad_data' AND o.column_name = 'tenant_id' AND c.data_type = 'uuid'
      AND b.table_type = 'BASE TABLE' \gexec
    });
}
is(foreign_ids(), '', 'no tenant names a row of another');
$cluster->psql("SET session_replication_role = replica;
    UPDATE lad_data.lead_notes SET lead_id = (SELECT id FROM lad_data.leads AS l
        WHERE l.tenant_id <> lead_notes.tenant_id LIMIT 1)");
is(foreign_ids(), 'lead_notes.lead_id', 'and it would be seen');
done_testing();
