# Partitions are archived to files and brought back: the same rows, whatever went wrong on the way.
# LAD_LONG=1 takes months of 200,000 calls instead of 3,000.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Test::More;
use Time::HiRes qw(sleep);
use File::Path qw(make_path);
use File::Temp ();
use LadCluster;
use LadSession;

my $rows = $ENV{LAD_LONG} ? 200_000 : 3_000;
my $cluster = LadCluster->start('archive', database => 'archive');
my $acme = 'a0000000-0000-4000-8000-00000000000a';
my $globex = 'b0000000-0000-4000-8000-00000000000b';
my $calls = 'lad_data.voice_call_logs';
my $admin = LadSession->open($cluster);
my $directory = $admin->query("SELECT current_setting('data_directory') || '/archives'");
$admin->query(<<"SQL");
SET client_min_messages = warning;
CREATE EXTENSION lad_ext CASCADE;
SELECT count(*) FROM lad.install_schema();
CREATE ROLE app LOGIN IN ROLE lad_app;
CREATE ROLE service LOGIN IN ROLE lad_service;
INSERT INTO lad_data.tenants (id, name, slug, status) VALUES ('$acme', 'Acme', 'acme', 'active'), ('$globex', 'Globex', 'globex', 'active');
DROP TABLE lad_data.voice_call_logs_legacy;
SELECT count(*) FROM lad.maintain_partitions('$calls', '2025-10-15');
SELECT count(*) FROM lad.maintain_partitions('$calls');
INSERT INTO $calls (tenant_id, to_country_code, to_base_number, status, created_at, transcripts, metadata, cost)
    SELECT CASE n % 3 WHEN 0 THEN '$globex' ELSE '$acme' END::uuid, '+971', 500000000 + n, 'failed', '2025-10-01'::timestamptz + n % 60 * interval '1 day',
           CASE n % 4 WHEN 0 THEN NULL ELSE jsonb_build_array('said "' || n || '",' || chr(10) || ' then', chr(92) || '.') END,
           jsonb_build_object('n', n, 'e', ''), n * 0.01
    FROM generate_series(1, $rows) AS n;
UPDATE $calls SET recording_url = '' WHERE to_base_number % 5 = 0;
INSERT INTO lad_data.voice_call_analysis (tenant_id, call_log_id, summary) SELECT tenant_id, id, E'line\\nof "' || to_base_number || '"' FROM $calls WHERE to_base_number % 7 = 0;
SQL
system('mkdir', '-p', "$directory/2025");
system('chown', '-R', 'postgres', $directory) if $> == 0;
$admin->query("SET lad.archive_directory = '$directory'");

