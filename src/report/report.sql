-- name: report_due_totals
-- reads the ledger: what is open now by due day is kept up by the ledger and proved by verify
select d.due_on as "on", d.rest_base_minor as base_minor from due_total d join account a on a.company_id = d.company_id and a.id = d.account_id
 where d.company_id = :company_id and a.control = :side and d.rest_base_minor <> 0;

-- name: report_items_after
-- reads the ledger: items that were not there yet on that day, taken off what is open now; from the account and its days on, whatever is grouped
select i.due_on as "on", cast(sum(i.base_minor) as bigint) as base_minor from account a cross join open_item i
 where a.company_id = :company_id and a.control = :side and i.company_id = a.company_id and i.account_id = a.id and i.dated_on > :as_of
 group by i.due_on;

-- name: report_settled_after
-- reads the ledger: settlements of later than that day, given back to what is open now; from the days on, not from the items
select i.due_on as "on", cast(sum(l.base_minor) as bigint) as base_minor from allocation_line l cross join open_item i
 where l.company_id = :company_id and l.effective_on > :as_of and i.company_id = l.company_id and i.id = l.item_id
   and i.account_id in (select a.id from account a where a.company_id = :company_id and a.control = :side)
 group by i.due_on;

-- name: report_rests
-- reads the ledger: what is open of each item now, by party and due day
select r.party_id, r.due_on as "on", r.rest_base_minor as base_minor from item_rest r
 where r.company_id = :company_id and r.account_id in (select a.id from account a where a.company_id = :company_id and a.control = :side) and r.rest_base_minor <> 0;

-- name: report_rests_counted
-- reads the ledger: how many items are open now, as far as it matters
select cast(count(*) as bigint) as count from (
    select r.item_id from item_rest r where r.company_id = :company_id and r.account_id in (select a.id from account a where a.company_id = :company_id and a.control = :side)
       and r.rest_base_minor <> 0 limit :limit) x;

-- name: report_months
-- reads the ledger: how many lines there are on the control account until a day and after it, and how many changes are packed
select cast(coalesce(sum(case when m.month_on <= :as_of then m.line_count else 0 end), 0) as bigint) as before,
       cast(coalesce(sum(case when m.month_on > :as_of then m.line_count else 0 end), 0) as bigint) as later,
       (select cast(coalesce(sum(g.change_count), 0) as bigint) from aged_month g join account c on c.company_id = g.company_id and c.id = g.account_id
         where g.company_id = :company_id and c.control = :side and g.month_on <= :as_of) as packed
  from account_month m join account a on a.company_id = m.company_id and a.id = m.account_id
 where m.company_id = :company_id and a.control = :side;

-- name: report_party_names
select id as party_id, number, name from party where company_id = :company_id;

-- name: report_keys_now
-- reads the ledger: what is open now, from an index alone
select r.item_id as id, r.due_on as "on", r.rest_base_minor as base_minor from item_rest r
 where r.company_id = :company_id and r.account_id in (select a.id from account a where a.company_id = :company_id and a.control = :side) and r.rest_base_minor <> 0
   and r.due_on between :from_on and :to_on and (cast(:party_id as bigint) is null or r.party_id = :party_id);

-- name: report_keys_then
-- reads the ledger: what is open now of what was there on that day
select r.item_id as id, r.due_on as "on", r.rest_base_minor as base_minor from item_rest r cross join open_item i
 where r.company_id = :company_id and r.account_id in (select a.id from account a where a.company_id = :company_id and a.control = :side) and r.rest_base_minor <> 0
   and r.due_on between :from_on and :to_on and (cast(:party_id as bigint) is null or r.party_id = :party_id)
   and i.company_id = r.company_id and i.id = r.item_id and i.dated_on <= :as_of;

-- name: report_keys_settled
-- reads the ledger: what was settled later of what was there on that day; from the days on (+ 0: not in the order of an index of all items)
select l.item_id as id, i.due_on as "on", l.base_minor
  from (select item_id + 0 as item_id, cast(sum(base_minor) as bigint) as base_minor from allocation_line where company_id = :company_id and effective_on > :as_of group by item_id + 0) l
  cross join open_item i
 where i.company_id = :company_id and i.id = l.item_id
   and i.account_id in (select a.id from account a where a.company_id = :company_id and a.control = :side)
   and i.due_on between :from_on and :to_on and (cast(:party_id as bigint) is null or i.party_id = :party_id) and i.dated_on <= :as_of;

