/* FMI 3.0 Model Exchange interface of a plant compiled by heatsim.
 *
 * model_data.h     numbers of variables, default values, names, messages (written for each model)
 * model_functions.h the model itself: start values, right-hand side, its directional derivative, assertions, events (written by
 *                   CasADi)
 * events.h         what happens at events
 *
 * Value references: 0 time; then parameters, states, inputs, outputs that are not states, derivatives of the states; then the
 * outputs and derivatives once more, under the names that CasADi's import looks for; then event indicators, discrete variables,
 * constants, parameters that follow from others.
 * An instance owns all its memory; there are no global variables that change, so instances are independent.
 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fmi3Functions.h"
#include "model_data.h"

#define CASADI_SYMBOL_EXPORT static
#include "model_functions.h"

#define FIRST_P 1
#define FIRST_X (FIRST_P + HS_NP)
#define FIRST_U (FIRST_X + HS_NX)
#define FIRST_Y (FIRST_U + HS_NU)
#define FIRST_DX (FIRST_Y + HS_NY)
#define N_VALUES (FIRST_DX + HS_NX)
#define FIRST_Z (N_VALUES + HS_NY + HS_NX)
#define FIRST_D (FIRST_Z + HS_NZ)
#define FIRST_K (FIRST_D + HS_ND)
#define FIRST_C (FIRST_K + HS_NK)
#define HS_NQ (HS_ND + HS_NT + HS_NH) /* values that are held between events */

#define UNUSED(x) (void)(x)

typedef enum { INSTANTIATED = 1, INITIALIZATION, EVENT, CONTINUOUS, TERMINATED } Mode;

/* The part of an instance that is its FMU state. */
typedef struct {
  double value[N_VALUES]; /* by value reference */
  unsigned char state_given[HS_NX + 1]; /* a start value was set from outside */
  int start_valid; /* start values belong to the present parameters */
  int rates_valid; /* derivatives and outputs belong to the present values */
  unsigned char warned[HS_NC + 1]; /* the assertion of level warning was reported */
  int discrete_valid; /* at the start: discrete values belong to the present parameters, inputs and states */
  double q[HS_NQ + 1]; /* held values */
  double pre[HS_ND + 1]; /* discrete variables before the event */
  double given[HS_ND + 1]; /* discrete inputs as they were set last */
  double tick[HS_NS + 1]; /* number of the next moment of each sample */
  double sample[2][HS_NS + 1]; /* start and interval that these numbers belong to */
  double threshold[HS_NT + 1]; /* of time relations at the last event */
  double busy_since; /* time of the first of `busy` events at which relations changed */
  int busy;
  Mode mode;
} Data;

typedef struct {
  Data data;
  fmi3InstanceEnvironment environment;
  fmi3LogMessageCallback log;
  const double** arg;
  double** res;
  casadi_int* iw;
  double* w;
} Instance;

static void say(Instance* m, fmi3Status status, const char* category, const char* format, ...) {
  char text[1024];
  va_list arguments;
  if (!m->log) return;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  m->log(m->environment, status, category, text);
}

static fmi3Status not_available(fmi3Instance instance, const char* function) {
  if (instance) say((Instance*)instance, fmi3Error, "logStatusError", "%s is not available in this FMU", function);
  return fmi3Error;
}

#define RESIDUAL_LIMIT 1e-7 /* of nonlinear equations, relative to their nominal size */

/* Number of the first residual that Newton's method has left, or -1. */
static int first_unsolved(const double* residuals, int n) {
  int i;
  for (i = 0; i < n; ++i)
    if (!(fabs(residuals[i]) <= RESIDUAL_LIMIT)) return i; /* also for NaN */
  return -1;
}

/* Start values of the states follow from parameters and inputs until initialization is over. */
static fmi3Status update_start(Instance* m) {
  double start[HS_NX + 1], given[HS_NX + 1], residuals[HS_NSR + 1];
  int i, mem, flag, pass;
  Data* d = &m->data;
  if (d->start_valid || d->mode > INITIALIZATION) return fmi3OK;
  m->arg[0] = d->value;
  m->arg[1] = d->value + FIRST_U;
  m->arg[2] = d->value + FIRST_P;
  m->arg[3] = given;
  m->res[0] = start;
  m->res[1] = residuals;
  mem = hs_start_checkout();
  flag = 0;
  memcpy(given, d->value + FIRST_X, HS_NX * sizeof(double));
  for (pass = 0; pass <= HS_START_COUPLES && !flag; ++pass) { /* the first time for start attributes, on which others depend */
    flag = hs_start(m->arg, m->res, m->iw, m->w, mem);
    for (i = 0; i < HS_NX; ++i) given[i] = d->state_given[i] ? d->value[FIRST_X + i] : start[i];
  }
  hs_start_release(mem);
  i = first_unsolved(residuals, HS_NSR);
  if (flag || i >= 0) {
    say(m, fmi3Error, "logStatusError", "the initial equations of %s could not be solved; give better start values",
        i < 0 ? "the model" : HS_START_LOOP_OF[i]);
    return fmi3Error;
  }
  for (i = 0; i < HS_NX; ++i) {
    if (d->state_given[i]) continue;
    if (!isfinite(start[i])) {
      say(m, fmi3Error, "logStatusError", "the start value of %s is not finite; check the parameters", HS_STATE_NAMES[i]);
      return fmi3Error;
    }
    d->value[FIRST_X + i] = start[i];
  }
  d->start_valid = 1;
  d->rates_valid = 0;
  return fmi3OK;
}

