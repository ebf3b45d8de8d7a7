-- Room bank: lines in a foreign currency that came in before a line kept what it was worth (0017). The suspense account is proved by it: of a
-- line that is decided it is what the decision took out; what is left of its statement's day goes over the others, by sums that run on.
create table bank_line_worth (
    company_id      bigint  not null,
    id              bigint  not null,
    base_minor      bigint  not null,
    primary key (company_id, id)
);
insert into bank_line_worth (company_id, id, base_minor)
select l.company_id, l.id, min(x.base_minor)
  from bank_line l
  join company c on c.id = l.company_id
  join cash_decision d on d.company_id = l.company_id and d.bank_line_id = l.id
  join entry_line x on x.company_id = d.company_id and x.entry_id = d.entry_id and x.line_no = 1
 where l.base_minor is null and l.currency <> c.currency
   and not exists (select 1 from cash_undo u where u.company_id = d.company_id and u.decision_id = d.id)
 group by l.company_id, l.id;

insert into bank_line_worth (company_id, id, base_minor)
select s.company_id, s.id,
       case when s.left_minor = 0 then s.amount_minor
-- only postgres
            else cast(round(cast(s.until_minor as numeric) * s.left_base / s.left_minor) - round(cast(s.until_minor - s.amount_minor as numeric) * s.left_base / s.left_minor) as bigint) end
-- end
-- only sqlite
            else cast(round(s.until_minor * 1.0 * s.left_base / s.left_minor) - round((s.until_minor - s.amount_minor) * 1.0 * s.left_base / s.left_minor) as bigint) end
-- end
  from (select l.company_id, l.id, l.amount_minor,
               cast(sum(l.amount_minor) over (partition by l.company_id, l.statement_id, l.booked_on order by l.id) as bigint) as until_minor,
               cast(sum(l.amount_minor) over (partition by l.company_id, l.statement_id, l.booked_on) as bigint) as left_minor,
               coalesce((select sum(x.base_minor) from entry e join entry_line x on x.company_id = e.company_id and x.entry_id = e.id and x.line_no = 1
                          where e.company_id = l.company_id and e.source_kind = 'statement' and e.source_id = l.statement_id
                            and e.journal = 'bank' and e.dated_on = l.booked_on), 0)
               - coalesce((select sum(w.base_minor) from bank_line_worth w join bank_line o on o.company_id = w.company_id and o.id = w.id
                            where w.company_id = l.company_id and o.statement_id = l.statement_id and o.booked_on = l.booked_on), 0) as left_base
          from bank_line l join company c on c.id = l.company_id
         where l.base_minor is null and l.currency <> c.currency
           and not exists (select 1 from bank_line_worth w where w.company_id = l.company_id and w.id = l.id)) s;

-- only sqlite
drop trigger bank_line_kept;
-- end
-- only postgres
drop trigger bank_line_kept on bank_line;
-- end
update bank_line set base_minor = (select w.base_minor from bank_line_worth w where w.company_id = bank_line.company_id and w.id = bank_line.id)
 where base_minor is null and exists (select 1 from bank_line_worth w where w.company_id = bank_line.company_id and w.id = bank_line.id);
-- only sqlite
create trigger bank_line_kept before update on bank_line begin select raise(abort, 'append only'); end;
-- end
-- only postgres
create trigger bank_line_kept before update or delete on bank_line for each row execute function append_only();
-- end
drop table bank_line_worth;