-- name: report_open_rows
-- reads the ledger: items, with what was left of each on that day
select i.id, i.account_id, i.party_id, i.kind, i.source_kind, i.source_id, i.entry_id, i.reference, i.dated_on, i.due_on, i.currency, i.amount_minor, i.base_minor,
       i.amount_minor - coalesce((select cast(sum(l.amount_minor) as bigint) from allocation_line l where l.company_id = i.company_id and l.item_id = i.id and l.effective_on <= :as_of), 0) as rest_minor,
       i.base_minor - coalesce((select cast(sum(l.base_minor) as bigint) from allocation_line l where l.company_id = i.company_id and l.item_id = i.id and l.effective_on <= :as_of), 0) as rest_base_minor, a.control
  from open_item i join account a on a.company_id = i.company_id and a.id = i.account_id where i.company_id = :company_id;

-- name: report_dated_rests
-- reads the ledger: what is open now of what was there on that day, by the day it is of
select i.dated_on as "on", cast(sum(r.rest_base_minor) as bigint) as base_minor from item_rest r cross join open_item i
 where r.company_id = :company_id and r.account_id in (select a.id from account a where a.company_id = :company_id and a.control = :side) and r.rest_base_minor <> 0
   and i.company_id = r.company_id and i.id = r.item_id and i.dated_on <= :as_of group by i.dated_on;

-- name: report_dated_settled
-- reads the ledger: and what was settled of it later
select i.dated_on as "on", cast(sum(l.base_minor) as bigint) as base_minor
  from (select item_id + 0 as item_id, cast(sum(base_minor) as bigint) as base_minor from allocation_line where company_id = :company_id and effective_on > :as_of group by item_id + 0) l
  cross join open_item i
 where i.company_id = :company_id and i.id = l.item_id
   and i.account_id in (select a.id from account a where a.company_id = :company_id and a.control = :side) and i.dated_on <= :as_of group by i.dated_on;

-- name: report_open_items
-- reads the ledger: the items behind an ageing as it was known at an instant, with what was left of each on that day
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
   and i.dated_on <= :as_of and i.recorded_at <= :known_at and i.due_on between :from_on and :to_on
   and (i.amount_minor - coalesce(x.amount_minor, 0) <> 0 or i.base_minor - coalesce(x.base_minor, 0) <> 0)
 order by i.due_on, i.id;

-- name: report_sales
-- reads the ledger: invoices less credit notes by account and day, VAT included, as receivables are; in the order of the index
select i.dated_on as "on", cast(sum(i.base_minor) as bigint) as base_minor from account a cross join open_item i
 where a.company_id = :company_id and a.control = :side and i.company_id = a.company_id and i.account_id = a.id
   and i.kind in ('invoice', 'credit_note') and i.dated_on between :from_on and :to_on
 group by a.id, i.dated_on;

-- name: report_delays
-- reads the ledger: how late each customer paid what was settled whole, of the last two years; from an index alone
select r.party_id, r.due_on as "on", r.paid_on from item_rest r
 where r.company_id = :company_id and r.account_id in (select a.id from account a where a.company_id = :company_id and a.control = :side)
   and r.paid_on >= :from_on and r.amount_minor > 0;

-- name: report_bank_accounts
-- reads the ledger: what stands on the ledger account of each bank account of ours
select b.id, b.name, b.iban, b.currency,
       (select s.closing_minor from bank_statement s where s.company_id = b.company_id and s.bank_account_id = b.id and s.has_balances order by s.to_on desc, s.id desc limit 1) as closing_minor,
       (select s.to_on from bank_statement s where s.company_id = b.company_id and s.bank_account_id = b.id and s.has_balances order by s.to_on desc, s.id desc limit 1) as closing_on,
       (select cast(coalesce(sum(m.debit_minor - m.credit_minor), 0) as bigint) from account_month m where m.company_id = b.company_id and m.account_id = b.ledger_account_id) as booked_minor,
       (select count(*) from bank_line_waiting w where w.company_id = b.company_id and w.bank_account_id = b.id) as undecided_count,
       (select cast(coalesce(sum(w.amount_minor), 0) as bigint) from bank_line_waiting w where w.company_id = b.company_id and w.bank_account_id = b.id) as undecided_minor
  from bank_account b where b.company_id = :company_id and not b.is_closed order by b.name, b.id;

