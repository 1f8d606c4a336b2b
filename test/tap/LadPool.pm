package LadPool;

# A pgbouncer of the test's own in front of a cluster, in transaction mode, with one server
# connection for each role. Nothing of the system's pgbouncer is used but its program.
#
#   my $pool = LadPool->start($cluster, users => [qw(app)]);
#   my $client = $pool->connect('app');    # a DBI handle; many of them share the one connection
use strict;
use warnings;
use DBI;
use POSIX ();

my $program = '/usr/sbin/pgbouncer';
my $port = 6432;
my @started;

# It refuses to run as root, so it runs as whoever owns the server's private socket directory.
sub start {
    my ($class, $cluster, %option) = @_;
    my %env = $cluster->environment;
    my $self = bless { directory => $env{PGHOST}, log => "$env{LAD_CLUSTER}/pgbouncer.log" }, $class;
    my $settings = "$env{LAD_CLUSTER}/pgbouncer.ini";
    open my $ini, '>', $settings or die "$settings: $!";
    print {$ini} "[databases]\n";
    print {$ini} "$_ = host=$env{PGHOST} port=$env{PGPORT} dbname=$env{PGDATABASE} user=$_\n" for @{ $option{users} };
    print {$ini} <<"INI";
[pgbouncer]
pool_mode = transaction
default_pool_size = 1
max_client_conn = 50
auth_type = any
listen_port = $port
unix_socket_dir = $env{PGHOST}
INI
    close $ini or die "$settings: $!";
    $self->{pid} = _spawn($settings, $self->{log}, (stat $env{PGHOST})[4, 5]);
    push @started, $self;
    $self->_wait;
    return $self;
}

# A client's connection; DBD::Pg sends bind parameters without naming a prepared statement.
sub connect {
    my ($self, $user, %option) = @_;
    return DBI->connect("dbi:Pg:dbname=$user;host=$self->{directory};port=$port" . ($option{more} // ''), $user, '',
        { RaiseError => 1, PrintError => 0, AutoCommit => 1, pg_server_prepare => 0, %{ $option{attributes} // {} } });
}

sub stop {
    my ($self) = @_;
    @started = grep { $_ != $self } @started;
    kill 'TERM', $self->{pid};
    waitpid $self->{pid}, 0;
    return;
}

sub _spawn {
    my ($settings, $log, $user, $group) = @_;
    my $pid = fork // die "fork: $!";
    return $pid if $pid;
    eval {
        open STDIN, '<', '/dev/null' or die $!;
        open STDOUT, '>', $log or die $!;
        open STDERR, '>&', \*STDOUT or die $!;
        if ($> == 0) {
            $) = "$group $group";
            POSIX::setgid($group) or die $!;
            POSIX::setuid($user) or die $!;
        }
        exec $program, '-q', $settings or die "$program: $!";
    };
    print STDERR $@;
    POSIX::_exit(1);
}

sub _wait {
    my ($self) = @_;
    for (1 .. 200) {
        return if -S "$self->{directory}/.s.PGSQL.$port";
        last if waitpid $self->{pid}, POSIX::WNOHANG;
        select undef, undef, undef, 0.05;
    }
    open my $log, '<', $self->{log} or die "$self->{log}: $!";
    local $/;
    die 'pgbouncer did not start: ' . <$log>;
}

END {
    my $status = $?;
    $_->stop for @started;
    $? = $status;
}

1;
