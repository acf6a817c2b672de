/* What a test FMU is made of, for FMI 2.0 and 3.0.

   `build.py` writes `variables.h` from its table: the enum of value references (vr_NAME), sizes, start values and the
   references of states and derivatives. A model is one C file of equations; all its variables, whatever their type, are
   doubles in `s.v`, by value reference, and `s.v[vr_time]` is the time.

   A model defines

     static void initialise(Instance *c)      states and memory from parameters and inputs
     static int equations(Instance *c)        derivatives and outputs from the others; STATUS_OK or worse

   and, announced by a #define of the same name in capitals,

     INDICATORS  static void indicators(const Instance *c, double *z)
     UPDATE      static int update(Instance *c)        event iteration; 1 when states changed; may set s.next_event
     COMPLETED   static int completed(Instance *c)     1 when the end of an integrator step is an event
     BEFORE_STEP static int before_step(Instance *c, double t, double h, double *last)   Co-Simulation: may refuse a step
     RESTORED    static void restored(Instance *c, const State *now)   what a set of the state must not bring back
     SEEN        static double seen(double value)      changes directional derivatives (of a liar)
     DIFFERENCE  step of the differences that make directional derivatives, where the model is not linear
*/
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STATUS_OK, STATUS_WARNING, STATUS_DISCARD, STATUS_ERROR, STATUS_FATAL };

typedef struct {
    double v[N_VARIABLES];
    double memory[4];           /* discrete states */
    double slope[N_VARIABLES];  /* derivatives of inputs in Co-Simulation */
    double curve[N_VARIABLES];
    double next_event;          /* HUGE_VAL when there is none */
    double last_time;           /* of Co-Simulation */
} State;

typedef struct Instance {
    State s;
    int co_simulation;
    int terminated;
    void (*log)(struct Instance *, int status, const char *text);
    void *environment;
    const void *callbacks;
    char name[256];
} Instance;

#if defined(__GNUC__)
__attribute__((format(printf, 3, 4), unused))
#endif
static void say(Instance *c, int status, const char *format, ...)
{
    char text[512];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    c->log(c, status, text);
}
