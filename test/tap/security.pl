# The red team: every attack of test/security, sent by a member of lad_app who may run any SQL,
# directly, through pgbouncer, as a plan that another tenant prepared, in parallel plans and without
# a context. Nothing of the canary tenant may appear and nothing may change. Then the same attacks
# where the database trusts them: they must get through there, or they would prove nothing.
# LAD_SECURITY=money,copy runs the classes whose names match.
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
my @only = split /,/, $ENV{LAD_SECURITY} // '';
my @classes = grep { my $name = $_->{name}; !@only || grep { $name =~ /$_/ } @only }
    map { LadAttack::read_class($_) } sort glob "$root/test/security/*.sql";

# Four tenants with rows in all tables; a second database with the same rows becomes the naive one.
my $cluster = LadCluster->start('security', database => 'security', settings => { max_worker_processes => 16 });
$cluster->psql('SET client_min_messages = warning; CREATE EXTENSION lad_ext CASCADE; SELECT FROM lad.install_schema()');
{
    local %ENV = (%ENV, $cluster->environment);
    my $made = `python3 $root/examples/make_data.py --tenants 4 --leads 80 --seed 1 --until 2026-10-31 2>&1`;
    is($? >> 8, 0, 'the example data is made') or BAIL_OUT($made);
}
$cluster->psql("CREATE ROLE app LOGIN IN ROLE lad_app; \\i $root/test/security/setup.psql");
$cluster->psql('CREATE DATABASE naive TEMPLATE security', database => 'postgres');
my $pool = LadPool->start($cluster, users => ['app']);
my $known = LadAttack::known($cluster, 'security');
my $secrets = LadAttack::secrets($cluster, 'security');
cmp_ok(scalar keys %{$secrets}, '>', 300, 'the canary has many words that nobody else has');

