-- Room bill: what a supplier sent through the portal can be told in the inbox, and is few among many.
alter table bill add column via_portal boolean not null default false;
-- only sqlite
drop trigger bill_approved;
-- end
-- only postgres
drop trigger bill_approved on bill;
-- end
update bill set via_portal = true
 where exists (select 1 from portal_upload u where u.company_id = bill.company_id and u.bill_id = bill.id);
-- only sqlite
create trigger bill_approved before update on bill
when old.state = 'approved' and new.state = 'approved'
begin select raise(abort, 'approved'); end;
-- end
-- only postgres
create trigger bill_approved before update on bill for each row execute function bill_approved();
-- end
create index bill_via_portal on bill (company_id, received_at, id) where via_portal = true;
