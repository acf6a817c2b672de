/* Events of a plant compiled by heatsim: part of model_exchange.c for models that have some (HS_EVENTS).
 *
 * Held values q: discrete variables, then relations that change at a time, then other relations and whole numbers. Between events
 * they do not change. At an event all equations are made to hold with the values before the event (pre) fixed, by repeating them
 * until nothing changes; then pre takes the new values, states are set by reinit, and the event repeats until pre is right.
 */
#include <float.h>

typedef struct {
  int after; /* just after the moment, where time > T holds also when time is T */
  double d[HS_ND + 1], held[HS_NH + 1], x[HS_NX + 1], thresholds[HS_NT + 1], holds[HS_NE + 1], residuals[HS_NR + 1];
} Event;

#define ROUNDS (100 + HS_NQ) /* repetitions after which an event is taken to have no end */
#define BUSY_EVENTS 2000     /* so many events at which relations change, */
#define BUSY_TIME 1e-3       /* within so many seconds, are taken to have no end */

/* True when a moment has come; the caller may have been told the time with a rounding error. */
static int reached(double time, double moment) {
  return time >= moment - 8.0 * DBL_EPSILON * fmax(fabs(time), fabs(moment));
}

/* True when the relation of a time event has its value behind the threshold. */
static int passed(const Data* d, int i, const Event* e) {
  double time = d->value[0], moment = e->thresholds[i];
  if (!HS_TIME_LATE[i] || e->after) return reached(time, moment);
  if (moment == d->threshold[i] && d->q[HS_ND + i] == HS_TIME_AFTER[i]) return reached(time, moment); /* an earlier event */
  return !reached(moment, time);
}

static fmi3Status call_event(Instance* m, const double* flags, Event* e) {
  int mem, flag;
  Data* d = &m->data;
  give_point(m);
  m->arg[5] = d->pre;
  m->arg[6] = flags;
  m->res[0] = e->d;
  m->res[1] = e->held;
  m->res[2] = e->x;
  m->res[3] = e->thresholds;
  m->res[4] = e->holds;
  m->res[5] = e->residuals;
  mem = hs_event_checkout();
  flag = hs_event(m->arg, m->res, m->iw, m->w, mem);
  hs_event_release(mem);
  if (flag) {
    say(m, fmi3Error, "logStatusError", "at t = %.9g s: the event could not be evaluated", d->value[0]);
    return fmi3Error;
  }
  return fmi3OK;
}

/* Make all equations hold at one moment with pre fixed. */
static fmi3Status settle(Instance* m, const double* flags, Event* e) {
  Data* d = &m->data;
  int pass, i, changed = 0;
  for (pass = 0; pass < ROUNDS; ++pass) {
    fmi3Status status = call_event(m, flags, e);
    if (status != fmi3OK) return status;
    changed = -1;
    for (i = 0; i < HS_ND; ++i) {
      if (!(d->q[i] == e->d[i])) changed = i;
      d->q[i] = e->d[i];
    }
    for (i = 0; i < HS_NT; ++i) {
      double value = passed(d, i, e) ? HS_TIME_AFTER[i] : !HS_TIME_AFTER[i];
      if (d->q[HS_ND + i] != value) changed = HS_ND + i;
      d->q[HS_ND + i] = value;
    }
    for (i = 0; i < HS_NH; ++i) {
      double* q = d->q + HS_ND + HS_NT + i;
      if (!(*q == e->held[i])) changed = HS_ND + HS_NT + i;
      *q = e->held[i];
    }
    if (changed < 0) {
      i = first_unsolved(e->residuals, HS_NR);
      if (i >= 0) {
        say(m, fmi3Discard, "logStatusDiscard", "at t = %.9g s: the nonlinear equations of %s could not be solved at an event",
            d->value[0], HS_LOOP_OF[i]);
        return fmi3Discard;
      }
      return fmi3OK;
    }
  }
  if (isfinite(d->q[changed]))
    say(m, fmi3Error, "logStatusError", "at t = %.9g s: '%s' changes without end at one moment; use hysteresis or pre(...)",
        d->value[0], HS_HELD_NAMES[changed]);
  else
    say(m, fmi3Error, "logStatusError", "at t = %.9g s: '%s' is not finite", d->value[0], HS_HELD_NAMES[changed]);
  return fmi3Error;
}