sub open_session {
    my (%option) = @_;
    my $session = LadSession->open($cluster, user => 'app', timeout => 1200, %option);
    $session->query("\\set ON_ERROR_ROLLBACK on\nSELECT 1");
    return $session;
}
sub enter { my ($token) = @_; return "BEGIN;\nSELECT lad.authenticate('$token') \\g /dev/null\n" }
sub token_of { my ($attack, $with) = @_; return $with->{ ($attack->{as} // 'own') . '_token' } }

# One transaction of the attacker: what he sent, and what he got.
sub attack {
    my ($session, $attack, $with, $end) = @_;
    my @sent = LadAttack::filled($attack, $with);
    return ("@sent", $session->query(enter(token_of($attack, $with)) . LadAttack::between(@sent) . ($end // 'COMMIT')));
}

# Another tenant ran the same statements before, prepared, in the same session. What cannot be
# prepared he ran as it is; what he committed is taken back.
sub attack_prepared {
    my ($session, $attack, $with) = @_;
    my @sent = LadAttack::filled($attack, $with);
    my @prepared = LadAttack::prepared(@sent);
    $session->query(enter($with->{canary_token}) . join('', @prepared) =~ s/^COMMIT;/ROLLBACK;/mgr . 'ROLLBACK');
    my $printed = $session->query(enter(token_of($attack, $with)) . LadAttack::between(@prepared) . 'COMMIT');
    return ("@sent", LadAttack::without_preparation($printed));
}

# The canary worked on the same server connection before. He looks whether the attack before has
# disturbed him, and leaves what a client may leave.
my $canary = open_session(port => 6432, database => 'app');
my $disturbed = 0;
sub attack_after_canary {
    my ($session, $attack, $with) = @_;
    my $look = "SELECT count(*) > 5, bool_and(tenant_id = '$with->{canary}'), min(first_name) LIKE 'zq7canary%' FROM lad_data.leads";
    my $seen = $canary->query(enter($with->{canary_token}) . "$look;\nCOMMIT");
    $disturbed++, diag("before $attack->{name}, the canary saw: $seen") if $seen !~ /^t\|t\|t$/m;
    $canary->query("DISCARD ALL;\nPREPARE theirs AS SELECT * FROM lad_data.leads;\n" . enter($with->{canary_token})
        . "EXECUTE theirs;\nDECLARE theirs CURSOR FOR SELECT * FROM lad_data.leads;\nFETCH 1 FROM theirs;\n"
        . "CREATE TEMP TABLE theirs ON COMMIT DROP AS SELECT * FROM lad_data.leads;\nCOMMIT");
    return attack($session, $attack, $with);
}

# No token is valid here.
sub attack_without_context {
    my ($session, $attack, $with) = @_;
    my %without = (%{$with}, map { /^expired_(.+)/ ? ($1 => $with->{$_}) : () } keys %{$with});
    my @sent = LadAttack::filled($attack, \%without);
    return ("@sent", $session->query("BEGIN;\n" . LadAttack::between(@sent) . 'COMMIT'));
}

my @modes = (
    { name => 'direct', run => \&attack },
    { name => 'pool', run => \&attack_after_canary, where => { port => 6432, database => 'app' }, keeps => 1 },
    { name => 'prepared', run => \&attack_prepared, before => 'SET plan_cache_mode = force_generic_plan' },
    { name => 'parallel', run => \&attack, before => join '; ', map { "SET $_" } 'force_parallel_mode = on',
        'parallel_setup_cost = 0', 'parallel_tuple_cost = 0', 'min_parallel_table_scan_size = 0',
        'min_parallel_index_scan_size = 0', 'max_parallel_workers_per_gather = 2' },
    { name => 'none', run => \&attack_without_context },
);
for my $mode (@modes) {
    $mode->{session} = open_session(%{ $mode->{where} // {} });
    $mode->{session}->query($mode->{before} // 'SELECT 1');
}
like($modes[3]{session}->query(enter($known->{own_token}) . 'EXPLAIN SELECT * FROM lad_data.leads; COMMIT'), qr/Gather/,
    'plans are parallel where they are said to be');
is($modes[1]{session}->query('SELECT pg_backend_pid()'), $canary->query('SELECT pg_backend_pid()'),
    'the canary and the attacker share a server connection');

my $before = LadState::rows($cluster, 'security');
for my $class (@classes) {
    for my $mode (@modes) {
        for my $attack (@{ $class->{attacks} }) {
            my ($sent, $printed) = $mode->{run}->($mode->{session}, $attack, $known);
            my @leaks = LadAttack::leaked($secrets, $sent, $printed);
            my $outcome = LadAttack::outcome($printed);
            ok(!@leaks && LadAttack::as_expected($attack, $mode->{name}, $outcome), "$class->{name}, $mode->{name}: $attack->{name}")
                or diag("expects $attack->{expects}\ngot $outcome\nleaked @leaks\n$printed");
            $mode->{session}->query("ROLLBACK;\nDISCARD ALL;\n" . ($mode->{before} // 'SELECT 1')) if !$mode->{keeps};
        }
    }
    is(LadState::difference(LadState::rows($cluster, 'security'), $before), '', "$class->{name}: no row of anybody has changed");
}
is($disturbed, 0, 'the canary was never disturbed in its work');
is($cluster->psql('SELECT count(*) FROM lad.verify_ledger()'), '0', 'the books are sound');

# Row-level security, guard and triggers are off and everything is granted; then the attacker is a
# superuser as well. What fails even there is held by keys and by what functions decide.
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
for my $user (qw(app postgres)) {
    my $session = open_session(database => 'naive', user => $user);
    for my $attack (map { @{ $_->{attacks} } } @classes) {
        next if $succeeds{ $attack->{class} }{ $attack->{name} };
        my ($sent, $printed) = attack($session, $attack, $known_there, 'ROLLBACK');
        my $leaks = LadAttack::leaked($secrets, $sent, $printed);
        $leaks{ $attack->{class} }++ if $leaks && $user eq 'app';
        $succeeds{ $attack->{class} }{ $attack->{name} } = 1
            if $leaks || !LadAttack::as_expected($attack, 'direct', LadAttack::outcome($printed));
        $session->query("ROLLBACK;\nDISCARD ALL");
    }
}
my ($leaking, $succeeding) = (0, 0);
for my $class (map { $_->{name} } @classes) {
    cmp_ok($leaks{$class} // 0, '>', 0, "$class: without row-level security the canary shows");
    $leaking += $leaks{$class} // 0;
    $succeeding += keys %{ $succeeds{$class} };
}
my $attacks = map { @{ $_->{attacks} } } @classes;
cmp_ok($succeeding, '>', 0.7 * $attacks, "$succeeding of $attacks attacks succeed where they are let, $leaking of them leak for want of row-level security alone") if !@only;
cmp_ok($attacks, '>=', 120, 'there are at least 120 attacks') if !@only;
open my $readme, '<', "$root/README.md" or die "README.md: $!";
my $told = do { local $/; <$readme> };
is(join('', map { "| $_->{name} | " . @{ $_->{attacks} } . " |\n" } @classes), $told =~ /^\| class \| attacks \|\n\|[-|]+\n((?:\|.*\n)+)/m ? $1 : '',
    'the README counts them') if !@only;
done_testing();
