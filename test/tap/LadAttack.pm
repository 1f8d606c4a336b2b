package LadAttack;

# Attacks on the isolation of tenants: the files of test/security, and what sends them.
#
#   -- attack: an offset into foreign rows
#   -- expects: ownlead / !42501
#   SELECT ...;
#
# An attack is what a member of lad_app sends once he has authenticated; it ends at the next one. It
# expects the lines that are printed, in order and joined by ` / `, or after ~ a pattern
# of them; an error prints ! and its SQLSTATE, no line at all is `nothing`. :'name' stands for what
# known() gives, :name for the same without quotes.
# Further lines of the head, each where needed:
#   -- without context: what it prints then, if anything but errors
#   -- under MODE: what it prints in another mode, if something else
#   -- as: member, viewer or machine instead of the owner
use strict;
use warnings;

my $separator = '-- next statement';

# read_class(path): {name => 'context forgery', attacks => [{name, class, statements, expects, ...}]}.
sub read_class {
    my ($path) = @_;
    my ($name) = $path =~ m{/\d+_(\w+)\.sql$} or die "$path: no name of a class";
    my $class = { name => $name =~ tr/_/ /r, attacks => [] };
    open my $in, '<', $path or die "$path: $!";
    while (my $line = <$in>) {
        if ($line =~ /^-- attack: (.+)/) { push @{ $class->{attacks} }, { name => $1, class => $class->{name}, text => '' } }
        next if !@{ $class->{attacks} };
        my $attack = $class->{attacks}[-1];
        if ($line =~ /^-- (expects|without context|under \w+|as): (.+)/) { $attack->{$1} = $2 }
        elsif ($line !~ /^--/) { $attack->{text} .= $line }
    }
    for my $attack (@{ $class->{attacks} }) {
        die "$path: $attack->{name} expects nothing that can be checked" if !defined $attack->{expects};
        $attack->{statements} = [split_statements($attack->{text})];
    }
    return $class;
}

# A statement ends with the line that ends in a semicolon outside of $$; what COPY reads follows it.
sub split_statements {
    my ($text) = @_;
    my ($statement, $quotes, @statements) = ('', 0);
    my $data = 0;
    for my $line (split /^/, $text) {
        next if $statement eq '' && $line =~ /^\s*$/;
        $statement .= $line;
        $quotes += () = $line =~ /\$\$/g;
        $data = 1 if $line =~ /FROM STDIN.*;\s*$/i;
        next if $data ? $line !~ /^\\\.$/ : $quotes % 2 || $line !~ /;\s*$/;
        push @statements, $statement;
        ($statement, $data) = ('', 0);
    }
    die "unfinished statement: $statement" if $statement =~ /\S/;
    return @statements;
}

# What an attacker knows: name => value, from example.known and with tokens for everybody in it.
sub known {
    my ($cluster, $database) = @_;
    my $rows = $cluster->psql('SELECT name, value FROM example.known', database => $database);
    my %known = map { split /\|/, $_, 2 } split /\n/, $rows;
    my %tokens = (
        own_token => [$known{own}, $known{own_user}], canary_token => [$known{canary}, $known{canary_user}],
        machine_token => [$known{own}], map { $_ . '_token' => [$known{own}, $known{"own_$_"}] } qw(member viewer));
    for my $name (sort keys %tokens) {
        my ($tenant, $user) = @{ $tokens{$name} };
        my $of = defined $user ? "'$user'" : 'NULL';
        $known{$name} = $cluster->psql("SELECT lad.issue_token('$tenant', $of, '14 minutes')", database => $database);
        $known{"expired_$name"} = $cluster->psql("SELECT lad.issue_token('$tenant', $of, '1 microsecond')", database => $database);
    }
    return \%known;
}

# What may appear nowhere: the words of the canary's rows that no row has which the attacker may see.
sub secrets {
    my ($cluster, $database) = @_;
    my %own = map { $_ => 1 } words(rows_of($cluster, $database, 'own'));
    return { map { $_ => 1 } grep { !$own{$_} } words(rows_of($cluster, $database, 'canary')) };
}

