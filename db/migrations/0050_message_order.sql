-- The last message about a document is asked for with each document that is shown: in this order SQLite needs no table to sort it in.
drop index message_subject;
create index message_subject on message (company_id, subject_kind, subject_id, id);
