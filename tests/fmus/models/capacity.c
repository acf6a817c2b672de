/* A lumped thermal capacity: C*der(T) = Q_flow + G*(T_ambient - T). */
static void initialise(Instance *c) { c->s.v[vr_T] = c->s.v[vr_T_start]; }
static int equations(Instance *c)
{
    double *v = c->s.v;
    v[vr_der_T] = (v[vr_Q_flow] + v[vr_G] * (v[vr_T_ambient] - v[vr_T])) / v[vr_C];
    return STATUS_OK;
}