# Long enough to be found by no accident: identifiers, markers, amounts, hashes, times, phones.
sub words {
    my ($text) = @_;
    return lc($text) =~ /(zq7canary|[0-9a-f]{8}-[0-9a-f-]{27}|(?<![\d.])\d{3,}\.\d{6}(?!\d)|(?<=\\x)[0-9a-f]{32,}|[\d-]{10} [\d:]{8}\.\d+|(?<![\d.])\d{8,}(?![\d.]))/g;
}

# Everything of a tenant, and of nobody in particular.
sub rows_of {
    my ($cluster, $database, $side) = @_;
    my $tenant = "(SELECT value::uuid FROM example.known WHERE name = \$\$$side\$\$)";
    return $cluster->psql(<<"SQL", database => $database);
SELECT format('SELECT r::text FROM lad_data.%I AS r WHERE tenant_id = $tenant%s', c.relname,
              CASE WHEN a.attnotnull OR '$side' = 'canary' THEN '' ELSE ' OR tenant_id IS NULL' END)
FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
WHERE c.relnamespace = 'lad_data'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition \\gexec
SELECT r::text FROM lad_data.tenants AS r WHERE id = $tenant;
SELECT r::text FROM lad_data.users AS r WHERE primary_tenant_id = $tenant;
SELECT r::text FROM lad_data.user_identities AS r JOIN lad_data.users AS u ON u.id = r.user_id WHERE u.primary_tenant_id = $tenant;
SQL
}

# What was printed that the attacker did not send himself.
sub leaked {
    my ($secrets, $sent, $printed) = @_;
    my %found = map { $_ => 1 } grep { $secrets->{$_} } words($printed);
    return grep { index(lc $sent, lc) < 0 } sort keys %found;
}

# The SQL of an attack with its names replaced, one element for each statement.
sub filled {
    my ($attack, $known) = @_;
    return map {
        s{(?<!:):('?)(\w+)\g1}{exists $known->{$2} ? "$1$known->{$2}$1" : die "$attack->{name}: nothing is known as $2"}ger
    } @{ $attack->{statements} };
}

sub between { return join '', map { "$_\n\\echo $separator\n" } @_ }

# The statements, each as PREPARE and EXECUTE where it can be prepared.
sub prepared {
    my (@statements) = @_;
    my $n = 0;
    return map {
        my $name = 'plan_' . ++$n;
        /^(?:SELECT|INSERT|UPDATE|DELETE|MERGE|VALUES|WITH|TABLE)\b/ && !/\\g/ ? ("PREPARE $name AS $_", "EXECUTE $name;\n") : $_;
    } @statements;
}

# A plan that is prepared already, and one that could not be, say so; the other part tells the outcome.
sub without_preparation {
    my ($printed) = @_;
    return join "$separator\n", map { /^psql:\S+ ERROR:  (?:42P05|26000): prepared statement "plan_/m ? '' : $_ }
        split /^\Q$separator\E\n?/m, $printed;
}

# Rows and errors of what a session printed, joined; notices and what follows an error are left out.
sub outcome {
    my ($printed) = @_;
    my @lines;
    for my $part (split /^\Q$separator\E\n?/m, $printed) {
        $part =~ s/^psql:\S+ (?:NOTICE|WARNING|INFO|LOG|DEBUG):.*?^LOCATION:[^\n]*\n?//gms;
        my ($rows, $state) = $part =~ /\A(.*?)^psql:\S+ (?:ERROR|FATAL):  (\w{5}):/ms ? ($1, "!$2") : ($part, undef);
        push @lines, split(/\n/, $rows), defined $state ? $state : ();
    }
    @lines = grep { length } @lines;
    return @lines ? join(' / ', @lines) : 'nothing';
}

# Whether it went as it should. Without a context there are only errors, unless said otherwise.
sub as_expected {
    my ($attack, $mode, $outcome) = @_;
    my $expected = $attack->{"under $mode"} // ($mode eq 'none' ? $attack->{'without context'} : undef);
    $expected //= $attack->{expects} if $mode ne 'none';
    return $expected =~ /^~(.+)/ ? $outcome =~ /$1/ : $outcome eq $expected if defined $expected;
    return !grep { !/^!/ } $outcome eq 'nothing' ? 'nothing' : split m{ / }, $outcome;
}

1;
