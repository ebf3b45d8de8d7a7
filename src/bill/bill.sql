-- part: bill_columns
id, receipt_number, state, party_id, supplier_basis, kind, number, number_key, issued_on, due_on, booked_on, currency, net_minor,
vat_minor, total_minor, prepaid_minor, rounding_minor, payable_minor, reference_kind, reference, iban, discount_minor,
discount_on, order_reference, buyer_reference, seller_name, seller_kvk_number, seller_oin, seller_vat_number,
seller_endpoint_scheme, seller_endpoint, payee_name, document_id, xml_document_id, file_hash, syntax, via_portal, received_at, entered_by,
submitted_by, approved_by, refused_by, submitted_at, approved_at, refused_at, refuse_reason, submitted_hash, approved_hash,
entry_id, notes, version

-- part: bill_line_columns
bill_id, line_no, description, quantity, price, unit, net_minor, vat_minor, vat_category, vat_rate, vat_reason, account_id,
vat_code_id, cost_center, coded_from

-- part: bill_problem_columns
bill_id, problem_no, source, kind, rule, severity, place, line, found, english, dutch, released_by, released_at, release_reason

-- part: bill_pair_columns
bill_id, other_id, rule, found_at, released_by, released_at, release_reason

-- part: bill_event_columns
id, bill_id, event, state, user_id, at, note

-- name: bill_by_id
select {bill_columns}
  from bill where company_id = :company_id and id = :id;

-- name: bill_by_file
select {bill_columns}
  from bill where company_id = :company_id and file_hash = :file_hash;

-- name: bill_last_approved
select {bill_columns}
  from bill where company_id = :company_id and party_id = :party_id and state = 'approved' and id <> :id order by approved_at desc, id desc limit 1;

-- name: bill_add
insert into bill (company_id, {bill_columns})
values (:company_id, {:bill_columns});

-- name: bill_save
update bill set state = :state, party_id = :party_id, supplier_basis = :supplier_basis, kind = :kind, number = :number, number_key = :number_key, issued_on = :issued_on, due_on = :due_on, booked_on = :booked_on, currency = :currency, net_minor = :net_minor, vat_minor = :vat_minor, total_minor = :total_minor, prepaid_minor = :prepaid_minor, rounding_minor = :rounding_minor, payable_minor = :payable_minor, reference_kind = :reference_kind, reference = :reference, iban = :iban, discount_minor = :discount_minor, discount_on = :discount_on, order_reference = :order_reference, buyer_reference = :buyer_reference, seller_name = :seller_name, seller_kvk_number = :seller_kvk_number, seller_oin = :seller_oin, seller_vat_number = :seller_vat_number, seller_endpoint_scheme = :seller_endpoint_scheme, seller_endpoint = :seller_endpoint, payee_name = :payee_name, submitted_by = :submitted_by, approved_by = :approved_by, refused_by = :refused_by, submitted_at = :submitted_at, approved_at = :approved_at, refused_at = :refused_at, refuse_reason = :refuse_reason, submitted_hash = :submitted_hash, approved_hash = :approved_hash, entry_id = :entry_id, notes = :notes,
       version = version + 1 where company_id = :company_id and id = :id and version = :version;

-- name: bill_lines_of
select {l.bill_line_columns}, b.currency
  from bill_line l join bill b on b.company_id = l.company_id and b.id = l.bill_id where l.company_id = :company_id and l.bill_id = :id order by l.line_no;

-- name: bill_line_add
insert into bill_line (company_id, {bill_line_columns}) values (:company_id, {:bill_line_columns});

-- name: bill_line_code
update bill_line set account_id = :account_id, vat_code_id = :vat_code_id, cost_center = :cost_center, coded_from = :coded_from
 where company_id = :company_id and bill_id = :bill_id and line_no = :line_no;

-- name: bill_lines_clear
delete from bill_line where company_id = :company_id and bill_id = :id;

