-- Room payment: part of a bill may be paid, a supplier's discount may be taken, and a hold may end by itself.
-- Room bill: questions about a bill, to a colleague or to the supplier.
alter table payment_part add column discount_minor bigint not null default 0;
alter table payment_hold add column until_on date;

create table bill_question (
    company_id      bigint  not null,
    id              bigint  not null,
    bill_id         bigint  not null,
    person_id       bigint,
    email           text,
    question        text    not null check (length(question) between 1 and 2000),
    asked_by        bigint  not null,
    asked_at        bigint  not null,
    answer          text,
    answered_by     bigint,
    answered_at     bigint,
    primary key (company_id, id),
    foreign key (company_id, bill_id) references bill (company_id, id),
    check ((person_id is null) <> (email is null)),
    check ((answer is null) = (answered_at is null) and (answer is null) = (answered_by is null))
);
create index bill_question_bill on bill_question (company_id, bill_id);
create index bill_question_person on bill_question (company_id, person_id, answered_at);

-- only sqlite
create trigger bill_question_kept before update on bill_question
when old.answer is not null or new.question <> old.question or new.bill_id <> old.bill_id or new.asked_by <> old.asked_by or new.person_id is not old.person_id
  or new.email is not old.email
begin select raise(abort, 'a question is kept'); end;
create trigger bill_question_stays before delete on bill_question begin select raise(abort, 'append only'); end;
create trigger payment_part_discount before update on payment_part when new.discount_minor <> old.discount_minor
begin select raise(abort, 'a part is kept'); end;
drop trigger payment_booked;
create trigger payment_booked before update on payment
when old.state = 'proposed' and new.state = 'released'
 and (not exists (select 1 from entry e join entry_line l on l.company_id = e.company_id and l.entry_id = e.id
                   where e.company_id = new.company_id and e.id = new.entry_id and e.source_kind = 'payment_run' and e.source_id = new.run_id
                     and l.account_id = new.account_id and l.party_id = new.party_id and l.currency = new.currency and l.amount_minor = new.amount_minor)
      or exists (select 1 from payment_part q where q.company_id = new.company_id and q.payment_id = new.id
                  and not exists (select 1 from allocation_line x where x.company_id = q.company_id and x.allocation_id = new.allocation_id
                                   and x.item_id = q.item_id and x.amount_minor = -(q.amount_minor + q.discount_minor))))
begin select raise(abort, 'it has not been booked'); end;
-- end
-- only postgres
create function bill_question_kept() returns trigger language plpgsql as $body$
begin
    if old.answer is not null or new.question <> old.question or new.bill_id <> old.bill_id or new.asked_by <> old.asked_by
       or new.person_id is distinct from old.person_id or new.email is distinct from old.email then
        raise exception 'a question is kept' using errcode = '23514';
    end if;
    return new;
end $body$;
create trigger bill_question_kept before update on bill_question for each row execute function bill_question_kept();
create trigger bill_question_stays before delete on bill_question for each row execute function append_only();
create function payment_part_discount() returns trigger language plpgsql as $body$
begin
    raise exception 'a part is kept' using errcode = '23514';
end $body$;
create trigger payment_part_discount before update on payment_part for each row when (new.discount_minor <> old.discount_minor)
execute function payment_part_discount();
create or replace function payment_booked() returns trigger language plpgsql as $body$
begin
    if not exists (select 1 from entry e join entry_line l on l.company_id = e.company_id and l.entry_id = e.id
                    where e.company_id = new.company_id and e.id = new.entry_id and e.source_kind = 'payment_run' and e.source_id = new.run_id
                      and l.account_id = new.account_id and l.party_id = new.party_id and l.currency = new.currency and l.amount_minor = new.amount_minor)
       or exists (select 1 from payment_part q where q.company_id = new.company_id and q.payment_id = new.id
                   and not exists (select 1 from allocation_line x where x.company_id = q.company_id and x.allocation_id = new.allocation_id
                                    and x.item_id = q.item_id and x.amount_minor = -(q.amount_minor + q.discount_minor))) then
        raise exception 'it has not been booked' using errcode = '23514';
    end if;
    return new;
end $body$;
-- end
