-- name: page
SELECT id, work_id, type, title, message, data, read_at, created_at FROM notifications
WHERE user_id = %(user_id)s AND id < %(before)s
ORDER BY id DESC LIMIT %(limit)s

-- name: page_of_unread
SELECT id, work_id, type, title, message, data, read_at, created_at FROM notifications
WHERE user_id = %(user_id)s AND id < %(before)s AND read_at IS NULL
ORDER BY id DESC LIMIT %(limit)s

-- name: page_of_type
SELECT id, work_id, type, title, message, data, read_at, created_at FROM notifications
WHERE user_id = %(user_id)s AND id < %(before)s AND type = %(type)s
ORDER BY id DESC LIMIT %(limit)s

-- name: by_id
SELECT id, work_id, type, title, message, data, read_at, created_at FROM notifications
WHERE id = %(id)s

-- name: unread
SELECT count(*) FROM (
  SELECT FROM notifications WHERE user_id = %(user_id)s AND read_at IS NULL
  ORDER BY id DESC LIMIT %(most)s) AS counted

-- name: read
SELECT read_notifications(%(one)s, %(newest)s)

-- name: delete
SELECT delete_notification(%(id)s)

-- name: old
DELETE FROM notifications WHERE id = ANY (ARRAY(
  SELECT id FROM notifications WHERE created_at < %(before)s ORDER BY created_at LIMIT %(most)s))
