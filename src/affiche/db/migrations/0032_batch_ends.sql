-- A batch is told of as one: at its end, with all figures, and before that by the first of its works
-- that fails. Five thousand works are no five thousand notifications.

CREATE INDEX notifications_type ON notifications (user_id, type, id DESC);
CREATE INDEX works_batch_open ON works (batch_id)
  WHERE batch_id IS NOT NULL AND status IN ('pending', 'taken', 'processing');

CREATE OR REPLACE FUNCTION notify_work_status_change() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  -- More than can end at once, each in a transaction of its own.
  many CONSTANT integer := 500;
  ends_of CONSTANT integer := 4207861;
  korean boolean := (SELECT language = 'ko' FROM users WHERE id = NEW.user_id);
  words text := left(coalesce(nullif(NEW.input_data ->> 'prompt', ''), NEW.title, ''), 200);
  -- What is returned is reckoned before the end is told (0016).
  refunded integer := NEW.credits_refunded;
  told text := words;
  kind text := NEW.status;
  headline text;
  seen timestamptz;
  whole jsonb;
BEGIN
  IF NEW.batch_id IS NOT NULL THEN
    -- Of those that end together the first tells of all.
    IF EXISTS (
        SELECT FROM (
          SELECT n.data, n.created_at FROM notifications n WHERE n.user_id = NEW.user_id
          ORDER BY n.id DESC LIMIT 20) lately
        WHERE lately.created_at >= transaction_timestamp() AND lately.data ? 'batch'
          AND lately.data ->> 'batch_id' = NEW.batch_id::text) THEN
      RETURN NULL;
    END IF;
    -- The last two may end at once, and neither sees the other: then the later one waits, and its
    -- next statement sees. While many are left nobody waits.
    IF NOT EXISTS (SELECT FROM works w WHERE w.batch_id = NEW.batch_id
        AND w.status IN ('pending', 'taken', 'processing') OFFSET many) THEN
      PERFORM pg_advisory_xact_lock(ends_of, uuid_hash_extended(NEW.batch_id, 0)::bit(32)::integer);
    END IF;
    IF EXISTS (SELECT FROM works w WHERE w.batch_id = NEW.batch_id
        AND w.status IN ('pending', 'taken', 'processing')) THEN
      IF NEW.status <> 'failed' OR EXISTS (
          SELECT FROM notifications n WHERE n.user_id = NEW.user_id AND n.type = 'work.failed'
            AND n.id > NEW.batch_id AND n.data ->> 'batch_id' = NEW.batch_id::text) THEN
        RETURN NULL;
      END IF;
    ELSE
      SELECT jsonb_build_object('name', b.name, 'works', count(*),
          'completed', count(*) FILTER (WHERE w.status = 'completed'),
          'failed', count(*) FILTER (WHERE w.status = 'failed'),
          'cancelled', count(*) FILTER (WHERE w.status = 'cancelled')),
        coalesce(sum(w.credits_refunded), 0)
      INTO whole, refunded
      FROM batches b JOIN works w ON w.batch_id = b.id AND w.batch_position IS NOT NULL
      WHERE b.id = NEW.batch_id GROUP BY b.name;
      words := whole ->> 'name';
      kind := CASE WHEN (whole -> 'completed')::integer > 0 THEN 'completed'
        WHEN (whole -> 'failed')::integer > 0 THEN 'failed' ELSE 'cancelled' END;
    END IF;
  END IF;
  IF whole IS NOT NULL THEN
    headline := CASE WHEN korean THEN '배치가 끝났습니다' ELSE 'Your batch has ended' END;
    told := format(CASE WHEN korean THEN '완료 %s건, 오류 %s건, 취소 %s건.'
      ELSE '%s done, %s failed, %s cancelled.' END,
      whole ->> 'completed', whole ->> 'failed', whole ->> 'cancelled');
  ELSIF NEW.status = 'completed' THEN
    headline := CASE WHEN korean THEN '작업이 완료되었습니다' ELSE 'Your work is done' END;
  ELSIF NEW.status = 'failed' THEN
    headline := CASE WHEN korean THEN '작업을 완성하지 못했습니다' ELSE 'Your work failed' END;
    told := coalesce(nullif(NEW.error_message, ''), CASE WHEN korean
      THEN '문제가 생겼습니다.' ELSE 'Something went wrong.' END);
  ELSE
    headline := CASE WHEN korean THEN '작업이 취소되었습니다' ELSE 'Your work was cancelled' END;
  END IF;
  IF NEW.status = 'cancelled' AND auth.uid() = NEW.user_id THEN
    -- Who did it knows, and finds it in the list with what was returned; nobody is called for it.
    seen := clock_timestamp();
  END IF;
  IF refunded > 0 THEN
    told := concat_ws(' ', nullif(told, ''), format(CASE WHEN korean
      THEN '돌려드린 크레딧: %s.' ELSE 'Credits returned: %s.' END, refunded));
  END IF;
  WITH made AS (
    INSERT INTO notifications (user_id, work_id, type, title, message, data, read_at)
    VALUES (NEW.user_id, NEW.id, 'work.' || kind, headline, told,
      jsonb_strip_nulls(jsonb_build_object(
        'words', words, 'batch_id', NEW.batch_id, 'batch', whole,
        'error_code', CASE WHEN whole IS NULL THEN NEW.error_code END,
        'error_params', CASE WHEN whole IS NULL THEN NEW.error_params - 'detail' END,
        'credits_refunded', refunded)), seen)
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
