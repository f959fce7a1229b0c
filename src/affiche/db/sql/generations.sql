-- name: page
SELECT * FROM shown_generations
WHERE user_id = %(user_id)s AND id < %(before)s
ORDER BY id DESC LIMIT %(limit)s

-- name: by_number
SELECT * FROM shown_generations WHERE number = %(number)s

-- name: of_work
SELECT * FROM shown_generations WHERE work_id = %(work_id)s ORDER BY id LIMIT 1

-- name: check
SELECT check_job(%(job_id)s)

-- name: reference
-- By the bytes as they were brought; of the caller's own project before any other's.
SELECT r.id || substring(f.path FROM '\.[^.]+$')
FROM reference_images r
JOIN projects p ON p.id = r.project_id
JOIN files f ON f.id = r.file_id
WHERE r.sha256 = %(sha256)s AND r.project_id = ANY ((SELECT my_projects())::uuid[])
ORDER BY (p.user_id = (SELECT auth.uid()) AND p.is_default) DESC, r.id LIMIT 1

-- name: picture
-- A reference of that project with the same bytes, or else the picture alone.
SELECT coalesce(
  (SELECT same.id FROM reference_images r
    JOIN reference_images same ON same.sha256 = r.sha256 AND same.project_id = %(project_id)s
    WHERE r.id = %(id)s),
  (SELECT file_id FROM reference_images WHERE id = %(id)s),
  %(id)s)
