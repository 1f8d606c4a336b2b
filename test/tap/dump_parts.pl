# Schema and data apart: the triggers are there when the rows come, and must leave them as they were.
use strict;
use warnings;
use File::Temp qw(tempdir);
use FindBin;
use lib $FindBin::Bin;
use Test::More;
use LadCluster;
use LadDump;
use LadState;

my $cluster = LadCluster->start('dump_parts');
my $directory = tempdir(CLEANUP => 1);
LadState::install($cluster, 'original');
LadState::fill($cluster, 'original');
LadState::extend($cluster, 'original');
$cluster->psql('CREATE ROLE keeper LOGIN BYPASSRLS IN ROLE lad_owner; CREATE ROLE bound LOGIN IN ROLE lad_owner');
my $rows = LadState::rows($cluster, 'original');
my $objects = LadState::objects($cluster, 'original');

# Each way: its steps, each a dump (file, options) and how it is restored (user, options).
my @sections = map { ["$_.part", ["--section=$_", '-Fc'], 'postgres', []] } qw(pre-data data post-data);
my @whole = ['whole', ['-Fc'], 'postgres', []];
my @schema = ['schema.sql', ['--schema-only'], 'postgres', []];
my %ways = (
    'plain, schema then data'             => [@schema, ['data.sql', ['--data-only'], 'postgres', []]],
    'rows as INSERT'                      => [@schema, ['insert.sql', ['--data-only', '--inserts'], 'postgres', []]],
    # Two jobs know no order of the tables, and their foreign keys would ask for one.
    'directory, data by two jobs'         => [@schema, ['folder', ['--data-only', '-Fd', '-j2'], 'postgres', ['-j2', '--disable-triggers']]],
    'data through the partitioned table'  => [@schema, ['root', ['--data-only', '--load-via-partition-root', '-Fc'], 'postgres', []]],
    'triggers disabled'                   => [@schema, ['whole', ['-Fc'], 'postgres', ['--data-only', '--disable-triggers']]],
    'data by a member of lad_owner above row-level security' => [@schema, ['own', ['--data-only', '-Fc'], 'keeper', []]],
    'sections of a dump each'             => \@sections,
    'sections of one dump'                => [map { ['whole', ['-Fc'], 'postgres', ["--section=$_"]] } qw(pre-data data post-data)],
);
my $number = 0;
for my $what (sort keys %ways) {
    my $database = 'restored_' . ++$number;
    $cluster->psql("CREATE DATABASE $database");
    for my $step (@{ $ways{$what} }) {
        my ($file, $dump, $user, $restore) = @{$step};
        -e "$directory/$file" or is(LadDump::dump_database($cluster, 'original', "$directory/$file", 'postgres', @{$dump}), '', "$file: dumped");
        is(LadDump::restore($cluster, $database, "$directory/$file", $user, @{$restore}), '', "$what: $file restored");
    }
    is(LadState::difference(LadState::rows($cluster, $database), $rows), '', "$what: the same rows");
    is(LadState::difference(LadState::objects($cluster, $database), $objects), '', "$what: the same objects");
    is($cluster->psql('SELECT count(*) FROM lad.verify_ledger()', database => $database), '0', "$what: the ledger is sound");
}

# Whom row-level security binds gets an error, not a part of the rows.
$cluster->psql('CREATE DATABASE refused');
LadDump::restore($cluster, 'refused', "$directory/schema.sql", 'postgres');
like(LadDump::restore($cluster, 'refused', "$directory/data.sql", 'bound'), qr/row-level security/, 'rows are restored from above row-level security only');
is_deeply(LadState::rows($cluster, 'refused'), [], 'and none before');

# What a restore may, nobody else may.
my ($acme) = $LadState::tenant{acme};
$cluster->psql('CREATE ROLE app LOGIN IN ROLE lad_app');
my $token = $cluster->psql("SELECT lad.issue_token('$acme')", database => 'original');
my $call = "INSERT INTO lad_data.voice_call_logs (to_country_code, to_base_number, status, duration_seconds) VALUES ('+1', 1, 'ended', 60)";
for my $setting ('row_security = off', "session_replication_role = replica") {
    is($cluster->sqlstate("BEGIN; SELECT lad.authenticate('$token'); SET LOCAL $setting; $call", user => 'app', database => 'original'),
        '42501', "with $setting the application writes no call that is free");
}
my $ledger = 'INSERT INTO lad_data.billing_ledger_transactions SELECT (l).* FROM'
    . ' (SELECT jsonb_populate_record(l, jsonb_build_object(\'id\', gen_random_uuid(), \'seq\', 999, \'idempotency_key\', \'planted\')) AS l'
    . ' FROM lad_data.billing_ledger_transactions l LIMIT 1) s';
is($cluster->sqlstate($ledger, user => 'keeper', database => 'original'), 'LD102', 'no ledger row is planted by the owner above row-level security');
done_testing();
