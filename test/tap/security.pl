# The red team: every attack of test/security, sent by a member of lad_app who may run any SQL,
# directly, through pgbouncer, as a plan that another tenant prepared, in parallel plans and without
# a context. Nothing of the canary tenant may appear, nothing may change; and the same attacks must
# get through once row-level security is off, or they would prove nothing.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Test::More;
use LadAttack;
use LadCluster;
use LadPool;
use LadSession;
use LadState;

my $root = "$FindBin::Bin/../..";
my @classes = map { LadAttack::read_class($_) } sort glob "$root/test/security/*.sql";
my @only = grep { length } split /,/, $ENV{LAD_SECURITY} // '';
@classes = grep { my $name = $_->{name}; !@only || grep { $name =~ /$_/ } @only } @classes;

my $cluster = LadCluster->start('security', database => 'security', settings => { max_worker_processes => 16 });
my %env = $cluster->environment;
$cluster->psql('SET client_min_messages = warning; CREATE EXTENSION lad_ext CASCADE; SELECT FROM lad.install_schema()');
{
    local %ENV = (%ENV, %env);
    my $made = `python3 $root/examples/make_data.py --tenants 4 --leads 80 --seed 1 --until 2026-10-31 2>&1`;
    is($? >> 8, 0, 'four tenants with rows in all tables') or BAIL_OUT($made);
}
$cluster->psql("CREATE ROLE app LOGIN IN ROLE lad_app; \\i $root/test/security/setup.psql");
$cluster->psql('CREATE DATABASE naive TEMPLATE security', database => 'postgres');
my $pool = LadPool->start($cluster, users => ['app']);

my $known = LadAttack::known($cluster, 'security');
my $secrets = LadAttack::secrets($cluster, 'security');
cmp_ok($secrets->{count}, '>', 300, "the canary has $secrets->{count} words that nobody else has");

