-- part: payment_run_columns
id, number, bank_account_id, execution_on, currency, kind, each_booked, state, message_id, payment_count, carried_count,
part_count, total_minor, hash, proposed_by, proposed_at, released_by, released_at, released_on, released_hash, document_id,
sent_at, sent_by, ended_at, ended_by, reason, version

-- part: payment_columns
id, run_id, number, party_id, account_id, control, party_bank_id, iban, bic, holder, currency, amount_minor, end_to_end_id,
reference_kind, reference, state, last_iban, is_changed, is_first, entry_id, allocation_id, name_check, name_known, reason_code,
reason, ended_on

-- part: payment_part_columns
payment_id, run_id, item_id, source_kind, source_id, item_reference, amount_minor, discount_minor, is_live

-- name: run_add
insert into payment_run (company_id, {payment_run_columns})
values (:company_id, {:payment_run_columns});

-- name: run_save
update payment_run set execution_on = :execution_on, each_booked = :each_booked, state = :state, payment_count = :payment_count, carried_count = :carried_count,
       part_count = :part_count, total_minor = :total_minor, hash = :hash, released_by = :released_by, released_at = :released_at, released_on = :released_on,
       released_hash = :released_hash, document_id = :document_id, sent_at = :sent_at, sent_by = :sent_by, ended_at = :ended_at, ended_by = :ended_by,
       reason = :reason, version = version + 1
 where company_id = :company_id and id = :id and version = :version;

-- name: run_by_id
select {payment_run_columns}
  from payment_run where company_id = :company_id and id = :id;

-- name: run_by_message
select {payment_run_columns}
  from payment_run where company_id = :company_id and message_id = :message_id;

-- name: run_list
select {payment_run_columns}
  from payment_run where company_id = :company_id;

-- name: runs_going
select {payment_run_columns}
  from payment_run where company_id = :company_id and state in ('released', 'sent', 'accepted') order by id;

-- name: payment_add
insert into payment (company_id, {payment_columns})
values (:company_id, {:payment_columns});

-- name: payment_save
update payment set state = :state, entry_id = :entry_id, allocation_id = :allocation_id, name_check = :name_check, name_known = :name_known,
       reason_code = :reason_code, reason = :reason, ended_on = :ended_on
 where company_id = :company_id and id = :id;

-- name: payment_by_id
select {payment_columns}
  from payment where company_id = :company_id and id = :id;

-- name: payments_of
select {payment_columns}
  from payment where company_id = :company_id and run_id = :id order by number, id;

-- name: payments_of_party_clear
delete from payment where company_id = :company_id and run_id = :run_id and party_id = :party_id and account_id = :account_id;

-- name: part_add
insert into payment_part (company_id, {payment_part_columns})
values (:company_id, {:payment_part_columns});

-- name: parts_of_run
select q.payment_id, q.run_id, q.item_id, q.source_kind, q.source_id, q.item_reference, q.amount_minor, q.discount_minor, p.currency, q.is_live
  from payment_part q join payment p on p.company_id = q.company_id and p.id = q.payment_id
 where q.company_id = :company_id and q.run_id = :id order by p.number, q.payment_id, q.item_id;

-- name: parts_of_party_clear
delete from payment_part where company_id = :company_id
   and payment_id in (select p.id from payment p where p.company_id = :company_id and p.run_id = :run_id and p.party_id = :party_id and p.account_id = :account_id);

-- name: parts_end
update payment_part set is_live = false where company_id = :company_id and payment_id = :id and is_live;

-- name: parts_end_of_run
update payment_part set is_live = false where company_id = :company_id and run_id = :id and is_live;

