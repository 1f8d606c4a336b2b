-- Installing the extension and its tables. The other regression tests go on from here.
SET client_min_messages = warning;
CREATE EXTENSION lad_ext CASCADE;
RESET client_min_messages;

-- Months are in UTC wherever the session is.
SET timezone = 'America/New_York';
SELECT action, count(*) > 500 AS many FROM lad.install_schema() GROUP BY action;
RESET timezone;

-- Again: everything is there.
SELECT DISTINCT action FROM lad.install_schema();

-- lad_owner owns it all, and row-level security is forced on every table and partition.
SELECT nspname FROM pg_namespace WHERE nspname = 'lad_data' AND nspowner = 'lad_owner'::regrole;
SELECT c.relname FROM pg_class c
WHERE c.relnamespace = 'lad_data'::regnamespace
  AND (c.relowner <> 'lad_owner'::regrole
       OR c.relkind IN ('r', 'p') AND NOT (c.relrowsecurity AND c.relforcerowsecurity));

-- Every table has a policy for the service, every tenant table one for the tenant.
SELECT c.relname FROM pg_class c
WHERE c.relnamespace = 'lad_data'::regnamespace AND c.relkind IN ('r', 'p')
  AND NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid AND polname = c.relname || '_service');
SELECT c.relname
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
WHERE c.relnamespace = 'lad_data'::regnamespace AND c.relkind IN ('r', 'p')
  AND NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid AND polname = c.relname || '_tenant');

-- Every table with the columns has the triggers.
SELECT c.relname, e.suffix
FROM pg_class c,
     (VALUES ('tenant_id', '_update_keep_tenant'), ('updated_at', '_update_touch'),
             ('organization_id', '_write_organization'), ('is_deleted', '_write_soft_delete')
     ) AS e (column_name, suffix)
WHERE c.relnamespace = 'lad_data'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = e.column_name)
  AND NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = c.oid AND tgname = c.relname || e.suffix);

-- Eight partitions without a gap; nobody but the owner has a right on them.
SET timezone = 'UTC';
WITH parts AS (
    SELECT c.relname, c.relacl,
           pg_get_expr(c.relpartbound, c.oid) LIKE 'FOR VALUES FROM (MINVALUE)%' AS is_first,
           substring(pg_get_expr(c.relpartbound, c.oid) FROM 'TO \(''(.*?)''\)')::timestamptz AS high
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'lad_data.voice_call_logs'::regclass)
SELECT count(*) AS partitions,
       count(*) FILTER (WHERE is_first AND relname = 'voice_call_logs_legacy') AS legacy,
       count(DISTINCT high) = count(*) AS months_differ,
       bool_and(high = date_trunc('month', high)) AS on_month_start,
       min(high) = date_trunc('month', now()) AS from_this_month,
       max(high) = date_trunc('month', now()) + interval '7 months' AS half_a_year_ahead,
       bool_and(is_first OR relname =
                'voice_call_logs_' || to_char(high - interval '1 month', 'YYYY_MM')) AS named_by_month,
       count(relacl) AS with_grants
FROM parts;
RESET timezone;

-- What is missing comes back: a month, a constraint, a trigger, the force.
SELECT format('DROP TABLE lad_data.voice_call_logs_%s',
              to_char(date_trunc('month', now() AT TIME ZONE 'UTC') + interval '6 months',
                      'YYYY_MM')) AS statement
\gset
:statement;
ALTER TABLE lad_data.lead_notes DROP CONSTRAINT lead_notes_lead_id_fkey;
ALTER TABLE lad_data.lead_notes NO FORCE ROW LEVEL SECURITY;
DROP TRIGGER lead_notes_update_touch ON lad_data.lead_notes;
SELECT regexp_replace(object, '\d{4}_\d{2}', 'YYYY_MM', 'g') AS object, action,
       regexp_replace(detail, '\d{4}-\d{2}', 'YYYY-MM', 'g') AS detail
FROM lad.install_schema() WHERE action <> 'exists' ORDER BY object COLLATE "C";

-- A table that exists in another shape is refused; a user's own column is welcome.
BEGIN;
ALTER TABLE lad_data.lead_notes ADD COLUMN my_note text;
SELECT count(*) FROM lad.install_schema() WHERE action <> 'exists';
ROLLBACK;
BEGIN;
ALTER TABLE lad_data.lead_notes ADD COLUMN mine int NOT NULL;
SELECT count(*) FROM lad.install_schema();
ROLLBACK;
BEGIN;
ALTER TABLE lad_data.lead_notes ALTER COLUMN content TYPE varchar(9);
SELECT count(*) FROM lad.install_schema();
ROLLBACK;
BEGIN;
ALTER TABLE lad_data.lead_notes DROP COLUMN content;
SELECT count(*) FROM lad.install_schema();
ROLLBACK;

-- Who may: superusers and members of lad_owner, who stay bound by nothing but their role.
CREATE ROLE regress_lad_installer IN ROLE lad_owner;
CREATE ROLE regress_lad_outsider IN ROLE lad_app;
ALTER TABLE lad_data.lead_notes DROP CONSTRAINT lead_notes_lead_id_fkey;
SET ROLE regress_lad_installer;
SELECT object, action, detail FROM lad.install_schema() WHERE action <> 'exists';
SELECT current_user;
SET ROLE regress_lad_outsider;
SELECT count(*) FROM lad.install_schema();
RESET ROLE;

-- A schema or a table of somebody else's is not taken over.
BEGIN;
ALTER SCHEMA lad_data OWNER TO regress_lad_outsider;
SELECT count(*) FROM lad.install_schema();
ROLLBACK;
BEGIN;
ALTER TABLE lad_data.lead_notes OWNER TO regress_lad_outsider;
SELECT count(*) FROM lad.install_schema();
ROLLBACK;
DROP ROLE regress_lad_installer, regress_lad_outsider;
