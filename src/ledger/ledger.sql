-- part: open_item_columns
id, account_id, party_id, kind, source_kind, source_id, entry_id, line_no, reference, dated_on, due_on, currency, amount_minor,
base_minor, recorded_at

-- part: vat_code_columns
id, code, name, category, rate, side, reason_code, reason, account_id, reverse_account_id, turnover_account_id, return_box, valid_from,
valid_to, version

-- part: open_item_shown
id, account_id, party_id, kind, source_kind, source_id, entry_id, reference, dated_on, due_on, currency, amount_minor, base_minor

-- part: entry_line_columns
entry_id, line_no, account_id, dated_on, base_minor, currency, amount_minor, party_id, vat_code_id, vat_base_minor, cost_center,
description

-- part: entry_columns
id, number, journal, dated_on, recorded_at, user_id, source_kind, source_id, description, reverses_id

-- part: account_columns
id, number, name, kind, control, purpose, rgs_code, is_blocked, version

-- part: period_columns
id, name, from_on, to_on, closed_at, closed_by, version

-- part: allocation_columns
id, effective_on, recorded_at, user_id, reason, evidence, reverses_id

-- part: allocation_shown
id, effective_on, reason, evidence, reverses_id, recorded_at

-- part: allocation_line_columns
allocation_id, item_id, effective_on, recorded_at, amount_minor, base_minor

-- name: account_by_id
select {account_columns} from account where company_id = :company_id and id = :id;

-- name: account_by_number
select {account_columns} from account where company_id = :company_id and number = :number;

-- name: account_by_purpose
select {account_columns} from account where company_id = :company_id and purpose = :purpose;

-- name: account_add
insert into account (company_id, {account_columns})
values (:company_id, {:account_columns});

-- name: account_save
update account set number = :number, name = :name, rgs_code = :rgs_code, is_blocked = :is_blocked, version = version + 1
 where company_id = :company_id and id = :id and version = :version;

-- name: account_list
select {account_columns} from account where company_id = :company_id;

-- name: vat_code_by_id
select {vat_code_columns}
  from vat_code where company_id = :company_id and id = :id;

-- name: vat_code_all
select {vat_code_columns}
  from vat_code where company_id = :company_id order by code;

-- name: vat_code_list
select {vat_code_columns}
  from vat_code where company_id = :company_id;

-- name: vat_code_add
insert into vat_code (company_id, {vat_code_columns})
values (:company_id, {:vat_code_columns});

-- name: vat_code_save
update vat_code set name = :name, reason_code = :reason_code, reason = :reason, return_box = :return_box, turnover_account_id = :turnover_account_id, valid_to = :valid_to, version = version + 1
 where company_id = :company_id and id = :id and version = :version;

-- name: period_by_id
select {period_columns} from period where company_id = :company_id and id = :id;

-- name: period_list
select {period_columns} from period where company_id = :company_id;

-- name: period_at
select {period_columns} from period
 where company_id = :company_id and from_on <= :dated_on and to_on >= :dated_on order by from_on desc limit 1;

-- name: period_span
select (select min(dated_on) from entry where company_id = :company_id) as first_on,
       (select min(from_on) from period where company_id = :company_id) as from_on,
       (select max(to_on) from period where company_id = :company_id) as to_on;

-- name: period_ensure
insert into period (company_id, id, name, from_on, to_on, version) values (:company_id, :id, :name, :from_on, :to_on, :version)
    on conflict do nothing;

-- name: period_close
update period set closed_at = :now, closed_by = :user_id, version = version + 1
 where company_id = :company_id and id = :id and version = :version and closed_at is null;

-- part: rate_columns
id, currency, valid_on, rate, source, entered_by, entered_at, version

-- name: rate_on
select currency, valid_on, rate, source from exchange_rate
 where company_id = :company_id and currency = :currency and valid_on <= :valid_on order by valid_on desc limit 1;

-- name: rate_of_day
select {rate_columns} from exchange_rate where company_id = :company_id and currency = :currency and valid_on = :valid_on;

-- name: rates_of_days
select {rate_columns} from exchange_rate where company_id = :company_id and valid_on between :from_on and :to_on order by valid_on, currency;

-- name: rate_add
insert into exchange_rate (company_id, {rate_columns}) values (:company_id, {:rate_columns});

-- name: rate_change
update exchange_rate set rate = :rate, source = :source, entered_by = :entered_by, entered_at = :entered_at, version = version + 1
 where company_id = :company_id and id = :id and version = :version;