sub value { return $admin->query($_[0]) }
# Rows of calls and their analysis as one digest each.
sub digest {
    my ($from) = @_;
    return value("SELECT count(*), md5(string_agg(md5(c::text), '' ORDER BY md5(c::text))) FROM $from c WHERE created_at < '2025-12-01'") . ' '
        . value(q(SELECT count(*), md5(string_agg(md5(a::text), '' ORDER BY md5(a::text))) FROM lad_data.voice_call_analysis a));
}
# What became of a job: its state, and the SQLSTATE of a failure.
sub outcome {
    my ($since) = @_;
    for (1 .. 600) {
        my $open = value(q(SELECT count(*) FROM lad_data.long_jobs WHERE state IN ('queued', 'running')));
        last if $open eq '0';
        sleep 0.05;
    }
    return value(q(SELECT state || coalesce(' ' || left(error, 5), '') FROM lad_data.long_jobs ORDER BY created_at DESC LIMIT 1));
}
sub archive { my ($name, $path) = @_; return value("SELECT lad.archive_partition('lad_data.voice_call_logs_$name'" . (defined $path ? ", '$path')" : ')')) }
sub states { return value(q(SELECT string_agg(partition || ' ' || state, ', ' ORDER BY range_start) FROM lad.archives())) }
sub code { my ($out, $err) = $cluster->try($_[0], user => $_[1] // 'postgres'); return $err =~ /ERROR:  (\w{5}):/ ? $1 : 'ok' }
my $set = "SET lad.archive_directory = '$directory'; ";

# ---- what is refused at once ---------------------------------------------------------------------
my $october = "'lad_data.voice_call_logs_2025_10'";
is(code("SELECT lad.archive_partition($october, 'a')"), '55000', 'no directory is set');
is(code("$set SELECT lad.archive_partition($october, '$_')"), '22023', "no path: $_") for '', '/etc/x', '../x', '2025/../x', 'a/', '.x';
is(code("SELECT lad.archive_partition($october)", 'app'), '42501', 'not for the application');
is(code("SET lad.archive_directory = '$directory'", 'service'), '42501', 'who is no superuser names no directory');
is(code(q(SET lad.archive_directory = 'relative')), '22023', 'the directory is an absolute path');
is(code('SELECT lad.archive_partition(NULL)'), '22004', 'no partition');
is(code("SELECT lad.archive_partition('$calls')"), 'LD501', 'a table is no partition');
is(code("SELECT lad.archive_partition('lad_data.voice_call_logs_legacy')"), 'LD501', 'the legacy partition stays');
is(code('SELECT lad.restore_partition(gen_random_uuid())'), 'P0002', 'no such archive');

# ---- kept in the database, and back ----------------------------------------------------------------
my $before = digest($calls);
my $kept = archive('2025_10');
is(outcome(), 'done', 'a month is archived');
is(states(), 'voice_call_logs_2025_10 kept', 'and kept');
is(value("SELECT count(*) FROM $calls WHERE created_at < '2025-11-01'"), '0', 'its calls are out of the way');
is(value(q(SELECT count(*) FROM lad_data.voice_call_logs_all WHERE created_at < '2025-12-01')), $rows, 'the view shows them');
is(code('DELETE FROM lad_archive.voice_call_logs_2025_10'), 'LD102', 'nobody writes there');
my $token = value("SELECT lad.issue_token('$acme', ttl => '15 minutes')");
my ($seen) = $cluster->try("BEGIN; SELECT lad.authenticate('$token') \\g /dev/null\nSELECT count(*), count(DISTINCT tenant_id) FROM lad_data.voice_call_logs_all; COMMIT", user => 'app');
is($seen, $rows - int($rows / 3) . '|1', 'a tenant sees its own through the view');
value('SELECT count(*) FROM lad.maintain_partitions()');
value("SELECT lad.restore_partition('$kept')");
is(outcome(), 'done', 'it is restored');
is(digest($calls), $before, 'with the same calls and analysis');
is(value(q(SELECT count(*) FROM lad.partition_health() WHERE problem = 'drift')), '0', 'as a partition like the others');

# ---- to files, and back ------------------------------------------------------------------------------
my $file = "$directory/2025/october";
my $archive = archive('2025_10', '2025/october');
is(outcome(), 'done', 'a month is exported') or diag(value('SELECT * FROM lad_data.long_jobs'));
is(value("SELECT state, rows, path FROM lad.archives() WHERE id = '$archive'"), 'exported|' . value(q(SELECT rows FROM lad.archives() WHERE id = ') . $archive . q(')) . '|2025/october', 'and known as such');
is(value(q(SELECT count(*) FROM pg_class WHERE relnamespace = 'lad_archive'::regnamespace AND relkind = 'r')), '0', 'nothing of it is left in the database');
is(value("SELECT sha256 FROM lad.archives() WHERE id = '$archive'"), (split / /, `sha256sum $file`)[0], 'the checksum is the file\'s');
is((grep { !/^(october|october\.manifest\.json|october\.analysis)\n$/ } `ls -A $directory/2025`), 0, 'no other file is left');
like(`zstd -dcq $file 2>/dev/null || python3 -c pass`, qr/\A("id",|\z)/, 'the file is what zstd unpacks');
sub restored { value("SELECT lad.restore_partition('$archive')"); return outcome() }
sub bytes { open my $in, '<:raw', $_[0] or die; local $/; return <$in> }
sub put { open my $out, '>:raw', $_[0] or die; print $out $_[1] }
for my $name ('october', 'october.manifest.json', 'october.analysis') {
    my $path = "$directory/2025/$name";
    my $whole = bytes($path);
    my $flipped = $whole;
    substr($flipped, length($whole) / 2, 1) ^= "\x01";
    put($path, $flipped);
    is(restored(), 'failed LD503', "$name with another byte is refused");
    put($path, substr($whole, 0, -10));
    is(restored(), 'failed LD503', "$name cut off is refused");
    put($path, $whole);
    rename $path, "$path.away";
    is(restored(), 'failed LD503', "$name missing is refused");
    symlink "$path.away", $path;
    is(restored(), 'failed LD503', "$name as a symbolic link is refused");
    unlink $path;
    rename "$path.away", $path;
}
value("ALTER TABLE $calls RENAME recording_url TO recording");
is(restored(), 'failed LD503', 'a table that lacks an archived column takes nothing back');
value("ALTER TABLE $calls RENAME recording TO recording_url");
is(restored(), 'done', 'nothing was lost') or diag(value('SELECT * FROM lad_data.long_jobs WHERE state = \'failed\''));
is(digest($calls), $before, 'the same calls and analysis are back');
is(value(q(SELECT count(*) FROM lad.partition_health() WHERE problem = 'drift')), '0', 'in a partition like the others');
is(code("SELECT lad.restore_partition('$archive')"), '55000', 'what is restored is restored');
is(states() =~ /restored.*restored/ ? 1 : 0, 1, 'as lad.archives tells');

# ---- an export that fails loses nothing ----------------------------------------------------------------
is((archive('2025_11', '2025/october') ? outcome() : ''), 'failed 42710', 'no file is overwritten');

like(states(), qr/voice_call_logs_2025_11 kept/, 'the month is kept in the database');
my $from_archive = sub { value("SELECT lad.archive_partition('lad_archive.voice_call_logs_2025_11', '$_[0]')"); return outcome() };
is($from_archive->('missing/november'), 'failed 22023', 'a directory that is missing is no place');
symlink $directory, "$directory/elsewhere";
is($from_archive->('elsewhere/november'), 'failed 22023', 'nor is a symbolic link');
my $place = 'november';
SKIP: {
    my $small = "$directory/small";
    make_path($small);
    skip 'skipped: no file system can be mounted here', 2 if system("mount -t tmpfs -o size=16k,mode=777 tmpfs $small 2>/dev/null") != 0;
    $place = 'small/november';
    value("SELECT lad.archive_partition('lad_archive.voice_call_logs_2025_11', '$place')");
    my $told = '';
    for (1 .. 600) {
        last if ($told = value(q(SELECT coalesce(left(error, 5), '') FROM lad_data.long_jobs ORDER BY created_at DESC LIMIT 1))) ne '';
        sleep 0.05;
    }
    is($told, '53100', 'a full disk is told');
    is(scalar(() = glob "$small/{,.}november*"), 0, 'and nothing half written is left');
    system("umount $small");
    system('chown', 'postgres', $small);
}
is($from_archive->($place), 'done', 'with space again it is exported');
$archive = value(q(SELECT id FROM lad.archives() WHERE state = 'exported'));
is(restored(), 'done', 'and restored');
is(digest($calls), $before, 'the calls and their analysis are those of the beginning');
done_testing;
