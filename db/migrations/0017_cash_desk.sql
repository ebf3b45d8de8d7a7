-- Room cash: what a decision needs beside the line: terms of discount, limits, questions, requests, refunds, and the batches of
-- providers and of our own direct debit, taken apart.

-- What a line is in the base currency, by the rate of the day it was booked: the suspense account holds just that.
alter table bank_line add column base_minor bigint;

alter table cash_setting add column discount_mode text not null default 'excluded' check (discount_mode in ('excluded', 'included', 'mixed'));
alter table cash_setting add column discount_late_days bigint not null default 3 check (discount_late_days between 0 and 60);
alter table cash_setting add column write_off_minor bigint not null default 5000 check (write_off_minor >= 0);
alter table cash_setting add column answer_days bigint not null default 7 check (answer_days between 1 and 365);

-- How much a decision is worth to take: see cash_desk.c. Stale: something was decided that it did not know of.
alter table cash_proposal add column chance_ppm bigint not null default 0;
alter table cash_proposal add column worth_minor bigint not null default 0;
alter table cash_proposal add column place bigint not null default 0;
alter table cash_proposal add column is_stale boolean not null default false;

-- Early-payment discount: of one customer, or of all who have none of their own; the newest row not later than the invoice counts.
create table cash_term (
    company_id      bigint  not null,
    id              bigint  not null,
    party_id        bigint,
    valid_from      date    not null,
    days            bigint  not null check (days between 0 and 365),
    percent         text    not null,
    added_at        bigint  not null,
    added_by        bigint  not null,
    primary key (company_id, id),
    foreign key (company_id, party_id) references party (company_id, id)
);
create index cash_term_party on cash_term (company_id, party_id, valid_from);

-- How much a person of this role may give up by himself in one decision; who has more roles, the most of them.
create table cash_limit (
    company_id      bigint  not null,
    role_id         bigint  not null,
    write_off_minor bigint  not null check (write_off_minor >= 0),
    version         bigint  not null,
    primary key (company_id, role_id),
    foreign key (company_id, role_id) references role (company_id, id)
);

-- A decision that gives up more than its maker may: another person says yes or no.
create table cash_request (
    company_id      bigint  not null,
    id              bigint  not null,
    bank_line_id    bigint  not null,
    decide          text    not null,
    given_up_minor  bigint  not null,
    limit_minor     bigint  not null,
    note            text,
    asked_at        bigint  not null,
    asked_by        bigint  not null,
    state           text    not null check (state in ('open', 'approved', 'refused', 'withdrawn')),
    ended_at        bigint,
    ended_by        bigint,
    reason          text,
    decision_id     bigint,
    version         bigint  not null,
    primary key (company_id, id),
    check ((state = 'open') = (ended_at is null)),
    check ((state = 'approved') = (decision_id is not null)),
    check (state <> 'approved' or ended_by <> asked_by or asked_by = 0),
    foreign key (company_id, bank_line_id) references bank_line (company_id, id)
);
create unique index cash_request_open on cash_request (company_id, bank_line_id) where state = 'open';
create index cash_request_line on cash_request (company_id, bank_line_id);

-- A question to a customer about a line: it waits until the answer is noted or the day has come.
create table cash_question (
    company_id      bigint  not null,
    id              bigint  not null,
    bank_line_id    bigint  not null,
    party_id        bigint  not null,
    message_id      bigint  not null,
    recipient       text    not null,
    question        text    not null,
    asked_at        bigint  not null,
    asked_by        bigint  not null,
    return_on       date    not null,
    answer          text,
    answered_at     bigint,
    answered_by     bigint,
    version         bigint  not null,
    primary key (company_id, id),
    check ((answer is null) = (answered_at is null)),
    foreign key (company_id, bank_line_id) references bank_line (company_id, id)
);
create index cash_question_line on cash_question (company_id, bank_line_id);

