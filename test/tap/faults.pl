# The faults of an application that keeps its rules in its own code. For each one, "before": its
# statements on plain tables end wrong; "after": the same use ends right through the extension.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Test::More;
use LadCluster;
use LadSession;

my $cluster = LadCluster->start('faults', database => 'faults');
$cluster->psql(<<'SQL');
SET client_min_messages = warning;
CREATE EXTENSION lad_ext CASCADE;
SELECT count(*) FROM lad.install_schema();
CREATE ROLE app LOGIN IN ROLE lad_app;
CREATE ROLE billing LOGIN IN ROLE lad_service;
CREATE SCHEMA plain;
CREATE TABLE plain.wallets (id serial PRIMARY KEY, tenant int, member int, balance numeric, UNIQUE (tenant, member));
CREATE TABLE plain.ledger (key text UNIQUE, amount numeric NOT NULL, balance_before numeric, balance_after numeric);
CREATE TABLE plain.events (id serial PRIMARY KEY, status text);
CREATE TABLE plain.prices (tenant int, model text, price numeric, UNIQUE (tenant, model));
CREATE TABLE plain.calls (id serial PRIMARY KEY, entry int, status text);
CREATE TABLE plain.bookings (member int, starts_at timestamptz, ends_at timestamptz);
CREATE TABLE plain.batches (id int PRIMARY KEY, done int);
CREATE TABLE plain.leads (id int PRIMARY KEY, fields jsonb, apollo_id text);
CREATE TABLE plain.enrolments (campaign int, lead int, apollo_id text);
CREATE TABLE plain.stages (key text, place int UNIQUE);
CREATE TABLE plain.log (message text);
SQL

# ---- tenants and their wallets --------------------------------------------------------------------
my $tenants = 0;
# A tenant of its own, with the features, an office that never closes, and some credits.
sub tenant {
    my ($credits) = @_;
    my $id = sprintf 'a0000000-0000-4000-8000-%012d', ++$tenants;
    $cluster->psql(<<"SQL");
INSERT INTO lad_data.tenants (id, name, slug, status, metadata) VALUES ('$id', 'T$tenants', 't$tenants', 'active',
    '{"business_hours": {"timezone": "UTC", "days": [1, 2, 3, 4, 5, 6, 7], "from": "00:00", "to": "24:00"}}');
INSERT INTO lad_data.tenant_features (tenant_id, feature_key) VALUES ('$id', 'voice-agent'), ('$id', 'apollo-leads');
SQL
    my $self = { id => $id, token => $cluster->psql("SELECT lad.issue_token('$id', ttl => '15 minutes')") };
    $self->{wallet} = service($self, 'SELECT lad.create_wallet()');
    service($self, "SELECT seq FROM lad.topup('$self->{wallet}', $credits, 'open')") if $credits;
    return $self;
}

sub service {
    my ($tenant, $sql) = @_;
    return $cluster->psql("BEGIN; SELECT lad.authenticate_service('$tenant->{id}', 'test') \\g /dev/null\n$sql; COMMIT", user => 'billing') =~ s/\A\n//r;
}

