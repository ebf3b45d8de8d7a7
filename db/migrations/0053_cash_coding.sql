-- The newest lines that were no receivable: what they were booked on is proposed for the next of the kind.
create index cash_decision_unrelated on cash_decision (company_id, id) where category = 'unrelated';