-- name: report_expected
select e.currency, cast(sum(e.amount_minor) as bigint) as amount_minor, cast(count(*) as bigint) as count from cash_expected e
 where e.company_id = :company_id and e.met_by is null and e.withdrawn_at is null group by e.currency order by e.currency;

-- name: report_bill_states
select cast(coalesce(sum(case when state = 'received' then 1 else 0 end), 0) as bigint) as received, cast(coalesce(sum(case when state = 'coded' then 1 else 0 end), 0) as bigint) as coded,
       cast(coalesce(sum(case when state = 'submitted' then 1 else 0 end), 0) as bigint) as submitted from bill where company_id = :company_id and state in ('received', 'coded', 'submitted');

-- name: report_bank_lines
select cast(count(*) as bigint) as lines,
       cast(coalesce(sum(case when exists (select 1 from cash_decision d where d.company_id = l.company_id and d.bank_line_id = l.id and d.is_automatic
                                            and not exists (select 1 from cash_undo u where u.company_id = d.company_id and u.decision_id = d.id)) then 1 else 0 end), 0) as bigint) as automatic
  from bank_line l where l.company_id = :company_id and l.booked_on between :from_on and :to_on;

-- name: report_unmatched
select cast(count(*) as bigint) as count from bank_line_waiting where company_id = :company_id;

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

-- name: report_rest_days
-- reads the ledger: what is open now; from an index alone
select r.item_id as id, r.party_id, r.due_on as "on", r.rest_base_minor as base_minor from item_rest r
 where r.company_id = :company_id and r.account_id in (select a.id from account a where a.company_id = :company_id and a.control = :side) and r.rest_base_minor <> 0;

-- name: report_planned
-- items that are proposed in a payment run, and its day
select x.item_id as id, x.run_id, u.execution_on as planned_on from payment_part x join payment_run u on u.company_id = x.company_id and u.id = x.run_id
 where x.company_id = :company_id and x.is_live and u.state = 'proposed' order by x.item_id;

-- name: report_rest_items
-- reads the ledger: what those of a week are
select i.id, i.reference, i.source_kind, i.source_id, n.name from open_item i join party n on n.company_id = i.company_id and n.id = i.party_id where i.company_id = :company_id;

-- name: report_on_its_way
select e.id, e.source_kind, e.source_id, e.reference, e.currency, e.amount_minor, e.expected_on from cash_expected e
 where e.company_id = :company_id and e.met_by is null and e.withdrawn_at is null order by e.expected_on, e.id;

-- name: report_control_months
-- reads the ledger: what moved on the control account, month by month
select m.month_on as "on", cast(sum(m.debit_minor - m.credit_minor) as bigint) as base_minor from account_month m join account a on a.company_id = m.company_id and a.id = m.account_id
 where m.company_id = :company_id and a.control = :side group by m.month_on order by m.month_on;

-- name: report_paid_days
-- reads the ledger: what was paid whole, by account and the day of its last payment, and how much of it in time; in the order of the index
select r.paid_on as "on", cast(count(*) as bigint) as count, cast(sum(case when r.paid_on <= r.due_on then 1 else 0 end) as bigint) as good
  from account a cross join item_rest r
 where a.company_id = :company_id and a.control = :side and r.company_id = a.company_id and r.account_id = a.id
   and r.paid_on between :from_on and :to_on and r.amount_minor > 0
 group by a.id, r.paid_on;

-- name: report_paid_items
-- reads the ledger: the items behind it
select r.item_id as id, i.reference, r.party_id, n.name, i.dated_on, r.due_on, r.paid_on, case when r.paid_on <= r.due_on then true else false end as in_time, i.currency, r.amount_minor
  from item_rest r
  join open_item i on i.company_id = r.company_id and i.id = r.item_id
  join party n on n.company_id = r.company_id and n.id = r.party_id
 where r.company_id = :company_id and r.account_id in (select a.id from account a where a.company_id = :company_id and a.control = :side)
   and r.paid_on between :from_on and :to_on and r.amount_minor > 0;

-- name: report_line_days
select l.booked_on as "on", cast(count(*) as bigint) as count,
       cast(coalesce(sum(case when exists (select 1 from cash_decision d where d.company_id = l.company_id and d.bank_line_id = l.id and d.is_automatic
                                            and not exists (select 1 from cash_undo u where u.company_id = d.company_id and u.decision_id = d.id)) then 1 else 0 end), 0) as bigint) as good
  from bank_line l where l.company_id = :company_id and l.booked_on between :from_on and :to_on group by l.booked_on;