/* Let the first arguments of a function be the present point. */
static void give_point(Instance* m) {
  Data* d = &m->data;
  m->arg[0] = d->value;
  m->arg[1] = d->value + FIRST_X;
  m->arg[2] = d->value + FIRST_U;
  m->arg[3] = d->value + FIRST_P;
  m->arg[4] = d->q;
}

#if HS_EVENTS
#include "events.h"
#endif

#if HS_NC > 0
static fmi3Status check_assertions(Instance* m, const double* holds) {
  int i;
  Data* d = &m->data;
  for (i = 0; i < HS_NC; ++i) {
    if (holds[i] != 0.0) continue;
    if (!HS_CHECK_WARNS[i]) {
      say(m, fmi3Error, "logStatusError", "assertion fails at t = %.9g s: %s", d->value[0], HS_CHECK_TEXTS[i]);
      return fmi3Error;
    }
    if (!d->warned[i]) say(m, fmi3Warning, "logStatusWarning", "at t = %.9g s: %s", d->value[0], HS_CHECK_TEXTS[i]);
    d->warned[i] = 1;
  }
  return fmi3OK;
}
#endif

static fmi3Status update_rates(Instance* m) {
  double holds[HS_NC + 1], residuals[HS_NR + 1];
  int i, mem, flag;
  Data* d = &m->data;
  fmi3Status status = update_start(m);
  if (status != fmi3OK || d->rates_valid) return status;
#if HS_EVENTS
  if (d->mode <= INITIALIZATION) status = start_discrete(m, fmi3False);
  if (status != fmi3OK) return status;
#endif
  give_point(m);
  m->res[0] = d->value + FIRST_DX;
  m->res[1] = d->value + FIRST_Y;
  m->res[2] = holds;
  m->res[3] = residuals;
  mem = hs_rhs_checkout();
  flag = hs_rhs(m->arg, m->res, m->iw, m->w, mem);
  hs_rhs_release(mem);
#if HS_NC > 0
  if (!flag) status = check_assertions(m, holds); /* before all others: it says best what is wrong */
  if (status != fmi3OK) return status;
#endif
  i = first_unsolved(residuals, HS_NR);
  if (flag || i >= 0) {
    say(m, fmi3Discard, "logStatusDiscard", "at t = %.9g s: the nonlinear equations of %s could not be solved", d->value[0],
        i < 0 ? "the model" : HS_LOOP_OF[i]);
    return fmi3Discard;
  }
  for (i = 0; i < HS_NX; ++i) {
    if (!isfinite(d->value[FIRST_DX + i])) {
      say(m, fmi3Discard, "logStatusDiscard", "at t = %.9g s: der(%s) is not finite", d->value[0], HS_STATE_NAMES[i]);
      return fmi3Discard;
    }
  }
  for (i = 0; i < HS_NY; ++i) {
    if (!isfinite(d->value[FIRST_Y + i])) {
      say(m, fmi3Discard, "logStatusDiscard", "at t = %.9g s: %s is not finite", d->value[0], HS_OUTPUT_NAMES[i]);
      return fmi3Discard;
    }
  }
  d->rates_valid = 1;
  return fmi3OK;
}

static void reset(Data* d) {
  memset(d, 0, sizeof *d);
  memcpy(d->value + FIRST_P, HS_START_P, HS_NP * sizeof(double));
  memcpy(d->value + FIRST_U, HS_START_U, HS_NU * sizeof(double));
#if HS_EVENTS
  memcpy(d->q, HS_START_D, HS_ND * sizeof(double));
  memcpy(d->given, HS_START_D, HS_ND * sizeof(double));
#endif
  d->mode = INSTANTIATED;
}

static void largest(casadi_int* all, const casadi_int* one) {
  int i;
  for (i = 0; i < 4; ++i)
    if (one[i] > all[i]) all[i] = one[i];
}

/* -- life of an instance */

FMI3_Export const char* fmi3GetVersion(void) { return fmi3Version; }

FMI3_Export fmi3Status fmi3SetDebugLogging(fmi3Instance instance, fmi3Boolean on, size_t n, const fmi3String categories[]) {
  UNUSED(instance); UNUSED(on); UNUSED(n); UNUSED(categories);
  return fmi3OK;
}

