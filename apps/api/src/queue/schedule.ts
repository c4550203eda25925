/**
 * In which order waiting runs are taken up, as SQL over the queue's jobs and the tables:
 *
 * 1. the higher priority of their experiments;
 * 2. the experiment with the fewest jobs handed out: with each one more it falls behind the others, so experiments
 *    of one priority have equal shares of whatever room there is;
 * 3. of those with equally many, the one that had its turn the longest ago, then the oldest;
 * 4. within an experiment the place of the run: the first seed of every contender before the second of any.
 *
 * Left out are experiments that ask for a label that the taker has not, and runs beyond what their author may have
 * under way. All times are the database's.
 *
 * A job is one of its experiment by `group_id`, and of its run by `singleton_key`: pg-boss has an index on the
 * latter's waiting jobs. Its own `fetch` knows none of this, so jobs are handed out by a statement of ours that
 * does to them what its does (a test compares them).
 */

const WAITS = "state < 'active' and not blocked and start_after <= pgboss.job_now()";

/** $1: the queue's name. Its experiments that have a job: how many are handed out, and when one was last. */
const EXPERIMENTS = `
  jobs as materialized (
    select group_id::uuid as experiment_id,
           count(*) filter (where state = 'active')::int as running,
           bool_or(${WAITS}) as waits,
           max(started_on) as served_at
    from pgboss.job where name = $1 and group_id is not null
    group by group_id
  ),
  rooms as materialized (
    select m.id, m.run_limit - sum(j.running)::int as room
    from members m join experiments e on e.author_id = m.id join jobs j on j.experiment_id = e.id
    where m.run_limit is not null
    group by m.id
  ),
  waiting as materialized (
    select e.id, e.priority, e.worker_labels, e.created_at, e.author_id, j.running, j.served_at, r.room
    from jobs j join experiments e on e.id = j.experiment_id left join rooms r on r.id = e.author_id
    where j.waits
  )`;

/** An experiment's place among others of its share. */
const TURN = 'served_at nulls first, created_at, id';

/**
 * Hands jobs out and answers them, best first, with `found`: how many there were to choose from. More are chosen from
 * than are wanted, since others take some at the same time; what they hold is passed over, never waited for.
 * $1: the queue's name, $2: the taker's labels, $3: how many it wants, $4: how many to choose from.
 */
export const TAKE = `
  with ${EXPERIMENTS},
  turns as materialized (
    select * from waiting
    where worker_labels <@ $2::text[] and coalesce(room, 1) > 0
    order by priority desc, running, ${TURN}
    limit $4
  ),
  shares as (
    select t.*, next.job_id, next.run_id, next.position,
           t.running + row_number() over (partition by t.id order by next.position) as share
    from turns t cross join lateral (
      select j.id as job_id, r.id as run_id, r.position
      from runs r cross join lateral (
        select id, blocked, start_after from pgboss.job
        where name = $1 and singleton_key = r.id::text and state < 'active'
        order by created_on limit 1
      ) j
      where r.experiment_id = t.id and not j.blocked and j.start_after <= pgboss.job_now()
      order by r.position
      limit $4
    ) next
  ),
  ranked as (
    select *, row_number() over (order by priority desc, share, ${TURN}, position) as place,
           row_number() over (partition by author_id order by priority desc, share, ${TURN}, position) as of_author
    from shares
  ),
  chosen as materialized (
    select job_id, run_id, place from ranked
    where room is null or of_author <= room
    order by place limit $4
  ),
  free as materialized (
    select j.id, c.run_id, c.place
    from pgboss.job j join chosen c on c.job_id = j.id
    where j.name = $1 and j.state < 'active'
    order by c.place
    limit $3
    for update of j skip locked
  ),
  taken as (
    update pgboss.job j set
      state = 'active',
      started_on = pgboss.job_now(),
      heartbeat_on = pgboss.job_now(),
      retry_count = case when j.started_on is not null then j.retry_count + 1 else j.retry_count end
    from free
    where j.name = $1 and j.id = free.id
    returning j.id, j.retry_count, j.heartbeat_seconds, free.run_id, free.place
  )
  select id, retry_count as "retryCount", heartbeat_seconds as "silentSeconds", run_id as "runId", place::int,
         (select count(*) from chosen)::int as found
  from taken
  union all
  select null, null, null, null, null, (select count(*) from chosen)::int where not exists (select 1 from taken)
  order by place`;

