/* The FMI 3.0 interface of a test FMU; included after the model and `solver.h`. */
#include "fmi3FunctionTypes.h"

#ifdef _WIN32
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

static void log_fmi3(Instance *c, int status, const char *text)
{
    union { const void *data; fmi3LogMessageCallback function; } callback = {c->callbacks};
    if (callback.function) callback.function(c->environment, (fmi3Status)status, "model", text);
}

static fmi3Status bad(Instance *c, const char *function, unsigned reference)
{
    say(c, STATUS_ERROR, "%s: no variable with value reference %u", function, reference);
    return fmi3Error;
}

EXPORT const char *fmi3GetVersion(void) { return "3.0"; }
EXPORT fmi3Status fmi3SetDebugLogging(void) { return fmi3OK; }

static fmi3Instance instantiate(fmi3String name, fmi3String token, int co_simulation, void *environment, fmi3LogMessageCallback log)
{
    union { fmi3LogMessageCallback function; const void *data; } callback = {log};
    Instance *c = calloc(1, sizeof *c);
    c->callbacks = callback.data;
    c->environment = environment;
    c->log = log_fmi3;
    c->co_simulation = co_simulation;
    strncpy(c->name, name, sizeof c->name - 1);
    if (strcmp(token, TOKEN)) {
        say(c, STATUS_ERROR, "wrong instantiation token %s", token);
        free(c);
        return NULL;
    }
    set_start_values(c);
    return c;
}

EXPORT fmi3Instance fmi3InstantiateModelExchange(fmi3String name, fmi3String token, fmi3String resources, fmi3Boolean visible, fmi3Boolean logging, fmi3InstanceEnvironment environment, fmi3LogMessageCallback log)
{
    (void)resources; (void)visible; (void)logging;
    return instantiate(name, token, 0, environment, log);
}
EXPORT fmi3Instance fmi3InstantiateCoSimulation(fmi3String name, fmi3String token, fmi3String resources, fmi3Boolean visible, fmi3Boolean logging, fmi3Boolean event_mode, fmi3Boolean early, const fmi3ValueReference required[], size_t n_required, fmi3InstanceEnvironment environment, fmi3LogMessageCallback log, fmi3IntermediateUpdateCallback intermediate)
{
    (void)resources; (void)visible; (void)logging; (void)early; (void)required; (void)n_required; (void)intermediate;
    return event_mode ? NULL : instantiate(name, token, 1, environment, log);
}
EXPORT fmi3Instance fmi3InstantiateScheduledExecution(void) { return NULL; }
EXPORT void fmi3FreeInstance(fmi3Instance c) { free(c); }

EXPORT fmi3Status fmi3EnterInitializationMode(fmi3Instance c, fmi3Boolean defined, fmi3Float64 tolerance, fmi3Float64 t, fmi3Boolean stop_defined, fmi3Float64 stop)
{
    (void)defined; (void)tolerance; (void)stop_defined; (void)stop;
    ((Instance *)c)->s.v[vr_time] = t;
    return (fmi3Status)start(c);
}
EXPORT fmi3Status fmi3ExitInitializationMode(fmi3Instance c)
{
    int status = start(c);
    if (((Instance *)c)->co_simulation) settle(c);
    return (fmi3Status)status;
}
EXPORT fmi3Status fmi3EnterEventMode(fmi3Instance c) { (void)c; return fmi3OK; }
EXPORT fmi3Status fmi3Terminate(fmi3Instance c) { (void)c; return fmi3OK; }
EXPORT fmi3Status fmi3Reset(fmi3Instance c)
{
    Instance *instance = c;
    State now = instance->s;
    set_start_values(instance);
    restored(instance, &now);
    instance->terminated = 0;
    return fmi3OK;
}

/* Variables come first, event indicators have value references from 1000 on. */
static int readable(const Instance *c, unsigned reference, double *value)
{
    double z[N_INDICATORS + 1];
    if (reference < N_VARIABLES) *value = c->s.v[reference];
    else if (reference < 1000 || reference >= 1000 + N_INDICATORS) return 0;
    else { indicators(c, z); *value = z[reference - 1000]; }
    return 1;
}

