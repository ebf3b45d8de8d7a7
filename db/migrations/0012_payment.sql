-- Room payment: payment runs, the payments in them and the open items that each pays. An item stands in one live run only; what was
-- released is never edited; who proposed, entered a bill or proposed an account can't release: all of it is refused here as well.
create table payment_run (
    company_id      bigint  not null,
    id              bigint  not null,
    number          bigint  not null,
    bank_account_id bigint  not null,
    execution_on    date    not null,
    currency        text    not null check (length(currency) = 3),
    kind            text    not null check (kind in ('sepa', 'instant', 'urgent', 'foreign')),
    each_booked     boolean not null,
    state           text    not null check (state in ('proposed', 'released', 'sent', 'accepted', 'done', 'cancelled', 'rejected')),
    message_id      text    not null check (length(message_id) between 1 and 28),
    payment_count   bigint  not null check (payment_count >= 0),
    carried_count   bigint  not null check (carried_count >= 0),
    part_count      bigint  not null check (part_count >= 0),
    total_minor     bigint  not null check (total_minor >= 0),
    hash            text    not null check (length(hash) = 64),
    proposed_by     bigint  not null,
    proposed_at     bigint  not null,
    released_by     bigint,
    released_at     bigint,
    released_on     date,
    released_hash   text,
    document_id     bigint,
    sent_at         bigint,
    sent_by         bigint,
    ended_at        bigint,
    ended_by        bigint,
    reason          text,
    version         bigint  not null,
    primary key (company_id, id),
    foreign key (company_id, bank_account_id) references bank_account (company_id, id),
    foreign key (company_id, document_id) references document (company_id, id),
    check (state in ('proposed', 'cancelled')
           or (released_by is not null and released_at is not null and released_on is not null and document_id is not null
               and released_hash is not null and released_hash = hash and payment_count > 0 and execution_on >= released_on))
);
create unique index payment_run_number on payment_run (company_id, number);
create unique index payment_run_message on payment_run (message_id);

create table payment (
    company_id      bigint  not null,
    id              bigint  not null,
    run_id          bigint  not null,
    number          bigint  not null,
    party_id        bigint  not null,
    account_id      bigint  not null,
    control         text    not null check (control in ('receivables', 'payables')),
    party_bank_id   bigint,
    iban            text,
    bic             text,
    holder          text    not null,
    currency        text    not null check (length(currency) = 3),
    amount_minor    bigint  not null,
    end_to_end_id   text    not null check (length(end_to_end_id) between 1 and 35),
    reference_kind  text    not null check (reference_kind in ('rf', 'kenmerk', 'free')),
    reference       text    not null,
    state           text    not null check (state in ('proposed', 'carried', 'released', 'accepted', 'rejected', 'returned', 'cancelled')),
    last_iban       text,
    is_changed      boolean not null,
    is_first        boolean not null,
    entry_id        bigint,
    allocation_id   bigint,
    name_check      text    check (name_check in ('matches', 'close', 'differs', 'unknown')),
    name_known      text,
    reason_code     text,
    reason          text,
    ended_on        date,
    primary key (company_id, id),
    foreign key (company_id, run_id) references payment_run (company_id, id),
    foreign key (company_id, party_id) references party (company_id, id),
    foreign key (company_id, party_bank_id) references party_bank (company_id, id),
    foreign key (company_id, entry_id) references entry (company_id, id),
    foreign key (company_id, allocation_id) references allocation (company_id, id),
    check (state = 'cancelled' or (state = 'carried' and amount_minor <= 0)
           or (state <> 'carried' and amount_minor > 0 and party_bank_id is not null and iban is not null)),
    check (state in ('proposed', 'carried', 'cancelled') or (entry_id is not null and allocation_id is not null))
);
create index payment_run_of on payment (company_id, run_id, number);
create index payment_party on payment (company_id, party_id, id);
create unique index payment_end_to_end on payment (company_id, end_to_end_id);
create unique index payment_entry on payment (company_id, entry_id);