/**
 * Takes jobs back that were taken away from their holder while it was not heard of, unless somebody else has them.
 * $1: the queue's name, $2: their ids.
 */
export const TAKE_BACK = `
  with free as materialized (
    select id from pgboss.job where name = $1 and id = any($2::uuid[]) and state < 'active' for update skip locked
  )
  update pgboss.job j set
    state = 'active',
    started_on = pgboss.job_now(),
    heartbeat_on = pgboss.job_now(),
    retry_count = j.retry_count + 1
  from free where j.name = $1 and j.id = free.id
  returning j.id, j.retry_count as "retryCount"`;

/**
 * What runs wait for, and their places among those that wait for room only. $1: the queue's name, $2: the runs' ids,
 * $3: for how many seconds a worker may be silent.
 */
export const PLACES = `
  with ${EXPERIMENTS},
  there as materialized (
    select labels from workers
    where stopped_at is null and draining_at is null and heartbeat_at > now() - make_interval(secs => $3::float8)
  ),
  judged as materialized (
    select w.*, exists (select 1 from there where w.worker_labels <@ there.labels) as fits from waiting w
  ),
  shares as (
    select e.*, r.id as run_id, r.position,
           e.running + row_number() over (partition by e.id order by r.position) as share
    from judged e join runs r on r.experiment_id = e.id and r.status = 'QUEUED'
  ),
  ranked as (
    select *, row_number() over (partition by author_id order by priority desc, share, ${TURN}, position) as of_author
    from shares where fits
  ),
  placed as (
    select run_id, (room is null or of_author <= room) as may,
           row_number() over (
             partition by room is null or of_author <= room order by priority desc, share, ${TURN}, position
           )::int as place
    from ranked
  )
  select s.run_id as "runId", s.worker_labels as "workerLabels", s.fits, coalesce(p.may, true) as may, p.place,
         m.run_limit as "runLimit", (select count(*) from there)::int as workers
  from shares s left join placed p on p.run_id = s.run_id left join members m on m.id = s.author_id
  where s.run_id = any($2::uuid[])`;

/**
 * Jobs that wait for nothing: their runs have ended, are paused or are gone. $1: the queue's name.
 */
export const IDLE_JOBS = `
  select j.id from pgboss.job j left join runs r on r.id = j.singleton_key::uuid
  where j.name = $1 and j.state < 'active' and j.singleton_key is not null
    and (r.id is null or r.status not in ('QUEUED', 'RUNNING'))`;

/** Lets jobs that were put back be handed out without a delay. $1: the queue's name, $2: their ids. */
export const AT_ONCE = `
  update pgboss.job set start_after = pgboss.job_now()
  where name = $1 and id = any($2::uuid[]) and state = 'retry' and start_after > pgboss.job_now()`;

/** Tells jobs of an earlier version whose they are. $1: the queue's name. */
export const ADOPT = `
  update pgboss.job j set singleton_key = r.id::text, group_id = r.experiment_id::text
  from runs r
  where j.name = $1 and j.group_id is null and j.data->>'runId' = r.id::text`;

/** Of some jobs those whose runs nobody trains. $1: the queue's name, $2: their ids. */
export const WITHOUT_RUNNING = `
  select j.id from pgboss.job j
  where j.name = $1 and j.id = any($2::uuid[])
    and not exists (select 1 from runs r where r.id = (j.data->>'runId')::uuid and r.status = 'RUNNING')`;
