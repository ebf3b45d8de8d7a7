-- part: audit_row_columns
id, number, at, user_id, operation, request_id, source, address, changes, previous_hash, hash

-- name: audit_head_find
select count, hash from audit_head where company_id = :company_id;

-- name: audit_head_set
insert into audit_head (company_id, count, hash) values (:company_id, :count, :hash)
on conflict (company_id) do update set count = excluded.count, hash = excluded.hash;

-- name: audit_row_add
insert into audit_row (company_id, number, at, user_id, operation, request_id, source, address, changes, previous_hash, hash)
values (:company_id, :number, :at, :by, :operation, :request_id, :source, :address, :changes, :previous_hash, :hash);

-- name: audit_subject_add
insert into audit_subject (company_id, kind, subject_id, number) values (:company_id, :kind, :subject_id, :number)
on conflict (company_id, kind, subject_id, number) do nothing;

-- name: audit_list
select number as {audit_row_columns}
from audit_row where company_id = :company_id;

-- name: audit_all
select number as {audit_row_columns}
from audit_row where company_id = :company_id order by number;

-- name: audit_since
select number as {audit_row_columns}
from audit_row where company_id = :company_id and number > :after order by number limit 200;

-- name: key_find
select content_hash, answer, created_at from idempotency_key
where company_id = :company_id and user_id = :user_id and operation = :operation and key = :key and created_at > :expired_at;

-- name: key_add
insert into idempotency_key (company_id, user_id, operation, key, content_hash, answer, created_at)
values (:company_id, :user_id, :operation, :key, :content_hash, :answer, :now);

-- name: key_expire
delete from idempotency_key where company_id = :company_id and created_at <= :expired_at;

-- name: key_plain
-- across companies: what was kept before answers were sealed
select company_id as of_company, user_id as of_user, operation, key, answer from idempotency_key where answer not like 'sealed:%' order by company_id, user_id, operation, key;

-- name: key_seal
-- across companies: what was kept before answers were sealed
update idempotency_key set answer = :answer where company_id = :of_company and user_id = :of_user and operation = :operation and key = :key;
