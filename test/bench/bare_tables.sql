-- Takes from the tables of a database what the extension adds to a write: row-level security and
-- triggers. Checks, foreign keys and indexes stay.
DO $$
DECLARE
    relation regclass;
BEGIN
    FOR relation IN
        SELECT oid FROM pg_class
        WHERE relnamespace = 'lad_data'::regnamespace AND relkind IN ('r', 'p')
    LOOP
        EXECUTE format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY, '
                       'DISABLE TRIGGER USER', relation);
    END LOOP;
END $$;