-- name: report_balances
-- reads the ledger: what moved on each account until a day: whole months as kept up, the days of the last one from the lines
select a.id as account_id, a.number, a.name, a.kind, a.control, a.rgs_code,
       coalesce((select cast(sum(m.debit_minor) as bigint) from account_month m where m.company_id = a.company_id and m.account_id = a.id and m.month_on < :month_on), 0)
     + coalesce((select cast(sum(case when l.base_minor > 0 then l.base_minor else 0 end) as bigint) from entry_line l where l.company_id = a.company_id and l.account_id = a.id and l.dated_on between :month_on and :to_on), 0) as debit_minor,
       coalesce((select cast(sum(m.credit_minor) as bigint) from account_month m where m.company_id = a.company_id and m.account_id = a.id and m.month_on < :month_on), 0)
     + coalesce((select cast(-sum(case when l.base_minor < 0 then l.base_minor else 0 end) as bigint) from entry_line l where l.company_id = a.company_id and l.account_id = a.id and l.dated_on between :month_on and :to_on), 0) as credit_minor
  from account a where a.company_id = :company_id order by a.number;

-- name: report_vat_code
-- reads the ledger: a VAT code by what people call it
select id, name, side, reverse_account_id from vat_code where company_id = :company_id and code = :code;

-- name: report_vat_entry_sums
-- reads the ledger: which entries stand behind a VAT code of a period, with their sums; from an index alone, in its order where the list is sorted by day
select l.entry_id as id, l.dated_on,
       cast(coalesce(sum(case when v.reverse_account_id is null or l.account_id = v.reverse_account_id then l.vat_base_minor else 0 end), 0) as bigint) * :sign as turnover_minor,
       cast(coalesce(sum(case when l.account_id = v.account_id then l.base_minor else 0 end), 0) as bigint) * :sign as vat_minor
  from vat_code v cross join entry_line l
 where v.company_id = :company_id and v.id = :vat_code_id and l.company_id = :company_id and l.vat_code_id = :vat_code_id and l.dated_on between :from_on and :to_on
 group by l.dated_on, l.entry_id;

-- name: report_vat_entries_of
-- reads the ledger: the same of the entries of one page (+ 0: by the entry, not by all days of the code)
select e.id, e.number, e.dated_on, e.journal, e.source_kind, e.source_id, e.description,
       (select min(c.party_id) from entry_line c where c.company_id = e.company_id and c.entry_id = e.id and c.party_id is not null) as party_id,
       (select cast(coalesce(sum(case when v.reverse_account_id is null or l.account_id = v.reverse_account_id then l.vat_base_minor else 0 end), 0) as bigint)
          from entry_line l join vat_code v on v.company_id = l.company_id and v.id = l.vat_code_id
         where l.company_id = e.company_id and l.entry_id = e.id and l.vat_code_id + 0 = :vat_code_id and l.dated_on between :from_on and :to_on) * :sign as turnover_minor,
       (select cast(coalesce(sum(case when l.account_id = v.account_id then l.base_minor else 0 end), 0) as bigint)
          from entry_line l join vat_code v on v.company_id = l.company_id and v.id = l.vat_code_id
         where l.company_id = e.company_id and l.entry_id = e.id and l.vat_code_id + 0 = :vat_code_id and l.dated_on between :from_on and :to_on) * :sign as vat_minor
  from entry e where e.company_id = :company_id;

-- name: report_vat_entries
-- reads the ledger: the entries behind a VAT code of a period, one row each
select e.id, e.number, e.dated_on, e.journal, e.source_kind, e.source_id, e.description, x.party_id, x.turnover_minor * :sign as turnover_minor, x.vat_minor * :sign as vat_minor
  from (select l.entry_id,
               cast(coalesce(sum(case when v.reverse_account_id is null or l.account_id = v.reverse_account_id then l.vat_base_minor else 0 end), 0) as bigint) as turnover_minor,
               cast(coalesce(sum(case when l.account_id = v.account_id then l.base_minor else 0 end), 0) as bigint) as vat_minor,
               (select min(c.party_id) from entry_line c where c.company_id = :company_id and c.entry_id = l.entry_id and c.party_id is not null) as party_id
          from entry_line l join vat_code v on v.company_id = l.company_id and v.id = l.vat_code_id
         where l.company_id = :company_id and l.vat_code_id = :vat_code_id and l.dated_on between :from_on and :to_on group by l.entry_id) x
  join entry e on e.company_id = :company_id and e.id = x.entry_id;

