-- Contacts are sealed with keys of their own, which lie in a folder apart from this log.

-- What is to be done with the keys once something was erased or corrected here: `key:` and the name of one that is to be
-- destroyed, `doc:` and a record that was erased.
CREATE TABLE keys_due (
    what TEXT NOT NULL PRIMARY KEY
);

-- Who had to do with a contact.
CREATE INDEX audit_contacts ON audit (subject) WHERE what LIKE 'contact.%';
