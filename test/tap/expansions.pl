# Many sessions miss one keyword and one of them claims it; a server that dies in between keeps what was
# committed; every use is counted; the example survives a model that fails, stalls and lies.
# LAD_LONG=1 runs 500 sessions instead of 40.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Temp ();
use FindBin;
use IPC::Run ();
use lib $FindBin::Bin;
use Test::More;
use LadCluster;
use LadSession;

my $root = abs_path(dirname(__FILE__) . '/../..');
my $sessions = $ENV{LAD_LONG} ? 500 : 40;
my $tenant = 'a0000000-0000-4000-8000-00000000000a';
my $cluster = LadCluster->start('expansions', database => 'expansions', durable => 1, settings => { max_connections => $sessions + 20 });
$cluster->psql(<<"SQL");
SET client_min_messages = warning;
CREATE EXTENSION lad_ext CASCADE;
SELECT count(*) FROM lad.install_schema();
CREATE ROLE app LOGIN IN ROLE lad_app;
CREATE ROLE auth LOGIN IN ROLE lad_auth;
CREATE ROLE service LOGIN IN ROLE lad_service;
INSERT INTO lad_data.tenants (id, name, slug, status) VALUES ('$tenant', 'Acme', 'acme', 'active');
CREATE TABLE public.answers (status text);
GRANT INSERT ON public.answers TO app;
SQL
my $token = $cluster->psql("SELECT lad.issue_token('$tenant', ttl => '15 minutes')");
my $enter = "BEGIN; SELECT lad.authenticate('$token') \\g /dev/null\n";

sub bench {
    my ($sql, @options) = @_;
    my %env = $cluster->environment;
    local @ENV{keys %env} = values %env;
    local $ENV{PGUSER} = 'app';
    my $script = File::Temp->new(SUFFIX => '.pgbench');
    print {$script} "BEGIN; SELECT lad.authenticate('$token');\n$sql\nCOMMIT;\n";
    close $script;
    my ($out, $err);
    IPC::Run::run(['pgbench', '-n', '-f', "$script", @options], '>', \$out, '2>', \$err, IPC::Run::timeout(300)) or diag $err;
    return $out =~ /number of transactions actually processed: (\d+)/ ? $1 : 0;
}
sub counts { return $cluster->psql('SELECT string_agg(status || \' \' || n, \', \' ORDER BY status) FROM (SELECT status, count(*) AS n FROM public.answers GROUP BY 1) AS s') }

my $ask = q(INSERT INTO public.answers SELECT status FROM lad.acquire_expansion('hot keyword', lease => '10 minutes'););
is(bench($ask, '-c', $sessions, '-j', 2, '-t', 1), $sessions, "$sessions sessions ask at once, none fails");
is(counts(), 'claimed 1, wait ' . ($sessions - 1), 'one claims, all others wait');

# A claim that was not committed dies with its server, a committed one outlives it until its lease is over.
my $session = LadSession->open($cluster, user => 'app');
is($session->query($enter . q(SELECT status FROM lad.acquire_expansion('uncommitted'))), 'claimed', 'a session claims and does not commit');
$cluster->crash;
$cluster->restart;
my $once = sub { return $cluster->psql("$enter SELECT status FROM lad.acquire_expansion('$_[0]', lease => '1 s'); COMMIT;", user => 'app') };
is($once->('uncommitted'), 'claimed', 'its claim is free after the crash');
is($once->('hot keyword'), 'wait', 'a committed claim is in force after the crash');
$cluster->psql(q(UPDATE lad_data.ai_keyword_claims SET lease_until = now() - interval '1 s'));
$cluster->psql('TRUNCATE public.answers');
bench(q(INSERT INTO public.answers SELECT status FROM lad.acquire_expansion('hot keyword', lease => '10 minutes');), '-c', 20, '-j', 2, '-t', 2);
is(counts(), 'claimed 1, wait 39', 'a lease that is over passes to one successor of many');

# Every hit is counted once, by whichever session.
my $claim = $cluster->psql(q(SELECT claim FROM lad_data.ai_keyword_claims WHERE normalized_keyword = 'hot keyword'));
$cluster->psql("$enter SELECT lad.fulfil_expansion('$claim', '[\"one\", \"two\"]', 'model', '1 day'); COMMIT;", user => 'app');
$cluster->psql('TRUNCATE public.answers');
is(bench(q(INSERT INTO public.answers SELECT status FROM lad.acquire_expansion('Hot Keyword');), '-c', 16, '-j', 2, '-t', 25), 400, 'sixteen sessions read');
is(counts(), 'hit 400', 'they all hit');
my $evict = q(BEGIN; SELECT lad.authenticate_service(reason => 'test') \g /dev/null
SELECT lad.evict_expansions(100); COMMIT;);
my $used = q(SELECT usage_count FROM lad_data.ai_keyword_expansions WHERE normalized_keyword = 'hot keyword');
my $locker = LadSession->open($cluster);
$locker->query(q(BEGIN; SELECT count(*) FROM (SELECT FROM lad_data.ai_keyword_expansions FOR UPDATE) AS locked));
is($cluster->psql($evict, user => 'service'), '0', 'an eviction passes by what is locked');
is($cluster->psql($used), '0', 'and its uses wait');
$locker->query('COMMIT');
$cluster->psql($evict, user => 'service');
is($cluster->psql($used), '400', 'every use is counted');

# The example.
SKIP: {
    my %env = $cluster->environment;
    local @ENV{keys %env} = values %env;
    local $ENV{TENANT} = $tenant;
    my $python = (grep { -x $_ && system("$_ -c 'import psycopg2' 2>/dev/null") == 0 } qw(/usr/bin/python3 /usr/local/bin/python3))[0];
    skip 'no Python with psycopg2', 4 if !$python;
    IPC::Run::run([$python, "$root/examples/expand_keywords.py", '--seed', 5, '--workers', 6], '>', \my $out, '2>&1', IPC::Run::timeout(120));
    is($? >> 8, 0, 'the example ends well') or diag $out;
    my %asked = $out =~ /^(.+): asked (\d+), answered 6/mg;
    is(scalar(keys %asked), 4, 'every worker has an answer for every keyword') or diag $out;
    is(scalar(grep { $_ > 4 } values %asked), 0, 'the model is asked a few times, not once a worker') or diag $out;
    is($cluster->psql(q(SELECT count(*) FROM lad_data.ai_keyword_expansions, jsonb_array_elements_text(expanded_keywords) AS t WHERE t ~ '[<>]|evil')), '0', 'nothing that the model lied got in');
    note $out;
}
done_testing();
