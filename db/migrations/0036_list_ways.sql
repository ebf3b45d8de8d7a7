-- Ways into lists of a million rows (docs/decisions/0013). What is rare has an index of its own, which what is usual never touches.
create index payment_amount on payment (company_id, amount_minor);
create index payment_iban on payment (company_id, iban);
create index invoice_draft on invoice (company_id, id) where state = 'draft';
create index invoice_credit_note on invoice (company_id, id) where kind = 'credit_note';
drop index invoice_party;
create index invoice_party on invoice (company_id, party_id, id);
create index bill_received on bill (company_id, received_at, id);
create index bill_due on bill (company_id, due_on, id);
create index bill_refused on bill (company_id, id) where state = 'refused';
create index bill_credit_note on bill (company_id, id) where kind = 'credit_note';
create index outbox_unsent on outbox (company_id, id) where state <> 'delivered';
create index bank_line_reversal on bank_line (company_id, id) where is_reversal = true;
-- Room ledger: the largest that is open first; what is paid in part.
create index item_rest_size on item_rest (company_id, abs(rest_minor)) where rest_minor <> 0;
create index item_rest_partly on item_rest (company_id, item_id) where rest_minor <> 0 and rest_minor <> amount_minor;
-- By due day, all items.
create index open_item_due on open_item (company_id, due_on, id);
