/* der(x) = u + memory, where memory counts the steps or evaluations so far. Built to lie in one of three ways: LIE == 1,
   set of the state does not bring the memory back; LIE == 2, directional derivatives are wrong; LIE == 3, reset keeps the
   memory. */
#define COMPLETED
#define BEFORE_STEP
#if LIE == 2
#define SEEN
static double seen(double value) { return 2.0 * value; }
#endif
#if LIE == 1 || LIE == 3
#define RESTORED
static void restored(Instance *c, const State *now)
{
    int reset = c->s.v[vr_x] == start_values[vr_x] && c->s.last_time == 0.0 && c->s.memory[1] == 0.0;
    if ((LIE == 3) == reset) c->s.memory[0] = now->memory[0];
}
#endif
static void initialise(Instance *c) { c->s.v[vr_x] = 0.0; c->s.memory[1] = 1.0; }
static int equations(Instance *c)
{
    c->s.v[vr_der_x] = c->s.v[vr_u] + c->s.memory[0];
    c->s.v[vr_y] = c->s.v[vr_x];
    return STATUS_OK;
}
static int completed(Instance *c) { if (!c->co_simulation) c->s.memory[0] += 1.0; return 0; }
static int before_step(Instance *c, double t, double h, double *last)
{
    (void)t; (void)h; (void)last;
    c->s.memory[0] += 1.0;
    return STATUS_OK;
}