static void release(Instance* m) {
  if (!m) return;
  free((void*)m->arg);
  free(m->res);
  free(m->iw);
  free(m->w);
  free(m);
}

FMI3_Export void fmi3FreeInstance(fmi3Instance instance) { release((Instance*)instance); }

FMI3_Export fmi3Instance fmi3InstantiateModelExchange(fmi3String name, fmi3String token, fmi3String resources, fmi3Boolean visible,
    fmi3Boolean logging, fmi3InstanceEnvironment environment, fmi3LogMessageCallback log) {
  casadi_int all[4] = {0, 0, 0, 0}, one[4];
  Instance* m;
  UNUSED(name); UNUSED(resources); UNUSED(visible); UNUSED(logging);
  m = (Instance*)calloc(1, sizeof(Instance));
  if (!m) return NULL;
  m->environment = environment;
  m->log = log;
  if (!token || strcmp(token, HS_TOKEN) != 0) {
    say(m, fmi3Error, "logStatusError", "the instantiation token does not belong to this FMU");
    free(m);
    return NULL;
  }
  hs_start_work(&one[0], &one[1], &one[2], &one[3]); largest(all, one);
  hs_rhs_work(&one[0], &one[1], &one[2], &one[3]); largest(all, one);
  hs_jvp_work(&one[0], &one[1], &one[2], &one[3]); largest(all, one);
#if HS_NCP > 0
  hs_dependent_work(&one[0], &one[1], &one[2], &one[3]); largest(all, one);
#endif
#if HS_EVENTS
  hs_event_work(&one[0], &one[1], &one[2], &one[3]); largest(all, one);
  hs_indicators_work(&one[0], &one[1], &one[2], &one[3]); largest(all, one);
  hs_before_work(&one[0], &one[1], &one[2], &one[3]); largest(all, one);
  hs_samples_work(&one[0], &one[1], &one[2], &one[3]); largest(all, one);
#endif
  m->arg = (const double**)calloc((size_t)all[0] + 1, sizeof(double*));
  m->res = (double**)calloc((size_t)all[1] + 1, sizeof(double*));
  m->iw = (casadi_int*)calloc((size_t)all[2] + 1, sizeof(casadi_int));
  m->w = (double*)calloc((size_t)all[3] + 1, sizeof(double));
  if (!m->arg || !m->res || !m->iw || !m->w) {
    release(m);
    return NULL;
  }
  reset(&m->data);
  return m;
}

FMI3_Export fmi3Status fmi3EnterInitializationMode(fmi3Instance instance, fmi3Boolean has_tolerance, fmi3Float64 tolerance,
    fmi3Float64 start, fmi3Boolean has_stop, fmi3Float64 stop) {
  Instance* m = (Instance*)instance;
  UNUSED(has_tolerance); UNUSED(tolerance); UNUSED(has_stop); UNUSED(stop);
  m->data.value[0] = start;
  m->data.start_valid = m->data.rates_valid = m->data.discrete_valid = 0;
  m->data.mode = INITIALIZATION;
  return fmi3OK;
}

FMI3_Export fmi3Status fmi3ExitInitializationMode(fmi3Instance instance) {
  Instance* m = (Instance*)instance;
  fmi3Status status = update_start(m);
#if HS_EVENTS
  if (status == fmi3OK) status = start_discrete(m, fmi3True);
#endif
  if (status != fmi3OK) return status;
  m->data.mode = EVENT;
  return fmi3OK;
}

FMI3_Export fmi3Status fmi3EnterEventMode(fmi3Instance instance) {
  Data* d = &((Instance*)instance)->data;
  d->mode = EVENT;
#if HS_EVENTS
  {
    int i;
    for (i = 0; i < HS_ND; ++i)
      if (HS_D_INPUT[i]) d->q[i] = d->given[i];
    d->rates_valid = 0;
  }
#endif
  return fmi3OK;
}

FMI3_Export fmi3Status fmi3EnterContinuousTimeMode(fmi3Instance instance) {
  ((Instance*)instance)->data.mode = CONTINUOUS;
  return fmi3OK;
}

FMI3_Export fmi3Status fmi3Terminate(fmi3Instance instance) {
  ((Instance*)instance)->data.mode = TERMINATED;
  return fmi3OK;
}

FMI3_Export fmi3Status fmi3Reset(fmi3Instance instance) {
  reset(&((Instance*)instance)->data);
  return fmi3OK;
}

/* -- values, of types 0 Real, 1 Boolean, 2 Integer, 3 enumeration */

