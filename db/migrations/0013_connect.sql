-- Messages to people. By mail or letter it is a row of the outbox with the same id; on the portal it is delivered at once.
create table message (
    company_id      bigint  not null,
    id              bigint  not null,
    channel         text    not null check (channel in ('mail', 'letter', 'portal')),
    party_id        bigint,
    subject_kind    text    not null,
    subject_id      bigint  not null,
    recipient       text,
    title           text    not null,
    created_at      bigint  not null,
    created_by      bigint  not null,
    primary key (company_id, id),
    check (channel = 'portal' or recipient is not null)
);
create index message_subject on message (company_id, subject_kind, subject_id);
create index message_party on message (company_id, party_id);
