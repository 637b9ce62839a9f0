-- A counter for each series and year, so that a document dated in an earlier year takes the next number of that year.
-- A series that never resets has one, of year 0. A row is made when the first number of its year is taken.
CREATE TABLE series_counters (
  tenant_id BIGINT NOT NULL,
  series_id BIGINT NOT NULL,
  year BIGINT NOT NULL,
  last_value BIGINT NOT NULL CHECK (last_value > 0),
  -- The latest day of a document numbered here; with date order enforced, the day of the last one.
  last_dated_on TEXT NOT NULL,
  PRIMARY KEY (tenant_id, series_id, year),
  FOREIGN KEY (tenant_id, series_id) REFERENCES number_series (tenant_id, id)
) @narrow_table;

-- The year that each series stands in is as the series had it; the years before are as their documents are.
INSERT INTO series_counters (tenant_id, series_id, year, last_value, last_dated_on)
SELECT s.tenant_id, s.id, s.year, s.last_value, s.last_dated_on
FROM number_series s WHERE s.last_value > 0;

INSERT INTO series_counters (tenant_id, series_id, year, last_value, last_dated_on)
SELECT d.tenant_id, d.series_id, d.series_year, MAX(d.series_value), MAX(d.dated_on)
FROM (
  SELECT tenant_id, series_id, series_year, series_value, dated_on FROM invoices WHERE series_id IS NOT NULL
  UNION ALL
  SELECT tenant_id, series_id, series_year, series_value, dated_on FROM credit_notes WHERE series_id IS NOT NULL
) d
JOIN number_series s ON s.tenant_id = d.tenant_id AND s.id = d.series_id AND s.reset = 'yearly'
WHERE d.series_year < s.year
GROUP BY d.tenant_id, d.series_id, d.series_year;

-- A correction may have moved the days of invoices since they were numbered.
UPDATE series_counters SET last_dated_on = (
  SELECT MAX(i.dated_on) FROM invoices i
  WHERE i.tenant_id = series_counters.tenant_id AND i.series_id = series_counters.series_id
    AND i.series_year = series_counters.year
)
WHERE EXISTS (
  SELECT 1 FROM invoices i
  WHERE i.tenant_id = series_counters.tenant_id AND i.series_id = series_counters.series_id
    AND i.series_year = series_counters.year
);

-- The view keeps its columns and gains one: the last value given in the number's own year.
DROP VIEW audit_v1_number;

ALTER TABLE number_series DROP COLUMN last_value;
ALTER TABLE number_series DROP COLUMN year;
ALTER TABLE number_series DROP COLUMN last_dated_on;

CREATE VIEW audit_v1_number AS
SELECT
  d.tenant_id,
  d.document_kind,
  d.document_id,
  d.entity_id,
  d.state,
  d.number,
  d.number_origin,
  d.series_id,
  d.series_year,
  d.series_value,
  l.last_value AS series_last_value,
  l.year AS series_last_year,
  c.last_value AS series_year_last_value
FROM (
  SELECT
    i.tenant_id,
    'invoice' AS document_kind,
    i.id AS document_id,
    i.entity_id,
    i.state,
    i.number,
    i.number_origin,
    i.series_id,
    i.series_year,
    i.series_value
  FROM invoices i
  WHERE i.number IS NOT NULL
  UNION ALL
  SELECT
    n.tenant_id,
    'credit_note' AS document_kind,
    n.id AS document_id,
    n.entity_id,
    n.state,
    n.number,
    n.number_origin,
    n.series_id,
    n.series_year,
    n.series_value
  FROM credit_notes n
  WHERE n.number IS NOT NULL
) d
LEFT JOIN series_counters c
  ON c.tenant_id = d.tenant_id AND c.series_id = d.series_id AND c.year = d.series_year
LEFT JOIN series_counters l
  ON l.tenant_id = d.tenant_id AND l.series_id = d.series_id AND l.year = (
    SELECT MAX(m.year) FROM series_counters m WHERE m.tenant_id = d.tenant_id AND m.series_id = d.series_id
  );
