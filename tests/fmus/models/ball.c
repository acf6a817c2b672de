/* A bouncing ball: der(h) = v, der(v) = -g, v jumps to -e*v at h = 0; it rests when slower than v_min. */
#define INDICATORS
#define UPDATE
enum { RESTING, BOUNCES };
static void initialise(Instance *c)
{
    c->s.v[vr_h] = c->s.v[vr_h_start];
    c->s.v[vr_v] = 0.0;
    c->s.memory[RESTING] = c->s.memory[BOUNCES] = 0.0;
}
static int equations(Instance *c)
{
    double *v = c->s.v;
    int resting = c->s.memory[RESTING] != 0.0;
    v[vr_der_h] = resting ? 0.0 : v[vr_v];
    v[vr_der_v] = resting ? 0.0 : -v[vr_g];
    v[vr_bounces] = c->s.memory[BOUNCES];
    return STATUS_OK;
}
static void indicators(const Instance *c, double *z) { z[0] = c->s.memory[RESTING] != 0.0 ? 1.0 : c->s.v[vr_h]; }
static int update(Instance *c)
{
    double *v = c->s.v;
    if (c->s.memory[RESTING] != 0.0 || v[vr_h] > 1e-9 || v[vr_v] >= 0.0) return 0;
    v[vr_h] = 0.0;
    v[vr_v] *= -v[vr_e];
    c->s.memory[BOUNCES] += 1.0;
    if (v[vr_v] < v[vr_v_min]) {
        v[vr_v] = 0.0;
        c->s.memory[RESTING] = 1.0;
    }
    return 1;
}