-- What of an open item a payment pays: a bill's amount is positive, a credit note's negative.
create table payment_part (
    company_id      bigint  not null,
    payment_id      bigint  not null,
    run_id          bigint  not null,
    item_id         bigint  not null,
    source_kind     text    not null,
    source_id       bigint  not null,
    item_reference  text    not null,
    amount_minor    bigint  not null check (amount_minor <> 0),
    is_live         boolean not null,
    primary key (company_id, payment_id, item_id),
    foreign key (company_id, payment_id) references payment (company_id, id),
    foreign key (company_id, item_id) references open_item (company_id, id)
);
-- Never twice: an item stands in one run that goes on.
create unique index payment_part_once on payment_part (company_id, item_id) where is_live;
create index payment_part_item on payment_part (company_id, item_id);
create index payment_part_run on payment_part (company_id, run_id);
create index payment_part_source on payment_part (company_id, source_kind, source_id);

-- An item that somebody keeps back; a row is there as long as it is.
create table payment_hold (
    company_id      bigint  not null,
    item_id         bigint  not null,
    reason          text    not null check (length(reason) between 3 and 500),
    held_by         bigint  not null,
    held_at         bigint  not null,
    primary key (company_id, item_id),
    foreign key (company_id, item_id) references open_item (company_id, id)
);

-- only sqlite
create trigger payment_run_new before insert on payment_run
when new.state <> 'proposed' or new.released_at is not null or new.document_id is not null
begin select raise(abort, 'a run begins proposed'); end;
create trigger payment_run_stays before delete on payment_run begin select raise(abort, 'append only'); end;
create trigger payment_run_moves before update on payment_run
when old.state <> new.state
 and old.state || '>' || new.state not in ('proposed>released', 'proposed>cancelled', 'released>sent', 'released>accepted', 'released>done',
     'released>cancelled', 'released>rejected', 'sent>accepted', 'sent>done', 'sent>rejected', 'accepted>done', 'accepted>rejected')
begin select raise(abort, 'a run does not go that way'); end;
create trigger payment_run_kept before update on payment_run
when new.company_id <> old.company_id or new.id <> old.id or new.number <> old.number or new.bank_account_id <> old.bank_account_id or new.message_id <> old.message_id
  or new.proposed_by <> old.proposed_by or new.currency <> old.currency or new.kind <> old.kind
  or (old.state <> 'proposed' and (new.execution_on <> old.execution_on or new.each_booked <> old.each_booked or new.payment_count <> old.payment_count
      or new.part_count <> old.part_count or new.total_minor <> old.total_minor or new.hash <> old.hash or new.released_by is not old.released_by
      or new.released_at is not old.released_at or new.released_on is not old.released_on or new.released_hash is not old.released_hash
      or new.document_id is not old.document_id))
begin select raise(abort, 'a released run is kept'); end;
create trigger payment_run_release before update on payment_run
when old.state = 'proposed' and new.state = 'released'
 and (new.hash <> old.hash or new.payment_count <> old.payment_count or new.total_minor <> old.total_minor
      or exists (select 1 from payment p where p.company_id = new.company_id and p.run_id = new.id and p.state not in ('released', 'carried'))
      or (select count(*) from payment p where p.company_id = new.company_id and p.run_id = new.id and p.state = 'released') <> new.payment_count
      or (select coalesce(sum(p.amount_minor), 0) from payment p where p.company_id = new.company_id and p.run_id = new.id and p.state = 'released') <> new.total_minor
      or exists (select 1 from payment p where p.company_id = new.company_id and p.run_id = new.id
                  and (p.currency <> new.currency
                       or p.amount_minor <> (select coalesce(sum(q.amount_minor), 0) from payment_part q where q.company_id = p.company_id and q.payment_id = p.id)))
      or exists (select 1 from payment p where p.company_id = new.company_id and p.run_id = new.id and p.state = 'released'
                  and not exists (select 1 from party_bank b where b.company_id = p.company_id and b.id = p.party_bank_id and b.party_id = p.party_id
                                   and b.iban = p.iban and b.state = 'verified' and b.usable_from <= new.released_on))
      or exists (select 1 from payment p join payment_part q on q.company_id = p.company_id and q.payment_id = p.id
                  where p.company_id = new.company_id and p.run_id = new.id and p.state = 'released' and not q.is_live)
      or exists (select 1 from bank_account a where a.company_id = new.company_id and a.id = new.bank_account_id and (a.is_closed or a.currency <> new.currency)))
