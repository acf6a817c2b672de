/* Defaults of what a model may leave out, and the solver of its Co-Simulation interface: Runge-Kutta of order 4 with
   internal steps of at most INTERNAL_STEP; events are located by bisection. */

#ifndef INDICATORS
static void indicators(const Instance *c, double *z) { (void)c; (void)z; }
#endif
#ifndef UPDATE
static int update(Instance *c) { (void)c; return 0; }
#endif
#ifndef COMPLETED
static int completed(Instance *c) { (void)c; return 0; }
#endif
#ifndef BEFORE_STEP
static int before_step(Instance *c, double t, double h, double *last) { (void)c; (void)t; (void)h; (void)last; return STATUS_OK; }
#endif
#ifndef RESTORED
static void restored(Instance *c, const State *now) { (void)c; (void)now; }
#endif
#ifndef DIFFERENCE
#define DIFFERENCE 1.0
#endif
#ifndef SEEN
static double seen(double value) { return value; }
#endif

static void set_start_values(Instance *c)
{
    memset(&c->s, 0, sizeof c->s);
    memcpy(c->s.v, start_values, sizeof c->s.v);
    c->s.next_event = HUGE_VAL;
}

static int start(Instance *c)
{
    initialise(c);
    c->s.last_time = c->s.v[vr_time];
    return equations(c);
}

/* Event iteration until nothing changes any more. */
static int settle(Instance *c)
{
    int changed = 0;
    for (int i = 0; i < 100 && update(c); i++) changed = 1;
    return changed;
}

static void move_inputs(Instance *c, const State *from, double tau)
{
    for (int i = 0; i < N_VARIABLES; i++)
        if (from->slope[i] != 0.0 || from->curve[i] != 0.0)
            c->s.v[i] = from->v[i] + tau * (from->slope[i] + 0.5 * tau * from->curve[i]);
}

/* One internal step of length h, tau after the communication point `from`. */
static int internal_step(Instance *c, const State *from, double tau, double h)
{
    static const double at[4] = {0.0, 0.5, 0.5, 1.0}, weight[4] = {1.0, 2.0, 2.0, 1.0};
    double x[N_STATES + 1], sum[N_STATES + 1], t = c->s.v[vr_time];
    for (int i = 0; i < N_STATES; i++) x[i] = c->s.v[state_references[i]], sum[i] = 0.0;
    for (int k = 0; k < 4; k++) {
        for (int i = 0; i < N_STATES; i++)
            c->s.v[state_references[i]] = x[i] + (k ? at[k] * h * c->s.v[derivative_references[i]] : 0.0);
        c->s.v[vr_time] = t + at[k] * h;
        move_inputs(c, from, tau + at[k] * h);
        int status = equations(c);
        if (status > STATUS_WARNING) return status;
        for (int i = 0; i < N_STATES; i++) sum[i] += weight[k] * c->s.v[derivative_references[i]];
    }
    for (int i = 0; i < N_STATES; i++) c->s.v[state_references[i]] = x[i] + h / 6.0 * sum[i];
    return equations(c);
}

static int crossed(const Instance *c, const double *before)
{
    double z[N_INDICATORS + 1];
    indicators(c, z);
    for (int i = 0; i < N_INDICATORS; i++)
        if ((before[i] > 0.0) != (z[i] > 0.0)) return 1;
    return 0;
}

/* The Co-Simulation step; `last` is the time that it came to. */
static int advance(Instance *c, double t, double h, double *last)
{
    *last = t;
    if (fabs(t - c->s.last_time) > 1e-9 * (1.0 + fabs(t))) {
        say(c, STATUS_ERROR, "asked to step from %.17g s but is at %.17g s", t, c->s.last_time);
        return STATUS_ERROR;
    }
    int status = before_step(c, t, h, last);
    if (status > STATUS_WARNING) return status;
    double end = *last > t ? *last : t + h;
    const State from = c->s;
    c->s.v[vr_time] = t;
    settle(c);
    equations(c);
    while (end - c->s.v[vr_time] > 1e-12 * (1.0 + fabs(end))) {
        double now = c->s.v[vr_time], goal = end < c->s.next_event ? end : c->s.next_event;
        int n = (int)ceil((goal - now) / INTERNAL_STEP - 1e-9);
        double piece = (goal - now) / (n < 1 ? 1 : n), z[N_INDICATORS + 1];
        State before = c->s;
        indicators(c, z);
        status = internal_step(c, &from, now - t, piece);
        if (status > STATUS_WARNING) return status;
        int event = 0;
        if (crossed(c, z)) {
            double low = 0.0, high = piece;
            for (int i = 0; i < 60; i++) {
                double middle = 0.5 * (low + high);
                c->s = before;
                internal_step(c, &from, now - t, middle);
                if (crossed(c, z)) high = middle; else low = middle;
            }
            c->s = before;
            internal_step(c, &from, now - t, high);
            c->s.v[vr_time] = now + high;
            event = 1;
        } else if (n <= 1) {
            c->s.v[vr_time] = goal;
        }
        if (c->s.v[vr_time] >= c->s.next_event || completed(c)) event = 1;
        if (event) settle(c);
        status = equations(c);
        if (status > STATUS_WARNING) return status;
    }
    c->s.v[vr_time] = end;
    status = equations(c);
    c->s.last_time = *last = end;
    memset(c->s.slope, 0, sizeof c->s.slope);
    memset(c->s.curve, 0, sizeof c->s.curve);
    return status;
}

/* Directional derivative by central differences; exact but for rounding for the linear models, which take a step of 1. */
static int directional(Instance *c, const unsigned *unknowns, size_t n, const unsigned *knowns, size_t m, const double *seed, double *result)
{
    State keep = c->s;
    double low[N_VARIABLES], scale = 0.0;
    for (size_t j = 0; j < m; j++) if (knowns[j] >= N_VARIABLES) return STATUS_ERROR;
    for (size_t i = 0; i < n; i++) if (unknowns[i] >= N_VARIABLES) return STATUS_ERROR;
    for (size_t j = 0; j < m; j++) scale = fmax(scale, fabs(seed[j]));
    double step = DIFFERENCE / (scale > 0.0 ? scale : 1.0);
    for (size_t j = 0; j < m; j++) c->s.v[knowns[j]] -= step * seed[j];
    int status = equations(c);
    memcpy(low, c->s.v, sizeof low);
    c->s = keep;
    for (size_t j = 0; j < m; j++) c->s.v[knowns[j]] += step * seed[j];
    if (equations(c) > status) status = STATUS_ERROR;
    for (size_t i = 0; i < n; i++) result[i] = seen((c->s.v[unknowns[i]] - low[unknowns[i]]) / (2.0 * step));
    c->s = keep;
    return status;
}
