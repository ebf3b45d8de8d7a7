-- Room report: it keeps nothing of its own; these are the ways in. Ageing of any day reads this index alone: it holds all that ageing asks.
drop index open_item_account;
create index open_item_ageing on open_item (company_id, account_id, dated_on, due_on, party_id, base_minor, recorded_at);
create index allocation_line_effective on allocation_line (company_id, effective_on);
