-- name: pass
-- The rule of domain/limits.py, for several names in one statement; which of them passed, and how
-- many seconds the others wait. `excluded.due` is one step past this moment.
WITH gone AS (
  INSERT INTO gates AS g (name, due, apart, slack, passed)
  SELECT w.name, m.now + w.apart, w.apart, w.slack, true
  FROM unnest(%(names)s::text[], %(aparts)s::float8[], %(slacks)s::float8[])
    AS w (name, apart, slack),
    (SELECT coalesce(%(now)s::float8, extract(epoch FROM clock_timestamp())::float8) AS now) m
  ORDER BY w.name
  ON CONFLICT (name) DO UPDATE SET
    apart = excluded.apart, slack = excluded.slack,
    passed = greatest(g.due, excluded.due - excluded.apart)
      <= excluded.due - 2 * excluded.apart + excluded.slack + 1e-6,
    due = CASE WHEN greatest(g.due, excluded.due - excluded.apart)
        <= excluded.due - 2 * excluded.apart + excluded.slack + 1e-6
      THEN greatest(g.due, excluded.due - excluded.apart) + excluded.apart
      -- Never further ahead than one can have come.
      ELSE least(g.due, excluded.due - excluded.apart + excluded.slack) END
  RETURNING g.name, g.passed, g.due, g.apart, g.slack
)
SELECT name, passed, greatest(0, due + apart - slack
  - coalesce(%(now)s::float8, extract(epoch FROM clock_timestamp())::float8)) AS wait
FROM gone

-- name: old
DELETE FROM gates WHERE name = ANY (ARRAY(
  SELECT name FROM gates WHERE due < extract(epoch FROM %(before)s::timestamptz)
  ORDER BY due LIMIT %(most)s FOR UPDATE SKIP LOCKED))
