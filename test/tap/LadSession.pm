package LadSession;

# One psql that stays connected, for what two statements of a session do to each other.
#
#   my $session = LadSession->open($cluster, user => 'app');    # also: port, database, timeout
#   is($session->query('SELECT 1'), '1');
#   is($session->sqlstate('SELECT no'), '42703');
use strict;
use warnings;
use IPC::Run ();

sub open {
    my ($class, $cluster, %option) = @_;
    local %ENV = (%ENV, $cluster->environment);
    for my $name (qw(user port database)) {
        $ENV{ 'PG' . uc $name } = $option{$name} if defined $option{$name};
    }
    my $self = bless { in => '', out => '', count => 0 }, $class;
    my @psql = qw(psql -X -A -t -q -v VERBOSITY=verbose -f -);
    $self->{run} = IPC::Run::start([@psql], '<', \$self->{in}, '>', \$self->{out}, '2>&1', IPC::Run::timeout($option{timeout} // 120));
    return $self;
}

# Sends statements and waits for their output, errors included.
sub query {
    my ($self, $sql) = @_;
    $self->send($sql);
    return $self->receive;
}

# The two halves of query, for statements that wait for another session.
sub send {
    my ($self, $sql) = @_;
    my $mark = $self->{mark} = '-- done ' . ++$self->{count};
    $self->{out} = '';
    $self->{in} .= "$sql;\n\\echo $mark\n";
    $self->{run}->pump_nb while length $self->{in};
}

sub receive {
    my ($self) = @_;
    $self->{run}->pump until $self->{out} =~ /^\Q$self->{mark}\E\n/m;
    return $self->{out} =~ s/\n?^?\Q$self->{mark}\E\n//mr;
}

# Whether the answer is here, without waiting for it.
sub is_answered {
    my ($self) = @_;
    $self->{run}->pump_nb;
    return $self->{out} =~ /^\Q$self->{mark}\E\n/m ? 1 : 0;
}

# The SQLSTATE with which statements fail, '' when they succeed.
sub sqlstate {
    my ($self, $sql) = @_;
    return $self->query($sql) =~ /(?:ERROR|FATAL):  ([0-9A-Z]{5}):/ ? $1 : '';
}

sub DESTROY {
    my ($self) = @_;
    local $SIG{PIPE} = 'IGNORE';    # psql is gone already when its backend was terminated
    $self->{in} .= "\\q\n";
    eval { $self->{run}->finish };
}

1;
