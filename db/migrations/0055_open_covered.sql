-- What is open stands in one index with all that its lists sort and filter by: a page of it reads no row of the many that are paid.
drop index item_rest_due;
create index item_rest_due on item_rest (company_id, due_on, item_id, account_id, party_id, rest_minor, amount_minor) where rest_minor <> 0;
-- Which entries stand behind a VAT code, day by day, from the index alone.
drop index entry_line_vat;
create index entry_line_vat on entry_line (company_id, vat_code_id, dated_on, entry_id, account_id, base_minor, vat_base_minor) where vat_code_id is not null;
-- The few bills that allow a discount.
create index bill_discount on bill (company_id, discount_on, id) where discount_on is not null;