sub open_session {
    my (%option) = @_;
    my $session = LadSession->open($cluster, user => 'app', timeout => 900, %option);
    $session->query("\\set ON_ERROR_ROLLBACK on\nSELECT 1");
    return $session;
}
sub enter { my ($token) = @_; return "BEGIN;\nSELECT lad.authenticate('$token') \\g /dev/null\n" }
sub token_of { my ($attack, $with) = @_; return $with->{ ($attack->{as} // 'own') . '_token' } }

# One transaction of the attacker: what he sent, and what he got.
sub attack {
    my ($session, $attack, $with, $end) = @_;
    my @sent = LadAttack::filled($attack, $with);
    my $printed = $session->query(enter(token_of($attack, $with)) . LadAttack::between(@sent) . ($end // 'COMMIT'));
    return ("@sent", $printed);
}

# After another tenant ran the same statements, prepared, in the same session. What cannot be
# prepared he ran as it is; what he committed is taken back.
sub attack_prepared {
    my ($session, $attack, $with) = @_;
    my @sent = LadAttack::filled($attack, $with);
    my ($n, @prepared) = (0);
    for my $statement (@sent) {
        $n++;
        push @prepared, $statement =~ /^(?:SELECT|INSERT|UPDATE|DELETE|MERGE|VALUES|WITH|TABLE)\b/ && $statement !~ /\\g/
            ? [map { "$_\n" } "PREPARE plan_$n AS $statement", "EXECUTE plan_$n;"] : [$statement];
    }
    my $first = join '', map { @{$_} } @prepared;
    $session->query(enter($with->{canary_token}) . $first =~ s/^COMMIT;/ROLLBACK;/mgr . 'ROLLBACK');
    my $printed = $session->query(enter(token_of($attack, $with)) . LadAttack::between(map { @{$_} } @prepared) . 'COMMIT');
    return ("@sent", LadAttack::without_preparation($printed));
}

# Before each attack the canary works on the same server connection, and leaves it as it may be left.
my $count_leads = "SELECT count(*) = sum((tenant_id = '$known->{canary}')::int) AND count(*) > 5, 'zq7canary' FROM lad_data.leads";
my $canary_client = open_session(port => 6432, database => 'app');
my $canary_disturbed = 0;
sub attack_after_canary {
    my ($session, $attack, $with) = @_;
    my $seen = $canary_client->query(enter($known->{canary_token}) . "$count_leads;\nCOMMIT");
    $canary_disturbed++, diag("before $attack->{name}, the canary saw: $seen") if $seen !~ /^t\|zq7canary$/m;
    $canary_client->query("DISCARD ALL;\nPREPARE theirs AS SELECT * FROM lad_data.leads;\n" . enter($known->{canary_token})
        . "EXECUTE theirs;\nDECLARE theirs CURSOR FOR SELECT * FROM lad_data.leads;\nFETCH 1 FROM theirs;\n"
        . "CREATE TEMP TABLE theirs ON COMMIT DROP AS SELECT * FROM lad_data.leads;\nSAVEPOINT theirs;\nCOMMIT");
    return attack($session, $attack, $with);
}

my %without = (%{$known}, map { $_ => $known->{"expired_$_"} } grep { /^[a-z]+_token$/ && !/^expired/ } keys %{$known});
my $in_parallel = join ' ', map { "SET $_;" } 'force_parallel_mode = on', 'parallel_setup_cost = 0', 'parallel_tuple_cost = 0',
    'min_parallel_table_scan_size = 0', 'min_parallel_index_scan_size = 0', 'max_parallel_workers_per_gather = 2';
my %mode = (
    direct   => { run => \&attack },
    pool     => { run => \&attack_after_canary, where => [port => 6432, database => 'app'], keeps => 1 },
    prepared => { run => \&attack_prepared, before => 'SET plan_cache_mode = force_generic_plan;' },
    parallel => { run => \&attack, before => $in_parallel },
    none     => { run => sub { my ($session, $attack) = @_; return attack_without($session, $attack) } },
);
sub attack_without {
    my ($session, $attack) = @_;
    my @sent = LadAttack::filled($attack, \%without);
    return ("@sent", $session->query("BEGIN;\n" . LadAttack::between(@sent) . 'COMMIT'));
}
for my $mode (values %mode) {
    $mode->{session} = open_session(@{ $mode->{where} // [] });
    $mode->{session}->query($mode->{before} // 'SELECT 1');
}
like($mode{parallel}{session}->query(enter($known->{own_token}) . 'EXPLAIN SELECT * FROM lad_data.leads; COMMIT'), qr/Gather/,
    'plans are parallel where they are said to be');
my @backends = map { $_->query('SELECT pg_backend_pid()') } $canary_client, $mode{pool}{session};
is($backends[0], $backends[1], 'the canary and the attacker share a server connection');

my $before = LadState::rows($cluster, 'security');
for my $class (@classes) {
    for my $name (qw(direct pool prepared parallel none)) {
        for my $attack (@{ $class->{attacks} }) {
            my $mode = $mode{$name};
            my ($sent, $printed) = $mode->{run}->($mode->{session}, $attack, $known);
            my @leaks = LadAttack::leaked($secrets, $sent, $printed);
            my $outcome = LadAttack::outcome($printed);
            ok(!@leaks && LadAttack::as_expected($attack, $name, $outcome), "$class->{name}, $name: $attack->{name}")
                or diag("expects $attack->{expects}\ngot $outcome\nleaked @leaks\n$printed");
            $mode->{session}->query("ROLLBACK;\nDISCARD ALL;\n" . ($mode->{before} // 'SELECT 1')) if !$mode->{keeps};
        }
    }
    is(LadState::difference(LadState::rows($cluster, 'security'), $before), '', "$class->{name}: no row of anybody has changed");
}
is($canary_disturbed, 0, 'and the canary was never disturbed in its work');
is($cluster->psql('SELECT count(*) FROM lad.verify_ledger()'), '0', 'the books are sound');

# The same attacks where the database trusts the application: first row-level security, guard and
# triggers are off and everything is granted, then the attacker is a superuser as well.
$cluster->psql(<<'SQL', database => 'naive');
ALTER DATABASE naive SET lad.guard = off;
ALTER DATABASE naive SET lad.require_context = off;
SELECT format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY, DISABLE TRIGGER USER', oid::regclass)
FROM pg_class WHERE relnamespace = 'lad_data'::regnamespace AND relkind IN ('r', 'p') \gexec
GRANT ALL ON ALL TABLES IN SCHEMA lad_data TO lad_app;
GRANT ALL ON ALL SEQUENCES IN SCHEMA lad_data TO lad_app;
SQL
my $known_there = LadAttack::known($cluster, 'naive');
my (%leaks, %succeeds);
for my $world (qw(app postgres)) {
    my $session = open_session(database => 'naive', user => $world);
    for my $attack (map { @{ $_->{attacks} } } @classes) {
        my ($sent, $printed) = attack($session, $attack, $known_there, 'ROLLBACK');
        my $outcome = LadAttack::outcome($printed);
        my $leaks = LadAttack::leaked($secrets, $sent, $printed);
        $leaks{$world}{ $attack->{class} }++ if $leaks;
        $succeeds{ $attack->{class} }{ $attack->{name} } = 1 if $leaks || !LadAttack::as_expected($attack, 'direct', $outcome);
        $attack->{there} = $outcome;
        $session->query("ROLLBACK;\nDISCARD ALL");
    }
}
for my $class (@classes) {
    my ($name, @attacks) = ($class->{name}, @{ $class->{attacks} });
    diag(sprintf '%-32s %3d attacks, %3d succeed, %3d leak without row-level security, %3d to a superuser', $name, scalar @attacks,
        scalar keys %{ $succeeds{$name} }, map { $leaks{$_}{$name} // 0 } qw(app postgres));
    diag("$_->{name}: $_->{there}") for grep { !$succeeds{$name}{ $_->{name} } } @attacks;
}
done_testing();
