-- What must leave the house: mail, webhooks, bank files, letters. Added inside the transaction that decides it, sent by a job.
create table outbox (
    company_id bigint not null,
    id bigint not null,
    kind text not null,
    payload text not null,
    state text not null check (state in ('queued', 'handed_over', 'delivered', 'failed', 'bounced')),
    available_at bigint not null,
    claimed_until bigint,
    attempts bigint not null check (attempts >= 0),
    attempts_most bigint not null check (attempts_most > 0),
    last_error text,
    reference text,
    created_at bigint not null,
    finished_at bigint,
    version bigint not null,
    primary key (company_id, id)
);
-- Claiming looks over all companies for what is due.
create index outbox_due on outbox (available_at, id) where state = 'queued';
create index outbox_by_reference on outbox (company_id, kind, reference);