begin select raise(abort, 'not to be released'); end;
create trigger payment_run_apart before update on payment_run
when old.state = 'proposed' and new.state = 'released' and new.released_by <> 0
 and exists (select 1 from duty_rule r where r.company_id = new.company_id and r.waived_by is null and r.second_duty = 'payment.release'
              and ((r.first_duty = 'payment.propose' and new.released_by = new.proposed_by)
                   or exists (select 1 from duty d where d.company_id = r.company_id and d.person_id = new.released_by and d.duty = r.first_duty
                               and ((d.subject_kind = 'payment_run' and d.subject_id = new.id)
                                    or (d.subject_kind = 'party_bank' and d.subject_id in
                                        (select p.party_bank_id from payment p where p.company_id = new.company_id and p.run_id = new.id))
                                    or (d.subject_kind = 'bill' and d.subject_id in
                                        (select q.source_id from payment_part q where q.company_id = new.company_id and q.run_id = new.id and q.source_kind = 'bill'))))))
begin select raise(abort, 'duty_apart'); end;
create trigger payment_run_ends before update on payment_run
when new.state in ('cancelled', 'rejected') and old.state <> new.state
 and exists (select 1 from payment p where p.company_id = new.company_id and p.run_id = new.id and p.state in ('proposed', 'released', 'accepted'))
begin select raise(abort, 'payments of this run go on'); end;

create trigger payment_new before insert on payment
when new.state not in ('proposed', 'carried') or new.entry_id is not null
  or not exists (select 1 from payment_run r where r.company_id = new.company_id and r.id = new.run_id and r.state = 'proposed')
begin select raise(abort, 'a payment begins in a proposed run'); end;
create trigger payment_stays before delete on payment
when old.state not in ('proposed', 'carried') or (select r.state from payment_run r where r.company_id = old.company_id and r.id = old.run_id) <> 'proposed'
begin select raise(abort, 'append only'); end;
create trigger payment_moves before update on payment
when old.state <> new.state
 and old.state || '>' || new.state not in ('proposed>released', 'proposed>cancelled', 'carried>cancelled', 'released>accepted', 'released>rejected',
     'released>returned', 'released>cancelled', 'accepted>rejected', 'accepted>returned')
begin select raise(abort, 'a payment does not go that way'); end;
create trigger payment_kept before update on payment
when new.company_id <> old.company_id or new.id <> old.id or new.run_id <> old.run_id or new.party_id <> old.party_id or new.end_to_end_id <> old.end_to_end_id
  or (old.state <> 'proposed' and (new.entry_id is not old.entry_id or new.allocation_id is not old.allocation_id))
  or ((old.state <> 'proposed' or new.state <> 'proposed'
       or (select r.state from payment_run r where r.company_id = old.company_id and r.id = old.run_id) <> 'proposed')
      and (new.amount_minor <> old.amount_minor or new.currency <> old.currency or new.iban is not old.iban or new.bic is not old.bic
           or new.holder <> old.holder or new.party_bank_id is not old.party_bank_id or new.account_id <> old.account_id
           or new.reference <> old.reference or new.reference_kind <> old.reference_kind))
begin select raise(abort, 'a released payment is kept'); end;
create trigger payment_undone before update on payment
when new.state in ('rejected', 'returned', 'cancelled') and old.state in ('released', 'accepted')
 and not exists (select 1 from entry e where e.company_id = new.company_id and e.reverses_id = new.entry_id)
begin select raise(abort, 'its entry has not been reversed'); end;

create trigger payment_part_new before insert on payment_part
when not exists (select 1 from payment p join payment_run r on r.company_id = p.company_id and r.id = p.run_id
                  where p.company_id = new.company_id and p.id = new.payment_id and p.run_id = new.run_id and p.state in ('proposed', 'carried') and r.state = 'proposed')
begin select raise(abort, 'a part begins in a proposed run'); end;
create trigger payment_part_stays before delete on payment_part
when (select r.state from payment_run r where r.company_id = old.company_id and r.id = old.run_id) <> 'proposed'
begin select raise(abort, 'append only'); end;
create trigger payment_part_kept before update on payment_part
when new.company_id <> old.company_id or new.payment_id <> old.payment_id or new.run_id <> old.run_id or new.item_id <> old.item_id
  or new.source_kind <> old.source_kind or new.source_id <> old.source_id or new.amount_minor <> old.amount_minor or (new.is_live and not old.is_live)
  or (old.is_live and not new.is_live
      and not exists (select 1 from payment p join payment_run r on r.company_id = p.company_id and r.id = p.run_id
                       where p.company_id = old.company_id and p.id = old.payment_id and (p.state in ('rejected', 'returned', 'cancelled') or r.state = 'done')))
