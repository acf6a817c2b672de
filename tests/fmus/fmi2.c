/* The FMI 2.0 interface of a test FMU; included after the model and `solver.h`. */
#include "fmi2FunctionTypes.h"

#ifdef _WIN32
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

static void log_fmi2(Instance *c, int status, const char *text)
{
    const fmi2CallbackFunctions *callbacks = c->callbacks;
    callbacks->logger(callbacks->componentEnvironment, c->name, (fmi2Status)status, "model", "%s", text);
}

static fmi2Status bad(Instance *c, const char *function, unsigned reference)
{
    say(c, STATUS_ERROR, "%s: no variable with value reference %u", function, reference);
    return fmi2Error;
}

EXPORT const char *fmi2GetTypesPlatform(void) { return "default"; }
EXPORT const char *fmi2GetVersion(void) { return "2.0"; }
EXPORT fmi2Status fmi2SetDebugLogging(fmi2Component c, fmi2Boolean on, size_t n, const fmi2String names[]) { (void)c; (void)on; (void)n; (void)names; return fmi2OK; }

EXPORT fmi2Component fmi2Instantiate(fmi2String name, fmi2Type kind, fmi2String guid, fmi2String resources, const fmi2CallbackFunctions *callbacks, fmi2Boolean visible, fmi2Boolean logging)
{
    (void)resources; (void)visible; (void)logging;
    Instance *c = calloc(1, sizeof *c);
    c->callbacks = callbacks;
    c->log = log_fmi2;
    c->co_simulation = kind == fmi2CoSimulation;
    strncpy(c->name, name, sizeof c->name - 1);
    if (strcmp(guid, TOKEN)) {
        say(c, STATUS_ERROR, "wrong GUID %s", guid);
        free(c);
        return NULL;
    }
    set_start_values(c);
    return c;
}

EXPORT void fmi2FreeInstance(fmi2Component c) { free(c); }
EXPORT fmi2Status fmi2SetupExperiment(fmi2Component c, fmi2Boolean defined, fmi2Real tolerance, fmi2Real t, fmi2Boolean stop_defined, fmi2Real stop)
{
    (void)defined; (void)tolerance; (void)stop_defined; (void)stop;
    ((Instance *)c)->s.v[vr_time] = t;
    return fmi2OK;
}
EXPORT fmi2Status fmi2EnterInitializationMode(fmi2Component c) { return (fmi2Status)start(c); }
EXPORT fmi2Status fmi2ExitInitializationMode(fmi2Component c)
{
    int status = start(c);
    if (((Instance *)c)->co_simulation) settle(c);
    return (fmi2Status)status;
}
EXPORT fmi2Status fmi2Terminate(fmi2Component c) { (void)c; return fmi2OK; }
EXPORT fmi2Status fmi2Reset(fmi2Component c)
{
    Instance *instance = c;
    State now = instance->s;
    set_start_values(instance);
    restored(instance, &now);
    instance->terminated = 0;
    return fmi2OK;
}

