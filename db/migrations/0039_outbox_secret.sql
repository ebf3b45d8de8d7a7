-- Room outbox: letters that have left (invitations, new passwords) keep no secret; from now on those that wait are sealed. A letter is what stands
-- behind no message.
update outbox set payload = '{"removed":true}'
 where kind = 'mail' and state in ('handed_over', 'delivered')
   and not exists (select 1 from message m where m.company_id = outbox.company_id and m.id = outbox.id);