static fmi3Status check_event(Instance* m, const Event* e) {
  int i;
  for (i = 0; i < HS_NE; ++i) {
    if (e->holds[i] != 0.0) continue;
    say(m, HS_EVENT_WARNS[i] ? fmi3Warning : fmi3Error, HS_EVENT_WARNS[i] ? "logStatusWarning" : "logStatusError",
        HS_EVENT_WARNS[i] ? "at t = %.9g s: %s" : "assertion fails at t = %.9g s: %s", m->data.value[0], HS_EVENT_TEXTS[i]);
    if (!HS_EVENT_WARNS[i]) return fmi3Error;
  }
  return fmi3OK;
}

/* Repeat the event until the values before it are those after it. */
static fmi3Status run_event(Instance* m, const double* flags, Event* e, fmi3Boolean* states_changed) {
  Data* d = &m->data;
  int round, i, changed = 0;
  for (round = 0; round < ROUNDS; ++round) {
    fmi3Status status = settle(m, flags, e);
    if (status == fmi3OK) status = check_event(m, e);
    if (status != fmi3OK) return status;
    changed = -1;
    for (i = 0; i < HS_NX; ++i) {
      if (e->x[i] == d->value[FIRST_X + i]) continue;
      if (!isfinite(e->x[i])) {
        say(m, fmi3Error, "logStatusError", "at t = %.9g s: reinit gives %s a value that is not finite", d->value[0],
            HS_STATE_NAMES[i]);
        return fmi3Error;
      }
      d->value[FIRST_X + i] = e->x[i];
      *states_changed = fmi3True;
      changed = 0;
    }
    for (i = 0; i < HS_ND; ++i) {
      if (d->pre[i] != d->q[i]) changed = i;
      d->pre[i] = d->q[i];
    }
    d->rates_valid = 0;
    if (changed < 0) return fmi3OK;
  }
  say(m, fmi3Error, "logStatusError", "at t = %.9g s: an event does not come to an end; '%s' changes again and again", d->value[0],
      HS_ND ? HS_HELD_NAMES[changed] : "a state");
  return fmi3Error;
}

static fmi3Status read_samples(Instance* m, double* start, double* interval) {
  int i, mem, flag;
  m->arg[0] = m->data.value + FIRST_P;
  m->res[0] = start;
  m->res[1] = interval;
  mem = hs_samples_checkout();
  flag = hs_samples(m->arg, m->res, m->iw, m->w, mem);
  hs_samples_release(mem);
  for (i = 0; i < HS_NS; ++i) {
    if (flag || !isfinite(start[i]) || !isfinite(interval[i]) || interval[i] <= 0.0) {
      say(m, fmi3Error, "logStatusError", "the interval of a sample must be positive; it is %.9g s", interval[i]);
      return fmi3Error;
    }
    if (interval[i] <= 64.0 * DBL_EPSILON * fmax(fabs(m->data.value[0]), fabs(start[i]))) {
      say(m, fmi3Error, "logStatusError", "at t = %.9g s: the interval of a sample, %.9g s, is too short for time to show",
          m->data.value[0], interval[i]);
      return fmi3Error;
    }
  }
  return fmi3OK;
}

/* Number of the first moment of a sample that has not come yet. */
static double next_tick(double time, double start, double interval) {
  double k = fmax(floor((time - start) / interval) - 1.0, 0.0);
  while (reached(time, start + k * interval)) k += 1.0; /* a few times, since intervals are longer than the tolerance */
  return k;
}

/* Number of the first moment of a sample that is now or later. */
static double first_tick(double time, double start, double interval) {
  double k = next_tick(time, start, interval);
  return k > 0.0 && reached(start + (k - 1.0) * interval, time) ? k - 1.0 : k;
}

