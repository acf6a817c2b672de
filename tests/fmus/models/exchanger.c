/* A heat exchanger without mass: Q_flow = UA*(T_hot - T_cold), out of one side and into the other. */
static void initialise(Instance *c) { (void)c; }
static int equations(Instance *c)
{
    double *v = c->s.v, flow = v[vr_UA] * (v[vr_T_hot] - v[vr_T_cold]);
    v[vr_Q_flow_hot] = -flow;
    v[vr_Q_flow_cold] = flow;
    return STATUS_OK;
}
