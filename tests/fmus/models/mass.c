/* A mass between a wall and its neighbour, one half of the two-mass oscillator. With k_link = 0 it takes the force F of
   the link, otherwise the neighbour's place and speed, and gives the force -F that the link puts on the neighbour. */
static void initialise(Instance *c) { c->s.v[vr_x] = c->s.v[vr_x_start]; c->s.v[vr_v] = 0.0; }
static int equations(Instance *c)
{
    double *v = c->s.v;
    double link = v[vr_k_link] * (v[vr_x_other] - v[vr_x]) + v[vr_c_link] * (v[vr_v_other] - v[vr_v]);
    v[vr_F_other] = -link;
    v[vr_der_x] = v[vr_v];
    v[vr_der_v] = (v[vr_F] + link - v[vr_k] * v[vr_x] - v[vr_c] * v[vr_v]) / v[vr_m];
    return STATUS_OK;
}
