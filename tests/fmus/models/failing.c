/* An integrator, der(x) = u, that fails when it gets to t_fail; `how` says in which way:
   1 error, 2 discard (Co-Simulation: of steps beyond t_fail; less is granted), 3 fatal, 4 crash, 5 hang, 6 exit of the
   process, 7 NaN in the output, 8 early return at t_fail (FMI 2.0: a discard that got that far), 9 asks to end the
   simulation, 10 prints only. It prints on both streams and logs before it fails. */
#define UPDATE
#define BEFORE_STEP
static void initialise(Instance *c) { c->s.v[vr_x] = 0.0; c->s.memory[0] = 0.0; }

static int fail(Instance *c)
{
    int how = (int)c->s.v[vr_how];
    if (how == 0) return STATUS_OK;
    if (c->s.memory[0] == 0.0) {
        printf("failing: x is %g\n", c->s.v[vr_x]);
        fflush(stdout);
        fprintf(stderr, "failing: goodbye\n");
        fflush(stderr);
        c->s.memory[0] = 1.0;
        say(c, how == 10 ? STATUS_OK : STATUS_ERROR, "the table ends at %g s", c->s.v[vr_t_fail]);
    }
    switch (how) {
    case 1: return STATUS_ERROR;
    case 2: return STATUS_DISCARD;
    case 3: return STATUS_FATAL;
    case 4: { volatile int *nowhere = NULL; *nowhere = 1; } return STATUS_FATAL;
    case 5: for (volatile int i = 0; ; i = 0) (void)i;
    case 6: exit(3);
    case 9: c->terminated = 1; return STATUS_OK;
    default: return STATUS_OK;
    }
}
static int equations(Instance *c)
{
    double *v = c->s.v;
    v[vr_der_x] = v[vr_u];
    v[vr_y] = v[vr_x];
    if (v[vr_time] < v[vr_t_fail]) return STATUS_OK;
    if (v[vr_how] == 7.0) v[vr_y] = v[vr_der_x] = NAN;
    if (c->co_simulation && v[vr_how] == 2.0) return STATUS_OK;
    return fail(c);
}
static int update(Instance *c) { (void)c; return 0; }
static int before_step(Instance *c, double t, double h, double *last)
{
    double end = c->s.v[vr_t_fail], how = c->s.v[vr_how];
    if (t + h <= end) return STATUS_OK;
    if (how == 2.0 && h > c->s.v[vr_h_max]) return fail(c);
    if (how == 8.0 && t < end) *last = end;
    return STATUS_OK;
}