/* Discrete values at the start: pre from start values and initial equations, the others from all equations. */
static fmi3Status start_discrete(Instance* m, fmi3Boolean is_last) {
  double flags[HS_NS + 1], start[HS_NS + 1], interval[HS_NS + 1], first[HS_ND + 1];
  Data* d = &m->data;
  Event e;
  int i, mem, flag;
  fmi3Status status;
  if (d->discrete_valid && !is_last) return fmi3OK;
  e.after = d->busy = 0;
  for (i = 0; i < HS_NT; ++i) d->threshold[i] = HUGE_VAL; /* none yet */
  memset(d->q + HS_ND, 0, (HS_NT + HS_NH) * sizeof(double)); /* what was asked before must not matter */
  give_point(m);
  m->res[0] = first;
  mem = hs_before_checkout();
  flag = hs_before(m->arg, m->res, m->iw, m->w, mem);
  hs_before_release(mem);
  for (i = 0; i < HS_ND; ++i) {
    if (flag || !isfinite(first[i])) {
      say(m, fmi3Error, "logStatusError", "the start value of '%s' is not finite", HS_HELD_NAMES[i]);
      return fmi3Error;
    }
    d->pre[i] = HS_D_INPUT[i] ? d->q[i] : first[i];
    d->q[i] = d->pre[i];
  }
  memset(flags, 0, sizeof flags);
  flags[0] = 1.0;
  status = settle(m, flags, &e);
  if (status != fmi3OK) return status;
  d->discrete_valid = 1;
  if (!is_last) return fmi3OK;
  status = check_event(m, &e);
  if (status != fmi3OK) return status;
  for (i = 0; i < HS_NX; ++i) { /* reinit in a clause with initial() */
    if (!isfinite(e.x[i])) {
      say(m, fmi3Error, "logStatusError", "at the start: reinit gives %s a value that is not finite", HS_STATE_NAMES[i]);
      return fmi3Error;
    }
    d->value[FIRST_X + i] = e.x[i];
  }
  status = settle(m, flags, &e);
  if (status != fmi3OK) return status;
  memcpy(d->pre, d->q, HS_ND * sizeof(double));
  status = read_samples(m, start, interval);
  if (status != fmi3OK) return status;
  for (i = 0; i < HS_NS; ++i) {
    d->tick[i] = first_tick(d->value[0], start[i], interval[i]);
    d->sample[0][i] = start[i];
    d->sample[1][i] = interval[i];
  }
  d->rates_valid = 0;
  return fmi3OK;
}

/* Relations that change again and again in no time are a fault in a model that no integrator gets over. */
static fmi3Status check_chattering(Instance* m, const double* before) {
  Data* d = &m->data;
  int i, changed = -1;
  for (i = 0; i < HS_NH; ++i)
    if (d->q[HS_ND + HS_NT + i] != before[i]) changed = i;
  if (changed < 0) return fmi3OK;
  if (d->busy++ == 0) d->busy_since = d->value[0];
  if (d->busy < BUSY_EVENTS) return fmi3OK;
  d->busy = 0;
  if (d->value[0] - d->busy_since > BUSY_TIME) return fmi3OK;
  say(m, fmi3Error, "logStatusError", "at t = %.9g s: '%s' changes again and again, %d times within %.3g s; use hysteresis",
      d->value[0], HS_HELD_NAMES[HS_ND + HS_NT + changed], BUSY_EVENTS, d->value[0] - d->busy_since);
  return fmi3Error;
}

/* Carry an event through and tell the next moment at which one is known to come. */
static fmi3Status update_discrete(Instance* m, fmi3Boolean* states_changed, fmi3Boolean* has_next, double* next) {
  double flags[HS_NS + 1], start[HS_NS + 1], interval[HS_NS + 1], before[HS_NH + 1];
  Data* d = &m->data;
  Event e;
  int i, any = 0;
  double time = d->value[0];
  fmi3Status status = read_samples(m, start, interval);
  if (status != fmi3OK) return status;
  flags[0] = 0.0;
  memcpy(before, d->q + HS_ND + HS_NT, HS_NH * sizeof(double));
  for (i = 0; i < HS_NS; ++i) {
    if (d->sample[0][i] != start[i] || d->sample[1][i] != interval[i]) { /* a parameter was changed */
      d->tick[i] = first_tick(time, start[i], interval[i]);
      d->sample[0][i] = start[i];
      d->sample[1][i] = interval[i];
    }
    flags[i + 1] = reached(time, start[i] + d->tick[i] * interval[i]);
    if (flags[i + 1] == 0.0) continue;
    any = 1;
    d->tick[i] = next_tick(time, start[i], interval[i]);
  }
  e.after = 0;
  status = run_event(m, flags, &e, states_changed);
  if (status != fmi3OK) return status;
  for (i = 0; i < HS_NT; ++i)
    if (d->q[HS_ND + i] != HS_TIME_AFTER[i] && reached(time, e.thresholds[i])) any = 1;
  if (any) { /* just after the moment: samples are over, and time > T holds for a T that is now */
    memset(flags, 0, sizeof flags);
    e.after = 1;
    status = run_event(m, flags, &e, states_changed);
    if (status != fmi3OK) return status;
  }
  memcpy(d->threshold, e.thresholds, HS_NT * sizeof(double));
  status = check_chattering(m, before);
  if (status != fmi3OK) return status;
  *has_next = fmi3False;
  *next = 0.0;
  for (i = 0; i < HS_NT + HS_NS; ++i) {
    double moment = i < HS_NT ? e.thresholds[i] : start[i - HS_NT] + d->tick[i - HS_NT] * interval[i - HS_NT];
    if (!isfinite(moment) || reached(time, moment) || (*has_next && moment >= *next)) continue;
    *has_next = fmi3True;
    *next = moment;
  }
  return fmi3OK;
}