-- name: rate_list
select {r.rate_columns}, p.name as entered_by_name
  from exchange_rate r left join person p on p.id = r.entered_by where r.company_id = :company_id;

-- name: series_next
insert into number_series (company_id, series, last_number) values (:company_id, :series, 1)
on conflict (company_id, series) do update set last_number = number_series.last_number + 1
returning last_number as number;

-- The same in two: to give something back, SQLite makes a table in memory first.
-- name: series_step
insert into number_series (company_id, series, last_number) values (:company_id, :series, 1)
on conflict (company_id, series) do update set last_number = number_series.last_number + 1;

-- name: series_last
select last_number as number from number_series where company_id = :company_id and series = :series;

-- name: number_add
insert into number_given (company_id, series, number, subject_kind, subject_id) values (:company_id, :series, :number, :subject_kind, :subject_id);

-- name: entry_add
insert into entry (company_id, {entry_columns})
values (:company_id, {:entry_columns});

-- name: entry_by_id
select {entry_columns}
  from entry where company_id = :company_id and id = :id;

-- name: entry_reversal
select {entry_columns}
  from entry where company_id = :company_id and reverses_id = :id;

-- name: entry_plain
select id, journal, dated_on, source_kind from entry where company_id = :company_id;

-- name: entry_list
select {entry_columns} from entry where company_id = :company_id;

-- name: entry_line_add
insert into entry_line (company_id, {entry_line_columns})
values (:company_id, {:entry_line_columns});

-- name: entry_lines
select {l.entry_line_columns},
       i.kind as item_kind, i.reference, i.due_on, i.id as item_id, a.number as account_number, a.name as account_name
  from entry_line l
  join account a on a.company_id = l.company_id and a.id = l.account_id
  left join open_item i on i.company_id = l.company_id and i.entry_id = l.entry_id and i.line_no = l.line_no
 where l.company_id = :company_id and l.entry_id = :id order by l.line_no;

-- name: month_add
insert into account_month (company_id, account_id, month_on, debit_minor, credit_minor, line_count)
values (:company_id, :account_id, :month_on, :debit_minor, :credit_minor, :line_count)
on conflict (company_id, account_id, month_on) do update
set debit_minor = account_month.debit_minor + excluded.debit_minor, credit_minor = account_month.credit_minor + excluded.credit_minor,
    line_count = account_month.line_count + excluded.line_count;

-- name: item_add
insert into open_item (company_id, {open_item_columns})
values (:company_id, {:open_item_columns});

-- name: rest_add
insert into item_rest (company_id, item_id, account_id, party_id, due_on, amount_minor, rest_minor, rest_base_minor)
values (:company_id, :id, :account_id, :party_id, :due_on, :amount_minor, :amount_minor, :base_minor);

-- name: rest_lower
update item_rest set rest_minor = rest_minor - :amount_minor, rest_base_minor = rest_base_minor - :base_minor,
       paid_on = case when rest_minor = :amount_minor then (select max(l.effective_on) from allocation_line l where l.company_id = :company_id and l.item_id = :item_id) end
 where company_id = :company_id and item_id = :item_id;

-- name: due_add
insert into due_total (company_id, account_id, due_on, rest_base_minor, item_count) values (:company_id, :account_id, :due_on, :base_minor, :item_count)
on conflict (company_id, account_id, due_on) do update
set rest_base_minor = due_total.rest_base_minor + excluded.rest_base_minor, item_count = due_total.item_count + excluded.item_count;

-- name: due_lower
update due_total set rest_base_minor = rest_base_minor - :base_minor
 where company_id = :company_id and account_id = :account_id and due_on = :due_on;

-- name: item_by_id
select {i.open_item_shown},
       r.rest_minor, r.rest_base_minor, a.control
  from open_item i join item_rest r on r.company_id = i.company_id and r.item_id = i.id join account a on a.company_id = i.company_id and a.id = i.account_id
 where i.company_id = :company_id and i.id = :id;

-- name: item_by_source
select {i.open_item_shown},
       r.rest_minor, r.rest_base_minor, a.control
  from open_item i join item_rest r on r.company_id = i.company_id and r.item_id = i.id join account a on a.company_id = i.company_id and a.id = i.account_id
 where i.company_id = :company_id and i.source_kind = :source_kind and i.source_id = :source_id order by i.id limit 1;

