package LadOracle;

# A cluster with wallets of one tenant, and the programs that use and check its ledger:
# ledger_driver (test/crash) and ledger_check (test/oracle).
#
#   my $oracle = LadOracle->start('soak', wallets => 12, settings => {...});   # else as LadCluster->start
#   my $driver = $oracle->drive('run', seed => 1, operations => 100);          # a record named run
#   $driver->finish;
#   my $verdict = $oracle->check(complete => 'yes');   # {status, text, lost, twice, rows, ...}
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use IPC::Run ();
use Test::More;
use LadCluster;

our $tenant = 'a0000000-0000-4000-8000-00000000000a';
my $root = dirname(dirname(dirname(abs_path(__FILE__))));
my $programs = "$root/build/unit";
my @running;

# Builds the programs; two tests may want them at once.
sub build {
    my $command = "flock '$root/build/testers.lock' sh -c \"cmake -G Ninja -S '$root' -B '$programs'"
      . " && ninja -C '$programs' -j2 ledger_driver ledger_check\" 2>&1";
    my $out = `$command`;
    die "the testers do not build:\n$out" if $?;
}

sub start {
    my ($class, $name, %option) = @_;
    build();
    my $wallets = delete $option{wallets} // 10;
    my $cluster = LadCluster->start($name, database => 'ledger', %option);
    my $self = bless { folder => tempdir(CLEANUP => 1), records => [], cluster => $cluster }, $class;
    $cluster->psql(<<"SQL");
SET client_min_messages = warning;
CREATE EXTENSION lad_ext CASCADE;
SELECT count(*) FROM lad.install_schema();
CREATE ROLE billing LOGIN IN ROLE lad_service;
INSERT INTO lad_data.tenants (id, name, slug, status) VALUES ('$tenant', 'Acme', 'acme', 'active');
INSERT INTO lad_data.users (id, email)
    SELECT ('c0000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, n || '\@acme.example' FROM generate_series(1, $wallets) n;
INSERT INTO lad_data.memberships (tenant_id, user_id) SELECT '$tenant', id FROM lad_data.users;
SQL
    # One wallet has another currency, some may go below zero.
    $cluster->psql(<<"SQL", user => 'billing');
BEGIN;
SELECT lad.authenticate_service('$tenant', 'test');
SELECT lad.create_wallet(id, CASE n WHEN 1 THEN 'EUR' ELSE 'USD' END, CASE n % 4 WHEN 0 THEN 50 ELSE 0 END)
FROM (SELECT ('c0000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, n FROM generate_series(1, $wallets) n) u (id, n);
SELECT lad.topup(id, 500, 'open.' || id) FROM lad_data.billing_wallets;
COMMIT
SQL
    $self->at($cluster);
    return $self;
}

# From now on the programs find the server at this cluster.
sub at {
    my ($self, $cluster) = @_;
    $self->{cluster} = $cluster;
    my %environment = $cluster->environment;
    for my $user (qw(billing postgres)) {
        my $file = "$self->{folder}/$user";
        open my $out, '>', "$file.new" or die $!;
        print $out "host=$environment{PGHOST} dbname=ledger user=$user connect_timeout=10";
        close $out or die $!;
        rename "$file.new", $file or die $!;
    }
    return;
}

# Starts a run, whose answers go to the record of that name.
sub drive {
    my ($self, $name, %option) = @_;
    my $record = "$self->{folder}/$name.record";
    push @{ $self->{records} }, $record;
    my @words = ('--address', "$self->{folder}/billing", '--tenant', $tenant, '--record', $record, map { ("--$_", $option{$_}) } sort keys %option);
    my $text = '';
    my $run = IPC::Run::start(["$programs/ledger_driver", @words], '<', \undef, '>&', \$text);
    push @running, $run;
    return bless { run => $run, record => $record, text => \$text }, 'LadOracle::Driver';
}

# Replays what is committed; with all the records so far, unless records => [].
sub check {
    my ($self, %option) = @_;
    my @records = @{ delete $option{records} // $self->{records} };
    my @words = ('--address', "$self->{folder}/postgres", '--records', join(',', @records) || '-', map { ("--$_", $option{$_}) } sort keys %option);
    my $text = '';
    IPC::Run::run(["$programs/ledger_check", @words], '<', \undef, '>&', \$text);
    my %verdict = (status => $? >> 8, text => $text);
    while ($text =~ /^([^:\n]+): (\d+)$/mg) { $verdict{$1} = $2 }
    return \%verdict;
}

# As check, and an assertion.
sub agrees {
    my ($self, $what, %option) = @_;
    my $verdict = $self->check(%option);
    is($verdict->{status}, 0, $what) or diag $verdict->{text};
    return $verdict;
}

# A driver that asks until it is answered would outlive a test that dies.
END {
    my $status = $?;
    $_->kill_kill(grace => 0) for grep { $_->pumpable } @running;
    $? = $status;
}

package LadOracle::Driver;

use strict;
use warnings;

# Operations that were answered so far.
sub answered {
    my ($self) = @_;
    open my $in, '<', $self->{record} or return 0;
    return scalar grep { /^did/ } <$in>;
}

# Returns when so many more operations were answered; dies when the program ends before.
sub wait_for {
    my ($self, $count) = @_;
    my $wanted = $self->answered + $count;
    while ($self->answered < $wanted) {
        die "ledger_driver ended: ${$self->{text}}" if !$self->is_running;
        select undef, undef, undef, 0.05;
    }
    return;
}

sub is_running {
    my ($self) = @_;
    $self->{run}->pump_nb if $self->{run}->pumpable;
    return $self->{run}->pumpable;
}

# Returns its exit status.
sub finish {
    my ($self) = @_;
    $self->{run}->finish;
    return $self->{run}->result(0);
}

sub stop {
    my ($self) = @_;
    $self->{run}->signal('TERM');
    return $self->finish;
}

1;
