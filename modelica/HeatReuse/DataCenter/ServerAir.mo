within HeatReuse.DataCenter;
model ServerAir "Air-cooled servers whose fans follow their temperature"
  parameter HeatReuse.Types.Power P_nominal = 1.5e6 "Electric power at full load without fans";
  parameter HeatReuse.Types.TemperatureDifference dT_air = 12 "Rise of the air at full load and nominal air flow";
  parameter HeatReuse.Types.TemperatureDifference dT_server = 30 "Servers minus entering air at full load and nominal air flow";
  parameter HeatReuse.Types.SpecificHeatCapacity cp_air = 1006 "Heat capacity of air";
  parameter HeatReuse.Types.Fraction speed_min = 0.3 "Lowest speed of the fans";
  parameter HeatReuse.Types.Fraction speed_nominal = 0.8 "Speed of the fans at nominal air flow";
  parameter HeatReuse.Types.Temperature T_set = 329.15 "Server temperature at which the fans run at nominal speed";
  parameter Real gain(unit="1/K") = 0.05 "Change of fan speed per kelvin of server temperature";
  parameter HeatReuse.Types.Time T_fan = 5 "Time constant of the fans";
  parameter HeatReuse.Types.Power P_fan_nominal = 0.05*P_nominal "Power of the servers' fans at nominal speed";
  parameter HeatReuse.Types.HeatCapacity C_server = 8*P_nominal "Heat capacity of the servers";
  parameter HeatReuse.Types.Temperature T_throttle = 348.15 "Server temperature at which power begins to be reduced";
  parameter HeatReuse.Types.TemperatureDifference dT_throttle = 15 "Range over which throttling takes all power, that of the fans too";
  parameter HeatReuse.Types.Temperature T_start = 328.15 "Initial temperature of the servers";
  HeatReuse.Interfaces.RealInput P(unit="W") "Electric power that the load asks for";
  HeatReuse.Interfaces.RealInput T_air_in(unit="K") "Air entering the servers";
  HeatReuse.Types.Power P_drawn "Electric power drawn after throttling, without fans";
  HeatReuse.Types.Power P_fan "Power of the servers' fans";
  HeatReuse.Types.Fraction speed(start=speed_nominal, fixed=true) "Speed of the fans";
  HeatReuse.Types.MassFlowRate m_flow "Air flow";
  HeatReuse.Types.Temperature T(start=T_start, fixed=true) "Temperature of the servers";
  HeatReuse.Types.HeatFlowRate Q_flow "Heat to the air, with that of the fans";
  HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
  final parameter HeatReuse.Types.MassFlowRate m_flow_nominal = P_nominal/(cp_air*dT_air) "Nominal air flow";
protected
  parameter Real NTU_nominal(unit="1") = -log(1 - dT_air/dT_server) "Transfer units from servers to air at nominal flow";
  Real running(unit="1") "Share of the power that throttling leaves";
equation
  assert(noEvent(dT_server > dT_air), "Servers: dT_server must exceed dT_air");
  running = 1 - HeatReuse.Utilities.smoothStep((T - T_throttle)/dT_throttle);
  P_drawn = P*running;
  T_fan*der(speed) = HeatReuse.Utilities.clip(speed_nominal + gain*(T - T_set), speed_min, 1) - speed;
  P_fan = P_fan_nominal*(speed/speed_nominal)^3*running;
  m_flow = m_flow_nominal*speed/speed_nominal;
  Q_flow = cp_air*m_flow*(1 - exp(-NTU_nominal*(speed/speed_nominal)^(-0.4)))*(T - T_air_in);
  C_server*der(T) = P_drawn + P_fan - Q_flow;
  U = C_server*(T - 273.15);
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>C_server dT/dt = P_drawn + P_fan - Q with Q = cp_air m (1 - exp(-NTU)) (T - T_air_in) and NTU = NTU_nominal s<sup>-0.4</sup>: conductance proportional to s<sup>0.6</sup>, s = speed/speed_nominal.
NTU_nominal = -ln(1 - dT_air/dT_server). Air flow proportional to speed, fan power P_fan_nominal s<sup>3</sup>. The fans follow the servers:
T_fan d speed/dt = clip(speed_nominal + gain (T - T_set), speed_min, 1) - speed. Above T_throttle power and fan power go smoothly to zero over dT_throttle.</p>
<h4>Assumptions</h4>
<p>All servers have one temperature. The fans move their air whatever the aisle pressure; <a href=\"modelica://HeatReuse.DataCenter.HallAir\">HallAir</a> balances the flows. Left out: humidity, leakage
power. Range: any entering air temperature; the air flow is never below speed_min, also when power and fan power are throttled.</p>
<h4>Source</h4>
<p>First principles: isothermal wall and air, effectiveness 1 - exp(-NTU); exponent 0.6 of the air side as for banks of fins (VDI Heat Atlas, cross flow over tubes and fins); affinity law of fans.</p></html>"));
end ServerAir;