#define GET(NAME, FROM) \
    EXPORT fmi3Status fmi3Get##NAME(fmi3Instance c, const fmi3ValueReference vr[], size_t n, fmi3##NAME value[], size_t n_values) \
    { \
        Instance *instance = c; \
        int status = equations(instance); \
        if (n_values != n) return fmi3Error; \
        for (size_t i = 0; i < n; i++) { \
            double number; \
            if (!readable(instance, vr[i], &number)) return bad(instance, "fmi3Get" #NAME, vr[i]); \
            value[i] = FROM(number); \
        } \
        return (fmi3Status)status; \
    }
#define SET(NAME) \
    EXPORT fmi3Status fmi3Set##NAME(fmi3Instance c, const fmi3ValueReference vr[], size_t n, const fmi3##NAME value[], size_t n_values) \
    { \
        Instance *instance = c; \
        if (n_values != n) return fmi3Error; \
        for (size_t i = 0; i < n; i++) { \
            if (vr[i] >= N_VARIABLES) return bad(instance, "fmi3Set" #NAME, vr[i]); \
            instance->s.v[vr[i]] = (double)value[i]; \
        } \
        return fmi3OK; \
    }
#define REAL(x) (x)
#define SINGLE(x) ((float)(x))
#define INTEGER(x) (llround(x))
#define BOOLEAN(x) ((x) != 0.0)
GET(Float32, SINGLE) GET(Float64, REAL) GET(Int8, INTEGER) GET(UInt8, INTEGER) GET(Int16, INTEGER) GET(UInt16, INTEGER)
GET(Int32, INTEGER) GET(UInt32, INTEGER) GET(Int64, INTEGER) GET(UInt64, INTEGER) GET(Boolean, BOOLEAN)
SET(Float32) SET(Float64) SET(Int8) SET(UInt8) SET(Int16) SET(UInt16) SET(Int32) SET(UInt32) SET(Int64) SET(UInt64) SET(Boolean)

/* Never called by heatsim, or refused: no argument is read. */
#define REFUSED(NAME) EXPORT fmi3Status fmi3##NAME(void) { return fmi3Error; }
REFUSED(GetString) REFUSED(SetString) REFUSED(GetBinary) REFUSED(SetBinary) REFUSED(GetClock) REFUSED(SetClock)
REFUSED(GetNumberOfVariableDependencies) REFUSED(GetVariableDependencies) REFUSED(GetAdjointDerivative)
REFUSED(EnterConfigurationMode) REFUSED(ExitConfigurationMode) REFUSED(GetIntervalDecimal) REFUSED(GetIntervalFraction)
REFUSED(GetShiftDecimal) REFUSED(GetShiftFraction) REFUSED(SetIntervalDecimal) REFUSED(SetIntervalFraction)
REFUSED(SetShiftDecimal) REFUSED(SetShiftFraction) REFUSED(EvaluateDiscreteStates) REFUSED(GetOutputDerivatives)
REFUSED(ActivateModelPartition)

#if CAN_STATE
EXPORT fmi3Status fmi3GetFMUState(fmi3Instance c, fmi3FMUState *state)
{
    if (*state == NULL) *state = malloc(sizeof(State));
    memcpy(*state, &((Instance *)c)->s, sizeof(State));
    return fmi3OK;
}
EXPORT fmi3Status fmi3SetFMUState(fmi3Instance c, fmi3FMUState state)
{
    State now = ((Instance *)c)->s;
    memcpy(&((Instance *)c)->s, state, sizeof(State));
    restored(c, &now);
    return fmi3OK;
}
EXPORT fmi3Status fmi3FreeFMUState(fmi3Instance c, fmi3FMUState *state) { (void)c; free(*state); *state = NULL; return fmi3OK; }
EXPORT fmi3Status fmi3SerializedFMUStateSize(fmi3Instance c, fmi3FMUState state, size_t *size) { (void)c; (void)state; *size = sizeof(State); return fmi3OK; }
EXPORT fmi3Status fmi3SerializeFMUState(fmi3Instance c, fmi3FMUState state, fmi3Byte bytes[], size_t size)
{
    (void)c;
    if (size < sizeof(State)) return fmi3Error;
    memcpy(bytes, state, sizeof(State));
    return fmi3OK;
}
EXPORT fmi3Status fmi3DeserializeFMUState(fmi3Instance c, const fmi3Byte bytes[], size_t size, fmi3FMUState *state)
{
    (void)c;
    if (size != sizeof(State)) return fmi3Error;
    if (*state == NULL) *state = malloc(sizeof(State));
    memcpy(*state, bytes, sizeof(State));
    return fmi3OK;
}
#else
REFUSED(GetFMUState) REFUSED(SetFMUState) REFUSED(FreeFMUState) REFUSED(SerializedFMUStateSize)
REFUSED(SerializeFMUState) REFUSED(DeserializeFMUState)
#endif

EXPORT fmi3Status fmi3GetDirectionalDerivative(fmi3Instance c, const fmi3ValueReference unknown[], size_t n, const fmi3ValueReference known[], size_t m, const fmi3Float64 seed[], size_t n_seed, fmi3Float64 result[], size_t n_result)
{
    if (n_seed != m || n_result != n) return fmi3Error;
    return (fmi3Status)directional(c, unknown, n, known, m, seed, result);
}

EXPORT fmi3Status fmi3UpdateDiscreteStates(fmi3Instance c, fmi3Boolean *again, fmi3Boolean *terminate, fmi3Boolean *nominals, fmi3Boolean *values, fmi3Boolean *defined, fmi3Float64 *next)
{
    Instance *instance = c;
    equations(instance);
    *values = settle(instance);
    *again = *nominals = fmi3False;
    *terminate = instance->terminated;
    *defined = instance->s.next_event < HUGE_VAL;
    *next = *defined ? instance->s.next_event : 0.0;
    return (fmi3Status)equations(instance);
}
EXPORT fmi3Status fmi3EnterContinuousTimeMode(fmi3Instance c) { (void)c; return fmi3OK; }
EXPORT fmi3Status fmi3CompletedIntegratorStep(fmi3Instance c, fmi3Boolean no_set, fmi3Boolean *event, fmi3Boolean *terminate)
{
    (void)no_set;
    *event = completed(c);
    *terminate = ((Instance *)c)->terminated;
    return fmi3OK;
}
EXPORT fmi3Status fmi3SetTime(fmi3Instance c, fmi3Float64 t) { ((Instance *)c)->s.v[vr_time] = t; return fmi3OK; }
EXPORT fmi3Status fmi3SetContinuousStates(fmi3Instance c, const fmi3Float64 x[], size_t n)
{
    if (n != N_STATES) return fmi3Error;
    for (size_t i = 0; i < n; i++) ((Instance *)c)->s.v[state_references[i]] = x[i];
    return fmi3OK;
}
EXPORT fmi3Status fmi3GetContinuousStateDerivatives(fmi3Instance c, fmi3Float64 derivatives[], size_t n)
{
    if (n != N_STATES) return fmi3Error;
    int status = equations(c);
    for (size_t i = 0; i < n; i++) derivatives[i] = ((Instance *)c)->s.v[derivative_references[i]];
    return (fmi3Status)status;
}
EXPORT fmi3Status fmi3GetEventIndicators(fmi3Instance c, fmi3Float64 z[], size_t n)
{
    if (n != N_INDICATORS) return fmi3Error;
    int status = equations(c);
    indicators(c, z);
    return (fmi3Status)status;
}
EXPORT fmi3Status fmi3GetContinuousStates(fmi3Instance c, fmi3Float64 x[], size_t n)
{
    if (n != N_STATES) return fmi3Error;
    for (size_t i = 0; i < n; i++) x[i] = ((Instance *)c)->s.v[state_references[i]];
    return fmi3OK;
}
EXPORT fmi3Status fmi3GetNominalsOfContinuousStates(fmi3Instance c, fmi3Float64 x[], size_t n)
{
    (void)c;
    for (size_t i = 0; i < n; i++) x[i] = 1.0;
    return n == N_STATES ? fmi3OK : fmi3Error;
}
EXPORT fmi3Status fmi3GetNumberOfEventIndicators(fmi3Instance c, size_t *n) { (void)c; *n = N_INDICATORS; return fmi3OK; }
EXPORT fmi3Status fmi3GetNumberOfContinuousStates(fmi3Instance c, size_t *n) { (void)c; *n = N_STATES; return fmi3OK; }
EXPORT fmi3Status fmi3EnterStepMode(fmi3Instance c) { (void)c; return fmi3OK; }
EXPORT fmi3Status fmi3DoStep(fmi3Instance c, fmi3Float64 t, fmi3Float64 h, fmi3Boolean no_set, fmi3Boolean *event, fmi3Boolean *terminate, fmi3Boolean *early, fmi3Float64 *last)
{
    (void)no_set;
    int status = advance(c, t, h, last);
    *event = fmi3False;
    *terminate = ((Instance *)c)->terminated;
    *early = status <= STATUS_WARNING && t + h - *last > 1e-9 * (1.0 + fabs(t + h));
    return (fmi3Status)status;
}
