# The border between C++ and PostgreSQL: errors of every kind cross it whole, and leak nothing.
use strict;
use warnings;
use Cwd 'abs_path';
use File::Basename 'dirname';
use Test::More;

my $root = abs_path(dirname(__FILE__) . '/../..');
for my $line (split /\n/, `bash $root/tools/cluster.sh start check-boundary`) {
    while ($line =~ /\b((?:PG|LAD_)\w+)=(\S+)/g) { $ENV{$1} = $2 }
}
END { my $status = $?; system("bash $root/tools/cluster.sh stop check-boundary") if $root; $? = $status }

my $probe = "$ENV{LAD_CLUSTER}/boundary_probe.so";
my $include = `$ENV{PG_CONFIG} --includedir-server`;
chomp $include;
my $bin = `$ENV{PG_CONFIG} --bindir`;
chomp $bin;
is(system("g++ -std=c++20 -O1 -fPIC -shared -fvisibility=hidden -isystem $include -I$root/src"
        . " $root/test/boundary/boundary_probe.cpp $root/src/core/*.cpp"
        . join('', map {" $root/src/pg/$_.cpp"} qw(boundary numeric result savepoint spi))
        . " -o $probe") >> 8,
    0, 'the probe builds') or BAIL_OUT('no probe');
chmod 0755, $probe;

sub sql {
    my ($text, @more) = @_;
    open my $pipe, '-|', "$bin/psql", '-XAtq', '-v', 'VERBOSITY=verbose', @more, '-c', $text
        or die "psql: $!";
    my $output = join '', <$pipe>;
    close $pipe;
    chomp $output;
    return $output;
}

sub error_of {
    my ($text) = @_;
    my $quoted = $text =~ s/'/'\\''/gr;
    my $output = `$bin/psql -XAtq -v VERBOSITY=verbose -c '$quoted' 2>&1`;
    return $output;
}

# A whole script through psql's standard input: backslash commands work, errors are printed too.
sub script {
    my ($text) = @_;
    open my $in, '|-', "$bin/psql -XAtq > $ENV{LAD_CLUSTER}/out 2>&1" or die "psql: $!";
    print $in $text;
    close $in;
    open my $out, '<', "$ENV{LAD_CLUSTER}/out" or die "output: $!";
    local $/;
    return <$out>;
}

my %functions = (
    'raise(int) RETURNS void' => 'probe_raise',
    'errors(OUT number int, OUT name text, OUT sqlstate text) RETURNS SETOF record' => 'probe_errors',
    'misbehave(text) RETURNS void' => 'probe_misbehave',
    'run(text) RETURNS bigint' => 'probe_run',
    'survive(text) RETURNS text' => 'probe_survive',
    'survive_throw(text) RETURNS text' => 'probe_survive_throw',
    'resident() RETURNS bigint' => 'probe_resident',
    'spin() RETURNS void' => 'probe_spin',
    'numerics(int, bigint) RETURNS bigint' => 'probe_numerics',
);
sql('CREATE SCHEMA probe');
for my $signature (sort keys %functions) {
    sql("CREATE FUNCTION probe.$signature LANGUAGE c AS '$probe', '$functions{$signature}'");
}

# Every error of the catalogue arrives with its SQLSTATE, detail and hint.
for my $line (split /\n/, sql('SELECT * FROM probe.errors()')) {
    my ($number, $name, $sqlstate) = split /\|/, $line;
    my $error = error_of("SELECT probe.raise($number)");
    like($error, qr/ERROR:  $sqlstate: raised $name\nDETAIL:  A detail\.\nHINT:  A hint\./,
        "$name arrives as $sqlstate with detail and hint");
}

# C++ exceptions of every kind become clean errors.
my %expected = (
    bad_alloc => qr/ERROR:  53200: out of memory/,
    overflow  => qr/ERROR:  22003: value out of range\nDETAIL:  too much/,
    runtime   => qr/ERROR:  XX000: internal error\nDETAIL:  something broke/,
    foreign   => qr/ERROR:  XX000: internal error: an exception of an unknown type/,
    long      => qr/ERROR:  XX000: internal error\nDETAIL:  x{1000,1023}\n/,
    utf8      => qr/ERROR:  22023: \x{e2}\x{82}\x{ac}/,
    checked   => qr/ERROR:  22003: value out of range/,
);
like(error_of("SELECT probe.misbehave('$_')"), $expected{$_}, "$_ becomes a clean error")
    for sort keys %expected;