#if HS_EVENTS
static fmi3Status get_indicators(Instance* m, double* z) {
  int i, mem, flag;
  fmi3Status status = update_rates(m);
  if (status != fmi3OK) return status;
  give_point(m);
  m->res[0] = z;
  mem = hs_indicators_checkout();
  flag = hs_indicators(m->arg, m->res, m->iw, m->w, mem);
  hs_indicators_release(mem);
  for (i = 0; i < HS_NZ; ++i) {
    if (flag || !isfinite(z[i])) {
      say(m, fmi3Discard, "logStatusDiscard", "at t = %.9g s: an event indicator is not finite", m->data.value[0]);
      return fmi3Discard;
    }
  }
  return fmi3OK;
}
#endif

static int type_of(fmi3ValueReference vr) {
#if HS_EVENTS
  if (vr >= FIRST_D && vr < FIRST_K) return HS_D_TYPE[vr - FIRST_D];
#endif
#if HS_NK > 0
  if (vr >= FIRST_K && vr < FIRST_C) return HS_K_TYPE[vr - FIRST_K];
#endif
  return vr < FIRST_C + HS_NCP ? 0 : -1;
}

static fmi3Status wrong_reference(Instance* m, fmi3ValueReference vr) {
  say(m, fmi3Error, "logStatusError", "there is no variable of this type with value reference %u", (unsigned)vr);
  return fmi3Error;
}

static fmi3Status get_value(Instance* m, fmi3ValueReference vr, int type, double* value) {
  Data* d = &m->data;
  fmi3Status status = fmi3OK;
  if (type_of(vr) != type) return wrong_reference(m, vr);
#if HS_NCP > 0
  if (vr >= FIRST_C) {
    double all[HS_NCP];
    int mem, flag;
    m->arg[0] = d->value + FIRST_P;
    m->res[0] = all;
    mem = hs_dependent_checkout();
    flag = hs_dependent(m->arg, m->res, m->iw, m->w, mem);
    hs_dependent_release(mem);
    *value = all[vr - FIRST_C];
    return flag ? fmi3Error : fmi3OK;
  }
#endif
#if HS_NK > 0
  if (vr >= FIRST_K) {
    *value = HS_K_VALUE[vr - FIRST_K];
    return fmi3OK;
  }
#endif
#if HS_EVENTS
  if (vr >= FIRST_D) {
    if (d->mode <= INITIALIZATION) status = update_start(m);
    if (d->mode <= INITIALIZATION && status == fmi3OK) status = start_discrete(m, fmi3False);
    *value = d->q[vr - FIRST_D];
    return status;
  }
  if (vr >= FIRST_Z) {
    double z[HS_NZ + 1];
    status = get_indicators(m, z);
    if (status == fmi3OK) *value = z[vr - FIRST_Z];
    return status;
  }
#endif
  if (vr >= FIRST_Y) status = update_rates(m);
  else if (vr >= FIRST_X && vr < FIRST_U) status = update_start(m);
  if (status == fmi3OK) *value = d->value[vr < N_VALUES ? vr : vr - HS_NY - HS_NX];
  return status;
}

static fmi3Status set_value(Instance* m, fmi3ValueReference vr, int type, double value) {
  Data* d = &m->data;
  if (type_of(vr) != type) return wrong_reference(m, vr);
  if (!isfinite(value)) {
    say(m, fmi3Error, "logStatusError", "value reference %u cannot be set to a value that is not finite", (unsigned)vr);
    return fmi3Error;
  }
#if HS_EVENTS
  if (vr >= FIRST_D && vr < FIRST_K && HS_D_INPUT[vr - FIRST_D]) {
    d->given[vr - FIRST_D] = value;
    if (d->mode == CONTINUOUS) return fmi3OK; /* discrete inputs change at events: it counts from the next one on */
    d->q[vr - FIRST_D] = value;
    d->rates_valid = d->discrete_valid = 0;
    return fmi3OK;
  }
#endif
  if (vr >= FIRST_K && vr < FIRST_C) {
    say(m, fmi3Error, "logStatusError", "the parameter with value reference %u is a constant of this FMU; give its value when building it",
        (unsigned)vr);
    return fmi3Error;
  }
  if (vr == 0 || vr >= FIRST_Y) {
    say(m, fmi3Error, "logStatusError", "the variable with value reference %u is computed and cannot be set", (unsigned)vr);
    return fmi3Error;
  }
#if HS_NP > 0
  if (vr < FIRST_X && HS_P_FIXED[vr - FIRST_P] && d->mode > INITIALIZATION && value != d->value[vr]) {
    say(m, fmi3Error, "logStatusError", "the parameter with value reference %u only acts on start values; set it before the start",
        (unsigned)vr);
    return fmi3Error;
  }
#endif
#if HS_NX > 0
  if (vr >= FIRST_X && vr < FIRST_U && HS_X_SOLVED[vr - FIRST_X] && d->mode <= INITIALIZATION) {
    say(m, fmi3Error, "logStatusError", "the start value of %s follows from initial equations and cannot be set",
        HS_STATE_NAMES[vr - FIRST_X]);
    return fmi3Error;
  }
#endif
  d->value[vr] = value;
  if (vr < FIRST_X || vr >= FIRST_U) d->start_valid = 0;
  else {
    d->state_given[vr - FIRST_X] = 1;
#if HS_START_COUPLES
    d->start_valid = 0;
#endif
  }
  d->rates_valid = d->discrete_valid = 0;
  return fmi3OK;
}

