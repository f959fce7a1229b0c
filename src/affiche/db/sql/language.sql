-- name: note
INSERT INTO llm_calls (
  purpose, work_id, model, tokens_in, tokens_out, cost, milliseconds, outcome)
VALUES (
  %(purpose)s, (SELECT id FROM works WHERE id = %(work_id)s), %(model)s, %(tokens_in)s,
  %(tokens_out)s, %(cost)s, %(milliseconds)s, %(outcome)s)

-- name: translation
-- Marked as used, at most once a day.
WITH found AS (
  SELECT english, model, used_at FROM translations
  WHERE project_id = %(project_id)s AND digest = %(digest)s
), touched AS (
  UPDATE translations SET used_at = clock_timestamp()
  WHERE project_id = %(project_id)s AND digest = %(digest)s
    AND EXISTS (SELECT FROM found WHERE used_at < statement_timestamp() - interval '1 day')
)
SELECT english, model FROM found

-- name: keep_translation
-- Of two that were made at once the first holds, and both use it.
WITH made AS (
  INSERT INTO translations (project_id, digest, english, model)
  VALUES (%(project_id)s, %(digest)s, %(english)s, %(model)s)
  ON CONFLICT (project_id, digest) DO UPDATE SET used_at = clock_timestamp()
  RETURNING english
)
SELECT english FROM made

-- name: glossary
SELECT term, english FROM glossary_terms WHERE project_id = %(project_id)s ORDER BY term

-- name: put_term
-- Under the project's lock, so that two at once do not pass the limit together.
WITH project AS (SELECT id FROM projects WHERE id = %(project_id)s FOR UPDATE)
INSERT INTO glossary_terms (project_id, term, english)
SELECT p.id, %(term)s, %(english)s FROM project p
WHERE EXISTS (SELECT FROM glossary_terms g WHERE g.project_id = p.id AND g.term = %(term)s)
  OR (SELECT count(*) FROM glossary_terms g WHERE g.project_id = p.id) < %(most)s
ON CONFLICT (project_id, term) DO UPDATE SET english = excluded.english

-- name: remove_term
DELETE FROM glossary_terms WHERE project_id = %(project_id)s AND term = %(term)s

-- name: of_work
-- What the questions for one work came to.
SELECT count(c.id)::integer AS calls, coalesce(sum(c.tokens_in), 0)::bigint AS tokens_in,
  coalesce(sum(c.tokens_out), 0)::bigint AS tokens_out, sum(c.cost)::float AS cost
FROM works w LEFT JOIN llm_calls c ON c.work_id = w.id WHERE w.id = %(work_id)s GROUP BY w.id

-- name: lately
-- Questions of the last five minutes, by purpose and outcome; those that were paid for.
SELECT purpose, outcome, count(*)::integer AS calls, sum(tokens_in)::bigint AS tokens_in,
  sum(tokens_out)::bigint AS tokens_out, coalesce(sum(cost), 0)::float AS cost,
  sum(milliseconds)::float / 1000 AS seconds
FROM llm_calls WHERE created_at > statement_timestamp() - interval '5 minutes'
GROUP BY purpose, outcome ORDER BY purpose, outcome

-- name: last_failure
-- Of the last hour, and how many of the last hundred questions failed.
SELECT count(*) FILTER (WHERE outcome <> 'answered')::integer AS failed, count(*)::integer AS calls,
  (array_agg(outcome ORDER BY id DESC) FILTER (WHERE outcome <> 'answered'))[1] AS outcome
FROM (
  SELECT id, outcome FROM llm_calls
  WHERE created_at > statement_timestamp() - interval '1 hour' ORDER BY created_at DESC LIMIT 100
) last

-- name: old_calls
DELETE FROM llm_calls WHERE id IN (
  SELECT id FROM llm_calls WHERE created_at < %(before)s ORDER BY created_at LIMIT %(most)s)

-- name: old_translations
DELETE FROM translations WHERE (project_id, digest) IN (
  SELECT project_id, digest FROM translations WHERE used_at < %(before)s
  ORDER BY used_at LIMIT %(most)s)
