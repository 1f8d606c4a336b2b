# The clusters the tests run on: private, several side by side, durable when asked, gone afterwards.
use strict;
use warnings;
use Test::More;
use LadCluster;

my $one = LadCluster->start('one', settings => { work_mem => '7MB' });
my $two = LadCluster->start('two', database => 'other', durable => 1);

is($one->psql('SHOW work_mem'),                    '7MB',   'settings are passed on');
is($two->psql('SELECT current_database()'),        'other', 'the database is made');
is($one->psql('SHOW fsync'),                       'off',   'fast by default');
is($two->psql('SHOW fsync'),                       'on',    'durable when asked');
is($one->psql('SHOW listen_addresses'),            '',      'no network socket');
like($one->psql('SHOW shared_preload_libraries'),  qr/^lad_ext$/, 'lad_ext is preloaded');
is($one->sqlstate('SELECT 1/0'),                   '22012', 'an error shows its SQLSTATE');
is($one->sqlstate('SELECT 1'),                     '',      'success shows none');

$two->psql('CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)');
$two->crash;
$two->restart;
is($two->psql('SELECT n FROM kept'), '1', 'a committed row survives a crash');

my %environment = $one->environment;
my $key_mode    = (stat $environment{LAD_KEY_FILE})[2] & 07777;
is(sprintf('%o', $key_mode), '600', 'the key file is closed to others');
my ($home, $socket) = @environment{qw(LAD_CLUSTER PGHOST)};
$one->stop;
ok(!-e $home && !-e $socket, 'a stopped cluster leaves nothing');

done_testing;