static fmi3Status wrong_count(Instance* m, size_t n, size_t k) {
  say(m, fmi3Error, "logStatusError", "%lu values for %lu variables, all of which are scalars", (unsigned long)k, (unsigned long)n);
  return fmi3Error;
}

#define VALUES(TYPE, NUMBER) \
  FMI3_Export fmi3Status fmi3Get##TYPE(fmi3Instance m, const fmi3ValueReference v[], size_t n, fmi3##TYPE x[], size_t k) { \
    size_t i; \
    if (n != k) return wrong_count((Instance*)m, n, k); \
    for (i = 0; i < n; ++i) { \
      double value; \
      fmi3Status status = get_value((Instance*)m, v[i], NUMBER, &value); \
      if (status != fmi3OK) return status; \
      if (NUMBER == 2 && !(fabs(value) <= 2147483647.0)) { \
        say((Instance*)m, fmi3Error, "logStatusError", "the Integer with value reference %u is %.17g, which is beyond 32 bits", \
            (unsigned)v[i], value); \
        return fmi3Error; \
      } \
      x[i] = (fmi3##TYPE)value; \
    } \
    return fmi3OK; \
  } \
  FMI3_Export fmi3Status fmi3Set##TYPE(fmi3Instance m, const fmi3ValueReference v[], size_t n, const fmi3##TYPE x[], size_t k) { \
    size_t i; \
    if (n != k) return wrong_count((Instance*)m, n, k); \
    for (i = 0; i < n; ++i) { \
      fmi3Status status = set_value((Instance*)m, v[i], NUMBER, (double)x[i]); \
      if (status != fmi3OK) return status; \
    } \
    return fmi3OK; \
  }
VALUES(Float64, 0) VALUES(Boolean, 1) VALUES(Int32, 2) VALUES(Int64, 3)

FMI3_Export fmi3Status fmi3SetTime(fmi3Instance instance, fmi3Float64 time) {
  Instance* m = (Instance*)instance;
  if (m->data.value[0] != time) m->data.rates_valid = 0;
  m->data.value[0] = time;
  return fmi3OK;
}

FMI3_Export fmi3Status fmi3SetContinuousStates(fmi3Instance instance, const fmi3Float64 states[], size_t n) {
  Instance* m = (Instance*)instance;
  if (n != HS_NX) return fmi3Error;
  memcpy(m->data.value + FIRST_X, states, n * sizeof(double));
  m->data.rates_valid = 0;
  return fmi3OK;
}

FMI3_Export fmi3Status fmi3GetContinuousStates(fmi3Instance instance, fmi3Float64 states[], size_t n) {
  Instance* m = (Instance*)instance;
  fmi3Status status = update_start(m);
  if (n != HS_NX) return fmi3Error;
  memcpy(states, m->data.value + FIRST_X, n * sizeof(double));
  return status;
}

FMI3_Export fmi3Status fmi3GetContinuousStateDerivatives(fmi3Instance instance, fmi3Float64 derivatives[], size_t n) {
  Instance* m = (Instance*)instance;
  fmi3Status status = update_rates(m);
  if (n != HS_NX) return fmi3Error;
  memcpy(derivatives, m->data.value + FIRST_DX, n * sizeof(double));
  return status;
}

FMI3_Export fmi3Status fmi3GetNominalsOfContinuousStates(fmi3Instance instance, fmi3Float64 nominals[], size_t n) {
  UNUSED(instance);
  if (n != HS_NX) return fmi3Error;
  memcpy(nominals, HS_NOMINAL_X, n * sizeof(double));
  return fmi3OK;
}

FMI3_Export fmi3Status fmi3GetNumberOfContinuousStates(fmi3Instance instance, size_t* n) {
  UNUSED(instance);
  *n = HS_NX;
  return fmi3OK;
}

FMI3_Export fmi3Status fmi3GetNumberOfEventIndicators(fmi3Instance instance, size_t* n) {
  UNUSED(instance);
  *n = HS_NZ;
  return fmi3OK;
}

FMI3_Export fmi3Status fmi3GetEventIndicators(fmi3Instance instance, fmi3Float64 indicators[], size_t n) {
  if (n != HS_NZ) return fmi3Error;
#if HS_EVENTS
  return get_indicators((Instance*)instance, indicators);
#else
  UNUSED(instance); UNUSED(indicators);
  return fmi3OK;
#endif
}

FMI3_Export fmi3Status fmi3CompletedIntegratorStep(fmi3Instance instance, fmi3Boolean no_rollback, fmi3Boolean* event,
    fmi3Boolean* terminate) {
  UNUSED(instance); UNUSED(no_rollback);
  *event = fmi3False;
  *terminate = fmi3False;
  return fmi3OK;
}

