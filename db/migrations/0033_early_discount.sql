-- Room invoice: VAT over what is left after the discount for paying early (mode "mixed" of room cash) is an allowance of each VAT code and an exempt
-- charge of the same amount. Such lines say until when the discount holds; they are made when the invoice becomes final, with it they are kept.
alter table invoice_line add column discount_until date;
create index invoice_line_discount on invoice_line (company_id, invoice_id) where discount_until is not null;