-- name: items_open
select {i.open_item_shown},
       r.rest_minor, r.rest_base_minor, a.control
  from item_rest r join open_item i on i.company_id = r.company_id and i.id = r.item_id join account a on a.company_id = i.company_id and a.id = i.account_id
 where r.company_id = :company_id and a.control = :control and (cast(:party_id as bigint) is null or r.party_id = :party_id)
   and (r.rest_minor <> 0 or r.rest_base_minor <> 0)
 order by i.due_on, i.id;

-- name: items_as_of
select {i.open_item_shown},
       i.amount_minor - coalesce(x.amount_minor, 0) as rest_minor, i.base_minor - coalesce(x.base_minor, 0) as rest_base_minor, a.control
  from open_item i join account a on a.company_id = i.company_id and a.id = i.account_id
  left join (select item_id, cast(sum(amount_minor) as bigint) as amount_minor, cast(sum(base_minor) as bigint) as base_minor from allocation_line
              where company_id = :company_id and effective_on <= :as_of and recorded_at <= :known_at group by item_id) x on x.item_id = i.id
 where i.company_id = :company_id and a.control = :control and (cast(:party_id as bigint) is null or i.party_id = :party_id)
   and i.dated_on <= :as_of and i.recorded_at <= :known_at
   and (i.amount_minor - coalesce(x.amount_minor, 0) <> 0 or i.base_minor - coalesce(x.base_minor, 0) <> 0)
 order by i.due_on, i.id;

-- name: item_list
select {i.open_item_shown},
       r.rest_minor, r.rest_base_minor, a.control
  from open_item i join item_rest r on r.company_id = i.company_id and r.item_id = i.id join account a on a.company_id = i.company_id and a.id = i.account_id
 where i.company_id = :company_id;

-- name: item_plain
select id, kind, dated_on, due_on, amount_minor, currency, party_id from open_item where company_id = :company_id;

-- name: item_list_open
-- the same of what is open only: what is paid is in no index of it
select r.item_id as id, r.account_id, r.party_id, i.kind, i.source_kind, i.source_id, i.entry_id, i.reference, i.dated_on, r.due_on, i.currency, i.amount_minor, i.base_minor,
       r.rest_minor, r.rest_base_minor, a.control
  from item_rest r cross join open_item i join account a on a.company_id = r.company_id and a.id = r.account_id
 where r.company_id = :company_id and r.rest_minor <> 0 and i.company_id = r.company_id and i.id = r.item_id;

-- name: allocation_add
insert into allocation (company_id, {allocation_columns})
values (:company_id, {:allocation_columns});

-- name: allocation_by_id
select {allocation_shown} from allocation where company_id = :company_id and id = :id;

-- name: allocation_reversal
select {allocation_shown} from allocation where company_id = :company_id and reverses_id = :id;

-- name: allocation_line_add
insert into allocation_line (company_id, {allocation_line_columns})
values (:company_id, {:allocation_line_columns});

-- name: allocation_lines
select {allocation_line_columns} from allocation_line
 where company_id = :company_id and allocation_id = :id order by item_id;

-- name: item_settlements
select a.id, l.item_id, a.effective_on, l.amount_minor, a.reason, a.evidence
  from allocation_line l join allocation a on a.company_id = l.company_id and a.id = l.allocation_id
 where l.company_id = :company_id and l.item_id = :id and a.reverses_id is null
   and not exists (select 1 from allocation r where r.company_id = a.company_id and r.reverses_id = a.id)
 order by a.id desc;

-- name: item_taken_back
select a.id, l.item_id, a.effective_on, l.amount_minor, a.reason, a.evidence
  from allocation_line l join allocation a on a.company_id = l.company_id and a.id = l.allocation_id
 where l.company_id = :company_id and l.item_id = :id and a.reverses_id is not null order by a.id desc;

-- name: base_currency
select currency from company where id = :company_id;

-- name: trial_balance
select a.id, a.number, a.name, a.kind, a.rgs_code, cast(coalesce(sum(m.debit_minor), 0) as bigint) as debit_minor,
       cast(coalesce(sum(m.credit_minor), 0) as bigint) as credit_minor, cast(coalesce(sum(m.debit_minor - m.credit_minor), 0) as bigint) as balance_minor
  from account a left join account_month m on m.company_id = a.company_id and m.account_id = a.id and m.month_on between :from_on and :to_on
 where a.company_id = :company_id group by a.id, a.number, a.name, a.kind, a.rgs_code order by a.number;

