-- Where the turnover of a sale at this VAT code is booked (Dutch charts keep it apart by rate). What was made before gets the accounts of the
-- chart a company starts with; an account that isn't there leaves it as it was: the general one of sales.
alter table vat_code add column turnover_account_id bigint;
update vat_code set turnover_account_id = (
    select a.id
      from account a
     where a.company_id = vat_code.company_id and a.kind = 'income'
       and a.number = case vat_code.code when '21' then '8000' when '9' then '8010' when 'verlegd' then '8020' when 'icl' then '8030'
                                         when 'export' then '8040' when 'vrij' then '8050' end)
 where side = 'sale';