#define GET(NAME, TYPE, FROM) \
    EXPORT fmi2Status fmi2Get##NAME(fmi2Component c, const fmi2ValueReference vr[], size_t n, TYPE value[]) \
    { \
        Instance *instance = c; \
        int status = equations(instance); \
        for (size_t i = 0; i < n; i++) { \
            if (vr[i] >= N_VARIABLES) return bad(instance, "fmi2Get" #NAME, vr[i]); \
            value[i] = FROM(instance->s.v[vr[i]]); \
        } \
        return (fmi2Status)status; \
    }
#define SET(NAME, TYPE) \
    EXPORT fmi2Status fmi2Set##NAME(fmi2Component c, const fmi2ValueReference vr[], size_t n, const TYPE value[]) \
    { \
        Instance *instance = c; \
        for (size_t i = 0; i < n; i++) { \
            if (vr[i] >= N_VARIABLES) return bad(instance, "fmi2Set" #NAME, vr[i]); \
            instance->s.v[vr[i]] = value[i]; \
        } \
        return fmi2OK; \
    }
#define REAL(x) (x)
#define INTEGER(x) ((fmi2Integer)lround(x))
#define BOOLEAN(x) ((x) != 0.0)
GET(Real, fmi2Real, REAL)
GET(Integer, fmi2Integer, INTEGER)
GET(Boolean, fmi2Boolean, BOOLEAN)
SET(Real, fmi2Real)
SET(Integer, fmi2Integer)
SET(Boolean, fmi2Boolean)

EXPORT fmi2Status fmi2GetString(void) { return fmi2Error; }
EXPORT fmi2Status fmi2SetString(void) { return fmi2Error; }

#if CAN_STATE
EXPORT fmi2Status fmi2GetFMUstate(fmi2Component c, fmi2FMUstate *state)
{
    if (*state == NULL) *state = malloc(sizeof(State));
    memcpy(*state, &((Instance *)c)->s, sizeof(State));
    return fmi2OK;
}
EXPORT fmi2Status fmi2SetFMUstate(fmi2Component c, fmi2FMUstate state)
{
    State now = ((Instance *)c)->s;
    memcpy(&((Instance *)c)->s, state, sizeof(State));
    restored(c, &now);
    return fmi2OK;
}
EXPORT fmi2Status fmi2FreeFMUstate(fmi2Component c, fmi2FMUstate *state) { (void)c; free(*state); *state = NULL; return fmi2OK; }
EXPORT fmi2Status fmi2SerializedFMUstateSize(fmi2Component c, fmi2FMUstate state, size_t *size) { (void)c; (void)state; *size = sizeof(State); return fmi2OK; }
EXPORT fmi2Status fmi2SerializeFMUstate(fmi2Component c, fmi2FMUstate state, fmi2Byte bytes[], size_t size)
{
    (void)c;
    if (size < sizeof(State)) return fmi2Error;
    memcpy(bytes, state, sizeof(State));
    return fmi2OK;
}
EXPORT fmi2Status fmi2DeSerializeFMUstate(fmi2Component c, const fmi2Byte bytes[], size_t size, fmi2FMUstate *state)
{
    (void)c;
    if (size != sizeof(State)) return fmi2Error;
    if (*state == NULL) *state = malloc(sizeof(State));
    memcpy(*state, bytes, sizeof(State));
    return fmi2OK;
}
#else
EXPORT fmi2Status fmi2GetFMUstate(void) { return fmi2Error; }
EXPORT fmi2Status fmi2SetFMUstate(void) { return fmi2Error; }
EXPORT fmi2Status fmi2FreeFMUstate(void) { return fmi2Error; }
EXPORT fmi2Status fmi2SerializedFMUstateSize(void) { return fmi2Error; }
EXPORT fmi2Status fmi2SerializeFMUstate(void) { return fmi2Error; }
EXPORT fmi2Status fmi2DeSerializeFMUstate(void) { return fmi2Error; }
#endif

EXPORT fmi2Status fmi2GetDirectionalDerivative(fmi2Component c, const fmi2ValueReference unknown[], size_t n, const fmi2ValueReference known[], size_t m, const fmi2Real seed[], fmi2Real result[])
{
    return (fmi2Status)directional(c, unknown, n, known, m, seed, result);
}

EXPORT fmi2Status fmi2EnterEventMode(fmi2Component c) { (void)c; return fmi2OK; }
EXPORT fmi2Status fmi2NewDiscreteStates(fmi2Component c, fmi2EventInfo *info)
{
    Instance *instance = c;
    equations(instance);
    int changed = settle(instance);
    info->newDiscreteStatesNeeded = fmi2False;
    info->terminateSimulation = instance->terminated;
    info->nominalsOfContinuousStatesChanged = fmi2False;
    info->valuesOfContinuousStatesChanged = changed;
    info->nextEventTimeDefined = instance->s.next_event < HUGE_VAL;
    info->nextEventTime = info->nextEventTimeDefined ? instance->s.next_event : 0.0;
    return (fmi2Status)equations(instance);
}
EXPORT fmi2Status fmi2EnterContinuousTimeMode(fmi2Component c) { (void)c; return fmi2OK; }
EXPORT fmi2Status fmi2CompletedIntegratorStep(fmi2Component c, fmi2Boolean no_set, fmi2Boolean *event, fmi2Boolean *terminate)
{
    (void)no_set;
    *event = completed(c);
    *terminate = ((Instance *)c)->terminated;
    return fmi2OK;
}
EXPORT fmi2Status fmi2SetTime(fmi2Component c, fmi2Real t) { ((Instance *)c)->s.v[vr_time] = t; return fmi2OK; }
EXPORT fmi2Status fmi2SetContinuousStates(fmi2Component c, const fmi2Real x[], size_t n)
{
    if (n != N_STATES) return fmi2Error;
    for (size_t i = 0; i < n; i++) ((Instance *)c)->s.v[state_references[i]] = x[i];
    return fmi2OK;
}
EXPORT fmi2Status fmi2GetDerivatives(fmi2Component c, fmi2Real derivatives[], size_t n)
{
    if (n != N_STATES) return fmi2Error;
    int status = equations(c);
    for (size_t i = 0; i < n; i++) derivatives[i] = ((Instance *)c)->s.v[derivative_references[i]];
    return (fmi2Status)status;
}
EXPORT fmi2Status fmi2GetEventIndicators(fmi2Component c, fmi2Real z[], size_t n)
{
    if (n != N_INDICATORS) return fmi2Error;
    int status = equations(c);
    indicators(c, z);
    return (fmi2Status)status;
}
EXPORT fmi2Status fmi2GetContinuousStates(fmi2Component c, fmi2Real x[], size_t n)
{
    if (n != N_STATES) return fmi2Error;
    for (size_t i = 0; i < n; i++) x[i] = ((Instance *)c)->s.v[state_references[i]];
    return fmi2OK;
}
EXPORT fmi2Status fmi2GetNominalsOfContinuousStates(fmi2Component c, fmi2Real x[], size_t n)
{
    (void)c;
    for (size_t i = 0; i < n; i++) x[i] = 1.0;
    return n == N_STATES ? fmi2OK : fmi2Error;
}

EXPORT fmi2Status fmi2SetRealInputDerivatives(fmi2Component c, const fmi2ValueReference vr[], size_t n, const fmi2Integer order[], const fmi2Real value[])
{
#if INTERPOLATES
    for (size_t i = 0; i < n; i++) {
        if (vr[i] >= N_VARIABLES || order[i] < 1 || order[i] > 2) return fmi2Error;
        (order[i] == 1 ? ((Instance *)c)->s.slope : ((Instance *)c)->s.curve)[vr[i]] = value[i];
    }
#else
    (void)c; (void)vr; (void)n; (void)order; (void)value;
#endif
    return fmi2OK;
}
EXPORT fmi2Status fmi2GetRealOutputDerivatives(void) { return fmi2Error; }
EXPORT fmi2Status fmi2DoStep(fmi2Component c, fmi2Real t, fmi2Real h, fmi2Boolean no_set)
{
    (void)no_set;
    Instance *instance = c;
    double last = t;
    int status = advance(instance, t, h, &last);
    if (status <= STATUS_WARNING && (instance->terminated || t + h - last > 1e-9 * (1.0 + fabs(t + h)))) return fmi2Discard;
    return (fmi2Status)status;
}
EXPORT fmi2Status fmi2CancelStep(fmi2Component c) { (void)c; return fmi2Error; }
EXPORT fmi2Status fmi2GetStatus(fmi2Component c, const fmi2StatusKind kind, fmi2Status *value) { (void)c; (void)kind; (void)value; return fmi2Discard; }
EXPORT fmi2Status fmi2GetRealStatus(fmi2Component c, const fmi2StatusKind kind, fmi2Real *value)
{
    if (kind != fmi2LastSuccessfulTime) return fmi2Discard;
    *value = ((Instance *)c)->s.last_time;
    return fmi2OK;
}
EXPORT fmi2Status fmi2GetIntegerStatus(fmi2Component c, const fmi2StatusKind kind, fmi2Integer *value) { (void)c; (void)kind; (void)value; return fmi2Discard; }
EXPORT fmi2Status fmi2GetBooleanStatus(fmi2Component c, const fmi2StatusKind kind, fmi2Boolean *value)
{
    if (kind != fmi2Terminated) return fmi2Discard;
    *value = ((Instance *)c)->terminated;
    return fmi2OK;
}
EXPORT fmi2Status fmi2GetStringStatus(fmi2Component c, const fmi2StatusKind kind, fmi2String *value) { (void)c; (void)kind; (void)value; return fmi2Discard; }
