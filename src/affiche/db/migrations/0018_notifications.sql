-- What people are told when a work has ended, and what goes out of it by e-mail and Web Push
-- (docs/decisions/0024).

CREATE TABLE notifications (
  id uuid PRIMARY KEY DEFAULT uuid_v7(),
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  work_id uuid NOT NULL REFERENCES works (id) ON DELETE CASCADE,
  type text NOT NULL CHECK (type IN ('work.completed', 'work.failed', 'work.cancelled')),
  -- In its user's language when it was made; `data` holds what it takes to say it in another.
  title text NOT NULL,
  message text NOT NULL,
  data jsonb NOT NULL DEFAULT '{}',
  read_at timestamptz,
  -- Not now(): works that one transaction ends are told in the order in which they did.
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (work_id, type)
);
CREATE INDEX notifications_user ON notifications (user_id, id DESC);
CREATE INDEX notifications_unread ON notifications (user_id, id DESC) WHERE read_at IS NULL;
CREATE INDEX notifications_age ON notifications (created_at);
CALL protect('notifications');
CREATE POLICY own ON notifications FOR SELECT TO authenticated
  USING (user_id = (SELECT auth.uid()));
GRANT SELECT ON notifications TO authenticated;

-- Which kinds somebody wants by which channel; no row is none. The last three columns are how quiet
-- it is there: since when, for how long, and how many went out in that time.
CREATE TABLE message_channels (
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  channel text NOT NULL CHECK (channel IN ('email', 'push')),
  types text[] NOT NULL CHECK (
    types <@ '{work.completed,work.failed,work.cancelled}'),
  window_at timestamptz,
  window_seconds integer NOT NULL DEFAULT 0 CHECK (window_seconds >= 0),
  sent integer NOT NULL DEFAULT 0 CHECK (sent >= 0),
  PRIMARY KEY (user_id, channel)
);
CALL protect('message_channels');
CREATE POLICY own ON message_channels FOR SELECT TO authenticated
  USING (user_id = (SELECT auth.uid()));
GRANT SELECT (user_id, channel, types) ON message_channels TO authenticated;

