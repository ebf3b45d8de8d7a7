-- Room bank: the key that adds no line twice begins with what differs, the fingerprint of the line: an import of many lines finds its place by
-- one number, not by comparing the text that all of them share. Whether a statement has lines already is asked of its row.
drop index bank_line_once;
create unique index bank_line_once on bank_line (fingerprint, company_id, bank_account_id, statement_key, occurrence);
create index bank_statement_reference on bank_statement (company_id, bank_account_id, reference);
-- The lines of a statement wait from its end on, all at once: an insert with a trigger costs as much again as the line itself.
-- only sqlite
drop trigger bank_line_waits;
-- end
-- only postgres
drop trigger bank_line_waits on bank_line;
drop function bank_line_waits();
-- end