-- part: due_items
select r.item_id as id, r.party_id, p.number as party_number, p.name as party_name, r.account_id, a.control, i.kind as item_kind, i.source_kind, i.source_id,
       i.reference as item_reference, i.dated_on, r.due_on, i.currency, -r.rest_minor as amount_minor,
       case when b.discount_on >= :today and b.kind = 'invoice' and r.rest_minor = i.amount_minor then b.discount_minor else 0 end as discount_minor,
       case when b.discount_on >= :today and b.kind = 'invoice' and r.rest_minor = i.amount_minor and b.discount_minor > 0 then b.discount_on end as discount_on,
       b.reference_kind, coalesce(b.reference, case when a.control = 'payables' then cf.payment_reference end) as reference, b.iban as asked_iban, k.id as party_bank_id, k.iban, k.bic, coalesce(k.holder, p.name) as holder, l.iban as last_iban,
       case when l.iban is not null and k.iban is not null and l.iban <> k.iban then true else false end as is_changed,
       case when l.iban is null then true else false end as is_first, q.run_id,
       case when exists (select 1 from cash_refund f where f.company_id = i.company_id and f.item_id = i.id) then true else false end as is_refund,
       coalesce(q.amount_minor, 0) as part_minor, coalesce(q.discount_minor, 0) as taken_minor, h.reason as hold_reason, h.until_on as hold_until,
       nullif(trim(case when p.is_blocked then 'party_blocked ' else '' end
         || case when k.id is not null or r.rest_minor > 0 then ''
                 when exists (select 1 from party_bank x where x.company_id = i.company_id and x.party_id = i.party_id and x.state = 'verified'
                               and (b.iban is null or x.iban = b.iban)) then 'waiting '
                 when exists (select 1 from party_bank x where x.company_id = i.company_id and x.party_id = i.party_id and x.state = 'proposed'
                               and (b.iban is null or x.iban = b.iban)) then 'unverified '
                 when exists (select 1 from party_bank x where x.company_id = i.company_id and x.party_id = i.party_id
                               and (b.iban is null or x.iban = b.iban)) then 'account_blocked '
                 else 'no_account ' end
         || case when q.run_id is not null then 'in_run ' else '' end
         || case when h.item_id is not null then 'on_hold ' else '' end
         || case when b.id is not null and b.state <> 'approved' then 'not_approved ' else '' end
         || case when a.control = 'receivables' and exists (select 1 from item_rest o where o.company_id = i.company_id and o.party_id = i.party_id
                                                             and o.account_id = i.account_id and o.rest_minor > 0)
                 and not exists (select 1 from cash_refund f where f.company_id = i.company_id and f.item_id = i.id) then 'owes_us ' else '' end
         || case when b.id is not null and (exists (select 1 from bill_pair x where x.company_id = b.company_id and x.bill_id = b.id and x.released_at is null)
                                      or exists (select 1 from bill_pair x where x.company_id = b.company_id and x.other_id = b.id and x.released_at is null)) then 'duplicate ' else '' end), '') as blocks
  from item_rest r
  cross join open_item i
  join account a on a.company_id = r.company_id and a.id = r.account_id
  join party p on p.company_id = r.company_id and p.id = r.party_id
  left join bill b on i.source_kind = 'bill' and b.company_id = i.company_id and b.id = i.source_id
  left join payment_part q on q.company_id = i.company_id and q.item_id = i.id and q.is_live
  left join cash_fact cf on cf.company_id = i.company_id and cf.item_id = i.id
  left join payment_hold h on h.company_id = i.company_id and h.item_id = i.id and (h.until_on is null or h.until_on >= :today)
  left join party_bank k on k.company_id = i.company_id and k.id = (
       select x.id from party_bank x where x.company_id = i.company_id and x.party_id = i.party_id and x.state = 'verified' and x.usable_from <= :today
          and (b.iban is null or x.iban = b.iban) order by x.is_preferred desc, x.id limit 1)
  left join payment l on l.company_id = i.company_id and l.id = (
       select y.id from payment y where y.company_id = i.company_id and y.party_id = i.party_id and y.state in ('released', 'accepted') order by y.id desc limit 1)
 where r.company_id = :company_id and r.rest_minor <> 0 and i.company_id = r.company_id and i.id = r.item_id + 0 and i.kind <> 'difference'
   and (a.control = 'payables' or (a.control = 'receivables' and r.rest_minor < 0))

-- name: due_until
-- reads the ledger: what is open, with the bill, the account to pay to and the run it stands in, in one look
{due_items}
   and (cast(:until as date) is null or r.due_on <= :until or b.discount_on <= :until or (a.control = 'payables' and r.rest_minor > 0));

