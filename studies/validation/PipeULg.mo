package PipeULg "The measured pipe of the University of Liege: the library's pipe, and simpler ones as negative controls"
  partial model Bench "Measured flow and inlet temperature drive one pipe"
    parameter Integer n(min=3) = 40 "Number of cells";
    parameter HeatReuse.Types.Temperature T_start_a = 293.15 "Initial temperature at the inlet";
    parameter HeatReuse.Types.Temperature T_start_b = 293.15 "Initial temperature at the outlet";
    parameter Real c_wall(unit="J/(m3.K)") = 8000*500 "Volumetric heat capacity of the wall: steel";
    parameter HeatReuse.Types.HeatTransferCoefficient h_nominal = 2240 "Water to wall at 1 kg/s";
    input HeatReuse.Types.MassFlowRate m_flow(start=0.5) "Measured flow";
    input HeatReuse.Types.Temperature T_a(start=293.15) "Measured inlet temperature";
    output HeatReuse.Types.Temperature T_b "Water at the outlet";
  protected
    parameter HeatReuse.Pipes.Data.SteelPipe data(D_inner=0.05248, s_wall=0.0039, U=1/2.164) "Steel pipe with insulation";
    parameter HeatReuse.Types.Temperature T_cells[n] = {T_start_a + (T_start_b - T_start_a)*(i - 0.5)/n for i in 1:n} "Initial profile: a straight line";
    parameter HeatReuse.Types.Temperature T_room = 291.15 "Room";
  end Bench;

  partial model BenchOfPipe "Bench with the boundaries of a pipe of the library"
    extends Bench;
  protected
    HeatReuse.Boundaries.FlowInlet inlet "Inlet";
    HeatReuse.Boundaries.PressureOutlet outlet "Outlet";
    HeatReuse.Boundaries.Temperature room "Room";
  equation
    inlet.m_flow_in = m_flow;
    inlet.T_in = T_a;
    room.T_in = T_room;
    T_b = outlet.T;
  end BenchOfPipe;

  model WithWall "Water and wall with a temperature each"
    extends BenchOfPipe;
  protected
    HeatReuse.Pipes.PipeWithWall pipe(n=n, L=39, data=data, c_wall=c_wall, h_nominal=h_nominal, m_flow_nominal=1, T(start=T_cells), T_wall(start=T_cells)) "Pipe";
  equation
    connect(inlet.port, pipe.port_a);
    connect(pipe.port_b, outlet.port);
    connect(pipe.heatPort, room.port);
  end WithWall;

  model WithoutWall "Negative control: only the water stores heat"
    extends BenchOfPipe;
  protected
    HeatReuse.Pipes.Pipe pipe(n=n, L=39, data=data, c_wall=0, m_flow_nominal=1, T(start=T_cells)) "Pipe";
  equation
    connect(inlet.port, pipe.port_a);
    connect(pipe.port_b, outlet.port);
    connect(pipe.heatPort, room.port);
  end WithoutWall;

  model FirstOrder "Negative control: cells with water and wall whose contents move on unchanged (first-order upwind)"
    extends Bench;
  protected
    parameter HeatReuse.Types.HeatCapacity C_cell = 39/n*(990*4180*3.14159265358979/4*0.05248^2 + c_wall*3.14159265358979*(0.05248 + 0.0039)*0.0039) "Water and wall of a cell";
    HeatReuse.Types.Temperature T[n](start=T_cells, each fixed=true) "Temperature of the cells";
  equation
    C_cell*der(T[1]) = m_flow*4180*(T_a - T[1]) - 39/n*data.U*(T[1] - T_room);
    for i in 2:n loop
      C_cell*der(T[i]) = m_flow*4180*(T[i - 1] - T[i]) - 39/n*data.U*(T[i] - T_room);
    end for;
    T_b = T[n];
  end FirstOrder;
end PipeULg;
