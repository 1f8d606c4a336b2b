package LadCluster;

# Clusters for TAP tests: made by tools/cluster.sh, removed when the test ends, however it ends.
#
#   my $cluster = LadCluster->start('token', settings => { 'lad.guard' => 'off' });
#   is($cluster->psql('SELECT 1'), '1');
#   my ($out, $err, $status) = $cluster->try('SELECT no', database => 'other');
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use IPC::Run ();

my $root = dirname(dirname(dirname(abs_path(__FILE__))));
my @started;

# start(name, settings => {key => value}, database => name, durable => 1, standby_of => cluster)
# Names get the prefix check-, by which tools/check.sh finds and removes what a killed test leaves.
sub start {
    my ($class, $name, %option) = @_;
    my $self = bless { name => "check-$name" }, $class;
    push @started, $self;
    $self->_run('start', _options(%option));
    return $self;
}

sub restart {
    my ($self, %option) = @_;
    return $self->_run('restart', _options(%option));
}

# As a power failure: kill -9 of all the server's processes. restart() recovers.
sub crash {
    my ($self) = @_;
    return $self->_command('crash');
}

sub stop {
    my ($self) = @_;
    @started = grep { $_ != $self } @started;
    return $self->_command('stop');
}

# The environment a client needs: PGHOST, PGPORT, PGUSER, PGDATABASE, PATH, LAD_CLUSTER, LAD_KEY_FILE.
sub environment { return %{ $_[0]{environment} } }

# try(sql, user => ..., database => ...): standard output, error output and exit status of psql.
sub try {
    my ($self, $sql, %option) = @_;
    local %ENV = (%ENV, $self->environment);
    $ENV{PGUSER}     = $option{user}     if defined $option{user};
    $ENV{PGDATABASE} = $option{database} if defined $option{database};
    my ($out, $err) = ('', '');
    my @psql = qw(psql -X -A -t -q -v ON_ERROR_STOP=1 -v VERBOSITY=verbose -f -);
    IPC::Run::run(\@psql, \$sql, \$out, \$err, IPC::Run::timeout($option{timeout} // 120));
    my $status = $? >> 8;
    chomp $out;
    return ($out, $err, $status);
}

# As try, but an error ends the test.
sub psql {
    my ($self, $sql, %option) = @_;
    my ($out, $err, $status) = $self->try($sql, %option);
    die "psql failed: $err" if $status;
    return $out;
}

# The SQLSTATE with which a statement fails, '' when it succeeds.
sub sqlstate {
    my ($self, $sql, %option) = @_;
    my (undef, $err) = $self->try($sql, %option);
    return $err =~ /^.*?(?:ERROR|FATAL):  ([0-9A-Z]{5}):/m ? $1 : '';
}

sub _options {
    my (%option) = @_;
    my $settings = $option{settings} // {};
    my @words = map { ('-c', "$_=$settings->{$_}") } sort keys %{$settings};
    push @words, '--database', $option{database} if defined $option{database};
    push @words, '--fsync' if $option{durable};
    push @words, '--standby-of', $option{standby_of}{name} if $option{standby_of};
    push @words, '--program', $ENV{LAD_PROGRAM} if defined $ENV{LAD_PROGRAM};
    return @words;
}

sub _command {
    my ($self, $command, @words) = @_;
    my ($out, $err) = ('', '');
    IPC::Run::run(["$root/tools/cluster.sh", $command, $self->{name}, @words], \undef, \$out, \$err)
      or die "cluster.sh $command $self->{name}: $err";
    return $out;
}

sub _run {
    my ($self, $command, @words) = @_;
    my $exports = $self->_command($command, @words);
    my ($out, $err) = ('', '');
    IPC::Run::run(['bash', '-c', "$exports\nenv -0"], \undef, \$out, \$err) or die $err;
    for (split /\0/, $out) {
        my ($key, $value) = /^(PG\w+|LAD_\w+|PATH)=(.*)$/s or next;
        $self->{environment}{$key} = $value;
    }
    return $self;
}

# A signal ends the test through END as well.
$SIG{$_} = sub { exit 1 } for qw(INT TERM);

END {
    my $status = $?;
    # stop() takes itself out of the list.
    $_->stop for my @all = @started;
    $? = $status;
}

1;
