/* der(x) = u*(if x > x_switch then k_above else k_below): the branch switches after the start. As in FMUs of Modelica
   tools the branch is held between events, so who ignores the indicator stays on the old one. */
#define INDICATORS
#define UPDATE
static void initialise(Instance *c)
{
    c->s.v[vr_x] = c->s.v[vr_x_start];
    c->s.memory[0] = c->s.v[vr_x] > c->s.v[vr_x_switch];
}
static int equations(Instance *c)
{
    double *v = c->s.v;
    v[vr_der_x] = v[vr_u] * (c->s.memory[0] != 0.0 ? v[vr_k_above] : v[vr_k_below]);
    v[vr_above] = c->s.memory[0];
    return STATUS_OK;
}
static void indicators(const Instance *c, double *z) { z[0] = c->s.v[vr_x] - c->s.v[vr_x_switch]; }
static int update(Instance *c)
{
    /* an integrator may stop a hair before the crossing: then the direction decides */
    double z = c->s.v[vr_x] - c->s.v[vr_x_switch], rate = c->s.v[vr_der_x];
    double above = fabs(z) < 1e-9 && rate != 0.0 ? rate > 0.0 : z > 0.0;
    int changed = above != c->s.memory[0];
    c->s.memory[0] = above;
    return changed;
}
