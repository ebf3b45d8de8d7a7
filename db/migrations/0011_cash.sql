-- Room cash: what bank lines turned out to be. A decision and its undoing are only added; a proposal is thrown away and made anew.
create table cash_setting (
    company_id      bigint  not null,
    precision_ppm   bigint  not null check (precision_ppm between 0 and 1000000),
    rounding_minor  bigint  not null check (rounding_minor >= 0),
    charge_minor    bigint  not null check (charge_minor >= 0),
    difference_auto_minor bigint not null check (difference_auto_minor >= 0),
    version         bigint  not null,
    primary key (company_id)
);

create table cash_model (
    company_id      bigint  not null,
    id              bigint  not null,
    version_hash    text    not null,
    content         bytea   not null,
    is_used         boolean not null,
    quality         text    not null,
    trained_at      bigint  not null,
    primary key (company_id, id)
);

-- What we expect to see on a statement because we sent it to the bank: a payment run, a direct-debit batch, a refund.
create table cash_expected (
    company_id      bigint  not null,
    id              bigint  not null,
    source_kind     text    not null,
    source_id       bigint  not null,
    reference       text    not null,
    amount_minor    bigint  not null,
    currency        text    not null,
    iban            text,
    account_id      bigint  not null,
    expected_on     date    not null,
    met_by          bigint,
    withdrawn_at    bigint,
    primary key (company_id, id)
);
create index cash_expected_reference on cash_expected (company_id, reference);
create index cash_expected_amount on cash_expected (company_id, amount_minor);

create table cash_decision (
    company_id      bigint  not null,
    id              bigint  not null,
    bank_line_id    bigint  not null,
    category        text    not null,
    party_id        bigint,
    entry_id        bigint  not null,
    amount_minor    bigint  not null,
    currency        text    not null,
    decided_at      bigint  not null,
    decided_by      bigint  not null,
    is_automatic    boolean not null,
    probability_ppm bigint  not null,
    model           text,
    parts           text    not null,
    evidence        text,
    note            text,
    primary key (company_id, id)
);
create index cash_decision_line on cash_decision (company_id, bank_line_id);

create table cash_undo (
    company_id      bigint  not null,
    decision_id     bigint  not null,
    undone_at       bigint  not null,
    undone_by       bigint  not null,
    reason          text    not null,
    entry_id        bigint  not null,
    primary key (company_id, decision_id),
    foreign key (company_id, decision_id) references cash_decision (company_id, id)
);

create table cash_proposal (
    company_id      bigint  not null,
    bank_line_id    bigint  not null,
    made_at         bigint  not null,
    model           text,
    category        text    not null,
    party_id        bigint,
    probability_ppm bigint  not null,
    why_not         text    not null,
    explanations    text    not null,
    primary key (company_id, bank_line_id)
);

-- only sqlite
create trigger cash_decision_kept before update on cash_decision begin select raise(abort, 'append only'); end;
create trigger cash_decision_stays before delete on cash_decision begin select raise(abort, 'append only'); end;
create trigger cash_undo_kept before update on cash_undo begin select raise(abort, 'append only'); end;
create trigger cash_undo_stays before delete on cash_undo begin select raise(abort, 'append only'); end;
create trigger cash_decided_once before insert on cash_decision
when exists (select 1 from cash_decision d where d.company_id = new.company_id and d.bank_line_id = new.bank_line_id
              and not exists (select 1 from cash_undo u where u.company_id = d.company_id and u.decision_id = d.id))
begin select raise(abort, 'decided already'); end;
-- end
-- only postgres
create trigger cash_decision_kept before update or delete on cash_decision for each row execute function append_only();
create trigger cash_undo_kept before update or delete on cash_undo for each row execute function append_only();
create function cash_decided_once() returns trigger language plpgsql as $body$
begin
    if exists (select 1 from cash_decision d where d.company_id = new.company_id and d.bank_line_id = new.bank_line_id
                and not exists (select 1 from cash_undo u where u.company_id = d.company_id and u.decision_id = d.id)) then
        raise exception 'decided already' using errcode = '23514';
    end if;
    return new;
end $body$;
create trigger cash_decided_once before insert on cash_decision for each row execute function cash_decided_once();
-- end
