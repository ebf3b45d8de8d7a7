-- Lists that are filtered by one column and sorted by another are read from one index: no index is new, each is as wide as it must be.
drop index entry_journal;
create index entry_journal on entry (company_id, journal, number);
drop index open_item_due;
create index open_item_due on open_item (company_id, due_on, id, dated_on);
drop index open_item_dated;
create index open_item_dated on open_item (company_id, dated_on, id, due_on);
drop index invoice_issued;
create index invoice_issued on invoice (company_id, issued_on, id, due_on);
drop index invoice_due;
create index invoice_due on invoice (company_id, due_on, id, issued_on);
