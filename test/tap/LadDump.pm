package LadDump;

# pg_dump and pg_restore for tests: each returns '' when all went well, else what was said.
use strict;
use warnings;
use IPC::Run ();

# run(cluster, [words], user => name): a client program in the cluster's environment.
sub run {
    my ($cluster, $words, %option) = @_;
    local %ENV = (%ENV, $cluster->environment);
    $ENV{PGUSER} = $option{user} if defined $option{user};
    my $said = '';
    my $ok = IPC::Run::run($words, '<', \undef, '>', '/dev/null', '2>', \$said, IPC::Run::timeout(300));
    # A table that refers to itself is loaded by one COPY, at whose end its keys are checked.
    $said =~ s/^pg_dump: (?:warning: there are circular foreign-key|detail:|hint:).*\n//gm;
    return $ok && $said !~ /error|warning/i ? '' : $said || 'failed';
}

# dump(cluster, database, file, options...): a dump of the format the options name, plain by default.
sub dump_database {
    my ($cluster, $database, $file, $user, @options) = @_;
    return run($cluster, ['pg_dump', @options, '-f', $file, $database], user => $user);
}

# restore(cluster, database, file, user, options...): by psql what is plain, stopping at an error.
sub restore {
    my ($cluster, $database, $file, $user, @options) = @_;
    return run($cluster, ['psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-d', $database, '-f', $file], user => $user)
        if $file =~ /\.sql$/;
    return run($cluster, ['pg_restore', '--exit-on-error', @options, '-d', $database, $file], user => $user);
}

1;
