-- Room report, ways in: what is sold and what is open are read from an index alone; VAT by code; search by number, amount and IBAN.
drop index open_item_ageing;
create index open_item_ageing on open_item (company_id, account_id, dated_on, due_on, party_id, base_minor, recorded_at, kind);
create index open_item_reference on open_item (company_id, reference);
create index open_item_amount on open_item (company_id, amount_minor);
create index item_rest_open on item_rest (company_id, account_id, due_on, party_id, rest_base_minor) where rest_base_minor <> 0;
create index entry_line_vat on entry_line (company_id, vat_code_id, dated_on) where vat_code_id is not null;
create index invoice_total on invoice (company_id, total_minor);
create index bill_total on bill (company_id, total_minor);
create index bank_line_amount on bank_line (company_id, amount_minor);
create index bank_line_iban on bank_line (company_id, iban);
