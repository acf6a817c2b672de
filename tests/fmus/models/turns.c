/* Step events: der(phi) = omega, and phi goes back by one turn when a step ended beyond it; turns counts, y = sin(phi). */
#define UPDATE
#define COMPLETED
#define DIFFERENCE 1e-4
static const double TURN = 6.283185307179586;
static void initialise(Instance *c) { c->s.v[vr_phi] = c->s.memory[0] = 0.0; }
static int equations(Instance *c)
{
    c->s.v[vr_der_phi] = c->s.v[vr_omega];
    c->s.v[vr_turns] = c->s.memory[0];
    c->s.v[vr_y] = sin(c->s.v[vr_phi]);
    return STATUS_OK;
}
static int completed(Instance *c) { return c->s.v[vr_phi] > TURN; }
static int update(Instance *c)
{
    if (c->s.v[vr_phi] <= TURN) return 0;
    c->s.v[vr_phi] -= TURN;
    c->s.memory[0] += 1.0;
    return 1;
}