-- name: due_order
-- reads the ledger: the same by what the list is sorted and filtered by; from indexes of what is open and of the bills with a discount
select r.item_id as id, r.party_id, p.number as party_number, p.name as party_name, a.control, r.due_on, -r.rest_minor as amount_minor,
       case when r.rest_minor = r.amount_minor then d.discount_on end as discount_on
  from item_rest r
  cross join account a
  cross join party p
  left join (select o.id as item_id, b.discount_on from bill b cross join open_item o
              where b.company_id = :company_id and b.discount_on >= :today and b.kind = 'invoice' and b.discount_minor > 0
                and o.company_id = b.company_id and o.source_kind = 'bill' and o.source_id = b.id) d on d.item_id = r.item_id
 where r.company_id = :company_id and r.rest_minor <> 0 and a.company_id = r.company_id and a.id = r.account_id and p.company_id = r.company_id and p.id = r.party_id
   and (a.control = 'payables' or (a.control = 'receivables' and r.rest_minor < 0))
   and r.item_id not in (select z.id from open_item z where z.company_id = :company_id and z.kind = 'difference')
   and (cast(:until as date) is null or r.due_on <= :until or (a.control = 'payables' and r.rest_minor > 0)
        or exists (select 1 from open_item y join bill n on n.company_id = y.company_id and n.id = y.source_id
                    where y.company_id = r.company_id and y.id = r.item_id and y.source_kind = 'bill' and n.discount_on <= :until));

-- name: due_item
-- reads the ledger: what is open, with the bill, the account to pay to and the run it stands in, in one look
{due_items}
   and r.item_id = :id;

-- name: due_bill
-- reads the ledger: what is open, with the bill, the account to pay to and the run it stands in, in one look
{due_items}
   and r.item_id in (select o.id from open_item o where o.company_id = :company_id and o.source_kind = 'bill' and o.source_id = :id);

-- name: due_of_run
-- reads the ledger: what is open, with the bill, the account to pay to and the run it stands in, in one look
{due_items}
   and r.item_id in (select z.item_id from payment_part z where z.company_id = :company_id and z.run_id = :id);

-- name: hold_add
insert into payment_hold (company_id, item_id, reason, held_by, held_at, until_on) values (:company_id, :item_id, :reason, :user_id, :now, :until)
on conflict (company_id, item_id) do update set reason = excluded.reason, held_by = excluded.held_by, held_at = excluded.held_at, until_on = excluded.until_on
 where payment_hold.until_on < :today;

-- name: hold_remove
delete from payment_hold where company_id = :company_id and item_id = :item_id;

-- name: part_states
-- reads the ledger: what is open of each item of a run now, beside what the run pays of it
select q.payment_id, q.item_id, p.number, q.item_reference, q.amount_minor, q.discount_minor, coalesce(b.discount_minor, 0) as allowed_minor, b.discount_on, p.currency, -r.rest_minor as open_minor, i.currency as item_currency, i.account_id,
       y.is_blocked as party_blocked, y.name as party_name, q.is_live, case when h.item_id is not null then true else false end as on_hold,
       case when b.id is not null and b.state <> 'approved' then true else false end as not_approved, b.iban as asked_iban, p.iban, p.state
  from payment_part q
  join payment p on p.company_id = q.company_id and p.id = q.payment_id
  join party y on y.company_id = p.company_id and y.id = p.party_id
  join open_item i on i.company_id = q.company_id and i.id = q.item_id
  join item_rest r on r.company_id = q.company_id and r.item_id = q.item_id
  left join payment_hold h on h.company_id = q.company_id and h.item_id = q.item_id and (h.until_on is null or h.until_on >= :today)
  left join bill b on i.source_kind = 'bill' and b.company_id = i.company_id and b.id = i.source_id
 where q.company_id = :company_id and q.run_id = :id order by p.number, q.item_id;