begin select raise(abort, 'a part is kept'); end;
-- end
-- only postgres
create function payment_run_guard() returns trigger language plpgsql as $body$
begin
    if tg_op = 'DELETE' then raise exception 'append only' using errcode = '23514'; end if;
    if tg_op = 'INSERT' then
        if new.state <> 'proposed' or new.released_at is not null or new.document_id is not null then
            raise exception 'a run begins proposed' using errcode = '23514';
        end if;
        return new;
    end if;
    if old.state <> new.state
       and old.state || '>' || new.state not in ('proposed>released', 'proposed>cancelled', 'released>sent', 'released>accepted', 'released>done',
           'released>cancelled', 'released>rejected', 'sent>accepted', 'sent>done', 'sent>rejected', 'accepted>done', 'accepted>rejected') then
        raise exception 'a run does not go that way' using errcode = '23514';
    end if;
    if new.company_id <> old.company_id or new.id <> old.id or new.number <> old.number or new.bank_account_id <> old.bank_account_id or new.message_id <> old.message_id
       or new.proposed_by <> old.proposed_by or new.currency <> old.currency or new.kind <> old.kind
       or (old.state <> 'proposed' and (new.execution_on <> old.execution_on or new.each_booked <> old.each_booked or new.payment_count <> old.payment_count
           or new.part_count <> old.part_count or new.total_minor <> old.total_minor or new.hash <> old.hash or new.released_by is distinct from old.released_by
           or new.released_at is distinct from old.released_at or new.released_on is distinct from old.released_on
           or new.released_hash is distinct from old.released_hash or new.document_id is distinct from old.document_id)) then
        raise exception 'a released run is kept' using errcode = '23514';
    end if;
    if old.state = 'proposed' and new.state = 'released'
       and (new.hash <> old.hash or new.payment_count <> old.payment_count or new.total_minor <> old.total_minor
            or exists (select 1 from payment p where p.company_id = new.company_id and p.run_id = new.id and p.state not in ('released', 'carried'))
            or (select count(*) from payment p where p.company_id = new.company_id and p.run_id = new.id and p.state = 'released') <> new.payment_count
            or (select coalesce(sum(p.amount_minor), 0) from payment p where p.company_id = new.company_id and p.run_id = new.id and p.state = 'released') <> new.total_minor
            or exists (select 1 from payment p where p.company_id = new.company_id and p.run_id = new.id
                        and (p.currency <> new.currency
                             or p.amount_minor <> (select coalesce(sum(q.amount_minor), 0) from payment_part q where q.company_id = p.company_id and q.payment_id = p.id)))
            or exists (select 1 from payment p where p.company_id = new.company_id and p.run_id = new.id and p.state = 'released'
                        and not exists (select 1 from party_bank b where b.company_id = p.company_id and b.id = p.party_bank_id and b.party_id = p.party_id
                                         and b.iban = p.iban and b.state = 'verified' and b.usable_from <= new.released_on))
            or exists (select 1 from payment p join payment_part q on q.company_id = p.company_id and q.payment_id = p.id
                        where p.company_id = new.company_id and p.run_id = new.id and p.state = 'released' and not q.is_live)
            or exists (select 1 from bank_account a where a.company_id = new.company_id and a.id = new.bank_account_id and (a.is_closed or a.currency <> new.currency))) then
        raise exception 'not to be released' using errcode = '23514';
    end if;
    if old.state = 'proposed' and new.state = 'released' and new.released_by <> 0
       and exists (select 1 from duty_rule r where r.company_id = new.company_id and r.waived_by is null and r.second_duty = 'payment.release'
                    and ((r.first_duty = 'payment.propose' and new.released_by = new.proposed_by)
                         or exists (select 1 from duty d where d.company_id = r.company_id and d.person_id = new.released_by and d.duty = r.first_duty
                                     and ((d.subject_kind = 'payment_run' and d.subject_id = new.id)
                                          or (d.subject_kind = 'party_bank' and d.subject_id in
                                              (select p.party_bank_id from payment p where p.company_id = new.company_id and p.run_id = new.id))
                                          or (d.subject_kind = 'bill' and d.subject_id in
                                              (select q.source_id from payment_part q where q.company_id = new.company_id and q.run_id = new.id and q.source_kind = 'bill')))))) then
        raise exception 'duty_apart' using errcode = '23514';
    end if;
    if new.state in ('cancelled', 'rejected') and old.state <> new.state
       and exists (select 1 from payment p where p.company_id = new.company_id and p.run_id = new.id and p.state in ('proposed', 'released', 'accepted')) then
        raise exception 'payments of this run go on' using errcode = '23514';
    end if;
    return new;
