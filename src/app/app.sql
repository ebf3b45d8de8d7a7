-- name: app_companies
select id, name from company order by id;