-- name: account_states
select p.id, p.number, p.iban, k.iban as bank_iban, k.state, k.usable_from, k.party_id as bank_party_id, p.party_id, p.bic, k.bic as bank_bic, p.holder, k.holder as bank_holder,
       y.name_check, y.name_known
  from payment p left join party_bank k on k.company_id = p.company_id and k.id = p.party_bank_id
  left join payment y on y.company_id = p.company_id and y.id = (
       select z.id from payment z where z.company_id = p.company_id and z.party_id = p.party_id and z.iban = p.iban and z.name_check is not null order by z.id desc limit 1)
 where p.company_id = :company_id and p.run_id = :id and p.state <> 'carried' order by p.number;

-- name: run_duplicates
-- something of the same supplier with the same number and amount that a run has paid or pays, and no person said otherwise; and pairs nobody decided
select q.payment_id, q.item_id, q.item_reference, oq.item_reference as other_reference, r.number as run_number
  from payment_part q
  cross join payment_part oq
  join payment p on p.company_id = q.company_id and p.id = q.payment_id
  join payment op on op.company_id = oq.company_id and op.id = oq.payment_id and op.state in ('proposed', 'released', 'accepted')
  join payment_run r on r.company_id = op.company_id and r.id = op.run_id
 where q.company_id = :company_id and q.run_id = :id and p.state <> 'carried' and oq.item_id <> q.item_id
   and oq.company_id = q.company_id and oq.amount_minor = q.amount_minor
   and upper(replace(replace(replace(replace(oq.item_reference, ' ', ''), '-', ''), '/', ''), '.', '')) = upper(replace(replace(replace(replace(q.item_reference, ' ', ''), '-', ''), '/', ''), '.', ''))
   and op.party_id = p.party_id and op.account_id = p.account_id and op.currency = p.currency
   and not exists (select 1 from bill_pair x where x.company_id = q.company_id and q.source_kind = 'bill' and oq.source_kind = 'bill' and x.released_at is not null
                    and ((x.bill_id = q.source_id and x.other_id = oq.source_id) or (x.bill_id = oq.source_id and x.other_id = q.source_id)))
union all
select q.payment_id, q.item_id, q.item_reference, coalesce(o.number, '') as other_reference, cast(0 as bigint) as run_number
  from payment_part q
  join payment p on p.company_id = q.company_id and p.id = q.payment_id
  join bill_pair x on x.company_id = q.company_id and x.bill_id = q.source_id and x.released_at is null
  join bill o on o.company_id = x.company_id and o.id = x.other_id
 where q.company_id = :company_id and q.run_id = :id and q.source_kind = 'bill' and p.state <> 'carried'
union all
select q.payment_id, q.item_id, q.item_reference, coalesce(o.number, '') as other_reference, cast(0 as bigint) as run_number
  from payment_part q
  join payment p on p.company_id = q.company_id and p.id = q.payment_id
  join bill_pair x on x.company_id = q.company_id and x.other_id = q.source_id and x.released_at is null
  join bill o on o.company_id = x.company_id and o.id = x.bill_id
 where q.company_id = :company_id and q.run_id = :id and q.source_kind = 'bill' and p.state <> 'carried';

-- name: expected_of_run
-- what the statements have shown of a run: its total, each of its payments
select e.source_kind, e.source_id, case when e.met_by is not null then true else false end as is_met
  from cash_expected e
 where e.company_id = :company_id and e.withdrawn_at is null
   and ((e.source_kind = 'payment_run' and e.source_id = :id)
        or (e.source_kind = 'payment' and e.source_id in (select p.id from payment p where p.company_id = :company_id and p.run_id = :id)));

-- name: payment_of_bill
-- in which runs a bill stands or stood
select q.payment_id as id, q.run_id, r.number as run_number, r.state as run_state, p.state, r.execution_on, q.amount_minor, q.discount_minor, p.currency, p.iban, p.reason
  from payment_part q
  join payment p on p.company_id = q.company_id and p.id = q.payment_id
  join payment_run r on r.company_id = q.company_id and r.id = q.run_id
 where q.company_id = :company_id and q.source_kind = 'bill' and q.source_id = :id order by q.payment_id desc;