-- Money to give back, held on account of a party: the payment room takes the item into a run.
create table cash_refund (
    company_id      bigint  not null,
    item_id         bigint  not null,
    bank_line_id    bigint  not null,
    decision_id     bigint  not null,
    party_id        bigint  not null,
    amount_minor    bigint  not null,
    currency        text    not null,
    reason          text    not null,
    asked_at        bigint  not null,
    asked_by        bigint  not null,
    primary key (company_id, item_id),
    foreign key (company_id, item_id) references open_item (company_id, id),
    foreign key (company_id, decision_id) references cash_decision (company_id, id)
);

-- What stands behind one amount on a statement: a provider's settlement, or a direct-debit batch of ours.
create table cash_batch (
    company_id      bigint  not null,
    id              bigint  not null,
    kind            text    not null check (kind in ('settlement', 'collection')),
    reference       text    not null,
    provider        text,
    currency        text    not null check (length(currency) = 3),
    dated_on        date,
    total_minor     bigint  not null,
    fee_minor       bigint  not null,
    part_count      bigint  not null,
    unknown_count   bigint  not null,
    document_id     bigint  not null,
    imported_at     bigint  not null,
    imported_by     bigint  not null,
    primary key (company_id, id)
);
create unique index cash_batch_reference on cash_batch (company_id, kind, reference);

create table cash_batch_part (
    company_id      bigint  not null,
    batch_id        bigint  not null,
    line_no         bigint  not null,
    reference       text    not null,
    description     text,
    item_id         bigint,
    amount_minor    bigint  not null,
    fee_minor       bigint  not null,
    primary key (company_id, batch_id, line_no),
    foreign key (company_id, batch_id) references cash_batch (company_id, id)
);

-- What a storno took apart, so that taking the storno back can put it together again.
create table cash_reopened (
    company_id      bigint  not null,
    decision_id     bigint  not null,
    allocation_id   bigint  not null,
    settled_again   bigint,
    primary key (company_id, decision_id, allocation_id),
    foreign key (company_id, decision_id) references cash_decision (company_id, id),
    foreign key (company_id, allocation_id) references allocation (company_id, id)
);

-- Who asks for a write-off above his limit does not approve it.
-- (A rule of companies that are there already; new ones get it from data/duty_rules.csv.)
insert into duty_rule (company_id, id, name, first_duty, second_duty, version)
select c.id, coalesce((select max(r.id) from duty_rule r where r.company_id = c.id), c.id) + 1, 'Who asks for a write-off above his limit does not approve it', 'cash.request', 'cash.approve', 1 from company c
 where not exists (select 1 from duty_rule r where r.company_id = c.id and r.first_duty = 'cash.request');

-- only sqlite
create trigger cash_refund_kept before update on cash_refund begin select raise(abort, 'append only'); end;
create trigger cash_refund_stays before delete on cash_refund begin select raise(abort, 'append only'); end;
create trigger cash_reopened_kept before update on cash_reopened begin select raise(abort, 'append only'); end;
create trigger cash_reopened_stays before delete on cash_reopened begin select raise(abort, 'append only'); end;
create trigger cash_batch_stays before delete on cash_batch begin select raise(abort, 'append only'); end;
create trigger cash_batch_part_kept before update on cash_batch_part begin select raise(abort, 'append only'); end;
create trigger cash_batch_part_stays before delete on cash_batch_part begin select raise(abort, 'append only'); end;
create trigger cash_request_ended before update on cash_request when old.state <> 'open' begin select raise(abort, 'append only'); end;
create trigger cash_request_stays before delete on cash_request begin select raise(abort, 'append only'); end;
create trigger cash_question_stays before delete on cash_question begin select raise(abort, 'append only'); end;
-- end
-- only postgres
create trigger cash_refund_kept before update or delete on cash_refund for each row execute function append_only();
create trigger cash_reopened_kept before update or delete on cash_reopened for each row execute function append_only();
create trigger cash_batch_stays before delete on cash_batch for each row execute function append_only();
create trigger cash_batch_part_kept before update or delete on cash_batch_part for each row execute function append_only();
create trigger cash_request_ended before update on cash_request for each row when (old.state <> 'open') execute function append_only();
create trigger cash_request_stays before delete on cash_request for each row execute function append_only();
create trigger cash_question_stays before delete on cash_question for each row execute function append_only();
-- end
