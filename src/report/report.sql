-- name: report_due_totals
-- reads the ledger: what is open now by due day is kept up by the ledger and proved by verify
select d.due_on as "on", d.rest_base_minor as base_minor from due_total d join account a on a.company_id = d.company_id and a.id = d.account_id
 where d.company_id = :company_id and a.control = :side and d.rest_base_minor <> 0;

-- name: report_items_after
-- reads the ledger: items that were not there yet on that day, taken off what is open now
select i.due_on as "on", cast(sum(i.base_minor) as bigint) as base_minor from open_item i
 where i.company_id = :company_id and i.account_id in (select a.id from account a where a.company_id = :company_id and a.control = :side) and i.dated_on > :as_of
 group by i.due_on;

-- name: report_settled_after
-- reads the ledger: settlements of later than that day, given back to what is open now
select i.due_on as "on", cast(sum(l.base_minor) as bigint) as base_minor from allocation_line l join open_item i on i.company_id = l.company_id and i.id = l.item_id
 where l.company_id = :company_id and l.effective_on > :as_of
   and i.account_id in (select a.id from account a where a.company_id = :company_id and a.control = :side)
 group by i.due_on;

-- name: report_settled_early
-- reads the ledger: settlements in force before one of their items was there count from that item's day on
select i.due_on as "on", cast(sum(l.base_minor) as bigint) as base_minor from allocation_line l join open_item i on i.company_id = l.company_id and i.id = l.item_id
 where l.company_id = :company_id
   and l.allocation_id in (select e.allocation_id from account c cross join open_item n cross join allocation_line e
                            where c.company_id = :company_id and c.control = :side and n.company_id = c.company_id and n.account_id = c.id and n.dated_on > :as_of
                              and e.company_id = n.company_id and e.item_id = n.id and e.effective_on <= :as_of)
 group by i.due_on;

-- name: report_rests
-- reads the ledger: what is open of each item now, by party and due day
select r.party_id, r.due_on as "on", r.rest_base_minor as base_minor from item_rest r
 where r.company_id = :company_id and r.account_id in (select a.id from account a where a.company_id = :company_id and a.control = :side) and r.rest_base_minor <> 0;

-- name: report_months
-- reads the ledger: how many lines there are on the control account until a day and after it, to choose the shorter way
select cast(coalesce(sum(case when m.month_on <= :as_of then m.line_count else 0 end), 0) as bigint) as before,
       cast(coalesce(sum(case when m.month_on > :as_of then m.line_count else 0 end), 0) as bigint) as later
  from account_month m join account a on a.company_id = m.company_id and a.id = m.account_id
 where m.company_id = :company_id and a.control = :side;

-- name: report_items_until
-- reads the ledger: ageing of any day scans the items of until then; sums are made in C
select i.party_id, i.due_on as "on", i.base_minor from open_item i
 where i.company_id = :company_id and i.account_id in (select a.id from account a where a.company_id = :company_id and a.control = :side)
   and i.dated_on <= :as_of and i.recorded_at <= :known_at;

-- name: report_items_buckets
-- reads the ledger: the items of until then in their buckets, by one run over the index
select cast(coalesce(sum(case when i.due_on >= :as_of then i.base_minor else 0 end), 0) as bigint) as not_due_minor,
       cast(coalesce(sum(case when i.due_on < :as_of and i.due_on >= :late_30_on then i.base_minor else 0 end), 0) as bigint) as days_30_minor,
       cast(coalesce(sum(case when i.due_on < :late_30_on and i.due_on >= :late_60_on then i.base_minor else 0 end), 0) as bigint) as days_60_minor,
       cast(coalesce(sum(case when i.due_on < :late_60_on and i.due_on >= :late_90_on then i.base_minor else 0 end), 0) as bigint) as days_90_minor,
       cast(coalesce(sum(case when i.due_on < :late_90_on then i.base_minor else 0 end), 0) as bigint) as later_minor
  from open_item i
 where i.company_id = :company_id and i.account_id in (select a.id from account a where a.company_id = :company_id and a.control = :side) and i.dated_on <= :as_of;

-- name: report_settled_until
-- reads the ledger: what had been settled by then, with the day of the item: one of later makes its settlement one of later
select l.allocation_id, i.party_id, i.due_on as "on", i.dated_on, l.base_minor from allocation_line l join open_item i on i.company_id = l.company_id and i.id = l.item_id
 where l.company_id = :company_id and l.effective_on <= :as_of and l.recorded_at <= :known_at
   and i.account_id in (select a.id from account a where a.company_id = :company_id and a.control = :side);

