# The lexicons of a server: shared by all sessions, swapped under load so that every expansion is of
# one version, written anew when their file is damaged, whole after kill -9, dumped, and refused when
# the tables are damaged. LAD_LONG=1: 10,000 expansions during 50 swaps instead of 1,500 during 12,
# a dump and a standby.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use IPC::Run ();
use Test::More;
use LadCluster;
use LadSession;

my ($sessions, $each, $swaps) = $ENV{LAD_LONG} ? (4, 2500, 50) : (3, 500, 12);
my $cluster = LadCluster->start('lexicon', database => 'lexicon', settings => { max_wal_senders => 4 });
my %env = $cluster->environment;
my $data = "$env{LAD_CLUSTER}/data";
$cluster->psql(q(SET client_min_messages = warning; CREATE EXTENSION lad_ext CASCADE; CREATE ROLE app LOGIN IN ROLE lad_app));
sub terms { my ($keyword, %option) = @_; return $cluster->psql("SELECT string_agg(term, ',' ORDER BY term) FROM lad.expand_keyword('$keyword')", user => 'app', %option) }
sub file_of { return "$data/" . $cluster->psql("SELECT file FROM lad.lexicons() WHERE name = '$_[0]'") }

# Nothing but CREATE EXTENSION.
like(terms('cto'), qr/chief technology officer/, 'the shipped vocabulary needs no tables');
is($cluster->sqlstate(q(SELECT lad.load_lexicon_rows('x', '[{"term": "foo", "expansion": "bar"}]'))), '55000', 'loading does');
is($cluster->sqlstate(q(SELECT lad.drop_lexicon('x'))), '55000', 'dropping too');
my $shipped = file_of('b2b');
ok(-s $shipped, 'the shipped vocabulary is a file that all sessions map');
my $written = (stat $shipped)[1];
terms('cto') for 1 .. 2;
is((stat $shipped)[1], $written, 'which is written once');
$cluster->psql('SELECT count(*) FROM lad.install_schema()');

# Every version maps the keyword to two terms that bear its number.
$cluster->psql(<<'SQL');
CREATE FUNCTION public.swap(version int) RETURNS void LANGUAGE sql AS $$
    SELECT lad.load_lexicon_rows('swap', jsonb_build_array(
        jsonb_build_object('term', 'zorblax', 'expansion', 'quux v' || version, 'weight', 1),
        jsonb_build_object('term', 'zorblax', 'expansion', 'plugh v' || version, 'weight', 0.9)))
