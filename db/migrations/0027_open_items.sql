-- Room ledger: what is open by the day it is due, beside however many items that are paid.
create index item_rest_due on item_rest (company_id, due_on, item_id) where rest_minor <> 0;
