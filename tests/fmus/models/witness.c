/* An integrator, der(x) = u, whose library writes a line into the file HEATSIM_TEST_WITNESS when it is loaded. */
#include <stdlib.h>
static void initialise(Instance *c) { c->s.v[vr_x] = 0.0; }
__attribute__((constructor)) static void at_load(void)
{
    const char *name = getenv("HEATSIM_TEST_WITNESS");
    FILE *file = name ? fopen(name, "a") : NULL;
    if (file) {
        fprintf(file, "loaded\n");
        fclose(file);
    }
}
static int equations(Instance *c)
{
    c->s.v[vr_der_x] = c->s.v[vr_u];
    c->s.v[vr_y] = c->s.v[vr_x];
    return STATUS_OK;
}
