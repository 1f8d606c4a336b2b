-- Helpers of the example data, in a schema of their own. A value is a function of the tenant's
-- stream (a number drawn from the seed), the row's number and the column's salt, so that a row does
-- not depend on how many rows there are, nor on the order in which tenants are filled.
CREATE SCHEMA IF NOT EXISTS example;
GRANT USAGE ON SCHEMA example TO PUBLIC;

-- The dice of one row: k = example.row_key(stream, kind, n), then example.roll(k, salt) per column.
CREATE OR REPLACE FUNCTION example.row_key(stream bigint, kind text, n bigint) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN hashint8extended(n, stream # hashtextextended(kind, 0));

CREATE OR REPLACE FUNCTION example.roll(k bigint, salt int) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN hashint8extended(k, salt) & 9223372036854775807;

-- True in percent of all rows.
CREATE OR REPLACE FUNCTION example.chance(k bigint, salt int, percent int) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (hashint8extended(k, salt) & 1023) < percent * 1024 / 100;

-- The identifier of a row: the same wherever it is named.
CREATE OR REPLACE FUNCTION example.id(tenant uuid, kind text, n bigint) RETURNS uuid
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN md5(tenant::text || kind || n::text)::uuid;

-- An identifier as Apollo gives them.
CREATE OR REPLACE FUNCTION example.apollo_id(kind text, k bigint) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN left(md5(kind || k), 24);

-- One of the words: the first rows go through all of them, later ones prefer the front.
CREATE OR REPLACE FUNCTION example.word(words text[], n bigint, dice bigint) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN words[CASE WHEN n <= cardinality(words) THEN n
        ELSE 1 + least(dice % cardinality(words), (dice >> 24) % cardinality(words)) END];

CREATE OR REPLACE FUNCTION example.pick(words text[], dice bigint) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN words[1 + dice % cardinality(words)];

-- A moment in the days before a time.
CREATE OR REPLACE FUNCTION example.moment(until timestamptz, dice bigint, days int)
    RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
    RETURN until - make_interval(secs => dice % (days * 86400) + 1);

-- 1 to most, small numbers often: what a hot member, lead or campaign gets.
CREATE OR REPLACE FUNCTION example.skewed(dice bigint, most bigint) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN 1 + least(dice % most, (dice >> 20) % most);

CREATE OR REPLACE FUNCTION example.first_names() RETURNS text[] LANGUAGE sql IMMUTABLE RETURN ARRAY[
    'Ada', 'Amina', 'Björn', 'Chloé', 'Dmitri', 'Elif', 'Fatima', 'Gülay', 'Håkon', 'Ines', 'João',
    'Kwame', 'Łukasz', 'María', 'Nguyễn', 'Olga', 'Priya', 'Quentin', 'Rashid', 'Søren', 'Thandi',
    'Uğur', 'Víctor', 'Wei', 'Ximena', 'Yūki', 'Zoë', '美咲', '伟', '지우', 'أحمد', 'פנינה', 'Ольга', 'Ελένη'];

CREATE OR REPLACE FUNCTION example.last_names() RETURNS text[] LANGUAGE sql IMMUTABLE RETURN ARRAY[
    'Abbas', 'Bianchi', 'Castro', 'D''Souza', 'Eriksson', 'Fernández', 'García', 'Hassan', 'Ivanova',
    'Jansen', 'Kovačić', 'Lindqvist', 'Müller', 'Novák', 'O''Brien', 'Petrović', 'Quist', 'Rossi',
    'Şahin', 'Tanaka', 'Ueda', 'Vasquez', 'Wójcik', 'Xu', 'Yılmaz', 'Zimmermann', '山田', '김',
    'الهاشمي', 'Παπαδόπουλος', 'St. John-Smythe', 'van der Berg'];

CREATE OR REPLACE FUNCTION example.companies() RETURNS text[] LANGUAGE sql IMMUTABLE RETURN ARRAY[
    'Northwind', 'Contoso', 'Fabrikam', 'Initech', 'Umbrella', 'Stark', 'Wayne', 'Tyrell', 'Cyberdyne',
    'Soylent', 'Hooli', 'Vandelay', 'Wonka', 'Acme', 'Globex', 'Oscorp', 'Monarch', 'Aperture'];

CREATE OR REPLACE FUNCTION example.industries() RETURNS text[] LANGUAGE sql IMMUTABLE RETURN ARRAY[
    'Software', 'Real Estate', 'Higher Education', 'Logistics', 'Healthcare', 'Retail', 'Fintech'];

CREATE OR REPLACE FUNCTION example.titles() RETURNS text[] LANGUAGE sql IMMUTABLE RETURN ARRAY[
    'CEO', 'CTO', 'Head of Sales', 'Marketing Manager', 'Software Engineer', 'Procurement Officer',
    'Direktør', 'Geschäftsführerin', 'Consultant', 'VP Operations'];

CREATE OR REPLACE FUNCTION example.cities() RETURNS text[] LANGUAGE sql IMMUTABLE RETURN ARRAY[
    'Dubai', 'São Paulo', 'Kraków', 'Zürich', 'New York', 'Mumbai', 'Tōkyō', 'Malmö', 'Lagos'];

CREATE OR REPLACE FUNCTION example.features() RETURNS text[] LANGUAGE sql IMMUTABLE RETURN ARRAY[
    'ai-icp-assistant', 'apollo-leads', 'campaigns', 'dashboard', 'deals-pipeline',
    'education-counsellors', 'education-students', 'lead-enrichment', 'social-integration',
    'voice-agent', 'billing'];

CREATE OR REPLACE FUNCTION example.capabilities() RETURNS text[] LANGUAGE sql IMMUTABLE RETURN ARRAY[
    'billing.view', 'billing.admin', 'apollo.search', 'apollo.email_reveal', 'view_overview',
    'view_scraper', 'view_make_call', 'view_call_logs', 'view_pipeline', 'view_campaigns',
    'view_ai_assistant', 'manage_campaigns', 'manage_leads', 'manage_team', 'manage_integrations',
    'manage_billing', 'make_calls', 'admin_access'];

CREATE OR REPLACE FUNCTION example.notes() RETURNS text[] LANGUAGE sql IMMUTABLE RETURN ARRAY[
    'Called, no answer.', 'Asked for a proposal by e-mail.', 'Interested; budget in Q3 — call back.',
    'Wants to see a demo with the whole team.', 'Nicht zuständig, an den Einkauf verwiesen.',
    'Prefers WhatsApp 📱', 'Duplicate of an older contact?', 'Line one' || chr(10) || 'and line two.'];

-- Whether a call is to be finished, and so charged.
CREATE OR REPLACE FUNCTION example.ends_well(k bigint, n bigint) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN n > 15 AND (n % 3 = 0 OR example.chance(k, 7, 20));
