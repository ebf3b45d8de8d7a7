-- Room ledger: what was paid whole, read from the index alone (SQLite looks up a column that only its condition names).
drop index item_rest_paid;
create index item_rest_paid on item_rest (company_id, account_id, paid_on, item_id, due_on, party_id, amount_minor) where paid_on is not null and amount_minor > 0;
