-- name: outcomes
-- Of works that were asked for since then and have ended. Here and below a trial of a draft is called
-- as its template is or will be.
WITH counted AS (
  SELECT template_id, engine, count(*) FILTER (WHERE status = 'completed') AS completed,
    count(*) FILTER (WHERE status = 'failed') AS failed,
    count(*) FILTER (WHERE status = 'cancelled') AS cancelled
  FROM works
  WHERE status IN ('completed', 'failed', 'cancelled') AND created_at >= %(since)s
  GROUP BY template_id, engine
)
SELECT CASE WHEN t.origin = 'trial'
    THEN coalesce(nullif(d.content ->> 'slug', ''), t.title) || ' (trial)' ELSE t.slug END AS template, coalesce(c.engine, '') AS engine,
  sum(c.completed)::bigint AS completed, sum(c.failed)::bigint AS failed,
  sum(c.cancelled)::bigint AS cancelled
FROM counted c JOIN templates t ON t.id = c.template_id LEFT JOIN template_drafts d ON d.id = t.id
GROUP BY 1, 2 ORDER BY 1, 2

-- name: failures
-- Of works that failed since then, by what made them fail.
WITH counted AS (
  SELECT coalesce(error_code, 'internal') AS code, template_id, engine, count(*) AS works,
    max(failed_at) AS latest, (array_agg(error_params ORDER BY failed_at DESC))[1] AS params
  FROM works WHERE status = 'failed' AND failed_at >= %(since)s
  GROUP BY error_code, template_id, engine
)
SELECT c.code, CASE WHEN t.origin = 'trial'
    THEN coalesce(nullif(d.content ->> 'slug', ''), t.title) || ' (trial)' ELSE t.slug END AS template, coalesce(c.engine, '') AS engine,
  sum(c.works)::bigint AS works, max(c.latest) AS latest,
  (array_agg(c.params ORDER BY c.latest DESC))[1] AS params
FROM counted c JOIN templates t ON t.id = c.template_id LEFT JOIN template_drafts d ON d.id = t.id
GROUP BY 1, 2, 3 ORDER BY works DESC, 1, 2, 3

-- name: margins_by_template
SELECT CASE WHEN t.origin = 'trial'
    THEN coalesce(nullif(d.content ->> 'slug', ''), t.title) || ' (trial)' ELSE t.slug END AS name, count(*) AS works,
  sum(c.credits_earned)::bigint AS credits, round(sum(c.seconds)::numeric, 1) AS seconds,
  sum(c.cost) AS cost, sum(c.unpriced)::bigint AS unpriced
FROM work_costs c JOIN templates t ON t.id = c.template_id
LEFT JOIN template_drafts d ON d.id = t.id
WHERE c.created_at >= %(since)s AND c.status IN ('completed', 'failed', 'cancelled')
GROUP BY 1 ORDER BY 1

-- name: margins_by_day
-- Of Seoul's, like budgets.
SELECT to_char(c.created_at AT TIME ZONE 'Asia/Seoul', 'YYYY-MM-DD') AS name, count(*) AS works,
  sum(c.credits_earned)::bigint AS credits, round(sum(c.seconds)::numeric, 1) AS seconds,
  sum(c.cost) AS cost, sum(c.unpriced)::bigint AS unpriced
FROM work_costs c
WHERE c.created_at >= %(since)s AND c.status IN ('completed', 'failed', 'cancelled')
GROUP BY 1 ORDER BY 1

-- name: margins_by_endpoint
-- What a work earned counts where its runs were, by their time; where none took any, by their number.
WITH runs AS (
  SELECT w.id, j.endpoint_id, w.credits_used - w.credits_refunded AS earned,
    coalesce(j.execution_seconds, 0) AS seconds,
    sum(coalesce(j.execution_seconds, 0)) OVER (PARTITION BY w.id) AS whole,
    count(*) OVER (PARTITION BY w.id) AS runs
  FROM works w JOIN generation_jobs j ON j.work_id = w.id AND j.endpoint_id IS NOT NULL
  WHERE w.created_at >= %(since)s AND w.status IN ('completed', 'failed', 'cancelled')
)
SELECT e.name, count(DISTINCT r.id) AS works,
  round(sum(r.earned * CASE WHEN r.whole > 0 THEN r.seconds / r.whole ELSE 1.0 / r.runs END)
    ::numeric, 2) AS credits,
  round(sum(r.seconds)::numeric, 1) AS seconds,
  coalesce(sum(r.seconds::numeric * e.price_per_second), 0) AS cost,
  count(*) FILTER (WHERE r.seconds > 0 AND e.price_per_second IS NULL) AS unpriced
FROM runs r JOIN endpoints e ON e.id = r.endpoint_id
GROUP BY e.id, e.name ORDER BY e.name

-- name: cost_of_work
SELECT c.credits_used, c.credits_refunded, c.credits_earned AS credits,
  round(c.seconds::numeric, 3) AS seconds, c.cost, c.unpriced
FROM work_costs c WHERE c.work_id = %(work_id)s
