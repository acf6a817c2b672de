/* An integrator, der(x) = u, that harms its process when it gets to t_fail; `how` says in which way: 1 abort, 2 prints
   200 MB and goes on, 3 takes memory without end, 4 writes rubbish to all open files, 5 starts another program and hangs,
   6 prints without end, 7 closes all files, 8 ends its own process by a signal. Built with AT_LOAD it crashes when it is
   loaded. */
#include <signal.h>
#include <unistd.h>
static void initialise(Instance *c) { c->s.v[vr_x] = 0.0; c->s.memory[0] = 0.0; }
#ifdef AT_LOAD
__attribute__((constructor)) static void at_load(void) { fprintf(stderr, "no licence\n"); abort(); }
#endif

static void harm(int how)
{
    char line[1001];
    memset(line, 'x', 1000);
    line[1000] = 0;
    switch (how) {
    case 1: abort();
    case 2:
        for (int i = 0; i < 200000; i++) printf("%s\n", line);
        printf("that was all\n");
        break;
    case 3:
        for (;;) {
            char *block = malloc(1 << 26);
            memset(block, 1, 1 << 26);
        }
    case 4:
        for (int file = 3; file < 64; file++)
            if (write(file, line, 1000) < 0) continue;
        break;
    case 5:
        if (fork() == 0) { execlp("sleep", "sleep", "3600.125", (char *)NULL); _exit(1); }
        for (volatile int i = 0; ; i = 0) (void)i;
    case 6: for (;;) printf("%s\n", line);
    case 7: for (int file = 0; file < 64; file++) close(file); break;
    case 8: kill(getpid(), SIGKILL);
    }
}
static int equations(Instance *c)
{
    double *v = c->s.v;
    v[vr_der_x] = v[vr_u];
    v[vr_y] = v[vr_x];
    if (v[vr_time] >= v[vr_t_fail] && c->s.memory[0] == 0.0) {
        c->s.memory[0] = 1.0;
        harm((int)v[vr_how]);
    }
    return STATUS_OK;
}
