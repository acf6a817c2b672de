/* Time events: every `period` seconds, the first at t = period, y grows by u; x integrates y: der(x) = y. */
#define UPDATE
static void initialise(Instance *c)
{
    c->s.v[vr_x] = c->s.memory[0] = c->s.memory[1] = 0.0;
    c->s.next_event = c->s.v[vr_period];
}
static int equations(Instance *c)
{
    c->s.v[vr_y] = c->s.memory[0];
    c->s.v[vr_der_x] = c->s.memory[0];
    return STATUS_OK;
}
static int update(Instance *c)
{
    if (c->s.v[vr_time] < c->s.next_event - 1e-9 * (1.0 + c->s.next_event)) return 0;
    c->s.memory[0] += c->s.v[vr_u];
    c->s.memory[1] += 1.0;
    c->s.next_event = (c->s.memory[1] + 1.0) * c->s.v[vr_period];
    return 0;
}