-- name: bill_problems_of
select {bill_problem_columns} from bill_problem where company_id = :company_id and bill_id = :id order by problem_no;

-- name: bill_problem_add
insert into bill_problem (company_id, {bill_problem_columns}) values (:company_id, {:bill_problem_columns});

-- name: bill_checks_clear
delete from bill_problem where company_id = :company_id and bill_id = :id and source = 'check';

-- name: bill_problem_release
update bill_problem set released_by = :user_id, released_at = :now, release_reason = :reason
 where company_id = :company_id and bill_id = :id and released_at is null and (:problem_no = 0 or problem_no = :problem_no) and severity = 'fatal';

-- name: bill_pairs_clear
delete from bill_pair where company_id = :company_id and (bill_id = :id or other_id = :id) and released_at is null;

-- name: bill_pair_add
insert into bill_pair (company_id, {bill_pair_columns}) values (:company_id, {:bill_pair_columns})
on conflict (company_id, bill_id, other_id, rule) do nothing;

-- name: bill_pair_release
update bill_pair set released_by = :user_id, released_at = :now, release_reason = :reason
 where company_id = :company_id and bill_id = :bill_id and other_id = :other_id and released_at is null;

-- name: bill_pairs_of
select case when x.bill_id = :id then x.other_id else x.bill_id end as other_id, x.rule, x.found_at, x.released_by, x.released_at, x.release_reason,
       o.receipt_number, o.number, o.state, o.currency, o.payable_minor, o.issued_on
  from bill_pair x join bill o on o.company_id = x.company_id and o.id = case when x.bill_id = :id then x.other_id else x.bill_id end
 where x.company_id = :company_id and (x.bill_id = :id or x.other_id = :id) order by x.rule, o.id;

-- name: bill_same_number
select o.id, 'number' as rule from bill o
  join party q on q.company_id = o.company_id and q.id = o.party_id
  join party p on p.company_id = o.company_id and p.id = :party_id
 where o.company_id = :company_id and o.id <> :id and o.number_key = :number_key and o.kind = :kind
   and o.issued_on between :from_on and :to_on and coalesce(q.parent_id, q.id) = coalesce(p.parent_id, p.id) order by o.id limit 100;

-- name: bill_same_amount
select o.id, 'amount' as rule from bill o
  join party q on q.company_id = o.company_id and q.id = o.party_id
  join party p on p.company_id = o.company_id and p.id = :party_id
 where o.company_id = :company_id and o.id <> :id and o.payable_minor = :payable_minor and o.currency = :currency and o.kind = :kind
   and o.issued_on between :from_on and :to_on and coalesce(q.parent_id, q.id) = coalesce(p.parent_id, p.id) order by o.id limit 100;

-- name: bill_same_iban
select o.id, 'iban' as rule from bill o
 where o.company_id = :company_id and o.id <> :id and o.iban = :iban and o.payable_minor = :payable_minor and o.currency = :currency and o.kind = :kind
   and o.issued_on between :from_on and :to_on and (o.party_id is null or o.party_id <> :party_id) order by o.id limit 100;

-- name: bill_event_add
insert into bill_event (company_id, {bill_event_columns}) values (:company_id, {:bill_event_columns});

-- name: bill_events_of
select e.id, e.event, e.state, e.user_id, p.name as person, e.at, e.note
  from bill_event e left join person p on p.id = e.user_id where e.company_id = :company_id and e.bill_id = :id order by e.id;

-- name: bill_open
-- reads the ledger: what is open of a bill is computed, never kept
select cast(coalesce(sum(r.rest_minor), 0) as bigint) as open_minor
  from open_item i join item_rest r on r.company_id = i.company_id and r.item_id = i.id
 where i.company_id = :company_id and i.source_kind = 'bill' and i.source_id = :id;