FMI3_Export fmi3Status fmi3UpdateDiscreteStates(fmi3Instance instance, fmi3Boolean* again, fmi3Boolean* terminate,
    fmi3Boolean* nominals_changed, fmi3Boolean* states_changed, fmi3Boolean* has_next, fmi3Float64* next) {
  *again = *terminate = *nominals_changed = *states_changed = *has_next = fmi3False;
  *next = 0;
#if HS_EVENTS
  {
    fmi3Status status = update_discrete((Instance*)instance, states_changed, has_next, next);
    return status == fmi3OK ? update_rates((Instance*)instance) : status; /* also for assertions, when nobody asks for rates */
  }
#else
  UNUSED(instance);
  return fmi3OK;
#endif
}

FMI3_Export fmi3Status fmi3EvaluateDiscreteStates(fmi3Instance instance) {
  UNUSED(instance);
  return fmi3OK;
}

/* -- directional derivatives */

FMI3_Export fmi3Status fmi3GetDirectionalDerivative(fmi3Instance instance, const fmi3ValueReference unknowns[], size_t n_unknowns,
    const fmi3ValueReference knowns[], size_t n_knowns, const fmi3Float64 seed[], size_t n_seed, fmi3Float64 sensitivity[],
    size_t n_sensitivity) {
  Instance* m = (Instance*)instance;
  Data* d = &m->data;
  double direction[FIRST_Y], rates[HS_NX + 1], outputs[HS_NY + 1];
  size_t i;
  int mem, flag;
  fmi3Status status;
  if (n_seed != n_knowns) return wrong_count(m, n_knowns, n_seed);
  if (n_sensitivity != n_unknowns) return wrong_count(m, n_unknowns, n_sensitivity);
  status = update_rates(m); /* without a solution of the equations there is no derivative */
  if (status != fmi3OK) return status;
  memset(direction, 0, sizeof direction);
  for (i = 0; i < n_knowns; ++i) {
    if (knowns[i] >= FIRST_Y) {
      say(m, fmi3Error, "logStatusError", "no derivative with respect to value reference %u", (unsigned)knowns[i]);
      return fmi3Error;
    }
    direction[knowns[i]] += seed[i];
  }
  give_point(m);
  m->arg[5] = direction;
  m->arg[6] = direction + FIRST_X;
  m->arg[7] = direction + FIRST_U;
  m->arg[8] = direction + FIRST_P;
  m->res[0] = rates;
  m->res[1] = outputs;
  mem = hs_jvp_checkout();
  flag = hs_jvp(m->arg, m->res, m->iw, m->w, mem);
  hs_jvp_release(mem);
  if (flag) {
    say(m, fmi3Discard, "logStatusDiscard", "the directional derivative could not be computed");
    return fmi3Discard;
  }
  for (i = 0; i < n_unknowns; ++i) {
    if (unknowns[i] >= N_VALUES) return wrong_reference(m, unknowns[i]);
    if (unknowns[i] >= FIRST_DX) sensitivity[i] = rates[unknowns[i] - FIRST_DX];
    else if (unknowns[i] >= FIRST_Y) sensitivity[i] = outputs[unknowns[i] - FIRST_Y];
    else sensitivity[i] = direction[unknowns[i]];
    if (!isfinite(sensitivity[i])) {
      say(m, fmi3Discard, "logStatusDiscard", "at t = %.9g s: the derivative of value reference %u is not finite", d->value[0],
          (unsigned)unknowns[i]);
      return fmi3Discard;
    }
  }
  return fmi3OK;
}

/* -- FMU state */

FMI3_Export fmi3Status fmi3GetFMUState(fmi3Instance instance, fmi3FMUState* state) {
  if (!*state) *state = malloc(sizeof(Data));
  if (!*state) return fmi3Error;
  memcpy(*state, &((Instance*)instance)->data, sizeof(Data));
  return fmi3OK;
}

FMI3_Export fmi3Status fmi3SetFMUState(fmi3Instance instance, fmi3FMUState state) {
  memcpy(&((Instance*)instance)->data, state, sizeof(Data));
  return fmi3OK;
}

FMI3_Export fmi3Status fmi3FreeFMUState(fmi3Instance instance, fmi3FMUState* state) {
  UNUSED(instance);
  if (state && *state) {
    free(*state);
    *state = NULL;
  }
  return fmi3OK;
}

FMI3_Export fmi3Status fmi3SerializedFMUStateSize(fmi3Instance instance, fmi3FMUState state, size_t* size) {
  UNUSED(instance); UNUSED(state);
  *size = sizeof(Data);
  return fmi3OK;
}