-- name: report_early_lines
-- reads the ledger: the other lines of such a settlement, given back
select i.party_id, i.due_on as "on", l.base_minor from allocation_line l join open_item i on i.company_id = l.company_id and i.id = l.item_id
 where l.company_id = :company_id and l.allocation_id = :allocation_id and i.dated_on <= :as_of;

-- name: report_party_names
select id as party_id, number, name from party where company_id = :company_id;

-- name: report_open_items
-- reads the ledger: the items behind an ageing, with what was left of each on that day
select i.id, i.account_id, i.party_id, i.kind, i.source_kind, i.source_id, i.entry_id, i.reference, i.dated_on, i.due_on, i.currency, i.amount_minor, i.base_minor,
       i.amount_minor - coalesce(x.amount_minor, 0) as rest_minor, i.base_minor - coalesce(x.base_minor, 0) as rest_base_minor, a.control
  from open_item i join account a on a.company_id = i.company_id and a.id = i.account_id
  left join (select l.item_id, cast(sum(l.amount_minor) as bigint) as amount_minor, cast(sum(l.base_minor) as bigint) as base_minor from allocation_line l
              where l.company_id = :company_id and l.effective_on <= :as_of and l.recorded_at <= :known_at
                and l.allocation_id not in (select e.allocation_id from account c cross join open_item n cross join allocation_line e
                                             where c.company_id = :company_id and c.control = :side and n.company_id = c.company_id and n.account_id = c.id and n.dated_on > :as_of
                                               and e.company_id = n.company_id and e.item_id = n.id and e.effective_on <= :as_of)
              group by l.item_id) x on x.item_id = i.id
 where i.company_id = :company_id and a.control = :side and (cast(:party_id as bigint) is null or i.party_id = :party_id)
   and i.dated_on <= :as_of and i.recorded_at <= :known_at
   and (i.amount_minor - coalesce(x.amount_minor, 0) <> 0 or i.base_minor - coalesce(x.base_minor, 0) <> 0)
 order by i.due_on, i.id;

-- name: report_sales
-- reads the ledger: invoices less credit notes by day, VAT included, as receivables are
select i.dated_on as "on", cast(sum(i.base_minor) as bigint) as base_minor from open_item i
 where i.company_id = :company_id and i.account_id in (select a.id from account a where a.company_id = :company_id and a.control = :side)
   and i.kind in ('invoice', 'credit_note') and i.dated_on between :from_on and :to_on
 group by i.dated_on;

-- name: report_delays
-- reads the ledger: how late each customer paid what is settled whole, of the last two years
select i.party_id, i.due_on as "on", max(l.effective_on) as paid_on from open_item i
  join item_rest r on r.company_id = i.company_id and r.item_id = i.id
  join allocation_line l on l.company_id = i.company_id and l.item_id = i.id
 where i.company_id = :company_id and i.kind = 'invoice' and r.rest_minor = 0 and i.dated_on >= :from_on
   and i.account_id in (select a.id from account a where a.company_id = :company_id and a.control = :side)
 group by i.id, i.party_id, i.due_on order by i.party_id;

-- name: report_bank_accounts
-- reads the ledger: what stands on the ledger account of each bank account of ours
select b.id, b.name, b.iban, b.currency,
       (select s.closing_minor from bank_statement s where s.company_id = b.company_id and s.bank_account_id = b.id and s.has_balances order by s.to_on desc, s.id desc limit 1) as closing_minor,
       (select s.to_on from bank_statement s where s.company_id = b.company_id and s.bank_account_id = b.id and s.has_balances order by s.to_on desc, s.id desc limit 1) as closing_on,
       (select cast(coalesce(sum(m.debit_minor - m.credit_minor), 0) as bigint) from account_month m where m.company_id = b.company_id and m.account_id = b.ledger_account_id) as booked_minor,
       (select count(*) from bank_line l where l.company_id = b.company_id and l.bank_account_id = b.id
           and not exists (select 1 from cash_decision d where d.company_id = l.company_id and d.bank_line_id = l.id
                            and not exists (select 1 from cash_undo u where u.company_id = d.company_id and u.decision_id = d.id))) as undecided_count,
       (select cast(coalesce(sum(l.amount_minor), 0) as bigint) from bank_line l where l.company_id = b.company_id and l.bank_account_id = b.id
           and not exists (select 1 from cash_decision d where d.company_id = l.company_id and d.bank_line_id = l.id
                            and not exists (select 1 from cash_undo u where u.company_id = d.company_id and u.decision_id = d.id))) as undecided_minor
  from bank_account b where b.company_id = :company_id and not b.is_closed order by b.name, b.id;

