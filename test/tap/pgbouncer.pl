# The tenant context under pgbouncer in transaction mode: tenants take turns on one server
# connection, transaction by transaction, and never see a row of each other. LAD_LONG=1 runs
# 100,000 transactions instead of 2,000.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Test::More;
use POSIX ();
use LadCluster;
use LadPool;

my $transactions = $ENV{LAD_LONG} ? 100_000 : 2_000;
srand 42;

my $cluster = LadCluster->start('pool', database => 'pool', settings => { 'lad.max_token_ttl' => '1d' });
my %tenant = (acme => 'a0000000-0000-4000-8000-00000000000a', globex => 'b0000000-0000-4000-8000-00000000000b');
$cluster->psql(<<"SQL");
SET client_min_messages = warning;
CREATE EXTENSION lad_ext CASCADE;
SELECT count(*) FROM lad.install_schema();
CREATE ROLE app LOGIN IN ROLE lad_app;
CREATE ROLE unguarded LOGIN IN ROLE lad_app;
ALTER ROLE unguarded SET lad.guard = off;
INSERT INTO lad_data.tenants (id, name, slug, status) VALUES
    ('$tenant{acme}', 'Acme', 'acme', 'active'), ('$tenant{globex}', 'Globex', 'globex', 'active');
INSERT INTO lad_data.leads (tenant_id, first_name) SELECT '$tenant{acme}', 'acme' FROM generate_series(1, 20);
INSERT INTO lad_data.leads (tenant_id, first_name) SELECT '$tenant{globex}', 'globex' FROM generate_series(1, 20);
ANALYZE lad_data.leads;
SQL
my $pool = LadPool->start($cluster, users => [qw(app unguarded)]);
sub token { $cluster->psql("SELECT lad.issue_token('$tenant{$_[0]}', ttl => '$_[1]')") }