-- name: verify_entries
select cast(count(*) as bigint) as count, cast(min(entry_id) as bigint) as first_id from (
    select entry_id from entry_line where company_id = :company_id group by entry_id having sum(base_minor) <> 0) x;

-- name: verify_entries_lines
select cast(count(*) as bigint) as count, cast(min(e.id) as bigint) as first_id from entry e
 where e.company_id = :company_id and (select count(*) from entry_line l where l.company_id = e.company_id and l.entry_id = e.id) < 2;

-- name: verify_items_lines
select cast(count(*) as bigint) as count, cast(min(l.entry_id) as bigint) as first_id
  from entry_line l join account a on a.company_id = l.company_id and a.id = l.account_id
  left join open_item i on i.company_id = l.company_id and i.entry_id = l.entry_id and i.line_no = l.line_no
 where l.company_id = :company_id
   and ((a.control is not null and (i.id is null or i.base_minor <> l.base_minor or i.amount_minor <> l.amount_minor or i.account_id <> l.account_id or i.party_id <> l.party_id or i.currency <> l.currency))
        or (a.control is null and i.id is not null));

-- name: verify_control
select cast(count(*) as bigint) as count, cast(min(id) as bigint) as first_id from (
    select a.id, (select coalesce(sum(l.base_minor), 0) from entry_line l where l.company_id = a.company_id and l.account_id = a.id) as booked,
           (select coalesce(sum(r.rest_base_minor), 0) from item_rest r where r.company_id = a.company_id and r.account_id = a.id) as open
      from account a where a.company_id = :company_id and a.control is not null) x
 where booked <> open;

-- name: verify_allocations
select cast(count(*) as bigint) as count, cast(min(allocation_id) as bigint) as first_id from (
    select allocation_id from allocation_line where company_id = :company_id group by allocation_id having sum(base_minor) <> 0 or sum(amount_minor) <> 0) x;

-- name: verify_rests
select cast(count(*) as bigint) as count, cast(min(i.id) as bigint) as first_id
  from open_item i left join item_rest r on r.company_id = i.company_id and r.item_id = i.id
  left join (select item_id, sum(amount_minor) as amount_minor, sum(base_minor) as base_minor, max(effective_on) as last_on from allocation_line where company_id = :company_id group by item_id) x on x.item_id = i.id
 where i.company_id = :company_id
   and (r.item_id is null or coalesce(cast(r.paid_on as text), '') <> coalesce(cast(case when r.rest_minor = 0 then x.last_on end as text), '') or r.rest_minor <> i.amount_minor - coalesce(x.amount_minor, 0) or r.rest_base_minor <> i.base_minor - coalesce(x.base_minor, 0)
        or r.due_on <> i.due_on or r.account_id <> i.account_id or r.party_id <> i.party_id or r.amount_minor <> i.amount_minor);

-- name: verify_due_totals
select cast(count(*) as bigint) as count, cast(min(account_id) as bigint) as first_id from (
    select account_id from (
        select account_id, due_on, rest_base_minor, item_count from due_total where company_id = :company_id
        union all
        select account_id, due_on, -rest_base_minor, -1 from item_rest where company_id = :company_id) x
     group by account_id, due_on having sum(rest_base_minor) <> 0 or sum(item_count) <> 0) y;

-- name: verify_months
select cast(count(*) as bigint) as count, cast(min(account_id) as bigint) as first_id from (
    select account_id from (
        select account_id, debit_minor - credit_minor as minor, line_count from account_month where company_id = :company_id
        union all
        select account_id, -base_minor, -1 from entry_line where company_id = :company_id) x
     group by account_id having sum(minor) <> 0 or sum(line_count) <> 0) y;

-- name: verify_numbers
select cast(count(*) as bigint) as count, cast(min(last_number) as bigint) as first_id from (
    select max(last_number) as last_number from (
        select series, last_number, 0 as given, 0 as highest from number_series where company_id = :company_id
        union all
        select series, 0, count(*), max(number) from number_given where company_id = :company_id group by series) x
     group by series having sum(last_number) <> sum(given) or sum(last_number) <> sum(highest)) y;

-- name: verify_entry_numbers
select cast(count(*) as bigint) as count, cast(min(e.number) as bigint) as first_id from entry e
 where e.company_id = :company_id
   and not exists (select 1 from number_given g where g.company_id = e.company_id and g.series = 'entry' and g.number = e.number and g.subject_id = e.id);

-- name: dump_entries
select {entry_columns} from entry where company_id = :company_id order by id;

-- name: dump_lines
select {entry_line_columns}
  from entry_line where company_id = :company_id order by entry_id, line_no;

