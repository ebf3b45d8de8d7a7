-- Room report, ways in: payments by amount and by IBAN.
create index payment_amount on payment (company_id, amount_minor);
create index payment_iban on payment (company_id, iban);