-- part: bill_row
b.id, b.receipt_number, b.state, b.party_id, b.kind, b.number, b.issued_on, b.due_on, b.received_at, b.currency,
       b.net_minor, b.vat_minor, b.total_minor, b.payable_minor, b.iban, b.reference, b.order_reference, b.syntax, b.via_portal, b.document_id, b.version,
       (select count(*) from bill_problem x where x.company_id = b.company_id and x.bill_id = b.id and x.severity = 'fatal' and x.released_at is null) as fatal_count,
       (select count(*) from bill_pair x join bill o on o.company_id = x.company_id and o.id = case when x.bill_id = b.id then x.other_id else x.bill_id end
         where x.company_id = b.company_id and (x.bill_id = b.id or x.other_id = b.id) and x.rule = 'number' and x.released_at is null and o.state <> 'refused') as duplicate_count,
       (select count(*) from bill_question u where u.company_id = b.company_id and u.bill_id = b.id and u.answered_at is null) as question_count

-- part: bill_rest
case when b.kind = 'credit_note' then 1 else -1 end
       * coalesce((select cast(sum(r.rest_minor) as bigint) from open_item i join item_rest r on r.company_id = i.company_id and r.item_id = i.id
                    where i.company_id = b.company_id and i.source_kind = 'bill' and i.source_id = b.id), 0)

-- name: bill_list
-- reads the ledger: what is open of a bill is computed, never kept
select {bill_row}, coalesce(p.name, b.seller_name) as supplier, {bill_rest} as open_minor
  from bill b left join party p on p.company_id = b.company_id and p.id = b.party_id
 where b.company_id = :company_id;

-- name: bill_list_of_names
-- reads the ledger: the same, supplier by supplier
select {bill_row}, p.name as supplier, {bill_rest} as open_minor
  from party p cross join bill b
 where p.company_id = :company_id and b.company_id = p.company_id and b.party_id = p.id;

-- name: bill_list_nameless
-- reads the ledger: those of whom no supplier is known
select {bill_row}, b.seller_name as supplier, {bill_rest} as open_minor
  from bill b where b.company_id = :company_id and b.party_id is null;

-- name: bill_list_open
-- reads the ledger: those of which something is open, found from what is open
select {bill_row}, coalesce(p.name, b.seller_name) as supplier, case when b.kind = 'credit_note' then 1 else -1 end * o.rest_minor as open_minor
  from (select i.source_id as bill_id, cast(sum(r.rest_minor) as bigint) as rest_minor from item_rest r cross join open_item i
         where r.company_id = :company_id and r.rest_minor <> 0 and r.account_id in (select a.id from account a where a.company_id = :company_id and a.control = 'payables')
           and i.company_id = r.company_id and i.id = r.item_id and i.source_kind = 'bill' group by i.source_id) o
  cross join bill b left join party p on p.company_id = b.company_id and p.id = b.party_id
 where b.company_id = :company_id and b.id = o.bill_id;

-- name: bill_plain
select id, state, kind, issued_on, due_on, total_minor, payable_minor, currency, party_id, iban from bill where company_id = :company_id;

-- name: bill_waiting
select b.id, b.receipt_number, b.state, case when exists (select 1 from bill_question u where u.company_id = b.company_id and u.bill_id = b.id and u.person_id = :user_id and u.answered_at is null) then 'answer'
            when b.state = 'received' then 'code' when b.state = 'coded' then 'submit' else 'approve' end as todo,
       b.party_id, coalesce(p.name, b.seller_name) as supplier, b.kind, b.number, b.issued_on, b.due_on, b.received_at, b.currency, b.total_minor, b.payable_minor, b.version
  from bill b left join party p on p.company_id = b.company_id and p.id = b.party_id
 where b.company_id = :company_id
   and b.id in (select w.id from bill w where w.company_id = :company_id and w.state in ('received', 'coded', 'submitted')
                union select u.bill_id from bill_question u where u.company_id = :company_id and u.person_id = :user_id and u.answered_at is null)
   and (exists (select 1 from bill_question u where u.company_id = b.company_id and u.bill_id = b.id and u.person_id = :user_id and u.answered_at is null)
    or b.state in ('received', 'coded') or b.state = 'submitted' and not exists (
        select 1 from duty d join duty_rule r on r.company_id = d.company_id and (r.waived_until is null or r.waived_until <= :now) and r.first_duty = d.duty and r.second_duty = 'bill.approve'
         where d.company_id = b.company_id and d.subject_kind = 'bill' and d.subject_id = b.id and d.person_id = :user_id));

