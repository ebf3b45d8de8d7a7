-- Bank lines by day, of one day in the order of ids: a page is read, not sorted out of days of thousands.
drop index bank_line_booked;
create index bank_line_booked on bank_line (company_id, booked_on, id);
