/* der(x) = k*u; Co-Simulation uses input derivatives where it is built to (FMI 2.0). */
static void initialise(Instance *c) { c->s.v[vr_x] = c->s.v[vr_x_start]; }
static int equations(Instance *c)
{
    double *v = c->s.v;
    v[vr_der_x] = v[vr_k] * v[vr_u];
    v[vr_y] = v[vr_x];
    return STATUS_OK;
}
