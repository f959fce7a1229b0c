-- name: take
-- As `domain.rates.take` says, by this server's clock, which is the same for all who ask.
INSERT INTO rates AS r (name, due_at)
VALUES (%(name)s, clock_timestamp() + %(apart)s::interval * %(count)s)
ON CONFLICT (name) DO UPDATE SET due_at =
  least(greatest(r.due_at, clock_timestamp()), clock_timestamp() + %(most)s::interval)
  + %(apart)s::interval * %(count)s
WHERE least(greatest(r.due_at, clock_timestamp()), clock_timestamp() + %(most)s::interval)
  + %(apart)s::interval * %(count)s - %(slack)s::interval - clock_timestamp() <= %(patience)s::interval
RETURNING greatest(0, extract(epoch FROM due_at - %(slack)s::interval - clock_timestamp()))::float
