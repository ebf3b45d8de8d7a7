-- A payment run shows up on a statement as a whole or payment by payment. What belongs to which run stands beside it, so that after the whole
-- nothing else of that run is met: a stranger of the same amount was booked as if it were one of its payments.
alter table cash_expected add column whole_id bigint;
update cash_expected set whole_id = source_id where source_kind = 'payment_run';
update cash_expected set whole_id = (select p.run_id from payment p where p.company_id = cash_expected.company_id and p.id = cash_expected.source_id)
 where source_kind = 'payment';
