/* Outputs follow inputs at once, for every type: numbers are passed on, y = k*u, `both` is not(on). */
static void initialise(Instance *c) { (void)c; }
static int equations(Instance *c)
{
    double *v = c->s.v;
    v[vr_y] = v[vr_k] * v[vr_u];
    v[vr_count_out] = v[vr_count];
    v[vr_off] = v[vr_on] == 0.0;
    v[vr_mode_out] = v[vr_mode];
#ifdef FMI3
    v[vr_single_out] = v[vr_single];
    v[vr_byte_out] = v[vr_byte];
    v[vr_long_out] = v[vr_long];
#endif
    return STATUS_OK;
}