# PostgreSQL's own errors pass through C++ whole.
my $nested = error_of(q{SELECT probe.run('SELECT 1/0')});
like($nested, qr/ERROR:  22012: division by zero/, 'SQLSTATE and message survive the crossing');
like($nested, qr/LOCATION:  int4div/, 'so does the location');
like(error_of(q{SELECT probe.run('INSERT INTO pg_class (oid) VALUES (NULL)')}), qr/DETAIL:  Failing row/,
    'so does the detail');
like(error_of(q{SELECT probe.run('SELECT probe.run(''SELECT probe.raise(0)'')')}), qr/LD001.*A hint/s,
    'an error crosses three levels of SPI');
my $script = <<'SQL';
BEGIN;
CREATE TABLE probe.t (v int);
SAVEPOINT s;
INSERT INTO probe.t VALUES (1);
SELECT probe.misbehave('bad_alloc');
ROLLBACK TO s;
SELECT count(*) FROM probe.t;
DECLARE c CURSOR FOR SELECT probe.run('SELECT 1/(3-' || i || ')') FROM generate_series(1, 5) i;
FETCH 2 FROM c;
SAVEPOINT u;
FETCH 1 FROM c;
ROLLBACK TO u;
SELECT 'alive';
COMMIT;
SQL
like(script($script), qr/out of memory\n0\n1\n1\nERROR:  division by zero.*alive\n\z/s,
    'errors inside savepoints and cursors undo what they should');

is(sql(q{SELECT probe.survive('SELECT 1/0')}), '22012: division by zero', 'a savepoint survives an error');
is(sql(q{SELECT probe.survive('SELECT 1')}), 'fine', 'a savepoint lets good work through');
is(sql(q{SELECT probe.survive_throw('runtime')}), 'XX000: internal error', 'a savepoint survives a C++ exception');
is(sql(q{CREATE TABLE probe.kept (v int); SELECT probe.survive('INSERT INTO probe.kept VALUES (1)');
         SELECT probe.survive('WITH a AS (INSERT INTO probe.kept VALUES (2) RETURNING v) SELECT v/0 FROM a');
         SELECT string_agg(v::text, ',') FROM probe.kept}), "fine\n22012: division by zero\n1",
    'what failed is undone, what went well is kept');
like(error_of(q{DO $$ BEGIN PERFORM probe.survive('DO ''BEGIN RAISE EXCEPTION USING ERRCODE = ''''40001''''; END''');
                 RAISE EXCEPTION 'swallowed'; END $$}), qr/ERROR:  40001/,
    'a serialization failure is never swallowed');
like(error_of(q{DO $$ BEGIN PERFORM probe.survive('DO ''BEGIN RAISE EXCEPTION USING ERRCODE = ''''40P01''''; END''');
                 RAISE EXCEPTION 'swallowed'; END $$}), qr/ERROR:  40P01/, 'nor is a deadlock');
like(error_of(q{SET statement_timeout = '300ms'; SELECT probe.spin()}), qr/ERROR:  57014/,
    'a long loop can be cancelled');
like(error_of(q{SET statement_timeout = '300ms'; SELECT probe.survive('SELECT probe.spin()')}),
    qr/ERROR:  57014/, 'a cancel is never swallowed');

# 50,000 raised errors leave memory flat.
my $growth = script(<<'SQL');
DO $$ BEGIN FOR i IN 1..2000 LOOP BEGIN PERFORM probe.raise(i % 20); EXCEPTION WHEN OTHERS THEN NULL; END; END LOOP; END $$;
SELECT probe.resident() AS before \gset
DO $$ BEGIN FOR i IN 1..25000 LOOP
    BEGIN PERFORM probe.raise(i % 20); EXCEPTION WHEN OTHERS THEN NULL; END;
    BEGIN PERFORM probe.run('SELECT 1/0'); EXCEPTION WHEN OTHERS THEN NULL; END;
END LOOP; END $$;
SELECT probe.resident() - :before;
SQL
chomp $growth;
cmp_ok($growth, '<', 8192, "50,000 raised errors leave memory flat (grew by $growth kB)");

is(sql('SELECT probe.numerics(150000, 20260101)'), '0',
    '300,000 random decimals round-trip through the layout reader');
done_testing();
