-- part: portal_access_columns
id, party_id, kind, email, language, secret_hash, invited_by, invited_at, expires_at, used_at, use_count, ended_at, ended_by

-- part: portal_session_columns
id, access_id, token_hash, csrf, created_at, expires_at, ended_at, address

-- part: portal_upload_columns
id, access_id, at, outcome, file_name, byte_count, file_hash, bill_id, why

-- name: portal_access_add
insert into portal_access (company_id, {portal_access_columns}) values (:company_id, {:portal_access_columns});

-- name: portal_access_by_id
select {portal_access_columns} from portal_access where company_id = :company_id and id = :id;

-- name: portal_access_list
select a.id, a.party_id, p.name as party_name, a.email, a.language, a.invited_by, u.name as invited_by_name, a.invited_at, a.expires_at, a.used_at, a.use_count,
       a.ended_at, e.name as ended_by_name,
       case when a.ended_at is not null then 'ended' when a.expires_at <= :now then 'expired' else 'open' end as state,
       (select count(*) from portal_upload x where x.company_id = a.company_id and x.access_id = a.id and x.outcome = 'received') as received_count
  from portal_access a
  join party p on p.company_id = a.company_id and p.id = a.party_id
  left join person u on u.id = a.invited_by
  left join person e on e.id = a.ended_by
 where a.company_id = :company_id;

-- name: portal_access_end
update portal_access set ended_at = :now, ended_by = :user_id where company_id = :company_id and id = :id and ended_at is null;

-- name: portal_access_used
-- across companies: who opens a link has no company yet; of_company_id is the link's own
update portal_access set used_at = :now, use_count = use_count + 1 where company_id = :of_company_id and id = :id and ended_at is null;

-- name: portal_link_by_secret
-- across companies: a link is known by its secret alone
select a.id, a.company_id as of_company_id, a.party_id, a.language, a.expires_at
  from portal_access a join party p on p.company_id = a.company_id and p.id = a.party_id
 where a.secret_hash = :hash and a.ended_at is null and a.expires_at > :now and p.is_supplier and p.name_key not like '= %';

-- name: portal_session_by_token
-- across companies: a session is known by its token alone
select s.id, s.company_id as of_company_id, s.access_id, a.party_id, s.csrf, a.language, s.expires_at
  from portal_session s
  join portal_access a on a.company_id = s.company_id and a.id = s.access_id
  join party p on p.company_id = a.company_id and p.id = a.party_id
 where s.token_hash = :hash and s.ended_at is null and s.expires_at > :now and a.ended_at is null and a.expires_at > :now
   and p.is_supplier and p.name_key not like '= %';

-- name: portal_session_count
-- across companies: who opens a link has no company yet; of_company_id is the link's own
select count(*) as count, min(created_at) as first_at from portal_session where company_id = :of_company_id and access_id = :id and created_at > :since_at;

-- name: portal_session_add
-- across companies: who opens a link has no company yet; of_company_id is the link's own
insert into portal_session (company_id, {portal_session_columns}) values (:of_company_id, {:portal_session_columns});

-- name: portal_session_show
select s.csrf, s.expires_at, a.expires_at as access_until, a.language, a.email, p.name as party_name, p.kvk_number as party_kvk_number, p.vat_number as party_vat_number
  from portal_session s
  join portal_access a on a.company_id = s.company_id and a.id = s.access_id
  join party p on p.company_id = a.company_id and p.id = a.party_id
 where s.company_id = :company_id and s.id = :id;

-- name: portal_session_end
update portal_session set ended_at = :now where company_id = :company_id and id = :id and ended_at is null;

-- name: portal_upload_count
select count(*) as count, min(at) as first_at from portal_upload where company_id = :company_id and access_id = :id and at > :since_at;

-- name: portal_upload_add
insert into portal_upload (company_id, {portal_upload_columns}) values (:company_id, {:portal_upload_columns});

