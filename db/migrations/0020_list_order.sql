-- Lists of a million are read in the order that was asked: by name of the other side, and of one day in the order of ids.
create index party_name on party (company_id, name);
drop index invoice_issued;
create index invoice_issued on invoice (company_id, issued_on, id);
drop index invoice_due;
create index invoice_due on invoice (company_id, due_on, id);
