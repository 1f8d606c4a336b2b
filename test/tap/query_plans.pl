# The indexes of the three lists (critical, recommended, selective) and the four common queries, on
# example data with statistics, behind row-level security: each plan shows the index it should use.
# No plan is forced, but where a comment says so.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Test::More;
use LadCluster;

my $root    = "$FindBin::Bin/../..";
my $cluster = LadCluster->start('plans', database => 'plans');
$cluster->psql('CREATE EXTENSION lad_ext CASCADE; SELECT FROM lad.install_schema();
    CREATE ROLE app LOGIN IN ROLE lad_app; CREATE ROLE job LOGIN IN ROLE lad_service');
# The calls fill this month, the next one, and the partition of everything older.
my $until = $cluster->psql("SELECT (date_trunc('month', now()) + interval '2 months')::date");
{
    local %ENV = (%ENV, $cluster->environment);
    my $output = `python3 $root/examples/make_data.py --tenants 24 --leads 9000 --until $until 2>&1`;
    is($? >> 8, 0, 'example data') or diag($output);
}
# Calls and usage of a busy service: enough that reading a whole table is no choice.
$cluster->psql("
    INSERT INTO lad_data.voice_call_logs (tenant_id, agent_id, to_country_code, to_base_number, status,
        started_at, created_at)
    SELECT tenant_id, 1000001 + n % 5, '+971', 500000000 + n,
           (ARRAY['no_answer', 'busy', 'failed', 'declined'])[1 + n / 5 % 4], t, t
    FROM example.tenants,
         LATERAL (SELECT n, timestamptz '$until' - n * interval '80 minutes' AS t
                  FROM generate_series(1, 1600) AS n) AS calls;
    INSERT INTO lad_data.billing_usage_events (tenant_id, feature_key, usage_items, total_quantity,
        total_cost, currency, status, idempotency_key, created_at)
    SELECT tenant_id, (ARRAY['apollo-leads', 'voice-agent', 'campaigns'])[1 + n % 3], '[]', 1, n, 'USD',
           'voided', 'plan ' || n, now() - n * interval '4 hours'
    FROM example.tenants, generate_series(1, 900) AS n;
    ANALYZE");
# Tenant 5 is neither hot nor small.
my ($tenant, $member) = split /\|/, $cluster->psql(
    "SELECT tenant_id, example.id(tenant_id, 'user', 1) FROM example.tenants WHERE number = 5");
my %parent = map { split /\|/ } split /\n/, $cluster->psql(
    'SELECT inhrelid::regclass::text, inhparent::regclass::text FROM pg_inherits');
sub plain { my ($name) = @_; $name =~ s/^lad_data\.//; return $name }
%parent = map { plain($_) => plain($parent{$_}) } keys %parent;

# The plan of a query as the application, or as a job across tenants, sees it.
sub plan_of {
    my ($query, %option) = @_;
    my $context = "SELECT lad.authenticate_service(NULL, 'plans')";
    if (!$option{job}) {
        my $token = $cluster->psql("SELECT lad.issue_token('$tenant', '$member')");
        $context = "SELECT lad.authenticate('$token')";
    }
    my @settings = map { "SET LOCAL $_ = off;" } @{ $option{without} // [] };
    return $cluster->psql("BEGIN; @settings $context; EXPLAIN $query; ROLLBACK",
        user => $option{job} ? 'job' : 'app');
}

sub indexes_of {
    my ($plan) = @_;
    my %used = map { ($parent{$_} // $_) => 1 } $plan =~ /(?:using|Bitmap Index Scan on) (\w+)/g;
    return \%used;
}

sub uses {
    my ($index, $query, %option) = @_;
    my $plan = plan_of($query, %option);
    ok(indexes_of($plan)->{$index}, "$index: $query") or diag($plan);
    return $plan;
}

# The partitions of the calls in a plan; indexes of partitions are named alike.
sub partitions_of {
    my ($plan) = @_;
    my %scanned = map { $_ => 1 } $plan =~ /\bon (voice_call_logs_\w+)/g;
    return [ sort grep { ($parent{$_} // '') eq 'voice_call_logs' } keys %scanned ];
}

# Critical.
uses('leads_tenant_id_created_at_idx', 'SELECT * FROM lad_data.leads ORDER BY created_at DESC LIMIT 50');
uses('voice_call_logs_tenant_id_created_at_idx',
    'SELECT * FROM lad_data.voice_call_logs ORDER BY created_at DESC LIMIT 50');
uses('campaigns_tenant_id_status_idx', "SELECT * FROM lad_data.campaigns WHERE status = 'running'");
uses('billing_ledger_transactions_tenant_id_created_at_idx',
    'SELECT * FROM lad_data.billing_ledger_transactions ORDER BY created_at DESC LIMIT 50');
uses('ai_conversations_tenant_id_user_id_created_at_idx',
    "SELECT * FROM lad_data.ai_conversations WHERE user_id = '$member' AND organization_id = '$tenant'
     ORDER BY created_at DESC");

# A range of dates leaves the partitions of its months only.
my ($month, $next) = split /\|/, $cluster->psql(
    "SELECT date_trunc('month', now()), date_trunc('month', now()) + interval '1 month'");
my ($suffix) = $month =~ /^(\d+-\d+)/;
$suffix =~ tr/-/_/;
for my $range (["created_at >= '$month' AND created_at < '$next'", "voice_call_logs_$suffix"],
    ["created_at >= '$month'::timestamptz - interval '1 week' AND created_at < '$month'",
        'voice_call_logs_legacy'])
{
    my ($condition, $partition) = @{$range};
    my $plan = uses('voice_call_logs_tenant_id_created_at_idx',
        "SELECT * FROM lad_data.voice_call_logs WHERE $condition ORDER BY created_at DESC LIMIT 50");
    is_deeply(partitions_of($plan), [$partition], "a plan over $partition alone") or diag($plan);
}
cmp_ok(@{ partitions_of(plan_of('SELECT * FROM lad_data.voice_call_logs')) }, '>', 6,
    'without a range it is over all of them');

# Recommended.
my ($campaign, $lead) = split /\|/, $cluster->psql(
    "SELECT example.id('$tenant', 'campaign', 2), example.id('$tenant', 'lead', 7)");
uses('campaign_leads_tenant_id_campaign_id_status_idx',
    "SELECT * FROM lad_data.campaign_leads WHERE campaign_id = '$campaign' AND status = 'pending'");
uses('voice_call_logs_tenant_id_agent_id_status_started_at_idx',
    "SELECT * FROM lad_data.voice_call_logs
     WHERE agent_id = 1000004 AND status = 'no_answer' ORDER BY started_at");
uses('billing_usage_events_feature_key_status_created_at_idx',
    "SELECT * FROM lad_data.billing_usage_events
     WHERE feature_key = 'apollo-leads' AND status = 'charged' AND created_at > now() - interval '1 hour'");
uses('lead_bookings_tenant_id_lead_id_status_scheduled_at_idx',
    "SELECT * FROM lad_data.lead_bookings WHERE lead_id = '$lead' AND status = 'scheduled'
     ORDER BY scheduled_at");

# Selective: for jobs across tenants, for a tenant's own condition comes first. Almost all people are
# active and two dozen tenants fit on a page, so the planner is kept from reading the whole table.
uses('users_is_active_idx', 'SELECT id FROM lad_data.users WHERE is_active = true',
    job => 1, without => ['enable_seqscan']);
uses('tenants_status_idx', "SELECT id FROM lad_data.tenants WHERE status = 'active'",
    job => 1, without => ['enable_seqscan']);
uses('campaigns_status_idx',
    "SELECT * FROM lad_data.campaigns WHERE status = 'stopped' AND is_deleted = false",
    job => 1, without => ['enable_seqscan']);

# The four common queries, as the application writes them. All calls of a tenant may as well be
# sorted; the index must be able to give their order.
my ($conversation) = $cluster->psql("SELECT example.id('$tenant', 'conversation', 2)");
uses('voice_call_logs_tenant_id_created_at_idx',
    "SELECT * FROM lad_data.voice_call_logs WHERE tenant_id = '$tenant' ORDER BY created_at DESC",
    without => ['enable_sort']);
uses('billing_usage_events_feature_key_status_created_at_idx',
    "SELECT feature_key, SUM(total_cost) FROM lad_data.billing_usage_events
     WHERE tenant_id = '$tenant' AND created_at >= NOW() - INTERVAL '30 days' GROUP BY feature_key");
uses('ai_messages_tenant_id_conversation_id_created_at_idx',
    "SELECT c.*, json_agg(m.*) AS messages FROM lad_data.ai_conversations c
     LEFT JOIN lad_data.ai_messages m ON c.id = m.conversation_id
     WHERE c.id = '$conversation' GROUP BY c.tenant_id, c.id");
uses('user_capabilities_tenant_id_user_id_capability_key_key',
    "SELECT uc.capability_key, tf.enabled FROM lad_data.user_capabilities uc
     LEFT JOIN lad_data.tenant_features tf ON uc.feature_key = tf.feature_key
     WHERE uc.user_id = '$member' AND uc.tenant_id = '$tenant'");

# The views of analytics: the sums of a tenant's days, and what a step or a batch has. Sums of two months, as
# if of calls; a lead's or an entry's row is read through the index whatever the sizes.
$cluster->psql("
    INSERT INTO lad_data.call_stats_folded (tenant_id, day, agent_id, status, calls, seconds, cost, credits)
    SELECT tenant_id, date '2020-01-01' + d, a, s, 1, 1, 1, 1 FROM example.tenants, generate_series(0, 59) AS d,
           generate_series(1, 4) AS a, unnest(ARRAY['busy', 'failed']) AS s;
    INSERT INTO lad_data.usage_stats_folded (tenant_id, day, feature_key, category, currency, events, quantity, cost)
    SELECT tenant_id, date '2020-01-01' + d, f, c, 'USD', 1, 1, 1 FROM example.tenants, generate_series(0, 59) AS d,
           unnest(ARRAY['campaigns', 'dashboard']) AS f, unnest(ARRAY['llm', 'stt', 'tts']) AS c;
    ANALYZE lad_data.call_stats_folded, lad_data.usage_stats_folded");
uses('call_stats_folded_key', "SELECT day, agent_id, sum(calls) FROM lad_data.call_stats_daily
     WHERE day BETWEEN '2020-02-01' AND '2020-02-07' GROUP BY day, agent_id");
uses('call_stats_deltas_pkey', "SELECT * FROM lad_data.call_stats_daily WHERE day = '2020-02-01'",
    without => ['enable_seqscan']);
uses('usage_stats_folded_key', 'SELECT * FROM lad_data.feature_costs_30_days');
uses('campaign_lead_activities_tenant_id_step_id_idx',
    "SELECT * FROM lad_data.campaign_funnel WHERE campaign_id = '$campaign'");
uses('voice_call_batch_entries_tenant_id_batch_id_status_idx',
    "SELECT * FROM lad_data.batch_progress WHERE batch_id = example.id('$tenant', 'batch', 1)", without => ['enable_seqscan']);
uses('leads_tenant_id_stage_idx', "SELECT * FROM lad_data.lead_pipeline WHERE stage = 'closed-won'");

# An index that is gone is seen.
$cluster->psql('DROP INDEX lad_data.leads_tenant_id_created_at_idx');
ok(!indexes_of(plan_of('SELECT * FROM lad_data.leads ORDER BY created_at DESC LIMIT 50'))
      ->{leads_tenant_id_created_at_idx}, 'without its index the plan shows another');
done_testing();