$$;
CREATE FUNCTION public.watch(times int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE versions text[]; seen text[] = '{}'; torn int = 0; last int = 0; back int = 0;
BEGIN
    FOR i IN 1..times LOOP
        SELECT array_agg(DISTINCT substring(term FROM 'v([0-9]+)$')) INTO versions FROM lad.expand_keyword('zorblax');
        IF cardinality(versions) IS DISTINCT FROM 1 OR (SELECT count(*) FROM lad.expand_keyword('zorblax')) <> 2 THEN torn = torn + 1; CONTINUE; END IF;
        IF versions[1]::int < last THEN back = back + 1; END IF;
        last = versions[1];
        IF NOT versions[1] = ANY (seen) THEN seen = seen || versions[1]; END IF;
        PERFORM pg_sleep(0.001);
    END LOOP;
    RETURN torn || ' torn, ' || back || ' back, ' || least(cardinality(seen), 2) || ' versions or more';
END $$;
SELECT public.swap(0);
SQL
my @watchers = map { LadSession->open($cluster, user => 'app') } 1 .. $sessions;
$_->send("SELECT public.watch($each)") for @watchers;
my $swapper = LadSession->open($cluster);
for my $version (1 .. $swaps) {
    $swapper->query("SELECT public.swap($version), pg_sleep(0.03)");
}
is($_->receive, '0 torn, 0 back, 2 versions or more', 'each expansion reads one version, and never an older one') for @watchers;
is(terms('zorblax'), "plugh v$swaps,quux v$swaps", 'the last one stays');
is($cluster->psql("SELECT version FROM lad.lexicons() WHERE name = 'swap'"), $swaps + 1, 'each was a version');
my @files = glob "$data/lad_lexicons/*";
is(scalar @files, 2, 'files that nobody needs are gone') or diag "@files";

# The same lexicon, mapped by two sessions, is one copy.
my ($one, $two) = map { LadSession->open($cluster, user => 'app') } 1 .. 2;
my @maps = map { my $pid = $_->query("SELECT pg_backend_pid() FROM lad.expand_keyword('zorblax') LIMIT 1"); smaps($pid) } $one, $two;
is_deeply([map { $_->{Anonymous} } @maps], [0, 0], 'sessions have no bytes of it of their own');
is($maps[0]{mapped}, 2, 'both lexicons are mapped');
undef $_ for $one, $two;

sub smaps {
    my ($pid) = @_;
    my %sum = (mapped => 0, Anonymous => 0);
    my $ours = 0;
    open my $in, '<', "/proc/$pid/smaps" or die "smaps: $!";
    while (my $line = <$in>) {
        if ($line =~ /^[0-9a-f]+-/) { $ours = $line =~ m{/lad_lexicons/}; $sum{mapped} += $ours ? 1 : 0 }
        $sum{Anonymous} += $1 if $ours && $line =~ /^Anonymous:\s+(\d+)/;
    }
    return \%sum;
}

# Damage of the file: the tables have the bytes.
my $file = file_of('swap');
my %damage = (
    'a changed byte'  => sub { my $was = -s $file; open my $out, '+<', $file or die $!; seek $out, $was - 3, 0; print {$out} "\xff"; close $out },
    'a cut end'       => sub { truncate $file, (-s $file) - 5 or die $! },
    'an empty file'   => sub { truncate $file, 0 or die $! },
    'a missing file'  => sub { unlink $file or die $! },
    'foreign content' => sub { open my $out, '>', $file or die $!; print {$out} 'x' x 5000; close $out },
);
for my $kind (sort keys %damage) {
    my $size = -s $file;
    $damage{$kind}->();
    is(terms('zorblax'), "plugh v$swaps,quux v$swaps", "$kind: the next session reads the table");
    is(-s $file, $size, "$kind: and writes the file anew");
}
open my $out, '+<', $shipped or die $!;
seek $out, 200, 0;
print {$out} 'damage';
close $out;
like(terms('cto'), qr/chief technology officer/, 'the shipped vocabulary is compiled anew');

# Where nothing can be written, each session has a copy.
unlink $file;
chmod 0500, "$data/lad_lexicons";
is(terms('zorblax'), "plugh v$swaps,quux v$swaps", 'a folder that takes no file is no obstacle');
is($cluster->psql("SELECT file FROM lad.lexicons() WHERE name = 'swap'"), '', 'the session keeps its own copy');
chmod 0700, "$data/lad_lexicons";

# kill -9 in the middle of a load: the one before is in force, what was left lying is removed later.
my $loader = LadSession->open($cluster);
$loader->query('BEGIN; SELECT public.swap(777)');
my $left = "$data/lad_lexicons/" . $cluster->psql('SELECT oid FROM pg_database WHERE datname = current_database()') . '-' . '0' x 64 . '.lex';
for my $waste ($left, "$left.4194304", "$data/lad_lexicons/99999-" . '0' x 64 . '.lex') { open my $new, '>', $waste or die $!; print {$new} 'x'; close $new }
$cluster->crash;
$cluster->restart;
%env = $cluster->environment;
is(terms('zorblax'), "plugh v$swaps,quux v$swaps", 'after kill -9 the committed version answers');
$cluster->psql('SELECT public.swap(778)');
is(scalar(grep { /0{64}/ } glob "$data/lad_lexicons/*"), 0, 'files of nobody are removed');
is(terms('zorblax'), 'plugh v778,quux v778', 'loading goes on');

if ($ENV{LAD_LONG}) {
    # A dump carries the bytes, another database has its own.
    IPC::Run::run(['bash', '-c', 'createdb copied && pg_dump | psql -Xq -v ON_ERROR_STOP=1 -d copied >/dev/null'], init => sub { %ENV = (%ENV, %env) }) or fail('dump and restore');
    is(terms('zorblax', database => 'copied'), 'plugh v778,quux v778', 'a restored database has the lexicon');
    $cluster->psql('SELECT public.swap(779)', database => 'copied');
    is(terms('zorblax') . ';' . terms('zorblax', database => 'copied'), 'plugh v778,quux v778;plugh v779,quux v779', 'databases do not share what was loaded');

    my $standby = LadCluster->start('lexicon_standby', database => 'lexicon', standby_of => $cluster);
    my $ask = sub { my $sql = "SELECT string_agg(term, ',' ORDER BY term) FROM lad.expand_keyword('zorblax')"; return $standby->psql($sql, user => 'app') };
    is($ask->(), 'plugh v778,quux v778', 'a standby answers');
    $cluster->psql('SELECT public.swap(780)');
    my $lsn = $cluster->psql('SELECT pg_current_wal_flush_lsn()');
    select undef, undef, undef, 0.1 until $standby->psql("SELECT pg_last_wal_replay_lsn() >= '$lsn'") eq 't';
    is($ask->(), 'plugh v780,quux v780', 'and follows the primary');
    $standby->stop;
}

# Damage of the tables: refused, and dropping helps.
my $other = file_of('swap');
$cluster->psql(q(UPDATE lad_data.keyword_lexicon_parts SET content = set_byte(content, length(content) - 3, 1)));
unlink $other;
is($cluster->sqlstate(q(SELECT lad.expand_keyword('zorblax')), user => 'app'), 'LD403', 'a lexicon that is damaged in the tables is refused');
$cluster->psql(q(SELECT lad.drop_lexicon('swap')));
is(terms('zorblax'), '', 'and can be dropped');

# lad.match_leads finds leads by the index, under row-level security.
my $tenant = 'a0000000-0000-4000-8000-000000000001';
$cluster->psql(<<"SQL");
INSERT INTO lad_data.tenants (id, name, slug, status) VALUES ('$tenant', 'A', 'a', 'active'), (gen_random_uuid(), 'B', 'b', 'active');
INSERT INTO lad_data.leads (tenant_id, title) SELECT id, CASE WHEN n % 500 = 0 THEN 'CTO' ELSE 'Clerk ' || n END FROM lad_data.tenants, generate_series(1, CASE slug WHEN 'a' THEN 15000 ELSE 500 END) n;
ANALYZE lad_data.leads;
SQL
my $token = $cluster->psql("SELECT lad.issue_token('$tenant')");
my (undef, $plan) = $cluster->try(<<"SQL");
LOAD 'auto_explain';
SET auto_explain.log_min_duration = 0; SET auto_explain.log_nested_statements = on; SET auto_explain.log_level = notice;
SET ROLE app;
BEGIN;
SELECT lad.authenticate('$token') \\g /dev/null
SELECT count(*) FROM lad.match_leads('cto', 'title');
SQL
like($plan, qr/Bitmap Index Scan on leads_tenant_id_search_words_idx.*\n.*Index Cond: \(\(tenant_id = .*search_words @@/, 'leads are found by the full-text index behind the tenant') or diag $plan;
done_testing();