-- name: report_icp
-- reads the ledger: what was sold to customers elsewhere in the EU (box 3b), by customer
select x.party_id as id, p.number, p.name, p.country, p.vat_number, cast(count(distinct x.entry_id) as bigint) as entry_count, cast(-sum(x.vat_base_minor) as bigint) as turnover_minor
  from (select l.entry_id, l.vat_base_minor,
               (select min(c.party_id) from entry_line c where c.company_id = :company_id and c.entry_id = l.entry_id and c.party_id is not null) as party_id
          from vat_code v cross join entry_line l
         where v.company_id = :company_id and l.company_id = v.company_id and l.vat_code_id = v.id and v.return_box = '3b' and v.side = 'sale' and l.dated_on between :from_on and :to_on) x
  left join party p on p.company_id = :company_id and p.id = x.party_id
 group by x.party_id, p.number, p.name, p.country, p.vat_number order by p.country, p.name;

-- name: report_account_moved
-- reads the ledger: what moved on an account until a day: whole months as kept up, the days of the last one from the lines
select x.debit_minor + y.debit_minor as debit_minor, x.credit_minor + y.credit_minor as credit_minor
  from (select cast(coalesce(sum(m.debit_minor), 0) as bigint) as debit_minor, cast(coalesce(sum(m.credit_minor), 0) as bigint) as credit_minor
          from account_month m where m.company_id = :company_id and m.account_id = :account_id and m.month_on < :month_on) x
  cross join (select cast(coalesce(sum(case when l.base_minor > 0 then l.base_minor else 0 end), 0) as bigint) as debit_minor,
                     cast(coalesce(-sum(case when l.base_minor < 0 then l.base_minor else 0 end), 0) as bigint) as credit_minor
                from entry_line l where l.company_id = :company_id and l.account_id = :account_id and l.dated_on between :month_on and :to_on) y;

-- name: report_card_passed
-- reads the ledger: what moved on the day of the place, until it; the days before come from the totals
select cast(coalesce(sum(l.base_minor), 0) as bigint) as base_minor from entry_line l join entry e on e.company_id = l.company_id and e.id = l.entry_id
 where l.company_id = :company_id and l.account_id = :account_id and l.dated_on = :after_on
   and (e.number, l.line_no) <= (:after_number, :after_line);

-- name: report_card_until
-- reads the ledger: the day until which there are enough lines for a page, so that no more than those days are sorted
select l.dated_on as "on" from entry_line l
 where l.company_id = :company_id and l.account_id = :account_id and l.dated_on > :after_on and l.dated_on <= :to_on
 order by l.dated_on limit 1 offset :limit;

-- name: report_card_page
-- reads the ledger: the lines of one account behind a place
select e.id as entry_id, l.line_no, e.number, e.journal, e.source_kind, e.source_id, l.dated_on, e.description, l.description as line_description, l.party_id, l.cost_center, l.base_minor, l.currency, l.amount_minor
  from entry_line l join entry e on e.company_id = l.company_id and e.id = l.entry_id
 where l.company_id = :company_id and l.account_id = :account_id and l.dated_on between :after_on and :to_on
   and (l.dated_on, e.number, l.line_no) > (:after_on, :after_number, :after_line)
 order by l.dated_on, e.number, l.line_no limit :limit;

-- name: report_card_find
-- reads the ledger: the lines of one account that hold some words, each with what moved until and with it
select x.entry_id, x.line_no, x.number, x.journal, x.source_kind, x.source_id, x.dated_on, x.description, x.line_description, x.party_id, x.cost_center, x.base_minor, x.currency, x.amount_minor, x.balance_minor
  from (select e.id as entry_id, l.line_no, e.number, e.journal, e.source_kind, e.source_id, l.dated_on, e.description, l.description as line_description, l.party_id, l.cost_center, l.base_minor, l.currency, l.amount_minor,
               cast(sum(l.base_minor) over (order by l.dated_on, e.number, l.line_no rows unbounded preceding) as bigint) as balance_minor
          from entry_line l join entry e on e.company_id = l.company_id and e.id = l.entry_id
         where l.company_id = :company_id and l.account_id = :account_id and l.dated_on between :from_on and :to_on) x
 where (x.dated_on, x.number, x.line_no) > (:after_on, :after_number, :after_line)
   and (lower(x.description) like :like or lower(x.line_description) like :like or cast(x.number as text) like :like
        or x.base_minor = :amount_minor or x.base_minor = -:amount_minor)
 order by x.dated_on, x.number, x.line_no limit :limit;