# Clients, and what they do.
sub client {
    my ($name, $user) = @_;
    my ($other) = grep { $_ ne $name } sort keys %tenant;
    return { name => $name, db => $pool->connect($user // 'app'), token => token($name, '1 day'), other => token($other, '1 day'), other_name => $other };
}
sub run   { my ($c, $sql, @bind) = @_; $c->{db}->do($sql, undef, @bind) }
sub value { my ($c, $sql, @bind) = @_; ($c->{db}->selectrow_array($sql, undef, @bind))[0] }
# The SQLSTATE of a statement, '' when it succeeds.
sub state_of { my ($c, $sql, @bind) = @_; return eval { run($c, $sql, @bind); 1 } ? '' : $c->{db}->state }
sub enter { run($_[0], 'SELECT lad.authenticate(?)', $_[0]{token}) }

my $see = 'SELECT tenant_id, first_name FROM lad_data.leads';
my ($foreign, $seen, %done, %wrong, %backend) = (0, 0);
# Counts rows by what is written in them and by whose they claim to be.
sub look {
    my ($c, $sql) = @_;
    my $rows = $c->{db}->selectall_arrayref($sql // $see);
    $foreign += grep { $_->[0] ne $tenant{ $c->{name} } || $_->[1] ne $c->{name} } @$rows;
    $seen += @$rows;
    return scalar @$rows;
}
# As state_of, but rows that should not be seen are counted if they are.
sub try_look { my ($c, $sql) = @_; return eval { look($c, $sql); 1 } ? '' : $c->{db}->state }
sub expect { my ($what, $got, $expected) = @_; $wrong{"$what: $got"}++ if $got ne $expected; return }

# One transaction each; none cleans up after itself but by ending the transaction.
my %kinds = (
    reads => sub { my ($c) = @_; run($c, 'BEGIN'); enter($c); expect('reads', look($c), 20); run($c, 'COMMIT') },
    'executes a plan that another client prepared' => sub {
        my ($c) = @_;
        run($c, 'BEGIN');
        enter($c);
        expect('plan', look($c, 'EXECUTE shared_plan'), 20);
        run($c, 'COMMIT');
    },
    writes => sub {
        my ($c) = @_;
        run($c, 'BEGIN');
        enter($c);
        expect('insert', value($c, 'INSERT INTO lad_data.leads (first_name) VALUES (?) RETURNING tenant_id', $c->{name}), $tenant{ $c->{name} });
        expect('writes', look($c), 21);
        run($c, 'ROLLBACK');
    },
    'writes for another' => sub {
        my ($c) = @_;
        run($c, 'BEGIN');
        enter($c);
        expect('update', run($c, 'UPDATE lad_data.leads SET first_name = ? WHERE tenant_id = ?', $c->{name}, $tenant{ $c->{other_name} }), '0E0');
        expect('mole', state_of($c, 'INSERT INTO lad_data.leads (tenant_id, first_name) VALUES (?, ?)', $tenant{ $c->{other_name} }, $c->{name}), '42501');
        run($c, 'ROLLBACK');
    },
    'fails' => sub {
        my ($c) = @_;
        run($c, 'BEGIN');
        enter($c);
        expect('error', state_of($c, 'SELECT 1 / 0'), '22012');
        expect('aborted', state_of($c, $see), '25P02');
        run($c, 'COMMIT');
    },
    'forgets to authenticate' => sub {
        my ($c) = @_;
        run($c, 'BEGIN');
        expect('forgotten', try_look($c), 'LD001');
        run($c, 'ROLLBACK');
        expect('without a block', try_look($c), 'LD001');
        expect('held by another', try_look($c, 'FETCH ALL FROM held'), '34000');
        expect('nothing to read back', value($c, "SELECT current_setting('lad.token')"), '');
    },
    'authenticates without a block' => sub { my ($c) = @_; enter($c); expect('after it', try_look($c), 'LD001') },
    'rolls back to before' => sub {
        my ($c) = @_;
        run($c, $_) for 'BEGIN', 'SAVEPOINT s';
        enter($c);
        expect('inside', look($c), 20);
        run($c, 'ROLLBACK TO s');
        expect('before', try_look($c), 'LD001');
        run($c, 'ROLLBACK');
    },
    'drops its context in a savepoint' => sub {
        my ($c) = @_;
        run($c, 'BEGIN');
        enter($c);
        run($c, $_) for 'SAVEPOINT s', "SET LOCAL lad.token = ''";
        expect('dropped', state_of($c, $see), 'LD001');
        run($c, 'ROLLBACK TO s');
        expect('restored', look($c), 20);
        run($c, 'COMMIT');
    },
    'presents two tokens' => sub {
        my ($c) = @_;
        run($c, 'BEGIN');
        enter($c);
        run($c, 'SAVEPOINT s');
        expect('switch', state_of($c, 'SELECT lad.authenticate(?)', $c->{other}), 'LD004');
        run($c, 'ROLLBACK TO s');
        expect('still', look($c), 20);
        run($c, 'COMMIT');
    },
    'sets the token locally' => sub { my ($c) = @_; run($c, $_) for 'BEGIN', "SET LOCAL lad.token = '$c->{token}'"; expect('local', look($c), 20); run($c, 'COMMIT') },
    'sets the token for the session' => sub { my ($c) = @_; run($c, $_) for 'BEGIN', "SET lad.token = '$c->{token}'"; expect('session', look($c), 20); run($c, 'COMMIT') },
    'sets it outside a block' => sub { my ($c) = @_; run($c, "SET SESSION lad.token = '$c->{token}'") },
    'leaves a cursor open' => sub {
        my ($c) = @_;
        run($c, 'BEGIN');
        enter($c);
        expect('cursor of before', state_of($c, 'SAVEPOINT s'), '');
        expect('no cursor', state_of($c, 'FETCH ALL FROM open_cursor'), '34000');
        run($c, $_) for 'ROLLBACK TO s', "DECLARE open_cursor CURSOR FOR $see";
        expect('cursor', look($c, 'FETCH 5 FROM open_cursor'), 5);
        run($c, 'COMMIT');
    },
    'declares a holdable cursor' => sub {
        my ($c) = @_;
        run($c, 'BEGIN');
        enter($c);
        expect('holdable', state_of($c, "DECLARE held CURSOR WITH HOLD FOR $see"), '42501');
        run($c, 'COMMIT');
        expect('held', try_look($c, 'FETCH ALL FROM held'), '34000');
    },
    'keeps a temporary table' => sub {
        my ($c) = @_;
        run($c, 'BEGIN');
        enter($c);
        expect('table', state_of($c, "CREATE TEMP TABLE leads AS $see"), '42501');
        run($c, 'COMMIT');
    },
    'drops a temporary table' => sub {
        my ($c) = @_;
        run($c, 'BEGIN');
        enter($c);
        run($c, "CREATE TEMP TABLE leads ON COMMIT DROP AS $see");
        expect('temporary', look($c, 'SELECT tenant_id, first_name FROM leads'), 20);
        run($c, 'COMMIT');
        expect('gone', state_of($c, 'SELECT * FROM pg_temp.leads'), '42P01');
    },
    'takes another role' => sub {
        my ($c) = @_;
        expect('role', state_of($c, "SELECT set_config('role', 'lad_app', false)"), '42501');
        expect('user', value($c, 'SELECT current_user'), 'app');
    },
    'commits inside a procedure' => sub {
        my ($c) = @_;
        expect('procedure', state_of($c, "DO \$\$ BEGIN PERFORM lad.authenticate('$c->{token}'); COMMIT; PERFORM count(*) FROM lad_data.leads; END \$\$"), 'LD001');
    },
    'reads in parallel' => sub {
        my ($c) = @_;
        run($c, $_) for 'BEGIN', 'SET LOCAL force_parallel_mode = on';
        enter($c);
        expect('parallel', look($c), 20);
        run($c, 'COMMIT');
    },
);
my @kinds = sort keys %kinds;
# Most transactions read, as they do in life; starting a parallel worker is dear.
sub kind_of { my ($n) = @_; return $n < 2 * @kinds ? $kinds[ $n / 2 ] : rand() < 0.4 ? 'reads' : (grep { $_ ne 'reads in parallel' } @kinds)[ rand(@kinds - 1) ] }

# Two clients in turn.
my @clients = map { client($_) } qw(acme globex);
run($clients[0], "PREPARE shared_plan AS $see");
for my $n (0 .. $transactions - 1) {
    my ($c, $kind) = ($clients[ $n % 2 ], kind_of($n));
    my $lived = eval { $kinds{$kind}->($c); 1 };
    $wrong{"$kind died: $@"}++, eval { run($c, 'ROLLBACK') } if !$lived;
    $done{$kind}++;
    $backend{ value($c, 'SELECT pg_backend_pid()') }++ if $n % 10 < 2;
}
is($foreign, 0, "0 foreign rows in $transactions transactions");
cmp_ok($seen, '>', 10 * $transactions, "of $seen rows seen");
is_deeply(\%wrong, {}, 'every transaction went as it should');
is(scalar(keys %backend), 1, 'all of them over one server connection');
is(scalar(grep { ($done{$_} // 0) >= 2 } @kinds), scalar @kinds, 'of every kind, from both');

# Many clients at once, in whatever order the pool serves them: the previous transaction was mostly
# somebody else's.
sub work {
    my ($number, $rounds) = @_;
    my $c = client($number % 2 ? 'acme' : 'globex');
    my $switches = 0;
    for (1 .. $rounds) {
        run($c, 'BEGIN');
        expect('forgotten', try_look($c), 'LD001') if $_ % 5 == 0;
        run($c, $_ % 5 == 0 ? 'ROLLBACK' : 'SELECT 1');
        run($c, 'BEGIN') if $_ % 5 == 0;
        $switches++ if value($c, "SELECT current_setting('test.last', true) IS DISTINCT FROM ?", $number);
        run($c, "SELECT set_config('test.last', ?, false)", $number);
        enter($c);
        expect('rows', look($c), 20);
        run($c, 'COMMIT');
    }
    return join ' ', $foreign, $switches, $seen, scalar %wrong;
}
($foreign, $seen) = (0, 0);
my ($workers, $rounds) = (4, $transactions / 8);
my @pipes = map {
    my $number = $_;
    my $pid = open(my $pipe, '-|') // die "fork: $!";
    if (!$pid) {
        $_->{db}{AutoInactiveDestroy} = 1 for @clients;
        $_->{db}{InactiveDestroy} = 1 for @clients;
        my $report = eval { work($number, $rounds) } // "died: $@";
        syswrite STDOUT, "$report\n";
        POSIX::_exit(0);
    }
    $pipe;
} 1 .. $workers;
my ($found, $switches, $rows, $faults) = (0) x 4;
for my $pipe (@pipes) {
    my $report = <$pipe> // 'nothing';
    like($report, qr/^\d+ \d+ \d+ \d+$/, 'a client finished');
    my @numbers = split ' ', $report;
    next if @numbers != 4;
    $found += $numbers[0], $switches += $numbers[1], $rows += $numbers[2], $faults += $numbers[3];
    close $pipe;
}
is($found, 0, "0 foreign rows for $workers clients at once");
is($rows, 20 * $workers * $rounds, 'who saw all of their own');
is($faults, 0, 'and no transaction of theirs went wrong');
cmp_ok($switches, '>', $workers * $rounds / 4, "after $switches switches between them");

# No context but one that a valid token backs, by any way that leads through the pool.
my ($acme, $globex) = @clients;
my $private = "set_config('lad.token', E'\\x01' || repeat('00', 49), false)";
for my $sql ("SET lad.token = 'x'", "SELECT set_config('lad.token', 'x', false)", "SELECT $private",
    "UPDATE pg_settings SET setting = 'x' WHERE name = 'lad.token'") {
    is(state_of($acme, $sql), 'LD002', "forged: $sql");
    is(state_of($globex, $see), 'LD001', 'and there is no context');
}
is(state_of($acme, "ALTER ROLE app SET lad.token = '$acme->{token}'"), '42501', 'nor for sessions to come');
is(eval { $pool->connect('app', more => ";options=-c lad.token=$acme->{token}"); 'connected' } // 'refused', 'refused', 'nor at the start');
run($acme, 'BEGIN');
enter($acme);
is(value($acme, 'SHOW lad.token'), '(set)', 'the token cannot be read back');
run($acme, 'COMMIT');
is(value($globex, 'SHOW lad.token'), '', 'least of all by the next client');

# Expiry and revocation reach tokens that were good on this very connection.
$acme->{token} = token('acme', '1 second');
run($acme, 'BEGIN');
enter($acme);
run($acme, 'SELECT pg_sleep(1.2)');
is(look($acme), 20, 'a transaction outlives its token');
run($acme, 'COMMIT');
is(state_of($acme, 'SELECT lad.authenticate(?)', $acme->{token}), 'LD003', 'which has expired for the next one');
$acme->{token} = token('acme', '1 day');
$cluster->psql("INSERT INTO lad_data.tenant_features (tenant_id, feature_key) VALUES ('$tenant{acme}', 'voice-agent')");
is(state_of($acme, 'SELECT lad.authenticate(?)', $acme->{token}), 'LD005', 'a revoked token is refused');
$kinds{reads}->($globex);
$acme->{token} = token('acme', '1 day');
$kinds{reads}->($acme);

# A client that vanishes in the middle of its transaction.
my $gone = client('acme');
run($gone, 'BEGIN');
enter($gone);
$gone->{db}->disconnect;
is(state_of($globex, $see), 'LD001', 'leaves no context behind');
$kinds{reads}->($globex);
is_deeply([$foreign, \%wrong], [0, {}], 'and the others go on');

# The same harness sees foreign rows where the guard is off.
my @unguarded = map { client($_, 'unguarded') } qw(acme globex);
run($unguarded[0], 'BEGIN');
enter($unguarded[0]);
run($unguarded[0], "DECLARE held CURSOR WITH HOLD FOR $see");
run($unguarded[0], 'COMMIT');
look($unguarded[1], 'FETCH ALL FROM held');
is($foreign, 20, 'without the guard the next client fetches the rows of another tenant');
$_->{db}->disconnect for @clients, @unguarded;
$pool->stop;
done_testing();
