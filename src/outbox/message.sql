-- part: message_columns
id, channel, party_id, subject_kind, subject_id, recipient, title, created_at, created_by

-- name: message_add
insert into message (company_id, {message_columns})
values (:company_id, {:message_columns});

-- name: message_by_id
select {m.message_columns}, coalesce(o.state, 'delivered') as state,
       coalesce(o.attempts, 0) as attempts, o.last_error, o.reference, coalesce(o.finished_at, case when o.id is null then m.created_at end) as finished_at
  from message m left join outbox o on o.company_id = m.company_id and o.id = m.id where m.company_id = :company_id and m.id = :id;

-- name: message_by_reference
select id from outbox where company_id = :company_id and kind = 'mail' and reference = :reference;

-- name: message_payload
select payload from outbox where company_id = :company_id and id = :id;

-- name: message_list
select {m.message_columns}, coalesce(o.state, 'delivered') as state,
       coalesce(o.attempts, 0) as attempts, o.last_error, o.reference, coalesce(o.finished_at, case when o.id is null then m.created_at end) as finished_at
  from message m left join outbox o on o.company_id = m.company_id and o.id = m.id where m.company_id = :company_id;

-- name: messages_of
select {m.message_columns}, coalesce(o.state, 'delivered') as state,
       coalesce(o.attempts, 0) as attempts, o.last_error, o.reference, coalesce(o.finished_at, case when o.id is null then m.created_at end) as finished_at
  from message m left join outbox o on o.company_id = m.company_id and o.id = m.id
 where m.company_id = :company_id and m.subject_kind = :subject_kind and m.subject_id = :subject_id order by m.id desc;