FMI3_Export fmi3Status fmi3SerializeFMUState(fmi3Instance instance, fmi3FMUState state, fmi3Byte bytes[], size_t size) {
  UNUSED(instance);
  if (size < sizeof(Data)) return fmi3Error;
  memcpy(bytes, state, sizeof(Data));
  return fmi3OK;
}

FMI3_Export fmi3Status fmi3DeserializeFMUState(fmi3Instance instance, const fmi3Byte bytes[], size_t size, fmi3FMUState* state) {
  if (size != sizeof(Data)) return fmi3Error;
  if (!*state) *state = malloc(sizeof(Data));
  if (!*state) return fmi3Error;
  UNUSED(instance);
  memcpy(*state, bytes, sizeof(Data));
  return fmi3OK;
}

/* -- what an FMU of this kind does not have */

FMI3_Export fmi3Instance fmi3InstantiateCoSimulation(fmi3String a, fmi3String b, fmi3String c, fmi3Boolean d, fmi3Boolean e,
    fmi3Boolean f, fmi3Boolean g, const fmi3ValueReference h[], size_t i, fmi3InstanceEnvironment j, fmi3LogMessageCallback k,
    fmi3IntermediateUpdateCallback l) {
  UNUSED(a); UNUSED(b); UNUSED(c); UNUSED(d); UNUSED(e); UNUSED(f); UNUSED(g); UNUSED(h); UNUSED(i); UNUSED(j); UNUSED(k); UNUSED(l);
  return NULL;
}

FMI3_Export fmi3Instance fmi3InstantiateScheduledExecution(fmi3String a, fmi3String b, fmi3String c, fmi3Boolean d, fmi3Boolean e,
    fmi3InstanceEnvironment f, fmi3LogMessageCallback g, fmi3ClockUpdateCallback h, fmi3LockPreemptionCallback i,
    fmi3UnlockPreemptionCallback j) {
  UNUSED(a); UNUSED(b); UNUSED(c); UNUSED(d); UNUSED(e); UNUSED(f); UNUSED(g); UNUSED(h); UNUSED(i); UNUSED(j);
  return NULL;
}

