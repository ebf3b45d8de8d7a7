-- Room invoice: allowances and charges on the whole invoice (EN 16931 BG-20, BG-21) are lines of their own kind, so that they are booked, credited
-- and kept as lines are. base_minor: of a percentage, what it was taken of.
alter table invoice_line add column part text not null default 'line' check (part in ('line', 'allowance', 'charge'));
alter table invoice_line add column reason_code text;
alter table invoice_line add column percent text;
alter table invoice_line add column base_minor bigint not null default 0;
