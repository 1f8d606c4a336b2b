package LadLedger;

# A cluster with one tenant and one wallet with money, and the statements that move it.
#
#   my $ledger = LadLedger->start('early', durable => 1, settings => {...});   # as LadCluster->start
#   $ledger->{cluster}->psql($ledger->debit('key 1', 2), user => 'app');
use strict;
use warnings;
use File::Temp qw(tempdir);
use IPC::Run ();
use LadCluster;
use LadSession;

our $tenant = 'a0000000-0000-4000-8000-00000000000a';

sub start {
    my ($class, $name, %option) = @_;
    my $cluster = LadCluster->start($name, database => 'ledger', %option);
    $cluster->psql(<<"SQL");
SET client_min_messages = warning;
CREATE EXTENSION lad_ext CASCADE;
SELECT count(*) FROM lad.install_schema();
CREATE ROLE app LOGIN IN ROLE lad_app;
CREATE ROLE billing LOGIN IN ROLE lad_service;
INSERT INTO lad_data.tenants (id, name, slug, status) VALUES ('$tenant', 'Acme', 'acme', 'active');
SQL
    my $self = bless { cluster => $cluster }, $class;
    $self->{token} = $cluster->psql("SELECT lad.issue_token('$tenant', ttl => '15 minutes')");
    $self->{wallet} = $self->service(q(SELECT lad.create_wallet(currency => 'USD')));
    $self->service("SELECT seq FROM lad.topup('$self->{wallet}', 1000000000, 'open')");
    return $self;
}

# What a service's statements print, in a transaction of its own.
sub service {
    my ($self, $sql) = @_;
    my $out = $self->{cluster}->psql("BEGIN; SELECT lad.authenticate_service('$tenant', 'test'); $sql; COMMIT", user => 'billing');
    return $out =~ s/\A\n//r;
}

# The statements of one debit by the application; prints whether it was replayed.
sub debit {
    my ($self, $key, $amount) = @_;
    return $self->begin . '; ' . $self->post($key, $amount) . '; COMMIT';
}
sub begin { "BEGIN; SELECT lad.authenticate('$_[0]{token}') \\g /dev/null\n" }
sub post {
    my ($self, $key, $amount) = @_;
    return sprintf q(SELECT replayed FROM lad.debit('%s', %s, '%s')), $self->{wallet}, $amount // 1, $key;
}

sub session {
    my ($self, %option) = @_;
    return LadSession->open($self->{cluster}, user => 'app', %option);
}

# How often the key has posted: 0 or 1.
sub posted {
    my ($self, $key) = @_;
    return $self->{cluster}->psql("SELECT count(*) FROM lad_data.billing_ledger_transactions WHERE idempotency_key = '$key'");
}

sub keys { $_[0]{cluster}->psql("SELECT string_agg(idempotency_key, ' ') FROM lad_data.billing_ledger_transactions") }

sub stat { $_[0]{cluster}->psql("SELECT $_[1] FROM lad.ledger_stats") }

# Waits until the query prints t, as long as there is hope.
sub wait_until {
    my ($self, $sql, $hope) = @_;
    for (1 .. 2400) {
        last if $hope && !$hope->();
        return if $self->{cluster}->psql($sql) eq 't';
        select undef, undef, undef, 0.05;
    }
    die "never true: $sql";
}

# Waits until so many sessions wait for the event, such as Lock/transactionid or IPC/SyncRep.
sub wait_for_event {
    my ($self, $event, $count) = @_;
    $self->wait_until("SELECT count(*) = $count FROM pg_stat_activity WHERE wait_event_type || '/' || wait_event = '$event'");
}

# Sessions that debit one after the other until the server is killed, which is when it has posted
# so many times. Returns the keys whose commits were acknowledged.
my $run = 0;
sub write_until_killed {
    my ($self, $count, $sessions, $first) = @_;
    my $folder = tempdir(CLEANUP => 1);
    ++$run;
    my @writers = map { $self->_writer("$folder/$_", "w$run.$_", $count, $first // '') } 1 .. $sessions;
    my $before = $self->stat('posts');
    $self->wait_until("SELECT posts >= $before + $count FROM lad.ledger_stats", sub { !grep { -s "$folder/$_.err" } 1 .. $sessions });
    $self->{cluster}->crash;
    $_->finish for @writers;
    my @acknowledged;
    for (1 .. $sessions) {
        open my $in, '<', "$folder/$_.out" or die $!;
        while (my $line = <$in>) { push @acknowledged, $1 if $line =~ /^done (\S+)$/ }
    }
    return \@acknowledged;
}

# More statements than it will get to. psql prints what is done after the answer to the COMMIT.
sub _writer {
    my ($self, $file, $name, $count, $first) = @_;
    open my $out, '>', "$file.sql" or die $!;
    print $out "$first;\n";
    for (1 .. 3 * $count) {
        my $key = "$name.$_";
        print $out $self->debit($key), ";\n\\echo done $key\n";
    }
    close $out;
    local %ENV = (%ENV, $self->{cluster}->environment, PGUSER => 'app');
    return IPC::Run::start(['psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-f', "$file.sql"], '<', \undef, '>', "$file.out", '2>', "$file.err");
}

# How many of the keys are not in the text.
sub missing {
    my ($keys, $text) = @_;
    my %there = map { $_ => 1 } split ' ', $text;
    return scalar grep { !$there{$_} } @$keys;
}

1;
