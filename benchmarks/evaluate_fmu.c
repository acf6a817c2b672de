/* Cost of one evaluation of an FMI 3.0 Model Exchange FMU through its own interface, without any other program around it.
 *
 *   evaluate_fmu LIBRARY TOKEN STATES FIRST_STATE FIRST_RATE SECONDS
 *
 * LIBRARY is the binary in the FMU, TOKEN its instantiation token, FIRST_STATE and FIRST_RATE the value references of the first
 * state and of its derivative. Prints the nanoseconds of one right-hand side and of one directional derivative: medians of blocks
 * of calls, for SECONDS each. Every call sees states that have changed a little, so that nothing can be remembered from the last
 * one.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "fmi3FunctionTypes.h"

#define BLOCKS 41

static void* symbol(void* library, const char* name) {
  void* found = dlsym(library, name);
  if (!found) {
    fprintf(stderr, "no %s in this library\n", name);
    exit(1);
  }
  return found;
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); /* not the time that other programs take */
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int by_size(const void* a, const void* b) {
  double x = *(const double*)a, y = *(const double*)b;
  return (x > y) - (x < y);
}

static void say(fmi3InstanceEnvironment environment, fmi3Status status, fmi3String category, fmi3String message) {
  (void)environment;
  fprintf(stderr, "%d %s: %s\n", (int)status, category, message);
}

static fmi3Instance instance;
static size_t n;
static double *states, *start, *rates, *seed;
static fmi3ValueReference *knowns, *unknowns;
static fmi3SetTimeTYPE* set_time;
static fmi3SetContinuousStatesTYPE* set_states;
static fmi3GetContinuousStateDerivativesTYPE* get_rates;
static fmi3GetDirectionalDerivativeTYPE* get_product;

static void right_hand_side(long k) {
  states[k % (long)n] = start[k % (long)n] * (1.0 + 1e-9 * (double)(k % 1000));
  if (set_time(instance, 1e-3 * (double)k) || set_states(instance, states, n) || get_rates(instance, rates, n)) exit(2);
}

static void product(long k) {
  seed[k % (long)n] = 1.0 + 1e-9 * (double)(k % 1000);
  if (get_product(instance, unknowns, n, knowns, n, seed, n, rates, n)) exit(3);
}

static double median_cost(void (*call)(long), double seconds) {
  double cost[BLOCKS], begin;
  long calls = 1, k;
  int block;
  for (;;) { /* as many calls as make a block long enough */
    begin = now();
    for (k = 0; k < calls; ++k) call(k);
    if (now() - begin > seconds / BLOCKS) break;
    calls *= 2;
  }
  for (block = 0; block < BLOCKS; ++block) {
    begin = now();
    for (k = 0; k < calls; ++k) call(k);
    cost[block] = (now() - begin) / (double)calls;
  }
  qsort(cost, BLOCKS, sizeof *cost, by_size);
  return 1e9 * cost[BLOCKS / 2];
}

int main(int argc, char** argv) {
  void* library;
  double seconds;
  size_t i;
  if (argc != 7) return 1;
  library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    fprintf(stderr, "%s\n", dlerror());
    return 1;
  }
  n = (size_t)atol(argv[3]);
  seconds = atof(argv[6]);
  states = calloc(n, sizeof *states);
  start = calloc(n, sizeof *start);
  rates = calloc(n, sizeof *rates);
  seed = calloc(n, sizeof *seed);
  knowns = calloc(n, sizeof *knowns);
  unknowns = calloc(n, sizeof *unknowns);
  if (!n || !states || !start || !rates || !seed || !knowns || !unknowns) return 1;
  for (i = 0; i < n; ++i) {
    knowns[i] = (fmi3ValueReference)(atol(argv[4]) + (long)i);
    unknowns[i] = (fmi3ValueReference)(atol(argv[5]) + (long)i);
    seed[i] = 1.0;
  }
  set_time = (fmi3SetTimeTYPE*)symbol(library, "fmi3SetTime");
  set_states = (fmi3SetContinuousStatesTYPE*)symbol(library, "fmi3SetContinuousStates");
  get_rates = (fmi3GetContinuousStateDerivativesTYPE*)symbol(library, "fmi3GetContinuousStateDerivatives");
  get_product = (fmi3GetDirectionalDerivativeTYPE*)symbol(library, "fmi3GetDirectionalDerivative");
  instance = ((fmi3InstantiateModelExchangeTYPE*)symbol(library, "fmi3InstantiateModelExchange"))(
      "unit", argv[2], NULL, fmi3False, fmi3False, NULL, say);
  if (!instance) return 1;
  if (((fmi3EnterInitializationModeTYPE*)symbol(library, "fmi3EnterInitializationMode"))(
          instance, fmi3False, 0.0, 0.0, fmi3False, 0.0) ||
      ((fmi3ExitInitializationModeTYPE*)symbol(library, "fmi3ExitInitializationMode"))(instance) ||
      ((fmi3EnterContinuousTimeModeTYPE*)symbol(library, "fmi3EnterContinuousTimeMode"))(instance) ||
      ((fmi3GetContinuousStatesTYPE*)symbol(library, "fmi3GetContinuousStates"))(instance, start, n))
    return 1;
  for (i = 0; i < n; ++i) states[i] = start[i];
  printf("%.1f\n", median_cost(right_hand_side, seconds));
  printf("%.1f\n", median_cost(product, seconds));
  return 0;
}