-- The browsers that somebody switched messages on in.
CREATE TABLE browsers (
  id uuid PRIMARY KEY DEFAULT uuid_v7(),
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  endpoint text NOT NULL UNIQUE CHECK (length(endpoint) BETWEEN 8 AND 2000),
  -- The browser's public key and secret, in base64url as it gives them.
  p256dh text NOT NULL CHECK (length(p256dh) <= 200),
  auth text NOT NULL CHECK (length(auth) <= 100),
  name text NOT NULL DEFAULT '' CHECK (length(name) <= 300),
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX browsers_user ON browsers (user_id, id);
CALL protect('browsers');
CREATE POLICY own ON browsers FOR SELECT TO authenticated USING (user_id = (SELECT auth.uid()));
GRANT SELECT (id, user_id, name, created_at) ON browsers TO authenticated;

-- What goes out: one row is one e-mail, or one push to all of somebody's browsers, about one
-- notification or several. `handed_at`: when it was given to the server on the other side; what
-- breaks after that is not sent again, because it may have arrived.
CREATE TABLE messages (
  id uuid PRIMARY KEY DEFAULT uuid_v7(),
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  channel text NOT NULL CHECK (channel IN ('email', 'push')),
  status text NOT NULL DEFAULT 'waiting' CHECK (status IN ('waiting', 'sending', 'sent', 'dead')),
  token uuid NOT NULL DEFAULT gen_random_uuid(),
  tries integer NOT NULL DEFAULT 0 CHECK (tries >= 0),
  run_at timestamptz NOT NULL DEFAULT now(),
  handed_at timestamptz,
  -- Browsers that have it already.
  reached uuid[] NOT NULL DEFAULT '{}',
  error_code text,
  error_params jsonb,
  created_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz
);
CREATE INDEX messages_due ON messages (run_at) WHERE status IN ('waiting', 'sending');
CREATE INDEX messages_user ON messages (user_id, id DESC);
CREATE INDEX messages_dead ON messages (id DESC) WHERE status = 'dead';
CREATE INDEX messages_ended ON messages (ended_at) WHERE ended_at IS NOT NULL;
CALL protect('messages');
CREATE POLICY own ON messages FOR SELECT TO authenticated USING (user_id = (SELECT auth.uid()));
GRANT SELECT (id, user_id, channel, status, tries, error_code, created_at, ended_at)
  ON messages TO authenticated;

-- A notification on a channel, once; by which message it goes is settled by whoever sends.
CREATE TABLE outbox (
  notification_id uuid NOT NULL REFERENCES notifications (id) ON DELETE CASCADE,
  channel text NOT NULL CHECK (channel IN ('email', 'push')),
  user_id uuid NOT NULL,
  message_id uuid REFERENCES messages (id) ON DELETE CASCADE,
  run_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (notification_id, channel)
);
CREATE INDEX outbox_due ON outbox (run_at) WHERE message_id IS NULL;
CREATE INDEX outbox_whose ON outbox (user_id, channel, notification_id) WHERE message_id IS NULL;
CREATE INDEX outbox_message ON outbox (message_id) WHERE message_id IS NOT NULL;
CALL protect('outbox');
CREATE POLICY own ON outbox FOR SELECT TO authenticated USING (user_id = (SELECT auth.uid()));
GRANT SELECT ON outbox TO authenticated;

-- The sentences are those of texts/{ko,en}/notifications.po, and a test holds them together: here
-- for whoever reads the table itself.
CREATE FUNCTION notify_work_status_change() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  korean boolean := (SELECT language = 'ko' FROM users WHERE id = NEW.user_id);
  words text := left(coalesce(nullif(NEW.input_data ->> 'prompt', ''), NEW.title, ''), 200);
  -- What is returned is reckoned before the end is told (0016).
  refunded integer := NEW.credits_refunded;
  told text := words;
  headline text;
  seen timestamptz;
BEGIN
  CASE NEW.status
    WHEN 'completed' THEN
      headline := CASE WHEN korean THEN '작업이 완료되었습니다' ELSE 'Your work is done' END;
    WHEN 'failed' THEN
      headline := CASE WHEN korean THEN '작업을 완성하지 못했습니다' ELSE 'Your work failed' END;
      told := coalesce(nullif(NEW.error_message, ''), CASE WHEN korean
        THEN '문제가 생겼습니다.' ELSE 'Something went wrong.' END);
    ELSE
      headline := CASE WHEN korean THEN '작업이 취소되었습니다' ELSE 'Your work was cancelled' END;
      -- Who did it knows, and finds it in the list with what was returned; nobody is called for it.
      seen := CASE WHEN auth.uid() = NEW.user_id THEN clock_timestamp() END;
  END CASE;
  IF refunded > 0 THEN
    told := concat_ws(' ', nullif(told, ''), format(CASE WHEN korean
      THEN '돌려드린 크레딧: %s.' ELSE 'Credits returned: %s.' END, refunded));
  END IF;
  WITH made AS (
    INSERT INTO notifications (user_id, work_id, type, title, message, data, read_at)
    VALUES (NEW.user_id, NEW.id, 'work.' || NEW.status, headline, told,
      jsonb_strip_nulls(jsonb_build_object(
        'words', words, 'error_code', NEW.error_code,
        'error_params', NEW.error_params - 'detail', 'credits_refunded', refunded)), seen)
    ON CONFLICT (work_id, type) DO NOTHING
    RETURNING id, user_id, work_id, type, read_at
  ), event AS (
    -- Heard with that of the work's own, which wakes the streams at the end of this transaction.
    INSERT INTO events (user_id, work_id, type, data)
    SELECT user_id, work_id, 'notification.created', jsonb_build_object('notification_id', id)
    FROM made
  )
  INSERT INTO outbox (notification_id, channel, user_id)
  SELECT made.id, c.channel, made.user_id FROM made
  JOIN message_channels c ON c.user_id = made.user_id AND made.type = ANY (c.types)
  WHERE made.read_at IS NULL;
  IF FOUND THEN
    PERFORM pg_notify('message_created', '');
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER trg_notify_work_status_change AFTER UPDATE OF status ON works
  FOR EACH ROW WHEN (
    OLD.status IS DISTINCT FROM NEW.status AND NEW.status IN ('completed', 'failed', 'cancelled'))
  EXECUTE FUNCTION notify_work_status_change();

-- The caller's notification, or all of them up to one, is read; how many were not.
CREATE FUNCTION read_notifications(one uuid DEFAULT NULL, newest uuid DEFAULT NULL)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  caller uuid := auth.uid();
  read integer;
BEGIN
  UPDATE notifications SET read_at = clock_timestamp()
  WHERE user_id = caller AND read_at IS NULL AND (one IS NULL OR id = one)
    AND (newest IS NULL OR id <= newest);
  GET DIAGNOSTICS read = ROW_COUNT;
  IF read > 0 THEN
    INSERT INTO events (user_id, type, data) VALUES (caller, 'notification.read',
      jsonb_strip_nulls(jsonb_build_object('notification_id', one)));
    PERFORM pg_notify('affiche_event', caller::text);
  END IF;
  RETURN read;
END $$;
CALL entrust('read_notifications');

-- The caller's notification is gone for good; whether there was one.
CREATE FUNCTION delete_notification(notification uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE caller uuid := auth.uid();
BEGIN
  DELETE FROM notifications WHERE id = notification AND user_id = caller;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  INSERT INTO events (user_id, type, data) VALUES (caller, 'notification.deleted',
    jsonb_build_object('notification_id', notification));
  PERFORM pg_notify('affiche_event', caller::text);
  RETURN true;
END $$;
CALL entrust('delete_notification');