end $body$;
create trigger payment_run_guard before insert or update or delete on payment_run for each row execute function payment_run_guard();

create function payment_guard() returns trigger language plpgsql as $body$
declare
    run_state text;
begin
    if tg_op = 'DELETE' then
        select r.state into run_state from payment_run r where r.company_id = old.company_id and r.id = old.run_id;
        if run_state <> 'proposed' or old.state not in ('proposed', 'carried') then raise exception 'append only' using errcode = '23514'; end if;
        return old;
    end if;
    select r.state into run_state from payment_run r where r.company_id = new.company_id and r.id = new.run_id;
    if tg_op = 'INSERT' then
        if new.state not in ('proposed', 'carried') or new.entry_id is not null or run_state is distinct from 'proposed' then
            raise exception 'a payment begins in a proposed run' using errcode = '23514';
        end if;
        return new;
    end if;
    if old.state <> new.state
       and old.state || '>' || new.state not in ('proposed>released', 'proposed>cancelled', 'carried>cancelled', 'released>accepted', 'released>rejected',
           'released>returned', 'released>cancelled', 'accepted>rejected', 'accepted>returned') then
        raise exception 'a payment does not go that way' using errcode = '23514';
    end if;
    if new.company_id <> old.company_id or new.id <> old.id or new.run_id <> old.run_id or new.party_id <> old.party_id or new.end_to_end_id <> old.end_to_end_id
       or (old.state <> 'proposed' and (new.entry_id is distinct from old.entry_id or new.allocation_id is distinct from old.allocation_id))
       or ((old.state <> 'proposed' or new.state <> 'proposed' or run_state <> 'proposed')
           and (new.amount_minor <> old.amount_minor or new.currency <> old.currency or new.iban is distinct from old.iban or new.bic is distinct from old.bic
                or new.holder <> old.holder or new.party_bank_id is distinct from old.party_bank_id or new.account_id <> old.account_id
                or new.reference <> old.reference or new.reference_kind <> old.reference_kind)) then
        raise exception 'a released payment is kept' using errcode = '23514';
    end if;
    if new.state in ('rejected', 'returned', 'cancelled') and old.state in ('released', 'accepted')
       and not exists (select 1 from entry e where e.company_id = new.company_id and e.reverses_id = new.entry_id) then
        raise exception 'its entry has not been reversed' using errcode = '23514';
    end if;
    return new;
end $body$;
create trigger payment_guard before insert or update or delete on payment for each row execute function payment_guard();

create function payment_part_guard() returns trigger language plpgsql as $body$
declare
    run_state text;
    payment_state text;
begin
    if tg_op = 'INSERT' then
        select r.state, p.state into run_state, payment_state from payment p join payment_run r on r.company_id = p.company_id and r.id = p.run_id
         where p.company_id = new.company_id and p.id = new.payment_id and p.run_id = new.run_id;
        if run_state is distinct from 'proposed' or payment_state not in ('proposed', 'carried') then
            raise exception 'a part begins in a proposed run' using errcode = '23514';
        end if;
        return new;
    end if;
    select r.state, p.state into run_state, payment_state from payment p join payment_run r on r.company_id = p.company_id and r.id = p.run_id
     where p.company_id = old.company_id and p.id = old.payment_id;
    if tg_op = 'DELETE' then
        if run_state <> 'proposed' then raise exception 'append only' using errcode = '23514'; end if;
        return old;
    end if;
    if new.company_id <> old.company_id or new.payment_id <> old.payment_id or new.run_id <> old.run_id or new.item_id <> old.item_id
       or new.source_kind <> old.source_kind or new.source_id <> old.source_id or new.amount_minor <> old.amount_minor or (new.is_live and not old.is_live)
       or (old.is_live and not new.is_live and payment_state not in ('rejected', 'returned', 'cancelled') and run_state <> 'done') then
        raise exception 'a part is kept' using errcode = '23514';
    end if;
    return new;
end $body$;
create trigger payment_part_guard before insert or update or delete on payment_part for each row execute function payment_part_guard();
-- end
