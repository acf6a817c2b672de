/* A first-order lag, der(x) = (u - x)/tau, whose state is nobody's business (Co-Simulation only, no FMU state). */
static void initialise(Instance *c) { c->s.v[vr_x] = c->s.v[vr_x_start]; }
static int equations(Instance *c)
{
    double *v = c->s.v;
    v[vr_der_x] = (v[vr_u] - v[vr_x]) / v[vr_tau];
    v[vr_y] = v[vr_x];
    return STATUS_OK;
}