-- name: search_parties
select p.id, 'party' as kind, p.name as title, p.number as detail, p.city as place from party p
 where p.company_id = :company_id and (p.name_key like :key_like or lower(p.name) like :like or lower(p.number) like :like or lower(p.email) like :like or p.vat_number = :code or p.kvk_number = :code)
 order by case when lower(p.number) = :low or lower(p.name) = :low then 0 else 1 end, p.name limit 10;

-- name: search_party_banks
select b.id, 'party_bank' as kind, p.name as title, b.iban as detail, b.party_id from party_bank b join party p on p.company_id = b.company_id and p.id = b.party_id
 where b.company_id = :company_id and b.iban >= :code and b.iban < :code_end order by b.iban limit 10;

-- name: search_bills
select b.id, 'bill' as kind, coalesce(p.name, b.seller_name) as title, b.number as detail, b.issued_on as "on", b.currency, b.total_minor as amount_minor, b.state
  from (select id from (select x.id from bill x where x.company_id = :company_id and x.number_key >= :key and x.number_key < :key_end and :key <> '' order by x.number_key limit 40) n
        union select id from (select x.id from bill x where x.company_id = :company_id and x.payable_minor = :minor order by x.issued_on desc limit 20) y
        union select id from (select x.id from bill x where x.company_id = :company_id and x.total_minor = :minor order by x.id desc limit 20) t
        union select id from (select x.id from bill x where x.company_id = :company_id and x.iban = :code order by x.id desc limit 20) i
        union select id from (select x.id from bill x where x.company_id = :company_id and x.party_id in (select q.id from party q where q.company_id = :company_id and q.name_key like :key_like limit 20) order by x.id desc limit 10) s) h
  join bill b on b.company_id = :company_id and b.id = h.id left join party p on p.company_id = b.company_id and p.id = b.party_id
 order by case when b.number_key = :key then 0 else 1 end, b.id desc limit 10;

-- name: search_bills_newest
select b.id, 'bill' as kind, coalesce(p.name, b.seller_name) as title, b.number as detail, b.issued_on as "on", b.currency, b.total_minor as amount_minor, b.state
  from (select x.id, x.number, x.seller_name, x.order_reference, x.reference from bill x where x.company_id = :company_id order by x.id desc limit 10000) h
  join bill b on b.company_id = :company_id and b.id = h.id left join party p on p.company_id = b.company_id and p.id = b.party_id
 where lower(h.number) like :like or lower(h.seller_name) like :like or lower(h.order_reference) like :like or lower(h.reference) like :like order by b.id desc limit 10;

-- name: search_invoices
select i.id, 'invoice' as kind, p.name as title, i.number as detail, i.issued_on as "on", i.currency, i.total_minor as amount_minor, i.state
  from (select id from (select x.id from invoice x where x.company_id = :company_id and x.number >= :text and x.number < :text_end order by x.number limit 40) n
        union select id from (select x.id from invoice x where x.company_id = :company_id and x.number >= :high and x.number < :high_end order by x.number limit 40) u
        union select id from (select x.id from invoice x where x.company_id = :company_id and x.total_minor = :minor order by x.id desc limit 20) t
        union select id from (select x.id from invoice x where x.company_id = :company_id and x.party_id in (select q.id from party q where q.company_id = :company_id and q.name_key like :key_like limit 20) order by x.id desc limit 10) s) h
  join invoice i on i.company_id = :company_id and i.id = h.id join party p on p.company_id = i.company_id and p.id = i.party_id
 order by case when i.number = :text or i.number = :high then 0 else 1 end, i.id desc limit 10;

-- name: search_invoices_newest
select i.id, 'invoice' as kind, p.name as title, i.number as detail, i.issued_on as "on", i.currency, i.total_minor as amount_minor, i.state
  from (select x.id, x.number, x.payment_reference, x.order_reference from invoice x where x.company_id = :company_id order by x.id desc limit 10000) h
  join invoice i on i.company_id = :company_id and i.id = h.id join party p on p.company_id = i.company_id and p.id = i.party_id
 where lower(h.number) like :like or lower(h.payment_reference) like :like or lower(h.order_reference) like :like order by i.id desc limit 10;

