-- part: outbox_columns
id, kind, state, available_at, attempts, attempts_most, last_error, reference, created_at, finished_at, version

-- part: outbox_claimed
id, company_id, kind, payload, attempts, attempts_most, version

-- name: outbox_insert
insert into outbox (company_id, id, kind, payload, state, available_at, attempts, attempts_most, created_at, version)
values (:company_id, :id, :kind, :payload, 'queued', :available_at, 0, :attempts_most, :now, 1);

-- name: outbox_claim_sqlite
-- across companies: one job sends for all
update outbox set claimed_until = :claimed_until, attempts = attempts + 1, version = version + 1
where (company_id, id) in (select company_id, id from outbox
    where state = 'queued' and kind = :kind and available_at <= :now and (claimed_until is null or claimed_until <= :now)
    order by available_at, id limit :most)
returning {outbox_claimed};

-- name: outbox_claim_postgres
-- across companies: one job sends for all
update outbox set claimed_until = :claimed_until, attempts = attempts + 1, version = version + 1
where (company_id, id) in (select company_id, id from outbox
    where state = 'queued' and kind = :kind and available_at <= :now and (claimed_until is null or claimed_until <= :now)
    order by available_at, id limit :most for update skip locked)
returning {outbox_claimed};

-- name: outbox_move
update outbox set state = :state, available_at = :available_at, claimed_until = null, attempts = :attempts, last_error = :last_error,
    reference = coalesce(:reference, reference), finished_at = :finished_at, version = version + 1
where company_id = :company_id and id = :id and version = :version;

-- name: outbox_forget
update outbox set payload = '{"removed":true}' where company_id = :company_id and id = :id and payload like '{"sealed":%';

-- name: outbox_spent
select count(*) as count from outbox where company_id = :company_id and id = :id and payload = '{"removed":true}';

-- name: outbox_by_id
select {outbox_columns}
from outbox where company_id = :company_id and id = :id;

-- name: outbox_by_reference
select {outbox_columns}
from outbox where company_id = :company_id and kind = :kind and reference = :reference;

-- name: outbox_list
select {o.outbox_columns}, m.title, m.recipient
from outbox o left join message m on m.company_id = o.company_id and m.id = o.id where o.company_id = :company_id;