-- part: portal_invoice_rows
select v.id, v.receipt_number, v.kind, v.number, v.issued_on, v.due_on, v.received_at, v.currency, v.total_minor, v.payable_minor,
       case when v.bill_state = 'approved' then v.payable_minor - v.open_minor - v.coming_minor else 0 end as paid_minor,
       case when v.bill_state in ('received', 'refused') then v.bill_state when v.bill_state <> 'approved' then 'checking'
            when v.coming_on is not null then 'planned' when v.open_minor <> 0 then 'approved' else 'paid' end as state,
       case when v.bill_state <> 'approved' then null when v.coming_on is not null then v.coming_on when v.open_minor = 0 or v.is_held then null
            else coalesce(v.proposed_on, case when v.due_on >= :today then v.due_on end) end as expected_on,
       case when v.bill_state = 'approved' and v.coming_on is null and v.open_minor = 0 then coalesce(v.run_on, v.settled_on) end as paid_on,
       case when v.bill_state = 'refused' then v.refuse_reason end as reason
  from (select b.id, b.receipt_number, b.kind, b.number, b.issued_on, b.due_on, b.received_at, b.currency, b.total_minor, b.payable_minor, b.state as bill_state, b.refuse_reason,
               case when b.kind = 'credit_note' then 1 else -1 end
               * coalesce((select cast(sum(r.rest_minor) as bigint) from open_item i join item_rest r on r.company_id = i.company_id and r.item_id = i.id
                            where i.company_id = b.company_id and i.source_kind = 'bill' and i.source_id = b.id), 0) as open_minor,
               coalesce((select cast(sum(abs(q.amount_minor + q.discount_minor)) as bigint) from payment_part q join payment p on p.company_id = q.company_id and p.id = q.payment_id
                           join payment_run r on r.company_id = q.company_id and r.id = q.run_id
                          where q.company_id = b.company_id and q.source_kind = 'bill' and q.source_id = b.id and p.state in ('released', 'accepted')
                            and r.state in ('released', 'sent', 'accepted') and r.execution_on > :today), 0) as coming_minor,
               (select min(r.execution_on) from payment_part q join payment p on p.company_id = q.company_id and p.id = q.payment_id
                  join payment_run r on r.company_id = q.company_id and r.id = q.run_id
                 where q.company_id = b.company_id and q.source_kind = 'bill' and q.source_id = b.id and p.state in ('released', 'accepted')
                   and r.state in ('released', 'sent', 'accepted') and r.execution_on > :today) as coming_on,
               (select max(r.execution_on) from payment_part q join payment p on p.company_id = q.company_id and p.id = q.payment_id
                  join payment_run r on r.company_id = q.company_id and r.id = q.run_id
                 where q.company_id = b.company_id and q.source_kind = 'bill' and q.source_id = b.id and p.state in ('released', 'accepted')
                   and r.state in ('released', 'sent', 'accepted', 'done')) as run_on,
               (select min(r.execution_on) from payment_part q join payment_run r on r.company_id = q.company_id and r.id = q.run_id
                 where q.company_id = b.company_id and q.source_kind = 'bill' and q.source_id = b.id and q.is_live and r.state = 'proposed' and r.execution_on >= :today) as proposed_on,
               (select max(l.effective_on) from open_item i join allocation_line l on l.company_id = i.company_id and l.item_id = i.id
                 where i.company_id = b.company_id and i.source_kind = 'bill' and i.source_id = b.id) as settled_on,
               exists (select 1 from open_item i join payment_hold h on h.company_id = i.company_id and h.item_id = i.id and (h.until_on is null or h.until_on >= :today)
                        where i.company_id = b.company_id and i.source_kind = 'bill' and i.source_id = b.id) as is_held
          from bill b

-- name: portal_invoice_list
-- reads the ledger: what is open of an invoice and when it was settled is computed, never kept
{portal_invoice_rows}
         where b.company_id = :company_id and b.party_id = :party_id) v;

-- name: portal_invoice_by_id
-- reads the ledger: what is open of an invoice and when it was settled is computed, never kept
{portal_invoice_rows}
         where b.company_id = :company_id and b.party_id = :party_id and b.id = :id) v;

-- name: portal_same_number
select b.receipt_number, b.received_at from bill b
 where b.company_id = :company_id and b.party_id = :party_id and b.number_key = :number_key and b.kind = :kind and b.state <> 'refused' order by b.id limit 1;
