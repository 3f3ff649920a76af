-- Staff whom the identity provider of the municipality knows, and who is on the way there.

ALTER TABLE accounts ADD COLUMN email TEXT NOT NULL DEFAULT '';    -- by which the provider knows them; empty: it does not
ALTER TABLE accounts ADD COLUMN subject TEXT NOT NULL DEFAULT '';  -- the provider's own name of them, once they came by it
CREATE UNIQUE INDEX accounts_email ON accounts (email) WHERE email <> '';
CREATE UNIQUE INDEX accounts_subject ON accounts (subject) WHERE subject <> '';

-- Ways to the provider that were begun and nobody came back by yet. Not in backups.
CREATE TABLE ways (
    state    BYTEA NOT NULL PRIMARY KEY,      -- SHA-256 of what comes back
    device   BYTEA NOT NULL,                  -- the desk it began at
    nonce    TEXT NOT NULL,
    verifier TEXT NOT NULL,                  -- of PKCE (RFC 7636)
    redirect TEXT NOT NULL,                  -- where the provider sends them back to
    until    BIGINT NOT NULL
);
