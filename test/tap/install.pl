# Installing the tables: from several sessions at once, by whom, and from any time zone.
use strict;
use warnings;
use Test::More;
use IPC::Run ();
use LadCluster;

my $cluster = LadCluster->start('install', database => 'lad');
$cluster->psql('SET client_min_messages = warning; CREATE EXTENSION lad_ext CASCADE;');

# Two sessions at once: the second waits for the first and then finds everything there.
my @sessions = map { { out => '', err => '' } } 1 .. 2;
{
    local %ENV = (%ENV, $cluster->environment);
    for my $session (@sessions) {
        $session->{run} = IPC::Run::start(
            ['psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-c',
             q(SELECT string_agg(DISTINCT action, ',') FROM lad.install_schema())],
            '<', \undef, '>', \$session->{out}, '2>', \$session->{err}, IPC::Run::timeout(120));
    }
    $_->{ok} = $_->{run}->finish for @sessions;
}
ok($_->{ok}, 'a concurrent installation succeeds') or diag $_->{err} for @sessions;
is(join('', sort map { $_->{out} } @sessions), "created\nexists\n",
    'one creates everything, the other finds it');

# A member of lad_owner who may create schemas installs just as a superuser does.
$cluster->psql('CREATE ROLE installer LOGIN IN ROLE lad_owner; CREATE ROLE stranger LOGIN IN ROLE lad_app;
    CREATE DATABASE other');
$cluster->psql('SET client_min_messages = warning; CREATE EXTENSION lad_ext CASCADE;
    GRANT CREATE ON DATABASE other TO installer', database => 'other');
is($cluster->sqlstate('SELECT lad.install_schema()', user => 'stranger', database => 'other'), '42501',
    'an outsider is refused');
is($cluster->psql(q(SELECT to_regnamespace('lad_data') IS NULL), database => 'other'), 't',
    'and nothing was made');
is($cluster->psql(q(SET timezone = 'America/New_York';
    SELECT string_agg(DISTINCT action, ',') FROM lad.install_schema()),
    user => 'installer', database => 'other'), 'created', 'a member of lad_owner installs');
is($cluster->psql(q(SELECT count(*) FROM pg_class WHERE relnamespace = 'lad_data'::regnamespace
    AND relowner <> 'lad_owner'::regrole), database => 'other'), '0', 'lad_owner owns everything');

my $bounds = q(SET timezone = 'UTC'; SELECT string_agg(pg_get_expr(c.relpartbound, c.oid), ';' ORDER BY c.relname)
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'lad_data.voice_call_logs'::regclass);
is($cluster->psql($bounds, database => 'other'), $cluster->psql($bounds),
    'months do not depend on the session\'s time zone');
is($cluster->psql(q(SELECT string_agg(DISTINCT action, ',') FROM lad.install_schema()),
    user => 'installer', database => 'other'), 'exists', 'a repeated installation changes nothing');

done_testing();
