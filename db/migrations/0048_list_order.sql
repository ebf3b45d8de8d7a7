-- Lists of a million by what their pages sort and filter by: the order stands in an index; a filter that few rows meet is asked of its index first
-- (room search). What is sorted by text on PostgreSQL needs the order of bytes.
create index invoice_currency on invoice (company_id, currency, id);
create index bill_currency on bill (company_id, currency, id);
create index bill_issued on bill (company_id, issued_on, id);
create index bill_number_shown on bill (company_id, number, id);
drop index bill_state;
create index bill_state on bill (company_id, state, id);
create index open_item_dated on open_item (company_id, dated_on, id);
create index open_item_currency on open_item (company_id, currency, id);
create index open_item_credit_note on open_item (company_id, id) where kind = 'credit_note';
create index open_item_difference on open_item (company_id, id) where kind = 'difference';
create index open_item_opening on open_item (company_id, id) where kind = 'opening';
create index item_rest_order on item_rest (company_id, rest_minor, item_id) where rest_minor <> 0;
drop index entry_dated;
create index entry_dated on entry (company_id, dated_on, id);
create index entry_journal on entry (company_id, journal, id);
create index cash_decision_category on cash_decision (company_id, category, id);
create index cash_decision_amount on cash_decision (company_id, amount_minor, id);
create index cash_decision_decided on cash_decision (company_id, decided_at, id);
-- only postgres
create index invoice_number_order on invoice (company_id, number collate "C", id);
create index bill_number_order on bill (company_id, number collate "C", id);
create index bill_state_order on bill (company_id, state collate "C", id);
create index party_name_order on party (company_id, name collate "C", id);
-- end
