# The ledger's table is immutable for its owner too; a superuser is refused what triggers refuse, and what he
# does around them lad.verify_ledger names (test/sql/ledger.sql, ledger_operations.sql).
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Test::More;
use LadCluster;

my $cluster = LadCluster->start('immutable', database => 'immutable');
my $acme = 'a0000000-0000-4000-8000-00000000000a';
my $ledger = 'lad_data.billing_ledger_transactions';
$cluster->psql(<<"SQL");
SET client_min_messages = warning;
CREATE EXTENSION lad_ext CASCADE;
SELECT count(*) FROM lad.install_schema();
CREATE ROLE keeper LOGIN IN ROLE lad_owner;
INSERT INTO lad_data.tenants (id, name, status) VALUES ('$acme', 'Acme', 'active');
BEGIN;
SELECT lad.authenticate_service('$acme', 'test');
SELECT lad.topup(lad.create_wallet(currency => 'USD'), 10, 'first');
COMMIT;
CREATE SCHEMA app AUTHORIZATION lad_owner;
CREATE FUNCTION app.forge() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.amount := 1e6; RETURN NEW; END';
CREATE TABLE app.other (id int PRIMARY KEY);
ALTER TABLE app.other OWNER TO lad_owner;
SQL
my $token = $cluster->psql("SELECT lad.issue_token('$acme')");
sub refused {
    my ($sql) = @_;
    return $cluster->sqlstate("BEGIN; SET ROLE lad_owner; SELECT lad.authenticate('$token'); $sql; COMMIT", user => 'keeper');
}
sub state_of_ledger {
    return $cluster->psql(<<"SQL");
SELECT c.relname, c.relowner::regrole, c.relrowsecurity, c.relforcerowsecurity,
       (SELECT string_agg(tgname || tgenabled::text, ',' ORDER BY tgname) FROM pg_trigger WHERE tgrelid = c.oid),
       (SELECT string_agg(conname, ',' ORDER BY conname) FROM pg_constraint WHERE conrelid = c.oid),
       (SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute WHERE attrelid = c.oid),
       (SELECT count(*) FROM pg_rewrite WHERE ev_class = c.oid)
FROM pg_class c WHERE c.oid = '$ledger'::regclass;
SELECT md5(string_agg(l::text, ',' ORDER BY seq)) FROM $ledger l;
SQL
}
my $before = state_of_ledger();

my @forbidden = (
    "UPDATE $ledger SET amount = 1", "DELETE FROM $ledger", "TRUNCATE $ledger CASCADE", "INSERT INTO $ledger SELECT * FROM $ledger",
    "MERGE INTO $ledger l USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE",
    "DROP TABLE $ledger CASCADE", 'DROP SCHEMA lad_data CASCADE',
    (map { "ALTER TABLE $ledger $_" }
        'DISABLE TRIGGER ALL', 'DISABLE TRIGGER USER', 'DISABLE TRIGGER billing_ledger_transactions_write_guard',
        'ENABLE REPLICA TRIGGER billing_ledger_transactions_write_guard', 'DISABLE ROW LEVEL SECURITY', 'NO FORCE ROW LEVEL SECURITY',
        'DROP COLUMN row_hash', 'ALTER COLUMN amount TYPE numeric(20,2)', 'ALTER COLUMN row_hash DROP NOT NULL',
        'DROP CONSTRAINT billing_ledger_transactions_sum_check', 'DROP CONSTRAINT billing_ledger_transactions_tenant_id_idempotency_key_key',
        'RENAME TO gone', 'RENAME COLUMN amount TO gone', 'RENAME CONSTRAINT billing_ledger_transactions_sum_check TO gone',
        'SET SCHEMA app', 'SET UNLOGGED', 'OWNER TO keeper', 'INHERIT app.other', 'REPLICA IDENTITY NOTHING',
        'ADD COLUMN more int, DISABLE TRIGGER ALL'),
    "DROP TRIGGER billing_ledger_transactions_write_guard ON $ledger", "DROP TRIGGER billing_ledger_transactions_truncate_guard ON $ledger",
    "ALTER TRIGGER billing_ledger_transactions_write_guard ON $ledger RENAME TO gone",
    "CREATE RULE forget AS ON INSERT TO $ledger DO INSTEAD NOTHING", "CREATE RULE more AS ON INSERT TO $ledger DO ALSO DELETE FROM app.other",
    "CREATE TRIGGER forge BEFORE INSERT ON $ledger FOR EACH ROW EXECUTE FUNCTION app.forge()",
    "CREATE TRIGGER forge BEFORE INSERT ON $ledger FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "DO \$\$ BEGIN EXECUTE 'ALTER TABLE $ledger DISABLE TRIGGER ALL'; END \$\$",
    'DROP TABLE lad_data.tenants CASCADE',
);
is(refused($_), 'LD102', $_) for @forbidden;
is(refused('SET session_replication_role = replica'), '42501', 'session_replication_role is for superusers');
is(refused('DROP FUNCTION lad.guard_ledger() CASCADE'), '42501', 'the guard is no function of the owner');
is(refused('CREATE OR REPLACE FUNCTION lad.guard_ledger() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN RETURN NEW; END $f$'), '42501', 'nor can he replace it');
is(refused('DROP OWNED BY lad_owner CASCADE'), '2BP01', 'the owner cannot drop what the extension needs');
is(state_of_ledger(), $before, 'nothing has changed');

# The neighbours stay allowed.
my @allowed = (
    "ALTER TABLE $ledger ADD COLUMN note text", "CREATE INDEX noted ON $ledger (tenant_id, effective_at)", 'DROP INDEX lad_data.noted',
    "ALTER TABLE $ledger ADD CONSTRAINT more CHECK (amount < 1e13)", "ALTER TABLE $ledger ENABLE TRIGGER USER",
    "ALTER TABLE $ledger SET (fillfactor = 90)", "ANALYZE $ledger", "COMMENT ON TABLE $ledger IS 'The books.'",
    'CREATE TEMPORARY TABLE scratch (a int)', 'ALTER TABLE app.other ALTER COLUMN id SET DEFAULT 1', 'DROP TABLE app.other',
    'ALTER TABLE lad_data.leads DISABLE TRIGGER USER', 'DROP TRIGGER leads_update_touch ON lad_data.leads',
);
is(refused($_), '', "allowed: $_") for @allowed;

# A superuser may, and is told of: what triggers refuse he is refused too.
is($cluster->sqlstate($_), 'LD102', "a superuser: $_") for "UPDATE $ledger SET amount = 1", "DELETE FROM $ledger", "TRUNCATE $ledger CASCADE";
is($cluster->sqlstate("BEGIN; ALTER TABLE $ledger DISABLE TRIGGER USER; UPDATE $ledger SET description = 'forged'; COMMIT"), '', 'a superuser switches triggers off');
is($cluster->psql('SELECT problem FROM lad.verify_ledger()'), 'hash', 'and lad.verify_ledger names what he did');
done_testing();