#define GET_SET(TYPE) \
  FMI3_Export fmi3Status fmi3Get##TYPE(fmi3Instance m, const fmi3ValueReference v[], size_t n, fmi3##TYPE x[], size_t k) { \
    UNUSED(v); UNUSED(x); UNUSED(k); return n ? not_available(m, "fmi3Get" #TYPE) : fmi3OK; } \
  FMI3_Export fmi3Status fmi3Set##TYPE(fmi3Instance m, const fmi3ValueReference v[], size_t n, const fmi3##TYPE x[], size_t k) { \
    UNUSED(v); UNUSED(x); UNUSED(k); return n ? not_available(m, "fmi3Set" #TYPE) : fmi3OK; }

GET_SET(Float32) GET_SET(Int8) GET_SET(UInt8) GET_SET(Int16) GET_SET(UInt16) GET_SET(UInt32) GET_SET(UInt64) GET_SET(String)

FMI3_Export fmi3Status fmi3GetBinary(fmi3Instance m, const fmi3ValueReference v[], size_t n, size_t s[], fmi3Binary x[], size_t k) {
  UNUSED(v); UNUSED(n); UNUSED(s); UNUSED(x); UNUSED(k);
  return not_available(m, "fmi3GetBinary");
}

FMI3_Export fmi3Status fmi3SetBinary(fmi3Instance m, const fmi3ValueReference v[], size_t n, const size_t s[], const fmi3Binary x[],
    size_t k) {
  UNUSED(v); UNUSED(n); UNUSED(s); UNUSED(x); UNUSED(k);
  return not_available(m, "fmi3SetBinary");
}

FMI3_Export fmi3Status fmi3GetClock(fmi3Instance m, const fmi3ValueReference v[], size_t n, fmi3Clock x[]) {
  UNUSED(v); UNUSED(n); UNUSED(x);
  return not_available(m, "fmi3GetClock");
}

FMI3_Export fmi3Status fmi3SetClock(fmi3Instance m, const fmi3ValueReference v[], size_t n, const fmi3Clock x[]) {
  UNUSED(v); UNUSED(n); UNUSED(x);
  return not_available(m, "fmi3SetClock");
}

FMI3_Export fmi3Status fmi3GetNumberOfVariableDependencies(fmi3Instance m, fmi3ValueReference v, size_t* n) {
  UNUSED(v); UNUSED(n);
  return not_available(m, "fmi3GetNumberOfVariableDependencies");
}

FMI3_Export fmi3Status fmi3GetVariableDependencies(fmi3Instance m, fmi3ValueReference v, size_t a[], fmi3ValueReference b[],
    size_t c[], fmi3DependencyKind d[], size_t n) {
  UNUSED(v); UNUSED(a); UNUSED(b); UNUSED(c); UNUSED(d); UNUSED(n);
  return not_available(m, "fmi3GetVariableDependencies");
}

FMI3_Export fmi3Status fmi3GetAdjointDerivative(fmi3Instance m, const fmi3ValueReference a[], size_t b, const fmi3ValueReference c[],
    size_t d, const fmi3Float64 e[], size_t f, fmi3Float64 g[], size_t h) {
  UNUSED(a); UNUSED(b); UNUSED(c); UNUSED(d); UNUSED(e); UNUSED(f); UNUSED(g); UNUSED(h);
  return not_available(m, "fmi3GetAdjointDerivative");
}

FMI3_Export fmi3Status fmi3EnterConfigurationMode(fmi3Instance m) { return not_available(m, "fmi3EnterConfigurationMode"); }
FMI3_Export fmi3Status fmi3ExitConfigurationMode(fmi3Instance m) { return not_available(m, "fmi3ExitConfigurationMode"); }
FMI3_Export fmi3Status fmi3EnterStepMode(fmi3Instance m) { return not_available(m, "fmi3EnterStepMode"); }

FMI3_Export fmi3Status fmi3GetIntervalDecimal(fmi3Instance m, const fmi3ValueReference v[], size_t n, fmi3Float64 x[],
    fmi3IntervalQualifier q[]) {
  UNUSED(v); UNUSED(n); UNUSED(x); UNUSED(q);
  return not_available(m, "fmi3GetIntervalDecimal");
}

FMI3_Export fmi3Status fmi3GetIntervalFraction(fmi3Instance m, const fmi3ValueReference v[], size_t n, fmi3UInt64 c[], fmi3UInt64 r[],
    fmi3IntervalQualifier q[]) {
  UNUSED(v); UNUSED(n); UNUSED(c); UNUSED(r); UNUSED(q);
  return not_available(m, "fmi3GetIntervalFraction");
}

FMI3_Export fmi3Status fmi3GetShiftDecimal(fmi3Instance m, const fmi3ValueReference v[], size_t n, fmi3Float64 x[]) {
  UNUSED(v); UNUSED(n); UNUSED(x);
  return not_available(m, "fmi3GetShiftDecimal");
}

FMI3_Export fmi3Status fmi3GetShiftFraction(fmi3Instance m, const fmi3ValueReference v[], size_t n, fmi3UInt64 c[], fmi3UInt64 r[]) {
  UNUSED(v); UNUSED(n); UNUSED(c); UNUSED(r);
  return not_available(m, "fmi3GetShiftFraction");
}

FMI3_Export fmi3Status fmi3SetIntervalDecimal(fmi3Instance m, const fmi3ValueReference v[], size_t n, const fmi3Float64 x[]) {
  UNUSED(v); UNUSED(n); UNUSED(x);
  return not_available(m, "fmi3SetIntervalDecimal");
}

FMI3_Export fmi3Status fmi3SetIntervalFraction(fmi3Instance m, const fmi3ValueReference v[], size_t n, const fmi3UInt64 c[],
    const fmi3UInt64 r[]) {
  UNUSED(v); UNUSED(n); UNUSED(c); UNUSED(r);
  return not_available(m, "fmi3SetIntervalFraction");
}

FMI3_Export fmi3Status fmi3SetShiftDecimal(fmi3Instance m, const fmi3ValueReference v[], size_t n, const fmi3Float64 x[]) {
  UNUSED(v); UNUSED(n); UNUSED(x);
  return not_available(m, "fmi3SetShiftDecimal");
}

FMI3_Export fmi3Status fmi3SetShiftFraction(fmi3Instance m, const fmi3ValueReference v[], size_t n, const fmi3UInt64 c[],
    const fmi3UInt64 r[]) {
  UNUSED(v); UNUSED(n); UNUSED(c); UNUSED(r);
  return not_available(m, "fmi3SetShiftFraction");
}

FMI3_Export fmi3Status fmi3GetOutputDerivatives(fmi3Instance m, const fmi3ValueReference v[], size_t n, const fmi3Int32 o[],
    fmi3Float64 x[], size_t k) {
  UNUSED(v); UNUSED(n); UNUSED(o); UNUSED(x); UNUSED(k);
  return not_available(m, "fmi3GetOutputDerivatives");
}

FMI3_Export fmi3Status fmi3DoStep(fmi3Instance m, fmi3Float64 t, fmi3Float64 h, fmi3Boolean a, fmi3Boolean* b, fmi3Boolean* c,
    fmi3Boolean* d, fmi3Float64* e) {
  UNUSED(t); UNUSED(h); UNUSED(a); UNUSED(b); UNUSED(c); UNUSED(d); UNUSED(e);
  return not_available(m, "fmi3DoStep");
}

FMI3_Export fmi3Status fmi3ActivateModelPartition(fmi3Instance m, fmi3ValueReference v, fmi3Float64 t) {
  UNUSED(v); UNUSED(t);
  return not_available(m, "fmi3ActivateModelPartition");
}
