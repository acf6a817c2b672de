/* A lag that starts where its input is: der(x) = (u - x)/tau, x(0) = u. */
static void initialise(Instance *c) { c->s.v[vr_x] = c->s.v[vr_u]; }
static int equations(Instance *c)
{
    double *v = c->s.v;
    v[vr_der_x] = (v[vr_u] - v[vr_x]) / v[vr_tau];
    return STATUS_OK;
}
