-- Channels: what arrives at the next client of the connection, and what one may send.

-- attack: the channels of the extension
-- expects: !42501 / !42501
-- without context: !42501 / !42501
LISTEN lad_events;
LISTEN lad;

-- attack: in other spellings
-- expects: !42501 / !42501 / !42501
-- without context: !42501 / !42501 / !42501
LISTEN LAD_Events;
LISTEN "lad_wallet_low";
LISTEN U&"\006cad_events";

-- attack: inside a function
-- expects: !42501
-- without context: !42501
DO $$ BEGIN EXECUTE 'LISTEN lad_events'; END $$;

-- attack: inside a function with its owner's rights
-- expects: !42501
-- without context: !42501
CREATE FUNCTION playground.hear() RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN LISTEN lad_events; END $$;
SELECT playground.hear();
ROLLBACK;

-- attack: channels that others listen to on this connection
-- expects: 0
-- without context: 0
SELECT count(*) FROM pg_listening_channels() AS c WHERE c LIKE 'lad%';

-- attack: a channel of one's own still works
-- expects: news
-- without context: news
LISTEN news;
COMMIT;
SELECT pg_listening_channels();
UNLISTEN *;

-- attack: a payload with foreign rows
-- expects: sent
-- without context: ~^!LD001 / sent$
LISTEN news;
SELECT pg_notify('news', email) FROM lad_data.leads WHERE tenant_id = :'canary';
COMMIT;
SELECT 'sent';
UNLISTEN *;

-- attack: a forged wake-up
-- expects: nothing
-- without context: nothing
NOTIFY lad_events, 'forged';
DO $$ BEGIN PERFORM pg_notify('lad_keywords', 'forged'); END $$;

-- attack: what waits in the queue of everybody
-- expects: t
-- without context: t
SELECT pg_notification_queue_usage() < 1;

-- attack: a trigger that tells of others' writes
-- expects: !42501
-- without context: !42501
CREATE TRIGGER tell AFTER INSERT ON lad_data.leads FOR EACH ROW EXECUTE FUNCTION tcn();
