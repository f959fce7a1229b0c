-- name: add_upload
INSERT INTO files (id, user_id, bucket_id, path, object_key, thumbnail_key, name, width, height,
  file_size, mime_type, sha256, project_id, thumbnail_size)
VALUES (%(id)s, %(user_id)s, 'uploads', %(path)s, %(object_key)s, %(thumbnail_key)s, %(name)s,
  %(width)s, %(height)s, %(file_size)s, %(mime_type)s, %(sha256)s,
  %(project_id)s, %(thumbnail_size)s)
RETURNING id, number, user_id, work_id, bucket_id, path, object_key, thumbnail_key, name, width,
  height, file_size, mime_type, created_at

-- name: by_id
SELECT id, number, user_id, work_id, bucket_id, path, object_key, thumbnail_key, name, width,
  height, file_size, mime_type, created_at
FROM files WHERE id = %(id)s

-- name: some
SELECT id, number, user_id, work_id, bucket_id, path, object_key, thumbnail_key, name, width,
  height, file_size, mime_type, created_at
FROM files WHERE id = ANY (%(ids)s)

-- name: sizes
SELECT id, width, height FROM files WHERE id = ANY (%(ids)s)

-- name: of_works
SELECT f.id, f.number, f.user_id, f.work_id, f.bucket_id, f.path, f.object_key, f.thumbnail_key,
  f.name, f.width, f.height, f.file_size, f.mime_type, f.created_at
FROM files f WHERE f.work_id = ANY (%(work_ids)s) AND f.bucket_id = 'works'
  AND (
    EXISTS (SELECT FROM generation_jobs j WHERE j.output_file_id = f.id AND j.work_id = f.work_id)
    -- Of an old work the jobs are forgotten, and with them whatever was not delivered.
    OR NOT EXISTS (SELECT FROM generation_jobs j WHERE j.work_id = f.work_id))
-- output.png, output-2.png … output-10.png.
ORDER BY f.work_id, length(f.path), f.path
