# A whole dump, in every format and by whoever may read every row, restores the same rows and the same
# objects; the restored database goes on as if nothing had happened.
use strict;
use warnings;
use File::Temp qw(tempdir);
use FindBin;
use lib $FindBin::Bin;
use Test::More;
use LadCluster;
use LadDump;
use LadState;

my $cluster = LadCluster->start('dump_whole');
my $directory = tempdir(CLEANUP => 1);
my ($acme, $globex) = @LadState::tenant{qw(acme globex)};
LadState::install($cluster, 'original');
my $events = LadState::fill($cluster, 'original');
LadState::extend($cluster, 'original');
like($events, qr/^charged\|\d+\nfailed\|\d+$/, 'there are charged and unpaid calls to dump');
$cluster->psql('CREATE ROLE backup LOGIN BYPASSRLS IN ROLE pg_read_all_data; CREATE ROLE reader LOGIN IN ROLE pg_read_all_data;
    CREATE ROLE app LOGIN IN ROLE lad_app; CREATE ROLE keeper LOGIN IN ROLE lad_owner');
my $rows = LadState::rows($cluster, 'original');
my $objects = LadState::objects($cluster, 'original');
cmp_ok(scalar @{$rows}, '>', 20, 'rows of many tables and months are compared');
cmp_ok(scalar @{$objects}, '>', 2500, 'and many objects');

sub same {
    my ($there, $database, $what) = @_;
    my $difference = LadState::difference(LadState::rows($there, $database), $rows);
    is($difference, '', "$what: the same rows");
    $difference = LadState::difference(LadState::objects($there, $database), $objects);
    is($difference, '', "$what: the same objects");
}

# Formats, and who dumps.
my @ways = (
    ['plain',     'postgres', 'plain.sql', [],             []],
    ['plain',     'backup',   'rows.sql',  ['--inserts'],  []],
    ['custom',    'backup',   'custom',    ['-Fc'],        []],
    ['directory', 'postgres', 'folder',    ['-Fd', '-j2'], ['-j2']],
);
for my $way (@ways) {
    my ($format, $user, $file, $dump, $restore) = @{$way};
    my $what = "$format @{$dump} by $user";
    is(LadDump::dump_database($cluster, 'original', "$directory/$file", $user, @{$dump}), '', "$what: dumped");
    $cluster->psql("CREATE DATABASE restored_$file" =~ s/\.//r);
    my $database = "restored_$file" =~ s/\.//r;
    is(LadDump::restore($cluster, $database, "$directory/$file", 'postgres', @{$restore}), '', "$what: restored");
    same($cluster, $database, $what);
}
like(LadDump::dump_database($cluster, 'original', "$directory/no.sql", 'reader'), qr/row-level security/,
    'who sees only some rows cannot dump, rather than dump some');

# Into another server, which knows the roles.
is(LadDump::run($cluster, ['pg_dumpall', '--roles-only', '-f', "$directory/roles.sql"]), '', 'the roles are dumped');
my $other = LadCluster->start('dump_other');
LadDump::run($other, ['psql', '-Xqf', "$directory/roles.sql"]);
$other->psql('CREATE DATABASE restored');
is(LadDump::restore($other, 'restored', "$directory/custom", 'postgres'), '', 'another server: restored');
same($other, 'restored', 'another server');
$other->stop;

# By a member of lad_owner who is no superuser, where a superuser made the extension. Event triggers are
# for superusers to make.
$cluster->psql('CREATE DATABASE kept OWNER keeper');
$cluster->psql('SET client_min_messages = warning; CREATE EXTENSION lad_ext CASCADE', database => 'kept');
LadDump::run($cluster, ['bash', '-c', "pg_restore -l $directory/custom | grep -Ev ' COMMENT - EXTENSION | EVENT TRIGGER ' > $directory/list"]);
is(LadDump::restore($cluster, 'kept', "$directory/custom", 'keeper', '-L', "$directory/list"), '', 'by a member of lad_owner: restored');
same($cluster, 'kept', 'by a member of lad_owner');

# The restored database works, and knows what happened before.
my $in = 'restored_custom';
my $context = "SELECT lad.authenticate_service('$acme', 'test') \\g /dev/null\n";
sub restored { my ($sql, %option) = @_; return $cluster->psql($sql, database => $in, %option) }
is(restored('SELECT count(*) FROM lad.verify_ledger()'), '0', 'the ledger is sound');
is(restored("BEGIN; $context SELECT p.replayed FROM lad_data.billing_wallets w, lad.topup(w.id, 20, 'paid') p WHERE w.tenant_id = '$acme'; COMMIT;"),
    't', 'a key that was used is known');
is(restored("BEGIN; $context SELECT p.seq = w.last_seq + 1, p.balance_before = w.current_balance"
        . " FROM lad_data.billing_wallets w, lad.topup(w.id, 7, 'paid again') p WHERE w.tenant_id = '$acme'; COMMIT;"),
    't|t', 'posting continues the chain');
is(restored("BEGIN; $context SELECT count(*) FILTER (WHERE p.replayed) || ' of ' || count(*) FROM lad_data.voice_call_logs c,"
        . " lad.finish_call(c.id, 'ended', c.duration_seconds) p WHERE c.tenant_id = '$acme' AND c.status = 'ended'; COMMIT;"),
    '12 of 12', 'calls that were charged are not charged again');
is(restored('SELECT count(*) FROM lad.verify_ledger()'), '0', 'and the ledger is sound after it');
my $token = restored("SELECT lad.issue_token('$globex')");
is(restored("BEGIN; SELECT lad.authenticate('$token') \\g /dev/null\nSELECT count(*), min(tenant_id::text), max(tenant_id::text) FROM lad_data.leads; COMMIT;",
        user => 'app'), "40|$globex|$globex", 'a tenant sees its own rows only');
is($cluster->sqlstate('SELECT count(*) FROM lad_data.leads', user => 'app', database => $in), 'LD001', 'and nothing without a context');
is($cluster->sqlstate("BEGIN; SELECT lad.authenticate('$token'); DELETE FROM lad_data.billing_ledger_transactions", user => 'app', database => $in),
    '42501', 'nor does it touch the ledger');
is($cluster->sqlstate('DELETE FROM lad_data.billing_ledger_transactions', database => $in), 'LD102', 'which stays immutable');
is(restored("SELECT string_agg(DISTINCT action, ',') FROM lad.install_schema()"), 'exists', 'nothing is left to install');
is(restored('SELECT * FROM lad.lint() WHERE level <> $$info$$'), '', 'nor to mend');
is($cluster->sqlstate('CREATE TABLE lad_data.bad (id int PRIMARY KEY)', database => $in), '23514', 'new tables are watched');
done_testing();