-- name: bill_payable
-- reads the ledger: the open items of approved bills, with what the bill says about paying them
select b.id as bill_id, i.id as item_id, i.party_id, p.name as party_name, b.number, b.receipt_number, b.kind, b.issued_on, i.due_on, i.currency,
       -r.rest_minor as open_minor, b.iban, b.reference_kind, b.reference,
       case when b.discount_on >= :today and r.rest_minor = i.amount_minor
            then case when b.kind = 'credit_note' then -b.discount_minor else b.discount_minor end else 0 end as discount_minor,
       b.discount_on, b.approved_hash
  from bill b
  join open_item i on i.company_id = b.company_id and i.source_kind = 'bill' and i.source_id = b.id
  join item_rest r on r.company_id = i.company_id and r.item_id = i.id
  join party p on p.company_id = i.company_id and p.id = i.party_id
 where b.company_id = :company_id and b.state = 'approved' and r.rest_minor <> 0
   and (i.due_on <= :until_on or r.rest_minor > 0 or (b.discount_minor <> 0 and b.discount_on >= :today and b.discount_on <= :until_on))
   and (cast(:currency as text) is null or i.currency = :currency)
 order by p.name, p.id, i.due_on, i.id;

-- name: bill_member
select m.person_id from member m where m.company_id = :company_id and m.person_id = :person_id and m.ended_at is null limit 1;

-- name: bill_question_add
insert into bill_question (company_id, id, bill_id, person_id, email, question, asked_by, asked_at) values (:company_id, :id, :bill_id, nullif(:person_id, 0), :email, :question, :asked_by, :asked_at);

-- name: bill_question_answer
update bill_question set answer = :answer, answered_by = :answered_by, answered_at = :answered_at where company_id = :company_id and id = :id and answered_at is null;

-- name: bill_question_by_id
select q.id, q.bill_id, q.person_id, p.name as person, q.email, q.question, q.asked_by, a.name as asker, q.asked_at, q.answer, q.answered_by, w.name as answerer, q.answered_at
  from bill_question q left join person p on p.id = q.person_id left join person a on a.id = q.asked_by left join person w on w.id = q.answered_by
 where q.company_id = :company_id and q.id = :id;

-- name: bill_questions_of
select q.id, q.bill_id, q.person_id, p.name as person, q.email, q.question, q.asked_by, a.name as asker, q.asked_at, q.answer, q.answered_by, w.name as answerer, q.answered_at
  from bill_question q left join person p on p.id = q.person_id left join person a on a.id = q.asked_by left join person w on w.id = q.answered_by
 where q.company_id = :company_id and q.bill_id = :id order by q.id;

-- name: bill_own_duties
select count(*) as count from duty d join duty_rule r on r.company_id = d.company_id and (r.waived_until is null or r.waived_until <= :now) and r.first_duty = d.duty and r.second_duty = 'bill.approve'
 where d.company_id = :company_id and d.subject_kind = 'bill' and d.subject_id = :id and d.person_id = :user_id;

-- name: bill_setting
select id, checks_off, version from bill_setting where company_id = :company_id;

-- name: bill_setting_add
insert into bill_setting (company_id, id, checks_off, version) values (:company_id, :id, :checks_off, 1) on conflict do nothing;

-- name: bill_setting_save
update bill_setting set checks_off = :checks_off, version = version + 1 where company_id = :company_id and version = :version;
