-- Room ledger: an exchange rate says who entered it and when; rows of before don't know.
alter table exchange_rate add column id bigint;
alter table exchange_rate add column entered_by bigint;
alter table exchange_rate add column entered_at bigint;
alter table exchange_rate add column version bigint not null default 1;
update exchange_rate
   set id = (select count(*) from exchange_rate o
              where o.company_id = exchange_rate.company_id
                and (o.currency < exchange_rate.currency or o.currency = exchange_rate.currency and o.valid_on <= exchange_rate.valid_on));
create unique index exchange_rate_id on exchange_rate (company_id, id);
create index exchange_rate_day on exchange_rate (company_id, valid_on, id);