sub begin { "BEGIN; SELECT lad.authenticate('$_[0]{token}') \\g /dev/null\n" }
# What the application's statements print, or the SQLSTATE they fail with.
sub app {
    my ($tenant, $sql) = @_;
    my ($out, $err) = $cluster->try(begin($tenant) . "$sql; COMMIT", user => 'app');
    return $err =~ /ERROR:  (\w{5}):/ ? $1 : $out;
}
sub session { LadSession->open($cluster, @_) }
sub members { my ($tenant) = @_; my $session = session(user => 'app'); $session->query(begin($tenant) =~ s/\n\z//r); return $session }
sub balance { app($_[0], "SELECT trim_scale(current) FROM lad.balance('$_[0]{wallet}')") }
sub plain { $cluster->psql("SELECT $_[0]") }
sub wallet { $cluster->psql("TRUNCATE plain.wallets, plain.ledger, plain.events, plain.calls; INSERT INTO plain.wallets (tenant, balance) VALUES (1, $_[0])") }
my $plain_balance = 'string_agg(trim_scale(balance)::text, \' \' ORDER BY id) FROM plain.wallets';
my $wallet_balance = '(SELECT trim_scale(balance) FROM plain.wallets)';
my $plain_charge = q(UPDATE plain.wallets SET balance = balance - 3 WHERE tenant = 1);

my $search = q('[{"category": "enrichment", "provider": "apollo", "model": "search", "unit": "record", "quantity": 1}]');
sub charge { "SELECT replayed FROM lad.charge('apollo-leads', $search, '$_[0]')" }
sub new_call {
    my ($tenant) = @_;
    return app($tenant, q(INSERT INTO lad_data.voice_call_logs (status, to_country_code, to_base_number) VALUES ('ongoing', '+971', 501234567) RETURNING id));
}
sub finish { "SELECT replayed FROM lad.finish_call('$_[0]', 'ended', 60)" }
sub start { "SELECT lad.start_call('+971', 501234567, '$_[0]')" }

# ---- 1 to 5: what one charge does -----------------------------------------------------------------
wallet(100);
$cluster->psql("$plain_charge; INSERT INTO plain.ledger VALUES (gen_random_uuid(), -3)") for 1, 2;
is(plain($plain_balance), '94', 'fault 1, before: a retry with a random key pays again');
my $acme = tenant(100);
is(join(' ', map { app($acme, charge('search 1')) } 1, 2), 'f t', 'fault 1, after: the retry is answered with the first charge');
is(balance($acme), '99', 'fault 1, after: which is the only one');

wallet(1);
$cluster->psql("BEGIN; INSERT INTO plain.events (status) VALUES ('charged'); $plain_charge AND balance >= 3; COMMIT");
is(plain("status, $wallet_balance FROM plain.events"), 'charged|1', 'fault 2, before: an update of no row, and the use is free');
my $poor = tenant(0.5);
is(app($poor, charge('search 1')), 'LD201', 'fault 2, after: insufficient funds are an error');
is(app($poor, 'SELECT count(*) FROM lad_data.billing_usage_events'), '0', 'fault 2, after: and nothing is kept');

wallet(100);
$cluster->psql("INSERT INTO plain.wallets (tenant, member, balance) VALUES (1, 7, 50); $plain_charge");
is(plain($plain_balance), '97 47', 'fault 3, before: every wallet of the tenant pays');
my $both = tenant(100);
my $member = 'c0000000-0000-4000-8000-000000000001';
$cluster->psql("INSERT INTO lad_data.users (id, email) VALUES ('$member', 'm\@example.com');"
    . "INSERT INTO lad_data.memberships (tenant_id, user_id) VALUES ('$both->{id}', '$member')");
service($both, "SELECT seq FROM lad.topup(lad.create_wallet(user_id => '$member'), 50, 'member')");
app($both, charge('search 1'));
is(app($both, q(SELECT string_agg(trim_scale(current_balance)::text, ' ' ORDER BY current_balance) FROM lad_data.billing_wallets)), '50 99', 'fault 3, after: one wallet pays');

wallet(100);
$cluster->psql("$plain_charge; INSERT INTO plain.ledger SELECT 'k', -3, balance, balance - 3 FROM plain.wallets");
is(plain('balance_before, balance_after FROM plain.ledger'), '97|94', 'fault 4, before: the snapshot is taken after the debit');
is(app($acme, q(SELECT trim_scale(balance_before), trim_scale(balance_after) FROM lad_data.billing_ledger_transactions WHERE seq = 2)), '100|99', 'fault 4, after: both balances are of the row itself');

wallet(100);
my $careless = session();
$careless->query($_) for 'BEGIN', $plain_charge, q(INSERT INTO plain.ledger VALUES ('k', NULL)), 'COMMIT', q(INSERT INTO plain.log VALUES ('charged'));
is(plain("message, $wallet_balance FROM plain.log"), 'charged|100', 'fault 5, before: the swallowed error turned COMMIT into ROLLBACK, and the log says charged');
my $call = new_call($poor);
is(app($poor, "UPDATE lad_data.voice_call_logs SET status = 'ended', duration_seconds = 60 WHERE id = '$call' RETURNING status"), 'ended', 'fault 5, after: a call whose charge fails still ends');
is(app($poor, q(SELECT status, left(error_message, 5) FROM lad_data.billing_usage_events)), 'failed|LD201', 'fault 5, after: and its event says that it is not charged');

# ---- 6 to 11: two at once, two systems, and messages that come again ---------------------------------
wallet(3);
$cluster->psql(q(INSERT INTO plain.events (status) VALUES ('pending')));
my @plain = (session(), session());
$_->query('BEGIN; SELECT status FROM plain.events') for @plain;
$plain[0]->query("$plain_charge AND balance >= 3; UPDATE plain.events SET status = 'charged'; COMMIT");
$plain[1]->query("$plain_charge AND balance >= 3; UPDATE plain.events SET status = 'failed'; COMMIT");
is(plain("status, $wallet_balance FROM plain.events"), 'failed|0', 'fault 6, before: an event that was paid ends as failed');
my $race = tenant(1);
my $event = app($race, "SELECT lad.record_usage('apollo-leads', $search, 'search 1')");
my @app = map { members($race) } 1, 2;
my $charge_event = "SELECT replayed FROM lad.charge_usage('$event')";
my $first = $app[0]->query($charge_event);
$app[1]->send($charge_event);
$app[0]->query('COMMIT');
is("$first " . $app[1]->receive, 'f t', 'fault 6, after: the second charge waits and is answered with the first');
$app[1]->query('COMMIT');
is(app($race, 'SELECT status FROM lad_data.billing_usage_events'), 'charged', 'fault 6, after: the event stays charged');
is(app($race, q(UPDATE lad_data.billing_usage_events SET status = 'failed')), '42501', 'fault 6, after: and no statement of the application says otherwise');

wallet(100);
$cluster->psql('INSERT INTO plain.wallets (tenant, balance) VALUES (1, 0); INSERT INTO plain.prices VALUES (NULL, \'m\', 1), (NULL, \'m\', 2)');
is(plain('count(*), (SELECT count(*) FROM plain.prices) FROM plain.wallets'), '2|2', 'fault 7, before: two wallets of one tenant, two prices for everyone');
is($cluster->sqlstate("BEGIN; SELECT lad.authenticate_service('$acme->{id}', 'test'); SELECT lad.create_wallet(); COMMIT", user => 'billing'), '23505', 'fault 7, after: no second wallet');
is($cluster->sqlstate(q(INSERT INTO lad_data.billing_pricing_catalog (tenant_id, category, provider, model, unit, unit_price, currency)
    SELECT NULL, category, provider, model, unit, 2, currency FROM lad_data.billing_pricing_catalog WHERE model = 'search')), '23P01', 'fault 7, after: no second price at the same time');

wallet(100);
$cluster->psql("$plain_charge -- the webhook");
$cluster->psql("$plain_charge -- the nightly reconciliation");
is(plain($plain_balance), '94', 'fault 8, before: two systems charge one call');
my $once = tenant(100);
$call = new_call($once);
is(app($once, finish($call)), 'f', 'fault 8, after: the call is charged when it ends');
is(app($once, "SELECT lad.charge('voice-agent', $search, 'call:$call')"), '22023', 'fault 8, after: the key of its charge is nobody else\'s');
app($once, "UPDATE lad_data.voice_call_logs SET status = 'completed', duration_seconds = 60 WHERE id = '$call'");
is(balance($once), '97', 'fault 8, after: it is paid once');

wallet(3);
@plain = map { session() } 1 .. 3;
$_->query('BEGIN; SELECT balance >= 3 FROM plain.wallets') for @plain;
$_->query(q(INSERT INTO plain.calls (status) VALUES ('ringing'); COMMIT)) for @plain;
is(plain('count(*) FROM plain.calls'), '3', 'fault 9, before: three calls start on the credits of one');
my $dialling = tenant(3);
@app = map { members($dialling) } 1 .. 3;
$app[$_]->send(start("call $_")) for 0 .. 2;
my @started;
while (@app) {
    my ($session) = grep { $_->is_answered } @app or next;
    push @started, $session->receive =~ /ERROR:  (\w{5}):/ ? $1 : 'started';
    $session->query('COMMIT');
    @app = grep { $_ != $session } @app;
}
is(join(' ', sort @started), 'LD201 LD201 started', 'fault 9, after: one starts, since its credits are held');

is($cluster->psql(q(WITH told AS (UPDATE plain.calls SET status = 'ended' WHERE id = 99 RETURNING id) SELECT count(*) FROM told)), '0', 'fault 10, before: the call of the message does not exist, and the answer is OK');
is(app($once, finish('d0000000-0000-4000-8000-00000000000d')), 'P0002', 'fault 10, after: it is an error');

wallet(97);
$cluster->psql('UPDATE plain.wallets SET balance = balance + 3') for 1 .. 3;
is(plain($plain_balance), '106', 'fault 11, before: each message about the failure pays back again');
my $paid = app($once, q(SELECT id FROM lad_data.billing_ledger_transactions WHERE transaction_type = 'debit'));
is(service($once, "SELECT replayed FROM lad.reverse('$paid', 'refund')"), $_ ? 't' : 'f', 'fault 11, after: a refund that comes again is answered with the first') for 0, 1;
is($cluster->sqlstate("BEGIN; SELECT lad.authenticate_service('$once->{id}', 'test'); SELECT lad.reverse('$paid', 'another')", user => 'billing'), 'LD103', 'fault 11, after: another one is refused');
is(balance($once), '100', 'fault 11, after: no more than was paid comes back');

# ---- 16 to 18: calls and bookings -------------------------------------------------------------------
wallet(100);
$cluster->psql(q(INSERT INTO plain.calls (status) VALUES ('ringing'))) for 1, 2;
is(plain('count(*) FROM plain.calls'), '2', 'fault 16, before: a retry calls the person again');
my $retry = tenant(100);
my @calls = map { app($retry, start('lead 1')) } 1, 2;
is($calls[0], $calls[1], 'fault 16, after: a retry is the same call');
is(app($retry, 'SELECT count(*) FROM lad_data.voice_call_logs'), '1', 'fault 16, after: there is no other');

@plain = (session(), session());
my $free = q(SELECT count(*) FROM plain.bookings WHERE starts_at < '2030-01-01 10:45' AND ends_at > '2030-01-01 10:00');
is(join(' ', map { $_->query("BEGIN; $free") } @plain), '0 0', 'fault 17, before: both sessions find the time free');
$_->query(q(INSERT INTO plain.bookings VALUES (1, '2030-01-01 10:00', '2030-01-01 10:45'); COMMIT)) for @plain;
is(plain('count(*) FROM plain.bookings'), '2', 'fault 17, before: and both book it');
my $booked = tenant(0);
$cluster->psql("INSERT INTO lad_data.users (id, email) VALUES ('$booked->{id}', 'b\@example.com');"
    . "INSERT INTO lad_data.memberships (tenant_id, user_id) VALUES ('$booked->{id}', '$booked->{id}');"
    . "INSERT INTO lad_data.leads (id, tenant_id, assigned_user_id) VALUES ('$booked->{id}', '$booked->{id}', '$booked->{id}')");
@app = map { members($booked) } 1, 2;
my $book = "INSERT INTO lad_data.lead_bookings (lead_id, booking_type, booking_source, scheduled_at) VALUES ('$booked->{id}', 'demo', 'user', '2030-01-01 10:00+00')";
$app[0]->query($book);
$app[1]->send($book);
$app[0]->query('COMMIT');
like($app[1]->receive, qr/ERROR:  23P01/, 'fault 17, after: the second booking is refused');

wallet(100);
$cluster->psql('INSERT INTO plain.batches VALUES (1, 0)');
@plain = (session(), session());
$_->query('BEGIN; SELECT 1 FROM plain.batches') for @plain;
$_->query(q(INSERT INTO plain.calls (entry, status) VALUES (1, 'ringing'); UPDATE plain.batches SET done = done + 1; COMMIT)) for @plain;
is(plain('done, (SELECT count(*) FROM plain.calls) FROM plain.batches'), '2|2', 'fault 18, before: two dispatchers dial one entry and count it twice');
my $batch = tenant(100);
@app = map { members($batch) } 1, 2;
my $dialled = $app[0]->query(start('entry 1'));
$app[1]->send(start('entry 1'));
$app[0]->query('COMMIT');
is($app[1]->receive, $dialled, 'fault 18, after: the second dispatcher is answered with the call of the first');
$app[1]->query('COMMIT');
is(app($batch, 'SELECT count(*) FROM lad_data.voice_call_logs'), '1', 'fault 18, after: and the rows count one');
my $leads_of_batch = app($batch, q(INSERT INTO lad_data.voice_agents (id, name) OVERRIDING SYSTEM VALUE VALUES (7718, 'A'); INSERT INTO lad_data.voice_agent_numbers (id, country_code, base_number)
    VALUES (lad.current_tenant_id(), '+971', 1); INSERT INTO lad_data.leads (country_code, base_number) VALUES ('+971', 501234567) RETURNING ARRAY[id]));
my $list = app($batch, "SELECT lad.enqueue_batch(7718, '$leads_of_batch', lad.current_tenant_id())");
@app = map { members($batch) } 1, 2;
my $claim = "SELECT entry_id, claim FROM lad.claim_batch_entries('$list', 1)";
my ($entry, $held) = split /\|/, $app[0]->query($claim);
is($app[1]->query($claim), '', 'fault 18, after: one of two dispatchers gets the entry');
$_->query('COMMIT') for @app;
is(join(' ', map { app($batch, "SELECT lad.complete_batch_entry('$entry', '$held', 'completed')") } 1, 2), 'completed completed', 'fault 18, after: its end is told twice');
app($batch, 'UPDATE lad_data.voice_call_batches SET completed_calls = completed_calls + 1');
is(app($batch, 'SELECT status, completed_calls, (SELECT count(*) FROM lad_data.voice_call_batch_entries) FROM lad_data.voice_call_batches'), 'completed|1|1', 'fault 18, after: and counted once');

# ---- 23 to 25: leads and their stages ---------------------------------------------------------------
$cluster->psql(q(INSERT INTO plain.leads VALUES (1, '{}')));
@plain = (session(), session());
my @read = map { $_->query('BEGIN; SELECT fields FROM plain.leads') } @plain;
$plain[$_]->query("UPDATE plain.leads SET fields = '$read[$_]'::jsonb || '{\"$_\": true}'; COMMIT") for 0, 1;
is(plain('fields FROM plain.leads'), '{"1": true}', 'fault 23, before: what is read, changed and written loses an update');
my $leads = tenant(0);
my @lead = map { app($leads, 'INSERT INTO lad_data.leads DEFAULT VALUES RETURNING id') } 1, 2;
@app = map { members($leads) } 1, 2;
sub merge { "SELECT 1 FROM lad.merge_jsonb('lad_data.leads', '$lead[0]'::uuid, 'custom_fields', '{\"$_[0]\": true}')" }
$app[0]->query(merge(0));
$app[1]->send(merge(1));
$app[0]->query('COMMIT');
$app[1]->receive;
$app[1]->query('COMMIT');
is(app($leads, "SELECT custom_fields FROM lad_data.leads WHERE id = '$lead[0]'"), '{"0": true, "1": true}', 'fault 23, after: both updates stay');

$cluster->psql(q(UPDATE plain.leads SET apollo_id = 'c0000000-0000-4000-8000-000000000001'; INSERT INTO plain.enrolments VALUES (1, 1, '5f01'), (1, 2, '5f01')));
is(plain("count(*), (SELECT apollo_id ~ '^c0000000-' FROM plain.leads) FROM plain.enrolments"), '2|t', 'fault 24, before: a UUID passes for an Apollo id, and one person joins twice');
is(app($leads, q(INSERT INTO lad_data.leads (source, source_id) VALUES ('apollo', 'c0000000-0000-4000-8000-000000000001'))), '23514', 'fault 24, after: a UUID is nobody at Apollo');
my $campaign = app($leads, q(INSERT INTO lad_data.campaigns (name) VALUES ('C') RETURNING id));
my @joined = map {
    app($leads, "INSERT INTO lad_data.campaign_leads (campaign_id, lead_id, lead_data) VALUES ('$campaign', '$_', '{\"apollo_person_id\": \"5f0000000000000000000001\"}') RETURNING true")
} @lead;
is("@joined", 't 23505', 'fault 24, after: a person joins a campaign once');

$cluster->psql(q(INSERT INTO plain.stages VALUES ('new', 1), ('won', 2)));
is($cluster->sqlstate(q(UPDATE plain.stages SET place = 1 WHERE key = 'won'; UPDATE plain.stages SET place = 2 WHERE key = 'new')), '23505', 'fault 25, before: a new order hits the unique key');
app($leads, q(INSERT INTO lad_data.lead_stages (key, label, display_order) VALUES ('new', 'New', 1), ('won', 'Won', 2)));
app($leads, q(SELECT lad.reorder_stages('{won,new}')));
is(app($leads, q(SELECT string_agg(key, ' ' ORDER BY display_order) FROM lad_data.lead_stages)), 'won new', 'fault 25, after: it is set in one call');

done_testing;