-- name: search_items
-- reads the ledger: open items by their reference and amount
select i.id, 'item' as kind, p.name as title, i.reference as detail, i.due_on as "on", i.currency, r.rest_minor as amount_minor
  from (select id from (select x.id from open_item x where x.company_id = :company_id and x.reference >= :text and x.reference < :text_end order by x.reference limit 40) n
        union select id from (select x.id from open_item x where x.company_id = :company_id and x.reference >= :high and x.reference < :high_end order by x.reference limit 40) u
        union select id from (select x.id from open_item x where x.company_id = :company_id and x.amount_minor = :minor order by x.id desc limit 20) t
        union select id from (select x.id from open_item x where x.company_id = :company_id and x.amount_minor = -:minor order by x.id desc limit 20) m) h
  join open_item i on i.company_id = :company_id and i.id = h.id join item_rest r on r.company_id = i.company_id and r.item_id = i.id
  join party p on p.company_id = i.company_id and p.id = i.party_id
 order by case when i.reference = :text then 0 else 1 end, i.id desc limit 10;

-- name: search_bills_words
select b.id, 'bill' as kind, coalesce(p.name, b.seller_name) as title, b.number as detail, b.issued_on as "on", b.currency, b.total_minor as amount_minor, b.state,
       coalesce(b.number, '') || ' ' || coalesce(b.seller_name, '') || ' ' || coalesce(b.order_reference, '') || ' ' || coalesce(b.reference, '') || ' ' || coalesce(b.iban, '') as words
  from bill b left join party p on p.company_id = b.company_id and p.id = b.party_id where b.company_id = :company_id;

-- name: search_invoices_words
select i.id, 'invoice' as kind, p.name as title, i.number as detail, i.issued_on as "on", i.currency, i.total_minor as amount_minor, i.state,
       coalesce(i.number, '') || ' ' || coalesce(i.order_reference, '') || ' ' || coalesce(i.buyer_reference, '') || ' ' || coalesce(i.payment_reference, '') as words
  from invoice i join party p on p.company_id = i.company_id and p.id = i.party_id where i.company_id = :company_id;

-- name: search_items_words
-- reads the ledger: items whose reference holds it
select i.id, 'item' as kind, p.name as title, i.reference as detail, i.due_on as "on", i.currency, r.rest_minor as amount_minor, i.reference as words
  from open_item i join item_rest r on r.company_id = i.company_id and r.item_id = i.id join party p on p.company_id = i.company_id and p.id = i.party_id where i.company_id = :company_id;

-- name: search_items_newest
-- reads the ledger: of the newest items those whose reference holds it
select i.id, 'item' as kind, p.name as title, i.reference as detail, i.due_on as "on", i.currency, r.rest_minor as amount_minor
  from (select x.id, x.reference from open_item x where x.company_id = :company_id order by x.id desc limit 10000) h
  join open_item i on i.company_id = :company_id and i.id = h.id join item_rest r on r.company_id = i.company_id and r.item_id = i.id join party p on p.company_id = i.company_id and p.id = i.party_id
 where lower(h.reference) like :like order by i.id desc limit 10;

-- name: search_lines
select l.id, 'bank_line' as kind, coalesce(l.name, l.remittance) as title, l.remittance as detail, l.booked_on as "on", l.currency, l.amount_minor
  from (select id from (select x.id from bank_line x where x.company_id = :company_id and x.amount_minor = :minor order by x.id desc limit 20) a
        union select id from (select x.id from bank_line x where x.company_id = :company_id and x.amount_minor = -:minor order by x.id desc limit 20) b
        union select id from (select x.id from bank_line x where x.company_id = :company_id and x.iban >= :code and x.iban < :code_end and :is_iban order by x.iban limit 20) i) h
  join bank_line l on l.company_id = :company_id and l.id = h.id order by l.id desc limit 10;

-- name: search_lines_words
select l.id, 'bank_line' as kind, coalesce(l.name, l.remittance) as title, l.remittance as detail, l.booked_on as "on", l.currency, l.amount_minor,
       coalesce(l.name, '') || ' ' || coalesce(l.iban, '') || ' ' || coalesce(l.remittance, '') || ' ' || coalesce(l.reference, '') || ' ' || coalesce(l.end_to_end_id, '') as words
  from bank_line l where l.company_id = :company_id;

