-- A double-entry ledger written by hand in PL/pgSQL, without idempotency: accounts locked in the order of
-- their identifiers, a transfer, an entry for each account, both balances. Each wallet has a counter-account
-- of its own, so that no account is hot but the one that is meant to be.
CREATE TABLE bench.accounts (
    id      uuid PRIMARY KEY,
    balance numeric(20,6) NOT NULL,
    version bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);
CREATE TABLE bench.transfers (
    id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    from_account uuid NOT NULL REFERENCES bench.accounts,
    to_account   uuid NOT NULL REFERENCES bench.accounts,
    amount       numeric(20,6) NOT NULL CHECK (amount > 0),
    created_at   timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE bench.entries (
    id              uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    account_id      uuid NOT NULL REFERENCES bench.accounts,
    transfer_id     uuid NOT NULL REFERENCES bench.transfers,
    amount          numeric(20,6) NOT NULL,
    balance_before  numeric(20,6) NOT NULL,
    balance_after   numeric(20,6) NOT NULL,
    account_version bigint NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (account_id, account_version)
);
INSERT INTO bench.accounts SELECT id, 1000000000 FROM bench.wallet_numbers;
INSERT INTO bench.accounts SELECT md5('revenue ' || id)::uuid, 0 FROM bench.wallet_numbers;

CREATE FUNCTION bench.transfer(payer uuid, sum numeric) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    payee CONSTANT uuid := md5('revenue ' || payer)::uuid;
    moved uuid;
    account bench.accounts;
BEGIN
    PERFORM FROM bench.accounts WHERE id IN (payer, payee) ORDER BY id FOR UPDATE;
    INSERT INTO bench.transfers (from_account, to_account, amount) VALUES (payer, payee, sum) RETURNING id INTO moved;
    UPDATE bench.accounts SET balance = balance - sum, version = version + 1 WHERE id = payer RETURNING * INTO account;
    IF account.balance < 0 THEN RAISE 'insufficient funds'; END IF;
    INSERT INTO bench.entries (account_id, transfer_id, amount, balance_before, balance_after, account_version)
    VALUES (payer, moved, -sum, account.balance + sum, account.balance, account.version);
    UPDATE bench.accounts SET balance = balance + sum, version = version + 1 WHERE id = payee RETURNING * INTO account;
    INSERT INTO bench.entries (account_id, transfer_id, amount, balance_before, balance_after, account_version)
    VALUES (payee, moved, sum, account.balance - sum, account.balance, account.version);
    RETURN moved;
END $$;