-- name: report_expected
select e.currency, cast(sum(e.amount_minor) as bigint) as amount_minor, cast(count(*) as bigint) as count from cash_expected e
 where e.company_id = :company_id and e.met_by is null and e.withdrawn_at is null group by e.currency order by e.currency;

-- name: report_bill_states
select cast(coalesce(sum(case when state = 'received' then 1 else 0 end), 0) as bigint) as received, cast(coalesce(sum(case when state = 'coded' then 1 else 0 end), 0) as bigint) as coded,
       cast(coalesce(sum(case when state = 'submitted' then 1 else 0 end), 0) as bigint) as submitted from bill where company_id = :company_id;

-- name: report_bank_lines
select cast(count(*) as bigint) as lines,
       cast(coalesce(sum(case when d.id is null then 1 else 0 end), 0) as bigint) as unmatched,
       cast(coalesce(sum(case when d.is_automatic then 1 else 0 end), 0) as bigint) as automatic
  from bank_line l left join (select c.id, c.bank_line_id, c.is_automatic from cash_decision c where c.company_id = :company_id
                                and not exists (select 1 from cash_undo u where u.company_id = :company_id and u.decision_id = c.id)) d on d.bank_line_id = l.id
 where l.company_id = :company_id and l.booked_on between :from_on and :to_on;

-- name: report_unmatched
select cast(count(*) as bigint) as count from bank_line l
 where l.company_id = :company_id
   and not exists (select 1 from cash_decision d where d.company_id = l.company_id and d.bank_line_id = l.id
                    and not exists (select 1 from cash_undo u where u.company_id = d.company_id and u.decision_id = d.id));

-- name: report_vat_codes
-- reads the ledger: turnover and VAT of a period by code
select v.id as vat_code_id, v.code, v.name, v.side, v.return_box, v.rate, case when v.reverse_account_id is null then false else true end as is_reverse,
       cast(coalesce(sum(case when v.reverse_account_id is null or l.account_id = v.reverse_account_id then l.vat_base_minor else 0 end), 0) as bigint) as turnover_minor,
       cast(coalesce(sum(case when l.account_id = v.account_id then l.base_minor else 0 end), 0) as bigint) as vat_minor,
       cast(coalesce(sum(case when l.account_id = v.reverse_account_id then l.base_minor else 0 end), 0) as bigint) as reverse_minor
  from entry_line l join vat_code v on v.company_id = l.company_id and v.id = l.vat_code_id
 where l.company_id = :company_id and l.dated_on between :from_on and :to_on
 group by v.id, v.code, v.name, v.side, v.return_box, v.rate, v.reverse_account_id order by v.code;

-- name: report_journal
-- reads the ledger: a list of entries with what each moved
select e.id, e.number, e.journal, e.dated_on, e.recorded_at, e.source_kind, e.source_id, e.description, e.reverses_id,
       (select cast(coalesce(sum(l.base_minor), 0) as bigint) from entry_line l where l.company_id = e.company_id and l.entry_id = e.id and l.base_minor > 0) as total_minor
  from entry e where e.company_id = :company_id;

-- name: report_account_before
-- reads the ledger: what stood on an account before a day
select cast(coalesce(sum(l.base_minor), 0) as bigint) as base_minor from entry_line l where l.company_id = :company_id and l.account_id = :account_id and l.dated_on < :from_on;

-- name: report_card_lines
-- reads the ledger: the lines of one account
select e.id as entry_id, l.line_no, e.number, e.journal, l.dated_on, e.description, l.description as line_description, l.party_id, l.cost_center, l.base_minor, l.currency, l.amount_minor
  from entry_line l join entry e on e.company_id = l.company_id and e.id = l.entry_id
 where l.company_id = :company_id and l.account_id = :account_id and l.dated_on between :from_on and :to_on order by l.dated_on, e.number, l.line_no;