-- name: search_lines_newest
select l.id, 'bank_line' as kind, coalesce(l.name, l.remittance) as title, l.remittance as detail, l.booked_on as "on", l.currency, l.amount_minor
  from (select x.id, x.name, x.remittance, x.reference, x.end_to_end_id from bank_line x where x.company_id = :company_id order by x.id desc limit 10000) h
  join bank_line l on l.company_id = :company_id and l.id = h.id
 where lower(h.name) like :like or lower(h.remittance) like :like or lower(h.reference) like :like or lower(h.end_to_end_id) like :like order by l.id desc limit 10;

-- name: search_entries
-- reads the ledger: entries by their number
select e.id, 'entry' as kind, e.description as title, cast(e.number as text) as detail, e.dated_on as "on" from entry e where e.company_id = :company_id and e.number = :number;

-- name: search_entries_words
-- reads the ledger: entries whose description holds it
select e.id, 'entry' as kind, e.description as title, cast(e.number as text) as detail, e.dated_on as "on", e.description as words from entry e where e.company_id = :company_id;

-- name: search_entries_newest
-- reads the ledger: of the newest entries those whose description holds it
select e.id, 'entry' as kind, e.description as title, cast(e.number as text) as detail, e.dated_on as "on"
  from (select x.id, x.description from entry x where x.company_id = :company_id order by x.id desc limit 10000) h join entry e on e.company_id = :company_id and e.id = h.id
 where lower(h.description) like :like order by e.id desc limit 10;

-- name: search_payments
select p.run_id as id, 'payment' as kind, p.holder as title, p.reference as detail, u.execution_on as "on", p.currency, p.amount_minor, p.state
  from (select id from (select x.id from payment x where x.company_id = :company_id and x.end_to_end_id >= :text and x.end_to_end_id < :text_end order by x.end_to_end_id limit 20) e
        union select id from (select x.id from payment x where x.company_id = :company_id and x.amount_minor = :minor order by x.id desc limit 20) a
        union select id from (select x.id from payment x where x.company_id = :company_id and x.iban >= :code and x.iban < :code_end and :is_iban order by x.iban limit 20) i
        union select id from (select y.id from (select x.id, x.holder, x.reference from payment x where x.company_id = :company_id order by x.id desc limit 10000) y
                               where lower(y.holder) like :like or lower(y.reference) like :like order by y.id desc limit 20) t) h
  join payment p on p.company_id = :company_id and p.id = h.id join payment_run u on u.company_id = p.company_id and u.id = p.run_id
 order by p.id desc limit 10;

-- name: report_party_turns
-- reads the ledger: the newest invoices of one party, when each was due and when the last of it was settled
select i.id, a.control as side, i.source_kind, i.source_id, i.reference, i.dated_on, i.due_on, i.currency,
       case when a.control = 'payables' then -i.amount_minor else i.amount_minor end as amount_minor, case when a.control = 'payables' then -r.rest_minor else r.rest_minor end as rest_minor,
       (select max(l.effective_on) from allocation_line l where l.company_id = i.company_id and l.item_id = i.id) as settled_on, cast(0 as bigint) as days_late
  from open_item i
  join item_rest r on r.company_id = i.company_id and r.item_id = i.id
  join account a on a.company_id = i.company_id and a.id = i.account_id
 where i.company_id = :company_id and i.party_id = :party_id and a.control = :side and i.kind in ('invoice', 'opening')
 order by i.dated_on desc, i.id desc limit 60;

-- name: report_party_open
-- reads the ledger: what is open of one party, and what of it is late
select a.control as side, count(*) as open_count, cast(coalesce(sum(case when i.due_on < :as_of then 1 else 0 end), 0) as bigint) as overdue_count,
       cast(coalesce(sum(case when a.control = 'payables' then -r.rest_base_minor else r.rest_base_minor end), 0) as bigint) as open_minor,
       cast(coalesce(sum(case when i.due_on < :as_of then case when a.control = 'payables' then -r.rest_base_minor else r.rest_base_minor end else 0 end), 0) as bigint) as overdue_minor
  from open_item i
  join item_rest r on r.company_id = i.company_id and r.item_id = i.id
  join account a on a.company_id = i.company_id and a.id = i.account_id
 where i.company_id = :company_id and i.party_id = :party_id and a.control = :side and r.rest_minor <> 0
 group by a.control;