-- name: dump_items
select {open_item_shown} from open_item where company_id = :company_id order by id;

-- name: dump_allocation_lines
select {allocation_line_columns} from allocation_line where company_id = :company_id order by allocation_id, item_id;

-- name: entry_count
select cast(count(*) as bigint) as count, cast(0 as bigint) as first_id from entry where company_id = :company_id;

-- name: entry_items
select {i.open_item_shown},
       r.rest_minor, r.rest_base_minor, a.control
  from open_item i join item_rest r on r.company_id = i.company_id and r.item_id = i.id join account a on a.company_id = i.company_id and a.id = i.account_id
 where i.company_id = :company_id and i.entry_id = :id order by i.line_no;

-- name: account_balance
select cast(coalesce(sum(debit_minor - credit_minor), 0) as bigint) as balance_minor from account_month where company_id = :company_id and account_id = :id;

-- name: account_amounts
select currency, cast(sum(amount_minor) as bigint) as amount_minor, cast(sum(base_minor) as bigint) as base_minor
  from entry_line where company_id = :company_id and account_id = :id group by currency order by currency;

-- name: item_vat_lines
select l.vat_code_id, l.account_id, c.code, c.rate, l.base_minor, l.amount_minor, l.vat_base_minor
  from open_item i join entry_line l on l.company_id = i.company_id and l.entry_id = i.entry_id
  join vat_code c on c.company_id = l.company_id and c.id = l.vat_code_id
 where i.company_id = :company_id and i.id = :id order by c.code, l.line_no;

-- name: verify_effective
select cast(count(*) as bigint) as count, cast(min(x.allocation_id) as bigint) as first_id
  from allocation_line x join open_item i on i.company_id = x.company_id and i.id = x.item_id
 where x.company_id = :company_id and x.effective_on < i.dated_on;

-- name: items_all
select {i.open_item_shown},
       r.rest_minor, r.rest_base_minor, a.control
  from open_item i join item_rest r on r.company_id = i.company_id and r.item_id = i.id join account a on a.company_id = i.company_id and a.id = i.account_id
 where i.company_id = :company_id and a.control = :control order by i.dated_on, i.id;

-- name: aged_items
select i.party_id, i.due_on, i.base_minor, i.recorded_at from open_item i
 where i.company_id = :company_id and i.account_id = :account_id and i.dated_on between :from_on and :to_on and i.recorded_at <= :known_at;

-- name: aged_settled
-- from the days on, not from the items
select i.party_id, i.due_on, -l.base_minor as base_minor, l.recorded_at from allocation_line l cross join open_item i
 where l.company_id = :company_id and l.effective_on between :from_on and :to_on and l.recorded_at <= :known_at
   and i.company_id = l.company_id and i.id = l.item_id and i.account_id = :account_id;

-- name: aged_packed
select account_id, month_on, change_count, known_at from aged_month where company_id = :company_id and account_id = :account_id order by month_on;

-- name: aged_packed_all
select account_id, month_on, change_count, known_at from aged_month where company_id = :company_id order by month_on, account_id;

-- name: aged_one
select account_id, month_on, change_count, known_at, changes from aged_month where company_id = :company_id and month_on = :month_on and account_id = :account_id;

-- name: aged_months
select m.account_id, m.month_on, m.change_count, m.known_at, m.changes from aged_month m
 where m.company_id = :company_id and m.month_on <= :to_on and m.known_at <= :known_at
   and m.account_id in (select a.id from account a where a.company_id = :company_id and a.control = :control)
 order by m.month_on, m.account_id;

-- name: aged_add
insert into aged_month (company_id, month_on, account_id, change_count, known_at, changes)
values (:company_id, :month_on, :account_id, :change_count, :known_at, :changes) on conflict (company_id, month_on, account_id) do nothing;

-- name: aged_accounts
-- with so many lines that packing them pays
select a.id as account_id, (select min(m.month_on) from account_month m where m.company_id = a.company_id and m.account_id = a.id) as month_on
  from account a where a.company_id = :company_id and a.control is not null
   and (select sum(m.line_count) from account_month m where m.company_id = a.company_id and m.account_id = a.id) >= :least order by a.id;

-- name: aged_accounts_of
select a.id as account_id, min(m.month_on) as month_on
  from account a join account_month m on m.company_id = a.company_id and m.account_id = a.id
 where a.company_id = :company_id and a.control = :control group by a.id order by a.id;
