-- name: files
-- What a work was made from: the pictures that it names, in no order. As the service, which alone
-- reads `file_uses`; who asks has been shown the work before.
SELECT u.file_id FROM file_uses u WHERE u.work_id = %(work_id)s

-- name: heirs
-- The newest works that were made from a work or from its pictures, those in the trash left out;
-- whether they may be seen is asked of each by its id.
SELECT h.id FROM (
  SELECT u.work_id AS id FROM file_uses u WHERE u.file_id = ANY (%(file_ids)s)
  UNION
  SELECT w.id FROM works w WHERE w.retry_of = %(work_id)s
) h JOIN works w ON w.id = h.id
WHERE w.trashed_at IS NULL ORDER BY h.id DESC LIMIT %(limit)s

-- name: works
SELECT * FROM shown_works WHERE id = ANY (%(work_ids)s) ORDER BY id DESC

-- name: pictures
SELECT id, number, user_id, work_id, bucket_id, path, object_key, thumbnail_key, name, width,
  height, file_size, mime_type, created_at
FROM files WHERE id = ANY (%(file_ids)s) ORDER BY id
