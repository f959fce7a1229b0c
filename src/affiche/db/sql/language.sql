-- name: note
INSERT INTO llm_calls (
  purpose, work_id, model, tokens_in, tokens_out, cost, milliseconds, outcome)
VALUES (
  %(purpose)s, (SELECT id FROM works WHERE id = %(work_id)s), %(model)s, %(tokens_in)s,
  %(tokens_out)s, %(cost)s, %(milliseconds)s, %(outcome)s)
