-- The assistant: what its messages use, the search that comes of a conversation.

CREATE FUNCTION lad.record_message_usage() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_record_message_usage';
ALTER FUNCTION lad.record_message_usage() OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.record_message_usage() FROM PUBLIC;
COMMENT ON FUNCTION lad.record_message_usage() IS
    'Statement trigger of ai_messages: the tokens of a message become one pending usage event of ai-icp-assistant, key ai_message:<id>, which settlement charges to the wallet of who talks, else the tenant''s. Priced as llm per token of the message''s model (without one that of message_data, else openai gpt-4) and message_data.provider. Tokens written later change the event until it is charged. Tokens without a price leave a failed event with the reason, never an error.';

CREATE FUNCTION lad.build_search_params(icp_data jsonb) RETURNS jsonb
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_build_search_params';
REVOKE ALL ON FUNCTION lad.build_search_params(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.build_search_params(jsonb) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.build_search_params(jsonb) IS
    'The search that icp_data stand for: keywords (an array; given as one or separated by commas, else the industries), expandedKeywords (those too), industry, location, company_size, job_titles (an array), and every other fact under its own name. Other spellings such as industries, companySize or titles are understood; terms are trimmed and come once; what is empty is left out. 22004 NULL, 22023 no object, or terms that are no texts.';

CREATE FUNCTION lad.get_conversation(conversation_id uuid) RETURNS jsonb
    LANGUAGE c STABLE PARALLEL RESTRICTED
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_get_conversation';
REVOKE ALL ON FUNCTION lad.get_conversation(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.get_conversation(uuid) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.get_conversation(uuid) IS
    'A live conversation of the tenant with its live messages, oldest first: {id, user_id, title, status, icp_data, search_params, search_triggered, metadata, created_at, updated_at, archived_at, tokens_used, messages: [{id, role, content, message_data, tokens_used, model, created_at}]}. P0002 no such conversation, 22004 NULL.';
