"""Two valid model descriptions, FMI 2.0 and 3.0, for tests that change them."""

from __future__ import annotations

FMI2 = """<?xml version="1.0" encoding="UTF-8"?>
<fmiModelDescription fmiVersion="2.0" modelName="Tank" guid="{g}" generationTool="Tool" numberOfEventIndicators="1">
  <ModelExchange modelIdentifier="tank_me" canGetAndSetFMUstate="true" providesDirectionalDerivative="true"
    completedIntegratorStepNotNeeded="true"/>
  <CoSimulation modelIdentifier="tank_cs" canHandleVariableCommunicationStepSize="true" canInterpolateInputs="true"
    maxOutputDerivativeOrder="1" canSerializeFMUstate="true" canBeInstantiatedOnlyOncePerProcess="true"/>
  <TypeDefinitions>
    <SimpleType name="Temperature"><Real unit="K" min="200" max="500" nominal="300"/></SimpleType>
  </TypeDefinitions>
  <LogCategories><Category name="logEvents"/><Category name="logAll"/></LogCategories>
  <DefaultExperiment startTime="1" stopTime="10" tolerance="1e-6" stepSize="0.1"/>
  <ModelVariables>
    <ScalarVariable name="Q" valueReference="1" causality="input"><Real start="5" unit="W"/></ScalarVariable>
    <ScalarVariable name="T" valueReference="2" causality="output"><Real declaredType="Temperature"/></ScalarVariable>
    <ScalarVariable name="der(T)" valueReference="3"><Real derivative="2" unit="K/s"/></ScalarVariable>
    <ScalarVariable name="C" valueReference="4" causality="parameter"><Real start="1e3"/></ScalarVariable>
    <ScalarVariable name="on" valueReference="1" causality="input"><Boolean start="true"/></ScalarVariable>
    <ScalarVariable name="n" valueReference="1" causality="parameter"><Integer start="3"/></ScalarVariable>
    <ScalarVariable name="file" valueReference="1" causality="parameter"><String start="a.csv"/></ScalarVariable>
    <ScalarVariable name="Q_out" valueReference="5" causality="output"><Real/></ScalarVariable>
    <ScalarVariable name="T_alias" valueReference="2"><Real/></ScalarVariable>
  </ModelVariables>
  <ModelStructure>
    <Outputs><Unknown index="2" dependencies=""/><Unknown index="8" dependencies="1 2"/></Outputs>
    <Derivatives><Unknown index="3" dependencies="1 2"/></Derivatives>
  </ModelStructure>
</fmiModelDescription>
"""

FMI3 = """<?xml version="1.0" encoding="UTF-8"?>
<fmiModelDescription fmiVersion="3.0" modelName="Tank" instantiationToken="t" generationTool="Tool">
  <ModelExchange modelIdentifier="tank" needsCompletedIntegratorStep="true" providesAdjointDerivatives="true"/>
  <CoSimulation modelIdentifier="tank" fixedInternalStepSize="0.01" hasEventMode="true" canGetAndSetFMUState="true"
    mightReturnEarlyFromDoStep="true" providesIntermediateUpdate="true" maxOutputDerivativeOrder="2"/>
  <TypeDefinitions><Float64Type name="Temperature" unit="K" nominal="300"/></TypeDefinitions>
  <ModelVariables>
    <Float64 name="time" valueReference="0" causality="independent"/>
    <Float64 name="Q" valueReference="1" causality="input" start="5" unit="W"/>
    <Float64 name="T" valueReference="2" causality="output" declaredType="Temperature" start="310" reinit="true"/>
    <Float64 name="der(T)" valueReference="3" derivative="2"/>
    <UInt64 name="n" valueReference="4" causality="structuralParameter" variability="fixed" start="3"/>
    <Float64 name="v" valueReference="5" causality="input" start="1 2 3"><Dimension valueReference="4"/></Float64>
    <Float32 name="w" valueReference="6" causality="input" start="7 7"><Dimension start="2"/></Float32>
    <Boolean name="on" valueReference="7" causality="input" start="false"/>
    <String name="file" valueReference="8" causality="parameter" variability="fixed"><Start value="a.csv"/></String>
    <Float64 name="z" valueReference="9"/>
    <Float64 name="y" valueReference="10" causality="output"/>
  </ModelVariables>
  <ModelStructure>
    <Output valueReference="2" dependencies="2"/>
    <Output valueReference="10"/>
    <ContinuousStateDerivative valueReference="3" dependencies="1 2"/>
    <EventIndicator valueReference="9"/>
  </ModelStructure>
</fmiModelDescription>
"""
